package format

import (
	"bytes"

	"gumshoe/ingest"
)

// lighttpdSays are the messages of lighttpd's mod_auth, in all its spellings:
// the path and the name are the client's, and the address ends the message.
var lighttpdSays = concat(
	say(ingest.KindAuthFailure,
		"password doesn't match for {text} username: {user}, IP: {addr}",
		"password doesn't match for {text} username: {user} IP: {addr}",
		"password doesn't match {text} username: {user}, IP: {addr}",
		"digest: auth failed for {user}: wrong password, IP: {addr}",
		"digest: auth failed for {user}: wrong password IP: {addr}",
		"get_password failed, IP: {addr}",
		"get_password failed IP: {addr}",
	),
	say(ingest.KindProbe,
		"digest: auth failed: uri mismatch ({text}), IP: {addr}",
		"digest: auth failed: uri mismatch ({text}) IP: {addr}",
		"digest: auth failed: {words}, IP: {addr}",
	),
)

// lighttpd reads "(mod_auth.c.853) MESSAGE" through syslog; what is no message of
// mod_auth comes from an application behind the server.
type lighttpd struct{ apps messenger }

func newLighttpd(h *shared) messenger { return lighttpd{newApps(h)} }

// message implements messenger.
func (p lighttpd) message(msg []byte, ev *ingest.Event) string {
	inner, ok := cutSourceLine(msg)
	if ok && lighttpdSays.tell(inner, ev) {
		ev.Service = serviceApp
		ev.User = bytes.TrimSpace(ev.User) // 1.4 puts two blanks before it, or one behind
		return ""
	}
	return p.apps.message(msg, ev)
}

// cutSourceLine takes off lighttpd's file and line, "(mod_auth.c.853) ". Some
// releases forget the first parenthesis.
func cutSourceLine(msg []byte) (rest []byte, ok bool) {
	file, rest, ok := bytes.Cut(bytes.TrimPrefix(msg, []byte("(")), []byte(") "))
	if !ok || len(file) > 48 || bytes.IndexByte(file, ' ') >= 0 {
		return nil, false
	}
	at := bytes.LastIndex(file, []byte(".c."))
	return rest, at > 0 && digits(file[at+len(".c."):])
}

// newLighttpdLog reads error.log: "2018-01-16 14:10:32: (mod_auth.c.525) MESSAGE".
var newLighttpdLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	if msg, ok = cut(msg, ": "); !ok {
		return nil, false, false
	}
	_, ok = cutSourceLine(msg)
	return msg, false, ok
}, newLighttpd)
