package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// securityEvents are the events that say something of a client, by name.
var securityEvents = map[string]ingest.Kind{
	"InvalidPassword":         ingest.KindAuthFailure,
	"ChallengeResponseFailed": ingest.KindAuthFailure,
	"AuthMethodNotAllowed":    ingest.KindAuthFailure,
	"InvalidAccountID":        ingest.KindAuthFailure,
	"FailedACL":               ingest.KindReject,
	"InvalidTransport":        ingest.KindReject,
	"RequestNotAllowed":       ingest.KindReject,
	"RequestNotSupported":     ingest.KindReject,
	"RequestBadFormat":        ingest.KindProbe,
	"UnexpectedAddress":       ingest.KindReject,
	"SessionLimit":            ingest.KindAbuse,
	"LoadAverageLimit":        ingest.KindOther,
	"MemoryLimit":             ingest.KindOther,
	"SuccessfulAuth":          ingest.KindAuthSuccess,
	"ChallengeSent":           ingest.KindOther,
}

// securityEvent reads NAME",KEY="VALUE",... in which AccountID and SessionID are
// the caller's and may hold any of the marks. They stand before RemoteAddress;
// what stands behind it may be the caller's too, and then two different
// addresses are no answer.
func securityEvent(b []byte, ev *ingest.Event) string {
	name, rest, _ := bytes.Cut(b, []byte(`"`))
	kind, ok := securityEvents[string(name)]
	if !ok {
		return whyMessage
	}
	if _, user, ok := bytes.Cut(rest, []byte(`,AccountID="`)); ok {
		if i := bytes.Index(user, []byte(`",SessionID="`)); i >= 0 {
			ev.User = user[:i]
		}
	}
	ev.Kind = kind
	if string(name) == "InvalidAccountID" {
		ev.Account = ingest.AccountAbsent
	}
	const mark = `,RemoteAddress="`
	at := bytes.LastIndex(rest, []byte(mark))
	if at < 0 {
		return "names no client"
	}
	peer, tail, _ := bytes.Cut(rest[at+len(mark):], []byte(`"`))
	addr, ok := remoteAddress(peer)
	if !ok {
		return "names no client"
	}
	if len(tail) > 0 && bytes.Count(rest, []byte(mark)) > 1 {
		return "" // which of them is Asterisk's cannot be told
	}
	ev.Src = addr
	return ""
}

// remoteAddress reads Asterisk's "IPV4/UDP/192.0.2.1/5070".
func remoteAddress(b []byte) (a netip.Addr, ok bool) {
	family, rest, ok := bytes.Cut(b, []byte("/"))
	if !ok || !bytes.HasPrefix(family, []byte("IPV")) {
		return a, false
	}
	if _, rest, ok = bytes.Cut(rest, []byte("/")); !ok {
		return a, false
	}
	host, _, _ := bytes.Cut(rest, []byte("/"))
	return address(host)
}
