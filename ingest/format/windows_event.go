package format

import (
	"bytes"

	"gumshoe/ingest"
)

// windowsEvent reads events of the Windows event log as XML, one on a line:
// logons, and IIS when it logs to the event log.
//
//	<Event ...><System>...<EventID>4625</EventID>...<TimeCreated SystemTime="..."/>...</System><EventData><Data Name="IpAddress">ADDR</Data>...
//
// Values are escaped by the system: no client can add a field.
type windowsEvent struct{ structured }

func newWindowsEvent(s setup) lineParser {
	return &windowsEvent{structured{clock: newClock(s.Context)}}
}

// Parse implements ingest.Parser.
func (p *windowsEvent) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	if !bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("<Event ")) {
		p.why = "no event of Windows"
		return ingest.Unparsed
	}
	p.record.reset()
	if t := between(line, "SystemTime=", ">"); len(t) > 2 {
		p.record.value[meansTime] = bytes.Trim(t, `"'/ `)
	}
	p.record.value[meansEventID] = element(line, "EventID")
	for rest := line; ; {
		_, after, ok := bytes.Cut(rest, []byte("<Data Name="))
		if !ok {
			break
		}
		name, after, ok := bytes.Cut(after, []byte(">"))
		value, after, closed := bytes.Cut(after, []byte("</Data>"))
		if !ok || !closed {
			break
		}
		if name = bytes.Trim(name, `"' /`); string(name) != "date" && string(name) != "time" {
			p.record.set(nil, name, value, false)
		}
		rest = after
	}
	r := p.finish(ev)
	if ev.Service == serviceApp {
		ev.Service = ingest.ServiceLogin
	}
	return r
}

func between(b []byte, start, end string) []byte {
	_, rest, ok := bytes.Cut(b, []byte(start))
	if !ok {
		return nil
	}
	value, _, ok := bytes.Cut(rest, []byte(end))
	if !ok {
		return nil
	}
	return value
}

// element returns the text of the first element of a name.
func element(b []byte, name string) []byte {
	_, text, _ := bytes.Cut(between(b, "<"+name, "</"+name+">"), []byte(">"))
	return text
}

// logon reports whether a record is an event of Windows about somebody who logs on,
// and what became of it. Its number decides, whatever the words say: their language is
// the machine's. The answer 0 means that a ticket was granted.
func (r *record) logon() (t tone, ok bool) {
	switch string(r.value[meansEventID]) {
	case "4768", "4776":
		switch string(r.value[meansOutcome]) {
		case "0x0":
			return r.nobody(toneSucceeded), true
		case "0x6", "0x12", "0x18", "0xc0000064", "0xc000006a", "0xc000006d", "0xC0000064", "0xC000006A", "0xC000006D", "0xc0000072", "0xC0000072":
			return toneFailed, true
		}
		return 0, true
	case "6273":
		r.value[meansAddr] = nil // the access server's that asked, not the client's
		return toneFailed, true
	}
	t = logonTone(r.value[meansEventID])
	return r.nobody(t), t != 0
}

// nobody takes the success from a session without an account, which everybody gets.
func (r *record) nobody(t tone) tone {
	if user := r.account(); t == toneSucceeded && (len(user) == 0 || anyFold(user, "anonymous logon")) {
		return 0
	}
	return t
}

// logonTone is what the number of a logon event tells alone.
func logonTone(id []byte) tone {
	switch string(id) {
	case "4625", "4771", "529", "18456":
		return toneFailed
	case "4624", "528", "540":
		return toneSucceeded
	}
	return 0
}
