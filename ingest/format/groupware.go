package format

import (
	"bytes"

	"gumshoe/ingest"
)

// sogoLogin reads SOGo, which logs the whole X-Forwarded-For of its proxy as the
// client:
//
//	SOGoRootPage Login from '192.0.2.1, 198.51.100.2' for user 'NAME' might not have worked - password policy: ...
func sogoLogin(msg []byte, ev *ingest.Event) bool {
	rest, ok := cut(msg, "SOGoRootPage Login from '")
	if !ok {
		return false
	}
	client, rest, ok := bytes.Cut(rest, []byte("' for user '"))
	end := bytes.LastIndex(rest, []byte("' might not have worked"))
	if !ok || end < 0 {
		return false
	}
	ev.Kind, ev.User = ingest.KindAuthFailure, rest[:end]
	if a, ok := clientAddress(client); ok {
		ev.Src = a
	}
	return true
}

// drupal reads Drupal's syslog module, whose default format is
// !base_url|!timestamp|!type|!ip|!request_uri|!referer|!uid|!link|!message. The
// address stands before all that a client chooses; the message is what follows
// the last bar, if an account's number and a link precede it.
type drupal struct{}

func newDrupal(*shared) messenger { return drupal{} }

// message implements messenger.
func (drupal) message(msg []byte, ev *ingest.Event) string {
	if !bytes.HasPrefix(msg, []byte("http")) {
		return whyMessage
	}
	var head [4][]byte
	rest := msg
	for i := range head {
		var ok bool
		if head[i], rest, ok = bytes.Cut(rest, []byte("|")); !ok {
			return whyMessage
		}
	}
	a, ok := address(head[3])
	if _, isTime := number(head[1]); !ok || len(head[1]) != 10 && !isTime {
		return whyMessage
	}
	last := bytes.LastIndexByte(rest, '|')
	if last < 0 {
		return whyMessage
	}
	said := rest[last+1:]
	ev.Src, ev.Service = a, serviceApp
	if name, ok := cut(said, "Session opened for "); ok && string(head[2]) == "user" && bytes.Count(msg, []byte("|")) == 8 { // no bar is a client's, as the message of "page not found" is
		ev.Kind, ev.User = ingest.KindAuthSuccess, bytes.TrimSuffix(name, []byte("."))
		return ""
	}
	user, ok := drupalUser(said)
	if !ok {
		return whyQuiet
	}
	ev.Kind, ev.User = ingest.KindAuthFailure, user
	return ""
}

// drupalUser reads "Login attempt failed for NAME." and "... from NAME.", which
// older versions write.
func drupalUser(said []byte) ([]byte, bool) {
	for _, start := range [...]string{"Login attempt failed for ", "Login attempt failed from ", "Flood control blocked login attempt for "} {
		if name, ok := cut(said, start); ok {
			return bytes.TrimSuffix(name, []byte(".")), true
		}
	}
	return nil, false
}
