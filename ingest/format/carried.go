package format

import (
	"bytes"

	"gumshoe/ingest"
)

// carried reads lines that a container's runtime or a shipper wrapped:
//
//	{"log":"LINE\n","stream":"stderr","time":"2026-11-20T10:00:00.1Z"}    Docker's json-file
//	2026-11-20T10:00:00.1Z stdout F LINE                                  CRI: containerd, CRI-O
//	{"MESSAGE":"MSG","SYSLOG_IDENTIFIER":"sshd","__REALTIME_TIMESTAMP":…} journalctl -o json
//
// What is inside is read as if the file held it alone, so the wrapping lends no
// line more trust than it would have there.
type carried struct {
	setup
	inner  *chain // made at first use: most files have no such line
	syslog *syslog
	why    ingest.Explainer
}

// maxWraps bounds lines within lines: a journal line in a container's log.
const maxWraps = 2

// open reads a wrapped line. The envelope of the wrapping stands in ev; what the
// line says itself is believed over it. ok is false where the line is of no
// format.
func (c *carried) open(line []byte, ev *ingest.Event) (r ingest.Result, ok bool) {
	if c.wraps >= maxWraps {
		return ingest.Unparsed, false
	}
	if c.inner == nil {
		s := c.setup
		s.wraps++
		c.inner = newChain(-1, s)
		c.syslog = newSyslog(s).(*syslog)
	}
	line = bytes.TrimRight(line, "\r\n")
	outer := *ev
	if c.syslog.messenger(outer.Program) != nil || isPAM(outer.Program, line) {
		return c.told(line, ev), true
	}
	r = c.inner.Parse(line, ev)
	c.why = c.inner
	if r == ingest.Unparsed {
		*ev = outer
		return c.told(line, ev), true
	}
	if ev.Time == 0 {
		ev.Time = outer.Time
	}
	if len(ev.Program) == 0 {
		ev.Program, ev.PID = outer.Program, outer.PID
	}
	if len(ev.Host) == 0 {
		ev.Host = outer.Host
	}
	return r, true
}

// told reads the line as a message of the program that the wrapping names.
func (c *carried) told(line []byte, ev *ingest.Event) ingest.Result {
	c.why = c.syslog
	if c.syslog.why = c.syslog.dispatch(line, ev); c.syslog.why == "" {
		return ingest.Parsed
	}
	return ingest.Ignored
}

func (c *carried) reason() string {
	if c.why == nil {
		return whyQuiet
	}
	return c.why.Reason()
}

// criLog reads the log files of Kubernetes' container runtime interface.
type criLog struct {
	clock
	carried
	why string
}

func newCRILog(s setup) lineParser {
	return &criLog{clock: newClock(s.Context), carried: carried{setup: s}}
}

// Parse implements ingest.Parser.
func (p *criLog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no line of a container"
	t, rest, ok := p.isoStamp(line)
	if !ok {
		return ingest.Unparsed
	}
	if rest, ok = cut(rest, " stdout "); !ok {
		if rest, ok = cut(rest, " stderr "); !ok {
			return ingest.Unparsed
		}
	}
	if len(rest) < 3 || rest[0] != 'F' && rest[0] != 'P' || rest[1] != ' ' && rest[1] != ':' {
		return ingest.Unparsed
	}
	if i := bytes.IndexByte(rest, ' '); i > 0 {
		rest = rest[i+1:]
	}
	ev.Time = t
	r, ok := p.carried.open(rest, ev)
	if !ok {
		return ingest.Unparsed
	}
	if r != ingest.Parsed {
		p.why = p.reason()
	}
	return r
}

// Reason implements ingest.Explainer.
func (p *criLog) Reason() string { return p.why }
