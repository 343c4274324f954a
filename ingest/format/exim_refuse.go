package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// eximRefusal reads the messages in which "H=PEER" stands among other fields:
// what an ACL, a scanner or the protocol refused.
func eximRefusal(msg []byte, ev *ingest.Event) string {
	addr, rest, ok := eximClient(msg)
	if !ok {
		return whyMessage
	}
	kind, user, ok := eximRefused(msg, rest)
	if !ok {
		return whyQuiet
	}
	ev.Src, ev.Kind, ev.User = addr, kind, user
	if kind == ingest.KindUserUnknown {
		ev.Account = ingest.AccountAbsent
	}
	return ""
}

// eximClient finds the client of a message. One that begins with "H=" names it
// there; in others the sender or a command stands before it, and places that
// name different clients are no answer.
func eximClient(msg []byte) (a netip.Addr, rest []byte, ok bool) {
	if b, found := cut(msg, "H="); found {
		return eximPeer(b)
	}
	for _, mark := range [...]string{" H=", " (host="} {
		for b := msg; ; {
			var found bool
			if _, b, found = bytes.Cut(b, []byte(mark)); !found {
				break
			}
			other, behind, isPeer := eximPeer(b)
			switch {
			case !isPeer:
			case !ok:
				a, rest, ok = other, behind, true
			case other != a:
				return a, nil, false
			}
		}
	}
	return a, rest, ok
}

// eximRefused classifies the words of a refusal; behind is what follows the
// client.
func eximRefused(msg, behind []byte) (kind ingest.Kind, user []byte, ok bool) {
	has := func(b []byte, s string) bool { return bytes.Contains(b, []byte(s)) }
	switch {
	case has(behind, "rejected RCPT "):
		_, rcpt, _ := bytes.Cut(behind, []byte("rejected RCPT "))
		rcpt, words, _ := bytes.Cut(rcpt, []byte(": "))
		rcpt = bytes.TrimSuffix(bytes.TrimPrefix(rcpt, []byte("<")), []byte(">"))
		kind = eximReason(words)
		if kind == ingest.KindRelayDenied {
			rcpt = nil
		}
		return kind, rcpt, true
	case bytes.HasPrefix(msg, []byte("SMTP protocol ")), bytes.HasPrefix(msg, []byte("SMTP syntax error ")):
		return ingest.KindAbuse, nil, true
	case bytes.HasPrefix(msg, []byte("SA: Action: ")):
		return ingest.KindReject, nil, !bytes.HasPrefix(msg, []byte("SA: Action: scanned"))
	case has(behind, "AUTH command used when not advertised"), has(behind, "rejected AUTH"):
		return ingest.KindAbuse, nil, true
	case has(behind, "reylist"):
		return ingest.KindOther, nil, true // asked to come back later, as everyone is
	case has(behind, "rejected "), has(behind, "dropped "), has(behind, "sender verify fail for "),
		bytes.HasPrefix(msg, []byte("unqualified ")):
		return ingest.KindReject, nil, true
	}
	return 0, nil, false
}

// eximReason classifies why a recipient was refused, in the words that Exim and
// the common configurations use.
func eximReason(words []byte) ingest.Kind {
	lower := bytes.ToLower(words)
	for _, r := range [...]phrase{
		{"relay not permitted", ingest.KindRelayDenied},
		{"relaying denied", ingest.KindRelayDenied},
		{"greylist", ingest.KindOther},
		{"unknown user", ingest.KindUserUnknown},
		{"user unknown", ingest.KindUserUnknown},
		{"no such user", ingest.KindUserUnknown},
		{"unrouteable address", ingest.KindUserUnknown},
		{"unroutable address", ingest.KindUserUnknown},
	} {
		if bytes.Contains(lower, []byte(r.start)) {
			return r.kind
		}
	}
	return ingest.KindReject
}
