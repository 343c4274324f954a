package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// requestOf returns what Dovecot 2.4 puts behind its process's name, where 2.3
// has a number or nothing:
//
//	auth(USER,ADDR,sasl:plain)<SESSION>: sql: Password mismatch
//	auth-worker(USER,ADDR)<PID><SESSION>: request [12]: sql: Password mismatch
func requestOf(process []byte) (inner []byte, ok bool) {
	_, rest, ok := bytes.Cut(process, []byte("("))
	if !ok || len(rest) == 0 || rest[len(rest)-1] != '>' {
		return nil, false
	}
	inner, _, ok = bytes.Cut(rest, []byte(")<"))
	return inner, ok && bytes.IndexByte(inner, ',') >= 0
}

// request reads a message of the auth process of Dovecot 2.4, of which the head
// names the account and the client. auth_username_chars keeps parentheses out of
// an account's name; where somebody allowed all characters, a second end of a
// head in the message shows that the first may be the client's text.
func (p *dovecot) request(inner, msg []byte, ev *ingest.Event) string {
	worker := bytes.HasPrefix(msg, []byte("request ["))
	for words := msg; ; {
		for _, r := range refusals {
			if !bytes.HasPrefix(words, []byte(r.words)) {
				continue
			}
			ev.Kind, ev.Account = ingest.KindAuthFailure, r.account
			if ev.User, ev.Src = authPeer(inner); bytes.Contains(msg, []byte(")<")) {
				ev.Src = netip.Addr{}
			}
			if worker || p.known.dovecot { // the process that asked, or the one that was asked, tells of it too
				ev.Count = 0
			}
			return ""
		}
		head, rest, ok := bytes.Cut(words, []byte(": "))
		if !ok || bytes.IndexByte(head, '(') >= 0 {
			return whyQuiet
		}
		words = rest
	}
}
