package main

import (
	"bytes"
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"strconv"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
	"gumshoe/report"
)

// markLine finds the fields of an event in its line.
func markLine(l ingest.Line) *report.MarkedLine {
	m := &marker{line: l.Text}
	ev := l.Event
	for _, f := range []struct {
		name string
		text []byte
	}{
		{"user.name", ev.User}, {"host.name", ev.Host}, {"process.name", ev.Program}, {"process.pid", ev.PID},
		{"source.domain", ev.SrcHost}, {"vhost", ev.VHost}, {"method", ev.Method}, {"url.path", ev.Target},
		{"referer", ev.Referer}, {"user_agent", ev.Agent},
	} {
		if len(f.text) > 0 {
			m.mark(offset(l.Text, f.text), len(f.text), f.name)
		}
	}
	if ev.Time != 0 {
		m.first(stamps(), "@timestamp", func([]byte) bool { return true })
	}
	if ev.Src.IsValid() {
		m.first(addresses(), "source.ip", func(b []byte) bool {
			a, err := netip.ParseAddr(string(b))
			return err == nil && a.WithZone("").Unmap() == ev.Src
		})
	}
	if ev.Status != 0 {
		m.first(numbers(), "status", is(int64(ev.Status)))
	}
	if ev.Bytes >= 0 {
		m.first(numbers(), "bytes", is(ev.Bytes))
	}
	slices.SortFunc(m.marks, func(a, b report.Mark) int { return cmp.Compare(a.From, b.From) })
	return &report.MarkedLine{Number: l.Number, Text: string(l.Text), Marks: m.marks, Facts: facts(ev)}
}

// marker collects marks that do not overlap.
type marker struct {
	line  []byte
	marks []report.Mark
}

func (m *marker) mark(at, length int, name string) bool {
	if at < 0 || slices.ContainsFunc(m.marks, func(o report.Mark) bool { return at < o.To && o.From < at+length }) {
		return false
	}
	m.marks = append(m.marks, report.Mark{From: at, To: at + length, Name: name})
	return true
}

// first marks the first place outside of other marks that looks like a field and
// is it.
func (m *marker) first(looks *regexp.Regexp, name string, is func([]byte) bool) {
	for _, at := range looks.FindAllIndex(m.line, -1) {
		if is(m.line[at[0]:at[1]]) && m.mark(at[0], at[1]-at[0], name) {
			return
		}
	}
}

var (
	numbers   = lazyregexp.New(`\b\d+\b`)
	addresses = lazyregexp.New(`[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*[0-9A-Fa-f:](?:%\w+)?`)
	stamps    = lazyregexp.New(`\d{4}[-/.]\d\d[-/.]\d\d[T ]+\d?\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z\b|[+-]\d\d:?\d\d))?` +
		`|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d(?:\.\d+)?(?: \d{4})?` +
		`|\d\d[/-][A-Z][a-z]{2}[/-]\d{4}[: ]\d\d:\d\d:\d\d(?: [+-]\d{4})?` +
		`|\d\d[./-]\d\d[./-]\d{2,4},? \d?\d:\d\d:\d\d|\b1\d{9}(?:\.\d+)?\b`)
)

// is accepts the digits of a number.
func is(n int64) func([]byte) bool {
	digits := strconv.FormatInt(n, 10)
	return func(b []byte) bool { return string(b) == digits }
}

// offset finds where a field stands in its line. A field is a part of the line's
// own memory, mostly, and then its capacity tells; a copy is searched for.
func offset(line, field []byte) int {
	if at := cap(line) - cap(field); at >= 0 && at+len(field) <= len(line) && bytes.Equal(line[at:at+len(field)], field) {
		return at
	}
	return bytes.Index(line, field)
}
