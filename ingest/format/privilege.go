package format

import (
	"bytes"

	"gumshoe/ingest"
)

// sudo reads "USER : [N incorrect password attempts ; ]TTY=... ; COMMAND=...".
type sudo struct{ *shared }

func newSudo(h *shared) messenger { return &sudo{h} }

// message implements messenger.
func (p *sudo) message(msg []byte, ev *ingest.Event) string {
	user, rest, ok := bytes.Cut(bytes.TrimLeft(msg, " "), []byte(" : "))
	if !ok {
		return whyQuiet
	}
	ev.Service, ev.User, ev.Account = ingest.ServiceSudo, user, ingest.AccountExists
	first, _, _ := bytes.Cut(rest, []byte(" ; "))
	if count, _, ok := bytes.Cut(first, []byte(" incorrect password attempt")); ok {
		n, ok := number(count)
		if !ok {
			return whyQuiet
		}
		ev.Kind, ev.Count = ingest.KindAuthFailure, max(n, 1)
		p.seen.sudo = true
		return ""
	}
	switch {
	case bytes.HasSuffix(first, []byte("NOT in sudoers")), string(first) == "command not allowed":
		ev.Kind = ingest.KindReject
	case bytes.Contains(rest, []byte("COMMAND=")):
		ev.Kind = ingest.KindSession
	default:
		return whyQuiet
	}
	return ""
}

// su reads "FAILED SU (to ROOT) USER on TTY" and its kin. The account is the one
// that was asked for.
type su struct{}

func newSu(*shared) messenger { return su{} }

// message implements messenger.
func (su) message(msg []byte, ev *ingest.Event) string {
	ev.Service, ev.Account = ingest.ServiceLogin, ingest.AccountExists
	failed := true
	rest, ok := cut(msg, "FAILED SU (to ")
	if !ok {
		if rest, ok = cut(msg, "FAILED su for "); !ok {
			failed = false
			if rest, ok = cut(msg, "(to "); !ok {
				if rest, ok = cut(msg, "Successful su for "); !ok {
					return whyQuiet
				}
			}
		}
	}
	ev.Kind = ingest.KindSession
	if failed {
		ev.Kind = ingest.KindAuthFailure
	}
	if i := bytes.IndexAny(rest, ") "); i >= 0 {
		rest = rest[:i]
	}
	ev.User = rest
	return ""
}
