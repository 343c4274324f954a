package format

import (
	"bytes"

	"gumshoe/ingest"
)

// structured is what the readers of lines with named fields have in common.
type structured struct {
	clock
	record record
	json   jsonReader
	why    string
}

// Reason implements ingest.Explainer.
func (p *structured) Reason() string { return p.why }

// readJSON fills the record from an object at the head of line.
func (p *structured) readJSON(line []byte) (n int, ok bool) {
	p.record.reset()
	return p.json.read(line, &p.record)
}

// finish makes the event of the record.
func (p *structured) finish(ev *ingest.Event) ingest.Result {
	p.record.envelope(&p.clock, ev)
	if p.why = p.record.tell(ev); p.why != "" {
		return ingest.Ignored
	}
	return ingest.Parsed
}

// jsonLog reads lines that are one JSON object each: web servers, applications,
// and the containers of other programs' lines.
type jsonLog struct {
	structured
	carried carried
}

func newJSONLog(s setup) lineParser {
	return &jsonLog{structured: structured{clock: newClock(s.Context)}, carried: carried{setup: s}}
}

// Parse implements ingest.Parser.
func (p *jsonLog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	line = bytes.TrimLeft(line, " \t")
	if len(line) < 2 || line[0] != '{' {
		p.why = "no JSON object"
		return ingest.Unparsed
	}
	if _, ok := p.readJSON(line); !ok {
		p.why = "broken JSON"
		return ingest.Unparsed
	}
	p.record.telemetry()
	shipped := p.record.has(meansShipped)
	// A record of a request names the client itself: its message may be the request line,
	// in which a client writes what looks like a line of the same log.
	if p.record.has(meansInner) && (shipped || known(p.record.value[meansProgram]) && !p.record.has(meansStatus)) {
		p.record.envelope(&p.clock, ev)
		r, ok := p.carried.open(p.record.value[meansInner], ev)
		switch {
		case ok && r == ingest.Parsed:
			return r
		case ok && shipped:
			p.why = p.carried.reason()
			return r
		}
		ev.Reset()
	}
	return p.finish(ev)
}

// pairLog reads lines of key=value.
type pairLog struct{ structured }

func newPairLog(s setup) lineParser {
	return &pairLog{structured{clock: newClock(s.Context)}}
}

// fewestPairs is how many pairs make a line one of this format; prose has one
// or two.
const fewestPairs = 3

// Parse implements ingest.Parser.
func (p *pairLog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.record.reset()
	line, sent := p.relayed(line)
	head, pairs := readPairs(line, &p.record)
	if pairs < fewestPairs || len(head) > 0 {
		p.why = "no line of key=value pairs"
		return ingest.Unparsed
	}
	if p.record.time(&p.clock) == 0 && sent == 0 {
		p.why = "no stamp among the pairs"
		return ingest.Unparsed
	}
	r := p.finish(ev)
	if ev.Time == 0 {
		ev.Time = sent
	}
	return r
}

// relayed takes off what syslog puts before the pairs of an appliance that names
// no program: a priority, or a stamp and a host.
func (p *pairLog) relayed(line []byte) (pairs []byte, sent int64) {
	if len(line) > 0 && line[0] == '<' {
		if rest, ok := priority(line); ok {
			line = rest
		}
	}
	t, rest, ok := p.bsdStamp(line)
	if !ok {
		if t, rest, ok = p.isoStamp(line); !ok {
			return line, 0
		}
	}
	if pairs, ok = pairsBehindHost(rest); !ok {
		return line, 0
	}
	return pairs, t
}

// pairsBehindHost reads "HOST NAME=VALUE NAME=VALUE ...".
func pairsBehindHost(b []byte) (pairs []byte, ok bool) {
	host, pairs, ok := bytes.Cut(bytes.TrimLeft(b, " "), []byte(" "))
	first, rest, more := bytes.Cut(pairs, []byte(" "))
	second, _, _ := bytes.Cut(rest, []byte(" "))
	return pairs, ok && more && bytes.IndexByte(host, '=') < 0 && bytes.IndexByte(first, '=') > 0 && bytes.IndexByte(second, '=') > 0
}
