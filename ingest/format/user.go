package format

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"gumshoe/ingest"
)

// User is a format that a person describes in the configuration: what the lines
// of a daemon look like that gumshoe does not know.
type User struct {
	Name string
	// Program, if set, is who writes the lines through syslog: patterns are then
	// of the message behind the envelope, whose stamp counts, and what other
	// programs write is read as ever.
	Program string
	Service string // what the remote party talks to; "" is the format's name
	Time    string // layout of package time, "auto" or "": any stamp in use
	Lines   []UserLine
}

// UserLine is one kind of line.
type UserLine struct {
	Pattern string // regular expression (RE2) of the whole line, groups named after ECS fields: source_ip, user_name
	Grok    string // instead of Pattern: with %{IP:source.ip} and the like
	Kind    string // name of an ingest.Kind, or "auth": event.outcome decides
	Success []string
	Failure []string // values of event.outcome, for "auth"; none: the usual words
}

// PatternError is a mistake in a pattern.
type PatternError struct {
	Pattern string
	Offset  int // of the byte at fault
	Text    string
}

func (e *PatternError) Error() string {
	return fmt.Sprintf("%s, at byte %d of %q", e.Text, e.Offset+1, e.Pattern)
}

// LineError is a mistake in one of a format's lines.
type LineError struct {
	Line int // index into User.Lines
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line+1, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// NewUser compiles a format. An error about one of its lines is a *LineError,
// which wraps a *PatternError where a pattern is to blame.
func NewUser(u User) (ingest.Format, error) {
	f := &userFormat{User: u}
	if f.Service == "" {
		f.Service = u.Name
	}
	if err := checkLayout(u.Time); err != nil {
		return nil, err
	}
	for i, l := range u.Lines {
		c, err := compileLine(l)
		if err != nil {
			return nil, &LineError{i, err}
		}
		f.patterns = append(f.patterns, c)
	}
	stamped := func(c *userPattern) bool { return c.has("@timestamp") }
	if u.Time != "" && u.Time != autoTime && (u.Program != "" || !slices.ContainsFunc(f.patterns, stamped)) {
		return nil, errors.New("a time layout needs a group named timestamp in a pattern, and no program")
	}
	return f, nil
}

// userFormat is a User, compiled.
type userFormat struct {
	User
	patterns []*userPattern
}

// Name implements ingest.Format.
func (f *userFormat) Name() string { return f.User.Name }

// NewParser implements ingest.Format.
func (f *userFormat) NewParser(ctx ingest.Context) ingest.Parser {
	p := &userParser{userFormat: f, clock: newClock(ctx)}
	if f.Program != "" {
		syslog, _ := ByName("syslog")
		p.others = syslog.NewParser(ctx)
	}
	return p
}

// Yearless implements ingest.Format.
func (f *userFormat) Yearless(sample []byte) bool {
	if f.Program == "" && f.Time != "" && f.Time != autoTime {
		return !namesYear(f.Time)
	}
	for line := range sampleLines(sample) {
		if yearless(f.stampText(line)) {
			return true
		}
	}
	return false
}

// stampText is the part of a line that has its stamp: the group of the first
// pattern that matches, or the whole.
func (f *userFormat) stampText(line []byte) []byte {
	if f.Program == "" {
		for _, u := range f.patterns {
			if text := u.group(line, "@timestamp"); text != nil {
				return text
			}
		}
	}
	return line
}

// userParser reads the lines of a userFormat.
type userParser struct {
	*userFormat
	clock
	others ingest.Parser // for the lines of other programs; nil without Program
	other  bool          // the last line was one
	sure   bool          // the last line's envelope is the program's
	msg    []byte        // of the last line, for Stopped; valid until the next Parse
	at     int           // where msg begins in the line
	why    string
}

// Parse implements ingest.Parser.
func (p *userParser) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	line = bytes.TrimRight(line, "\r\n")
	p.msg, p.at, p.why, p.other, p.sure = line, 0, "", false, false
	if len(bytes.TrimSpace(line)) == 0 {
		p.why, p.sure, p.msg = "empty line", true, nil
		return ingest.Ignored
	}
	if p.Program != "" {
		msg, ok := p.clock.open(line, ev)
		if !ok || string(ev.Program) != p.Program && string(stem(ev.Program)) != p.Program {
			p.other, p.msg = true, nil
			return p.others.Parse(line, ev)
		}
		p.msg, p.at, p.sure = msg, len(line)-len(msg), true
	}
	for i, u := range p.patterns {
		match := u.match(p.msg)
		if match == nil {
			continue
		}
		ev.Service, ev.Kind = p.Service, u.kind
		if p.why = u.fill(p, match, ev); p.why != "" {
			return ingest.Ignored
		}
		if ev.Src.IsValid() && slices.ContainsFunc(p.patterns[i+1:], func(o *userPattern) bool { return o.names(p.msg, ev.Src) }) {
			ev.Src = noAddr
		}
		return ingest.Parsed
	}
	if p.sure {
		return ingest.Ignored
	}
	ev.Reset()
	return ingest.Unparsed
}

// Reason implements ingest.Explainer.
func (p *userParser) Reason() string {
	if p.other {
		return p.others.(ingest.Explainer).Reason()
	}
	if p.why != "" {
		return p.why
	}
	_, expected := p.farthest()
	return "no pattern of format " + p.User.Name + " matches: expected " + expected
}

// Doubtful implements ingest.Doubter.
func (p *userParser) Doubtful() bool {
	if p.other {
		return p.others.(ingest.Doubter).Doubtful()
	}
	return p.sure && p.why == ""
}

// Stopped implements ingest.Locator.
func (p *userParser) Stopped() int {
	switch {
	case p.other:
		return p.others.(ingest.Locator).Stopped()
	case p.why != "" || p.msg == nil:
		return -1
	}
	n, _ := p.farthest()
	return p.at + n
}

// farthest asks the pattern that goes on longest where it stops.
func (p *userParser) farthest() (stop int, expected string) {
	stop = -1
	for _, u := range p.patterns {
		if n, e := u.stop(p.msg); n > stop {
			stop, expected = n, e
		}
	}
	return max(stop, 0), expected
}
