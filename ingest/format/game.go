package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newSourceServerLog reads the game servers of Valve: "L 01/01/2014 - 01:25:17:
// MESSAGE". The client's command stands before its address.
var newSourceServerLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if msg, ok = cut(line, "L "); !ok {
		return nil, false, false
	}
	if len(msg) < 21 || msg[10] != ' ' {
		return nil, false, false
	}
	if i := bytes.Index(msg[:14], []byte(" - ")); i != 10 {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.dayFirst(msg); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, ": ")
	return msg, true, ok
}, speaks(serviceGame,
	say(ingest.KindAuthFailure,
		`Bad Rcon: "{text}" from "{addr:port}"`,
		`Bad rcon_password from "{addr:port}"`,
		`rcon from "{addr:port}": Bad Password`,
	),
	say(ingest.KindAbuse,
		`Banning {addr} for rcon hacking attempts`,
		`Addip: "{text}" was banned by IP "{text}" by "{words}" (IP "{addr}")`,
		`rcon from "{addr:port}": Banned`,
	),
	say(ingest.KindConnect, `"{user}<{n}><{word}><>" connected, address "{addr:port}"`),
	say(ingest.KindOther, `Rcon: "{text}" from "{addr:port}"`, `rcon from "{addr:port}": command "{text}"`),
))

// newMurmurLog reads Mumble's server: "<W>2026-11-20 10:00:00.123 MESSAGE".
var newMurmurLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 24 || line[0] != '<' || line[2] != '>' || !letter(line[1]) {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.isoStamp(line[3:]); !ok {
		return nil, false, false
	}
	msg, ok = cut(msg, " ")
	return msg, true, ok
}, newMurmur)

// murmur remembers the addresses of sessions: who has signed in is told by the session
// alone, "1 => <5:anna(12)> Authenticated".
type murmur struct {
	*shared
	says messenger
}

func newMurmur(h *shared) messenger { return &murmur{h, murmurSays(h)} }

// message implements messenger.
func (p *murmur) message(msg []byte, ev *ingest.Event) string {
	if why := p.says.message(msg, ev); why != "" {
		return why
	}
	id, _, ok := bytes.Cut(msg, []byte(":"))
	if !ok || len(id) == 0 {
		return ""
	}
	ev.PID = id
	session := p.processes.of(ev)
	switch ev.Kind {
	case ingest.KindConnect:
		session.saw(ev.Src)
	case ingest.KindAuthSuccess:
		ev.Src = session.addr
	case ingest.KindDisconnect:
		ev.Src = session.addr
		session.end()
	}
	return ""
}

var murmurSays = speaks(serviceVoice,
	say(ingest.KindAuthFailure,
		"{word} => <{n}:{user}({word})> Rejected connection from {addr:port}: Invalid server password",
		"{word} => <{n}:{user}({word})> Rejected connection from {addr:port}: Wrong certificate or password for existing user",
		"{word} => <{n}:{user}({word})> Rejected connection from {addr:port}: Wrong password for user",
	),
	say(ingest.KindReject, "{word} => <{text}> Rejected connection from {addr:port}: {words}"),
	say(ingest.KindAbuse, "{word} => Ignoring connection: {addr:port} ({words})"),
	say(ingest.KindConnect, "{word} => <{text}> New connection: {addr:port}"),
	say(ingest.KindAuthSuccess, "{word} => <{n}:{user}({word})> Authenticated").exists(),
	say(ingest.KindDisconnect, "{word} => <{n}:{user}({word})> Connection closed: {words}"),
)

// newTeamSpeakLog reads TeamSpeak: "2022-12-29 11:39:26.009756|INFO    |Query         |   |MESSAGE".
var newTeamSpeakLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.isoStamp(line); !ok || len(msg) == 0 || msg[0] != '|' {
		return nil, false, false
	}
	for range 4 {
		if _, msg, ok = bytes.Cut(msg, []byte("|")); !ok {
			return nil, false, false
		}
	}
	return msg, true, true
}, speaks(serviceVoice,
	say(ingest.KindAuthFailure, `query from {n} {addr:port} attempted to login with account "{user}" and failed!`),
	say(ingest.KindAbuse,
		"query from {n} {addr:port} banned for {words}",
		"query client connected from {addr:port} but is banned{words}",
		"Dropping client {addr:port} {words}",
	),
	say(ingest.KindAuthSuccess, `query client {n} '{user}' logged in from {addr:port}{words}`).exists(),
	say(ingest.KindConnect, `client connected '{user}'(id:{n}) from {addr:port}`),
	say(ingest.KindDisconnect, `client disconnected '{user}'(id:{n}) reason '{text}'`),
))

// newMinecraftLog reads Minecraft's server: "[10:00:00] [Server thread/INFO]:
// MESSAGE". Players have names without blanks; what they say in the chat stands
// behind theirs in angle brackets.
var newMinecraftLog = newOwnLog(func(_ *clock, line []byte, _ *ingest.Event) (msg []byte, sure, ok bool) {
	head, msg, ok := bytes.Cut(line, []byte("/INFO]: "))
	if !ok || len(head) < 12 || len(head) > 48 || head[0] != '[' || !bytes.Contains(head, []byte("] [")) {
		return nil, false, false
	}
	var s civil
	_, ok = clockTime(head[1:], &s)
	return msg, true, ok
}, speaks(serviceGame,
	say(ingest.KindAuthSuccess, "{word}[/{addr:port}] logged in with entity id {n} at ({words})"),
	say(ingest.KindReject,
		"Disconnecting {word} (/{addr:port}): You are not white{words}",
		"Disconnecting com.mojang.authlib.GameProfile@{word} (/{addr:port}): You are not white{words}",
		"com.mojang.authlib.GameProfile@{word} (/{addr:port}) lost connection: You are not white{words}",
	),
	say(ingest.KindDisconnect, "/{addr:port} lost connection: {text}", "com.mojang.authlib.GameProfile@{word} (/{addr:port}) lost connection: {text}"),
	say(ingest.KindConnect, "Rcon connection from: /{addr:port}"),
))
