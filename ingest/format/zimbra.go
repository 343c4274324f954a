package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// newZimbraLog reads Zimbra's audit.log and mailbox.log:
//
//	2026-11-20 10:00:00,123 WARN  [THREAD] [name=NAME;ip=OWN;oip=ADDR;ua=AGENT;] CATEGORY - MESSAGE
//
// oip is the client behind Zimbra's own proxy, ip the peer. The thread's name
// holds the path of the request and ua the agent, both the client's.
var newZimbraLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	level, msg, ok := bytes.Cut(bytes.TrimPrefix(msg, []byte(" ")), []byte(" "))
	msg = bytes.TrimLeft(msg, " ")
	return msg, false, ok && isLevel(level) && len(msg) > 0 && msg[0] == '['
}, newZimbra)

type zimbra struct{}

func newZimbra(*shared) messenger { return zimbra{} }

// zimbraSays stand behind the category.
var zimbraSays = concat(
	say(ingest.KindAuthFailure,
		"security - cmd=Auth; account={user}; protocol={word}; error={text}",
		"security - cmd=AdminAuth; account={user}; error={text}",
		"imap - authentication failed for [{user}] ({words})",
		"pop - authentication failed for [{user}] ({words})",
		"smtp - authentication failed for [{user}] ({words})",
		"SoapEngine - handler exception: authentication failed for [{user}], {words}",
	),
	say(ingest.KindAuthFailure, "security - cmd=Auth; account={user}; error=account not found{text}",
		"SoapEngine - handler exception: authentication failed for [{user}], account not found").absent(),
	say(ingest.KindAuthSuccess, "security - cmd=Auth; account={user}; protocol={word};", "security - cmd=AdminAuth; account={user};").exists(),
)

// message implements messenger.
func (zimbra) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceIMAP
	src, rest, ok := zimbraClient(msg)
	if !ok {
		return whyMessage
	}
	for b := rest; ; { // an agent may hold what parts the fields: the first category that speaks is Zimbra's or none
		var found bool
		if _, b, found = bytes.Cut(b, []byte("] ")); !found {
			return whyMessage
		}
		if zimbraSays.tell(b, ev) {
			ev.Src = src
			return ""
		}
	}
}

// zimbraClient finds the client among the fields behind the thread. Where a path
// or an agent imitates a field with another address there is none.
func zimbraClient(msg []byte) (a netip.Addr, rest []byte, ok bool) {
	for _, field := range [...]string{"oip=", "ip="} {
		count := 0
		for b := msg; ; {
			i := bytes.Index(b, []byte(field))
			if i < 0 {
				break
			}
			begins := i > 0 && (b[i-1] == '[' || b[i-1] == ';')
			b = b[i+len(field):]
			end := bytes.IndexAny(b, ";]")
			if !begins || end < 0 {
				continue
			}
			other, isAddr := address(b[:end])
			if count++; count == 1 {
				a, ok, rest = other, isAddr, b
			} else if other != a {
				return netip.Addr{}, rest, ok
			}
		}
		if ok {
			return a, rest, true
		}
	}
	return a, nil, false
}
