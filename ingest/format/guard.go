package format

import (
	"bytes"

	"gumshoe/ingest"
)

// Other guards of the same machine: what they banned is evidence.

// newFail2ban reads fail2ban through syslog: "NOTICE [sshd] Ban ADDR".
var newFail2ban = speaksBehind(func(msg []byte) []byte {
	if rest, ok := cut(msg, "fail2ban."); ok { // the name that its own file has too, "fail2ban.actions [77]: "
		if head, said, ok := bytes.Cut(rest, []byte("]: ")); ok && len(head) < 48 {
			msg = said
		}
	}
	for _, level := range [...]string{"NOTICE", "INFO", "WARNING", "ERROR", "CRITICAL", "DEBUG"} {
		if rest, ok := cut(msg, level); ok {
			return bytes.TrimLeft(rest, " :")
		}
	}
	return msg
}, ingest.ServiceFail2ban,
	say(ingest.KindBan, "[{word}] Ban {addr}", "[{word}] Restore Ban {addr}", "[{word}] Increase Ban {addr} ({words})"),
	say(ingest.KindOther,
		"[{word}] Found {addr}[[ - {words}]]",
		"[{word}] Unban {addr}",
		"[{word}] {addr} already banned",
		"[{word}] Ignore {addr} by {words}",
		"[{word}] Already banned {addr}",
	),
)

// newFail2banLog reads fail2ban.log: "2026-11-20 10:00:00,123 fail2ban.actions
// [1234]: NOTICE  [sshd] Ban ADDR".
var newFail2banLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	if msg, ok = cut(msg, " fail2ban."); !ok {
		return nil, false, false
	}
	if head, rest, found := bytes.Cut(msg, []byte(": ")); found && len(head) < 48 {
		msg = rest
	}
	return msg, true, true
}, newFail2ban)

// newLFD reads the login failure daemon of ConfigServer's firewall.
var newLFD = speaks(serviceFirewall,
	say(ingest.KindBan,
		"({word}) {words} from {addr} ({text}): {count} in the last {n} secs - *Blocked in csf*{words}",
		"({word}) {words} from {addr}: {count} in the last {n} secs - *Blocked in csf*{words}",
		"*Port Scan* detected from {addr} ({text}). {n} hits in the last {n} seconds - *Blocked in csf*{words}",
		"*Blocked in csf* {addr} {words}",
	),
	say(ingest.KindAuthFailure, "({word}) Failed {words} login from {addr} ({text}){words}"),
)

// newSuricataFast reads Suricata's and Snort's fast log: "07/11/2022-10:29:01.860293
// [**] [1:2:3] NAME [**] [Classification: ...] [Priority: 3] {TCP} ADDR:PORT -> ADDR:PORT".
var newSuricataFast = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.dayFirst(line); !ok {
		if ev.Time, msg, ok = c.yearlessUS(line); !ok {
			return nil, false, false
		}
	}
	if msg, ok = cut(bytes.TrimLeft(msg, " "), "[**] ["); !ok { // behind two blanks; behind one of Snort 3
		return nil, false, false
	}
	at := bytes.LastIndex(msg, []byte("} "))
	if at < 0 {
		return nil, false, false
	}
	return msg[at+2:], true, true
}, speaks(serviceIDS, say(ingest.KindProbe, "{addr:port} -> {ip}", "{addr} -> {ip}")))

// newSuricataEVE reads Suricata's eve.json, in which alerts stand among the flows.
func newSuricataEVE(s setup) lineParser { return &suricataEVE{clock: newClock(s.Context)} }

type suricataEVE struct {
	clock
	why string
}

// Parse implements ingest.Parser.
func (p *suricataEVE) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no record of Suricata"
	if len(line) == 0 || line[0] != '{' || !bytes.Contains(line, []byte(`"event_type"`)) {
		return ingest.Unparsed
	}
	kind, ok := member(line, "event_type")
	if !ok || string(kind) != "alert" && !bytes.Contains(line, []byte(`"flow_id"`)) { // other programs have types of events too
		return ingest.Unparsed
	}
	peer, _ := member(line, "src_ip")
	if ev.Src, ok = address(peer); !ok {
		p.why = "names no client"
		return ingest.Ignored
	}
	if at, ok := member(line, "timestamp"); ok {
		ev.Time, _, _ = p.isoStamp(at)
	}
	ev.Service = serviceIDS
	if string(kind) == "alert" {
		ev.Kind = ingest.KindProbe
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *suricataEVE) Reason() string { return p.why }
