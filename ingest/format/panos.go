package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newPANOSLog reads the logs of Palo Alto's firewalls, comma-separated behind a
// stamp and a host or alone:
//
//	1,2026/11/20 10:00:00,SERIAL,THREAT,vulnerability,2561,2026/11/20 10:00:00,ADDR,...
//
// Up to the client's address all fields are the firewall's own.
var newPANOSLog = newOwnLog(openPANOS, func(*shared) messenger { return panos{} })

type panos struct{}

// openPANOS is an opener; the message begins with the type.
func openPANOS(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	at := bytes.Index(line, []byte("1,20"))
	if at < 0 || at > 80 || at > 0 && line[at-1] != ' ' {
		return nil, false, false
	}
	stamp, rest, ok := bytes.Cut(line[at+2:], []byte(","))
	if !ok {
		return nil, false, false
	}
	t, tail, ok := c.isoStamp(stamp)
	if !ok || len(tail) > 0 {
		return nil, false, false
	}
	_, rest, ok = bytes.Cut(rest, []byte(","))
	ev.Time = t
	return rest, true, ok
}

// message implements messenger.
func (panos) message(msg []byte, ev *ingest.Event) string {
	kind, rest, ok := bytes.Cut(msg, []byte(","))
	if !ok {
		return whyMessage
	}
	ev.Service = serviceFirewall
	switch string(kind) {
	case "THREAT":
		ev.Kind = ingest.KindProbe
	case "TRAFFIC":
		ev.Kind = ingest.KindOther
	case "SYSTEM", "GLOBALPROTECT", "AUTHENTICATION":
		p := phrases{service: serviceVPN}
		return p.message(rest, ev)
	default:
		return whyQuiet
	}
	for range 3 { // subtype, version, time
		if _, rest, ok = bytes.Cut(rest, []byte(",")); !ok {
			return whyMessage
		}
	}
	client, _, _ := bytes.Cut(rest, []byte(","))
	if ev.Src, ok = address(client); !ok {
		return whyNoClient
	}
	return ""
}
