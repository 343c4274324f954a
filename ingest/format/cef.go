package format

import (
	"bytes"

	"gumshoe/ingest"
)

// Appliances and collectors write events for a SIEM in two formats, alone on a
// line, behind a stamp, or as a syslog message:
//
//	CEF:0|Vendor|Product|1.0|100|Login failed|5|src=192.0.2.1 suser=alice outcome=failure
//	LEEF:1.0|Vendor|Product|1.0|LoginFailed|src=192.0.2.1<TAB>usrName=alice
//	LEEF:2.0|Vendor|Product|1.0|LoginFailed|^|src=192.0.2.1^usrName=alice
//
// In CEF's values a "=" of a client's is written "\=" (ArcSight Common Event
// Format, revision 25, "Character encoding"). LEEF has a separator instead of
// escapes. In both the client is who src names; a second one, and any address in
// the message, is somebody's text.

// eventMeans is what the keys of CEF and LEEF tell. They are not the vocabulary of
// all records: "request" is a target here, and "usrName" of no one else.
var eventMeans = map[string]named{
	"src": {meansAddr, 0}, "c6a2": {meansAddr, 0}, "identsrc": {meansAddr, 1}, "dst": {meansPacket, 0}, "c6a3": {meansPacket, 1},
	"duser": {meansUser, 0}, "suser": {meansUser, 1}, "usrname": {meansUser, 0}, "accountname": {meansUser, 1},
	"msg": {meansMessage, 0}, "reason": {meansError, 0}, "outcome": {meansOutcome, 0}, "act": {meansEvent, 1}, "action": {meansEvent, 2}, "cat": {meansEvent, 3},
	"request": {meansTarget, 0}, "url": {meansTarget, 1}, "requestmethod": {meansMethod, 0}, "requestclientapplication": {meansAgent, 0},
	"rt": {meansTime, 0}, "devtime": {meansTime, 0}, "end": {meansTime, 1}, "start": {meansTime, 2},
	"dvchost": {meansMachine, 0}, "dvcpid": {meansPID, 0},
}

// siemEvent reads an event behind its "CEF:" or "LEEF:".
type siemEvent struct {
	structured
	name []byte // scratch: an account without escapes
}

const whySIEM = "broken header of CEF or LEEF"

// read makes the event. A time and a host that the envelope told are kept where
// the event tells none.
func (p *siemEvent) read(event []byte, leef bool, ev *ingest.Event) ingest.Result {
	p.record.reset()
	r := &p.record
	columns, what := 7, 5 // version, vendor, product, its version, identifier, name, severity
	if leef {
		columns, what = 5, 4
	}
	var product []byte
	for i := range columns {
		column, rest, ok := headerColumn(event)
		if !ok {
			p.why = whySIEM
			return ingest.Unparsed
		}
		switch event = rest; i {
		case 2:
			product = column
		case what:
			r.keep(named{meansEvent, 0}, column, false)
		}
	}
	if leef {
		separator := byte('\t')
		if column, rest, ok := headerColumn(event); ok && len(column) < 6 && bytes.IndexByte(column, '=') < 0 {
			separator, event = leefSeparator(column), rest
		}
		p.split(event, separator)
	} else {
		p.extension(event)
	}
	r.torn = r.torn || !r.has(meansAddr) // the message is not searched for one
	r.value[meansUser] = p.unescaped(r.value[meansUser])
	if t := r.time(&p.clock); t != 0 {
		ev.Time = t
	}
	if r.has(meansMachine) {
		ev.Host = r.value[meansMachine]
	}
	ev.Program, ev.PID = product, r.value[meansPID]
	if p.why = r.tell(ev); p.why != "" {
		return ingest.Ignored
	}
	return ingest.Parsed
}

// headerColumn cuts a column of the header; "\|" is a part of it.
func headerColumn(b []byte) (column, rest []byte, ok bool) {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '|':
			return b[:i], b[i+1:], true
		}
	}
	return nil, nil, false
}

// leefSeparator reads the separator of LEEF 2.0: a character, or its code as
// "x5E" or "0x5E".
func leefSeparator(column []byte) byte {
	if len(column) == 1 {
		return column[0]
	}
	if code, ok := cut(bytes.TrimPrefix(column, []byte("0")), "x"); ok {
		if c, ok := hex(code, 2); ok {
			return byte(c)
		}
	}
	return '\t'
}

// split files the pairs of LEEF.
func (p *siemEvent) split(b []byte, separator byte) {
	for len(b) > 0 {
		pair := b
		if i := bytes.IndexByte(b, separator); i >= 0 {
			pair, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		if key, value, ok := bytes.Cut(pair, []byte("=")); ok {
			p.file(key, value)
		}
	}
}

// extension files the pairs of CEF. A value may hold blanks: it ends before the
// next key, which is a word with a blank before it and a "=" without a "\".
func (p *siemEvent) extension(b []byte) {
	var key []byte
	start := 0 // of the value
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' {
			i++
			continue
		}
		if b[i] != '=' {
			continue
		}
		at := i
		for at > start && isKey(b[at-1]) {
			at--
		}
		if at == i || at > 0 && b[at-1] != ' ' {
			continue // of a value that nobody escaped
		}
		p.file(key, bytes.TrimRight(b[start:max(at, start)], " "))
		key, start = b[at:i], i+1
	}
	p.file(key, bytes.TrimRight(b[start:], " "))
}

func (p *siemEvent) file(key, value []byte) {
	var space [maxName]byte
	n, ok := eventMeans[string(fold(space[:0], key))]
	if !ok || len(value) == 0 {
		return
	}
	if n.meaning == meansEvent && refuses(value) { // a firewall's verdict; the header has the event
		n = named{meansOutcome, 1}
	}
	p.record.keep(n, value, false)
}

// unescaped takes the backslashes off an account's name.
func (p *siemEvent) unescaped(b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	p.name = p.name[:0]
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) && bytes.IndexByte([]byte(`=\|`), b[i+1]) >= 0 {
			i++
		}
		p.name = append(p.name, b[i])
	}
	return p.name
}

// cutSIEM takes the mark off the head of an event.
func cutSIEM(b []byte) (event []byte, leef, ok bool) {
	if event, ok = cut(b, "CEF:"); ok {
		return event, false, true
	}
	event, ok = cut(b, "LEEF:")
	return event, true, ok
}

// cefLog reads the events alone on a line or behind a stamp and, where it is
// there, a host.
type cefLog struct{ siemEvent }

func newCEFLog(s setup) lineParser {
	return &cefLog{siemEvent{structured: structured{clock: newClock(s.Context)}}}
}

// Parse implements ingest.Parser.
func (p *cefLog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no event of CEF or LEEF"
	event, leef, ok := cutSIEM(line)
	if !ok {
		t, rest, stamped := p.isoStamp(line)
		if !stamped {
			if t, rest, stamped = p.bsdStamp(line); !stamped {
				return ingest.Unparsed
			}
		}
		rest = bytes.TrimLeft(rest, " ")
		if event, leef, ok = cutSIEM(rest); !ok {
			var host []byte
			if host, rest, _ = bytes.Cut(rest, []byte(" ")); len(host) == 0 {
				return ingest.Unparsed
			}
			if event, leef, ok = cutSIEM(rest); !ok {
				return ingest.Unparsed
			}
			ev.Host = host
		}
		ev.Time = t
	}
	return p.read(event, leef, ev)
}

// newCEF reads the events as syslog messages: their mark looks like the tag of a
// program.
func newCEF(h *shared) messenger {
	return &cefMessage{siemEvent{structured: structured{clock: newClock(h.Context)}}}
}

type cefMessage struct{ siemEvent }

// message implements messenger.
func (p *cefMessage) message(msg []byte, ev *ingest.Event) string {
	event, leef, ok := cutSIEM(msg)
	switch {
	case ok:
	case string(ev.Program) == "CEF", string(ev.Program) == "LEEF":
		event, leef = msg, ev.Program[0] == 'L'
	default:
		return whyProgram
	}
	p.read(event, leef, ev)
	return p.why
}
