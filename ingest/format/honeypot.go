package format

import (
	"bytes"

	"gumshoe/ingest"
)

// Nobody honest talks to a honeypot: every connection is a probe, and every
// login an attempt, accepted or not.

var cowrieSays = concat(
	say(ingest.KindProbe, "New connection: {addr:port} ({ip}) [session: {word}]"),
	say(ingest.KindAuthFailure,
		"login attempt [{user}/{text}] failed",
		"login attempt [{user}/{text}] succeeded",
	),
)

// newCowrie reads Cowrie's text log, also through syslog.
var newCowrie = speaksBehind(func(msg []byte) []byte {
	var c clock
	if _, rest, ok := c.isoStamp(msg); ok {
		msg = bytes.TrimPrefix(rest, []byte(" "))
	}
	if _, rest, ok := bytes.Cut(msg, []byte("] ")); ok && msg[0] == '[' {
		return rest
	}
	return msg
}, serviceHoneypot, cowrieSays)

// newCowrieJSON reads Cowrie's JSON log.
func newCowrieJSON(s setup) lineParser { return &cowrieJSON{clock: newClock(s.Context)} }

type cowrieJSON struct {
	clock
	why string
}

// Parse implements ingest.Parser.
func (p *cowrieJSON) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no JSON record of Cowrie"
	if len(line) == 0 || line[0] != '{' || !bytes.Contains(line, []byte(`"cowrie.`)) {
		return ingest.Unparsed
	}
	event, _ := member(line, "eventid")
	event, ok := cut(event, "cowrie.")
	peer, _ := member(line, "src_ip")
	addr, isAddr := address(peer)
	if !ok || !isAddr {
		return ingest.Unparsed
	}
	if at, ok := member(line, "timestamp"); ok {
		ev.Time, _, _ = p.isoStamp(at)
	}
	ev.Service, ev.Src = serviceHoneypot, addr
	switch string(event) {
	case "session.connect", "command.input", "session.file_download", "session.file_upload", "direct-tcpip.request":
		ev.Kind = ingest.KindProbe
	case "login.failed", "login.success":
		ev.Kind = ingest.KindAuthFailure
		ev.User, _ = member(line, "username")
	case "session.closed":
		ev.Kind = ingest.KindDisconnect
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *cowrieJSON) Reason() string { return p.why }

// newEndlessh reads the tar pit endlessh.
var newEndlessh = speaks(serviceHoneypot,
	say(ingest.KindProbe, "ACCEPT host={addr} port={n} {words}"),
	say(ingest.KindDisconnect, "CLOSE host={addr} port={n} {words}"),
)

var newEndlesshLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.glogStamp(line); ok { // the clone in Go
		return msg, false, true
	}
	if len(line) < 20 || line[10] != 'T' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, " ")
	return msg, false, ok
}, newEndlessh)

// newSSHesameLog reads sshesame: "2022/05/06 04:53:57 [ADDR:PORT] MESSAGE".
var newSSHesameLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 20 || line[4] != '/' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, " ")
	return msg, false, ok
}, speaks(serviceHoneypot,
	say(ingest.KindAuthFailure,
		`[{addr:port}] authentication for user "{user}" with password "{text}" accepted`,
		`[{addr:port}] authentication for user "{user}" with password "{text}" rejected`,
		`[{addr:port}] authentication for user "{user}" with public key "{text}" accepted`,
		`[{addr:port}] authentication for user "{user}" with public key "{text}" rejected`,
		`[{addr:port}] authentication for user "{user}" without credentials {words}`,
	),
	say(ingest.KindProbe,
		`[{addr:port}] connection with client version "{text}" established`,
		`[{addr:port}] [channel {n}] {text}`,
	),
	say(ingest.KindDisconnect, `[{addr:port}] connection closed`),
))

// newPortsentryHistory reads portsentry.history, "1403884279 - 06/27/2014 17:51:19
// Host: NAME/ADDR Port: 1 TCP Blocked".
var newPortsentryHistory = newOwnLog(func(_ *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = epochStamp(line); !ok {
		return nil, false, false
	}
	if msg, ok = cut(msg, " - "); !ok {
		return nil, false, false
	}
	at := bytes.Index(msg, []byte(" Host: "))
	return msg[at+1:], true, at > 0
}, speaks(serviceFirewall, say(ingest.KindProbe, "Host: {word}/{addr} Port: {n} {words}")))

// newPortsentry reads portsentry, which watches unused ports.
var newPortsentry = speaks(serviceFirewall,
	say(ingest.KindProbe,
		"attackalert: {words} scan from host: {word}/{addr} to {words}",
		"attackalert: Connect from host: {word}/{addr} to {words}",
		"attackalert: SYN/Normal scan from host: {word}/{addr} to {words}",
		"Scan from: [{addr}] ({word}) protocol: [{word}] port: [{n}] type: [{word}] {words}", // since 2.0
	),
	say(ingest.KindBan, "attackalert: Host {addr} has been blocked via {words}"),
)
