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
// Up to the client's address all fields are the firewall's own. Of a record about
// an account the text in quotes tells the address behind a name that it quotes.
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

// panosSays are the texts of its system log.
var panosSays = concat(
	say(ingest.KindAuthFailure,
		"failed authentication for user '{user}'. {words} From: {addr}.",
		"failed authentication for user '{user}'. {words} From: {addr}",
		"GlobalProtect {words} user authentication failed. Login from: {addr}, {words}, User name: {user}, {text}",
		"GlobalProtect {words} user authentication failed. Login from: {addr}, User name: {user}, {text}",
		"User {user} failed authentication.  Reason: {words} From: {addr}.",
	),
	say(ingest.KindAuthSuccess,
		"authenticated for user '{user}'. {words} From: {addr}.",
		"User {user} logged in via {words} from {addr} using {words}",
		"GlobalProtect {words} user authentication succeeded. Login from: {addr}, {words}, User name: {user}, {text}",
		"GlobalProtect {words} user login succeeded. Login from: {addr}, {words}, User name: {user}, {text}",
	).exists(),
)

// message implements messenger.
func (panos) message(msg []byte, ev *ingest.Event) string {
	kind, rest, ok := bytes.Cut(msg, []byte(","))
	if !ok {
		return whyMessage
	}
	ev.Service = serviceFirewall
	action, _, _ := bytes.Cut(rest, []byte(","))
	switch string(kind) {
	case "THREAT":
		ev.Kind = ingest.KindProbe
	case "TRAFFIC":
		if ev.Kind = ingest.KindOther; refuses(action) {
			ev.Kind = ingest.KindReject
		}
	case "GLOBALPROTECT":
		if why := globalProtect(rest, ev); why == "" {
			return ""
		}
		fallthrough
	case "SYSTEM", "AUTHENTICATION":
		ev.Service = serviceVPN
		if _, text, ok := bytes.Cut(rest, []byte(`,"`)); ok {
			text, _, _ = bytes.Cut(text, []byte(`",`))
			if panosSays.tell(text, ev) {
				return ""
			}
		}
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

// globalProtect reads a record of the VPN: its version, time, system, event,
// stage, method and tunnel, then the account, region and machine, and the client's
// address. An account with a comma stands in quotes.
func globalProtect(rest []byte, ev *ingest.Event) string {
	var fields [12][]byte
	for i := range fields {
		var ok bool
		if fields[i], rest, ok = bytes.Cut(rest, []byte(",")); !ok {
			return whyMessage
		}
		if bytes.HasPrefix(fields[i], []byte(`"`)) {
			return whyMessage
		}
	}
	ev.Service, ev.User = serviceVPN, fields[8]
	var ok bool
	if ev.Src, ok = address(fields[11]); !ok {
		return whyNoClient
	}
	switch {
	case bytes.Contains(rest, []byte(",failure,")):
		ev.Kind = ingest.KindAuthFailure
	case bytes.Contains(rest, []byte(",success,")):
		ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
	default:
		ev.Kind = ingest.KindOther
	}
	return ""
}
