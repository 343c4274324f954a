package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Line is what Walk shows of one line. It is valid until the next line.
type Line struct {
	Number  int    // from 1
	End     int64  // bytes of the source up to and with this line
	Text    []byte // without its end; nil for one that is too long
	Event   *Event // nil: the line gave none
	Reason  string // why not
	Known   bool   // the line was understood, whether or not it gave an event
	Stopped int    // where the parser stopped, -1 if it does not know
	Read    *Event // what was read of the line, with its envelope, also where it gave no event
}

// Walk shows every line of one source in order, parsed as Scan parses it, by
// one parser in one goroutine. now stands in for an Anchor as in Options. The
// first error of visit ends the walk and is returned, as is that of ctx.
func Walk(ctx context.Context, s Source, now time.Time, visit func(Line) error) error {
	if s.Size() == 0 {
		return nil
	}
	r := newReadings([]Source{s}, standard)[0]
	if r.format == nil {
		return errors.New("no known log format")
	}
	if err := survey(r, now, 0, standard); err != nil {
		return err
	}
	at, size, err := openSurvey(s)
	if err != nil {
		return err
	}
	if c, ok := at.(io.Closer); ok {
		defer c.Close()
	}
	l := &lines{from: at, size: size, end: size, max: standard.line, step: standard.buffer, buf: make([]byte, standard.buffer)}
	var p Parser
	var ev Event
	for n := 1; l.next(); n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for len(r.eras) > 0 && l.at >= r.eras[0].start {
			p = r.format.NewParser(Context{Location: s.Location(), Anchor: r.eras[0].anchor})
			r.eras = r.eras[1:]
		}
		line := Line{Number: n, End: l.base + int64(l.r), Text: l.line, Stopped: -1, Read: &ev}
		ev.Reset()
		switch {
		case l.long:
			line.Reason = fmt.Sprintf("line longer than %d bytes", standard.line)
		case len(l.line) == 0:
			line.Reason, line.Known = "empty line", true
		default:
			line.read(p, r.format)
		}
		if err := visit(line); err != nil {
			return err
		}
	}
	return l.err
}

// read parses the line.
func (l *Line) read(p Parser, f Format) {
	switch p.Parse(l.Text, l.Read) {
	case Parsed:
		l.Event, l.Known = l.Read, true
		return
	case Ignored:
		l.Known = !doubtful(p)
	}
	l.Reason = reason(p, f)
	if at, ok := p.(Locator); ok && !l.Known {
		l.Stopped = at.Stopped()
	}
}
