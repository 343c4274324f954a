package format

import (
	"bytes"

	"gumshoe/ingest"
)

// verboseJournal reads journalctl --output=verbose, one field to a line:
//
//	Fri 2026-11-20 10:00:00.123456 UTC [s=0639afdf;i=8c;...]
//	    SYSLOG_IDENTIFIER=sshd
//	    _PID=24200
//	    MESSAGE=Failed password for root from 192.0.2.1 port 38926 ssh2
//
// The journal stores what differs from entry to entry last, and so the message
// stands behind its program. The further lines of a message are indented more
// deeply: none of them can pass for a field.
type verboseJournal struct {
	*syslog
	time         int64
	program, pid [64]byte
	named, ided  int
}

func newVerboseJournal(s setup) lineParser {
	return &verboseJournal{syslog: newSyslog(s).(*syslog)}
}

const verboseIndent = "    "

// Parse implements ingest.Parser.
func (p *verboseJournal) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	field, ok := cut(line, verboseIndent)
	if !ok {
		return p.entry(line)
	}
	p.why = "a field of the journal"
	if value, ok := cut(field, "SYSLOG_IDENTIFIER="); ok {
		p.named = copy(p.program[:], value)
	} else if value, ok := cut(field, "_COMM="); ok && p.named == 0 {
		p.named = copy(p.program[:], value)
	} else if value, ok := cut(field, "_PID="); ok {
		p.ided = copy(p.pid[:], value)
	} else if msg, ok := cut(field, "MESSAGE="); ok && p.named > 0 {
		return p.message(msg, ev)
	} else if name, _, ok := bytes.Cut(field, []byte("=")); !ok || len(name) == 0 || name[0] == ' ' {
		p.why = "no field of the journal"
		return ingest.Unparsed
	}
	return ingest.Ignored
}

// entry reads the line that begins an entry.
func (p *verboseJournal) entry(line []byte) ingest.Result {
	p.why = "no entry of the journal"
	head, _, ok := bytes.Cut(line, []byte(" [s="))
	if !ok || !weekday(line) || len(head) < 24 {
		return ingest.Unparsed
	}
	if p.time, _, ok = p.clock.isoStamp(head[4:]); !ok {
		return ingest.Unparsed
	}
	p.named, p.ided = 0, 0
	p.why = "the head of an entry"
	return ingest.Ignored
}

// message hands a message to its program's reader. The event does not keep the
// envelope, which stands on other lines.
func (p *verboseJournal) message(msg []byte, ev *ingest.Event) ingest.Result {
	ev.Time, ev.Program, ev.PID = p.time, p.program[:p.named], p.pid[:p.ided]
	p.why = p.dispatch(msg, ev)
	ev.Program, ev.PID = nil, nil
	if p.why != "" {
		return ingest.Ignored
	}
	return ingest.Parsed
}
