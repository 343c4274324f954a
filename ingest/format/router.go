package format

import (
	"bytes"

	"gumshoe/ingest"
)

// routerOSSays are the messages of MikroTik's RouterOS.
var routerOSSays = concat(
	say(ingest.KindAuthFailure,
		"login failure for user {user} from {addr} via {word}",
		"user {user} authentication failed",
		"{word}: user {user} authentication failed",
	),
	say(ingest.KindProbe,
		"{addr} failed to get valid proposal.",
		"{addr} failed to pre-process ph1 packet{words}",
		"phase1 negotiation failed[[ due to {words}]] {ip}[{n}]<=>{addr}[{n}][[ {words}]]",
	),
	say(ingest.KindConnect, "TCP connection established from {addr}"),
	say(ingest.KindAuthSuccess,
		"user {user} logged in from {addr} via {word}",
		"publickey accepted for user: {user} from: {addr}",
	).exists(),
	say(ingest.KindSession, "user {user} logged out from {addr} via {word}").exists(),
	say(ingest.KindReject, // a rule that logs; what it does with the packet, its prefix tells at best
		"{words}in:{words} out:{words}proto {words}, {addr:port}->{ip}, {words}",
		"{words}in:{words} out:{words}proto {words}, {addr}->{ip}, {words}",
	),
)

var newRouterOS = speaks(serviceRouter, routerOSSays)

// newRouterOSLog reads RouterOS over syslog, where the topics of a message stand
// in place of a program: "Feb 15 11:25:46 gw system,error,critical MESSAGE".
var newRouterOSLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	b := line
	if rest, found := priority(b); len(b) > 0 && b[0] == '<' && found {
		b = rest
	}
	if ev.Time, msg, ok = c.isoStamp(b); !ok {
		if ev.Time, msg, ok = c.bsdStamp(b); !ok {
			if ev.Time, msg, ok = c.routerStamp(b); !ok {
				return nil, false, false
			}
		}
	}
	if msg, ok = cut(msg, " "); !ok {
		return nil, false, false
	}
	if topics, rest, found := bytes.Cut(msg, []byte(" ")); found && isTopics(topics) {
		return rest, true, true // the router's own file
	}
	host, msg, _ := bytes.Cut(msg, []byte(" "))
	topics, msg, _ := bytes.Cut(msg, []byte(" "))
	if !isTopics(topics) {
		return nil, false, false
	}
	ev.Host, ev.Program = host, topics
	return msg, true, true
}, newRouterOS)

// routerStamp reads what RouterOS 6 writes into files of its own, "nov/20/2026 15:04:05",
// and "nov/20 15:04:05" within a year.
func (c *clock) routerStamp(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 15 || b[3] != '/' {
		return 0, nil, false
	}
	var s civil
	s.month = monthName([]byte{b[0] &^ 0x20, b[1], b[2]})
	if s.day, ok = two(b[4:]); !ok {
		return 0, nil, false
	}
	if b = b[6:]; b[0] == '/' {
		if s.year, ok = four(b[1:]); !ok {
			return 0, nil, false
		}
		b = b[5:]
	}
	if b[0] != ' ' {
		return 0, nil, false
	}
	if rest, ok = clockTime(b[1:], &s); !ok || !s.valid() {
		return 0, nil, false
	}
	return c.instant(&s), rest, true
}

// isTopics recognises "system,error,critical".
func isTopics(b []byte) bool {
	first, rest, ok := bytes.Cut(bytes.TrimSuffix(b, []byte(":")), []byte(","))
	if !ok || len(rest) == 0 {
		return false
	}
	for _, c := range rest {
		if !letter(c) && c != ',' && c != '-' {
			return false
		}
	}
	switch string(first) {
	case "system", "firewall", "dhcp", "ppp", "pptp", "l2tp", "sstp", "ipsec", "ovpn", "wireless", "interface", "account", "info", "warning",
		"error", "critical", "script", "hotspot", "dns", "route", "web-proxy", "radius", "ssh", "e-mail", "caps", "certificate":
		return true
	}
	return false
}
