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
	p.record.value[meansEvent] = logonEvent(element(line, "EventID"))
	p.record.heard |= listen(p.record.value[meansEvent])
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

// logonEvent puts the numbers of logon events into words.
func logonEvent(id []byte) []byte {
	switch string(id) {
	case "4625", "4776", "4771", "529", "18456", "6273":
		return []byte("login failed")
	case "4624", "528", "540":
		return []byte("login succeeded")
	}
	return nil
}
