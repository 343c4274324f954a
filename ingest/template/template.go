package template

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gumshoe/ingest"
)

// Template is the shape that several lines share.
type Template struct {
	ID      uint64 // hash of program and text
	Program string // as the envelope names it; "" without an envelope
	Text    string // "login of <*> from <ip> refused", without secrets
	Lines   uint64 // at least: of a program with very many shapes a sample is counted
	Clients int    // distinct public addresses in them; above 31 an estimate
	Samples []string
	shares  []share
}

// Templates groups what was counted, in the order of programs and texts.
func (m *Miner) Templates() []Template {
	var out []Template
	for _, p := range m.programs.sorted() {
		for _, g := range drain(p.shapes.sorted()) {
			out = append(out, p.template(m.hash, g))
		}
	}
	return out
}

// template adds up the masked lines of a group.
func (p *program) template(h ingest.Hash, g *group) Template {
	var sum shape
	for _, s := range g.shapes {
		sum.merge(s)
	}
	t := Template{Program: p.name, Text: g.text(), Clients: sum.clients.count(), shares: sum.lines}
	t.ID = h.String(p.name + "\x00" + t.Text)
	t.Text = scrub(t.Text, maskText)
	for _, s := range sum.lines {
		t.Lines += s.lines
	}
	for _, e := range sum.samples {
		t.Samples = append(t.Samples, scrub(e.text, secretMark))
	}
	return t
}

// In returns how many of the template's lines a source has.
func (t *Template) In(source int32) uint64 {
	i, ok := slices.BinarySearchFunc(t.shares, source, func(e share, source int32) int { return cmp.Compare(e.source, source) })
	if !ok {
		return 0
	}
	return t.shares[i].lines
}

// Top returns the n templates that deserve a look first in a source: those that
// name public addresses before those of the machine's own affairs, and the most
// frequent first.
func Top(all []Template, source int32, n int) []ingest.Unknown {
	var in []*Template
	for i := range all {
		if all[i].In(source) > 0 {
			in = append(in, &all[i])
		}
	}
	slices.SortStableFunc(in, func(a, b *Template) int {
		return cmp.Or(most(min(a.Clients, 1), min(b.Clients, 1)), most(a.In(source), b.In(source)))
	})
	var out []ingest.Unknown
	for _, t := range in[:min(n, len(in))] {
		out = append(out, ingest.Unknown{ID: fmt.Sprintf("%016x", t.ID), Program: t.Program, Text: t.Text,
			Lines: t.In(source), Clients: t.Clients, Samples: t.Samples})
	}
	return out
}

// escape makes a line fit to be kept and shown: what is not printable becomes
// \xNN, and what is long is cut.
func escape(line []byte) string {
	var b strings.Builder
	for n := 0; len(line) > 0; n++ {
		if n == sampleRunes {
			b.WriteString("…")
			break
		}
		r, size := utf8.DecodeRune(line)
		if r == utf8.RuneError && size == 1 || !unicode.IsPrint(r) {
			for _, c := range line[:size] {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		} else {
			b.Write(line[:size])
		}
		line = line[size:]
	}
	return b.String()
}
