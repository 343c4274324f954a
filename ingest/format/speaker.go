package format

import "gumshoe/ingest"

const whyMessage = "unknown message of this daemon"

// speaker is the messenger of a daemon whose every message tells all there is to
// know, so that a table of sentences is enough.
type speaker struct {
	service string
	says    *repertoire
	trim    func(msg []byte) []byte // takes off what the daemon puts before its message; nil: nothing
}

// speaks makes the constructor that the table daemons asks for.
func speaks(service string, says ...*repertoire) func(*shared) messenger {
	return speaksBehind(nil, service, says...)
}

// speaksBehind is speaks for a daemon that puts a stamp, a level or the like of
// its own before its messages.
func speaksBehind(trim func([]byte) []byte, service string, says ...*repertoire) func(*shared) messenger {
	s := &speaker{service: service, trim: trim, says: concat(says...)}
	return func(*shared) messenger { return s }
}

// echoes is speaks for a daemon whose lines repeat what others tell: they are
// read, and count nothing.
func echoes(service string, says ...*repertoire) func(*shared) messenger {
	inner := speaks(service, says...)
	return func(h *shared) messenger { return echo{inner(h)} }
}

type echo struct{ messenger }

func (e echo) message(msg []byte, ev *ingest.Event) string {
	ev.Count = 0
	return e.messenger.message(msg, ev)
}

// message implements messenger.
func (s *speaker) message(msg []byte, ev *ingest.Event) string {
	if s.trim != nil {
		msg = s.trim(msg)
	}
	ev.Service = s.service
	if s.says.tell(msg, ev) {
		return ""
	}
	return whyMessage
}

// ownLog is a file that one daemon writes itself: lines with a stamp of its own
// style before the daemon's messages.
type ownLog struct {
	clock
	shared
	messenger
	open opener
	why  string
}

// opener takes the daemon's stamp and whatever else it puts before a message off
// a line. It accepts only lines that are the daemon's for sure, or sure is
// false and only an event shows whose the line is.
type opener func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool)

// newOwnLog makes the constructor that the table formats asks for.
func newOwnLog(open opener, new func(*shared) messenger) func(setup) lineParser {
	return func(s setup) lineParser {
		p := &ownLog{clock: newClock(s.Context), shared: shared{setup: s}, open: open}
		p.messenger = new(&p.shared)
		return p
	}
}

// Parse implements ingest.Parser.
func (p *ownLog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	msg, sure, ok := p.open(&p.clock, line, ev)
	if !ok {
		p.why = "not a line of this log"
		return ingest.Unparsed
	}
	if p.why = p.message(msg, ev); p.why == "" {
		return ingest.Parsed
	}
	if !sure {
		return ingest.Unparsed
	}
	return ingest.Ignored
}

// Reason implements ingest.Explainer.
func (p *ownLog) Reason() string { return p.why }
