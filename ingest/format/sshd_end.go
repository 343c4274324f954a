package format

import (
	"bytes"

	"gumshoe/ingest"
)

// ending reads the messages by which a connection ends. ok is false where msg
// is none of them.
func (p *sshd) ending(msg []byte, preauth bool, ev *ingest.Event) (why string, ok bool) {
	if rest, ok := cut(msg, "Received disconnect from "); ok {
		return p.received(rest, preauth, ev), true
	}
	if rest, ok := cut(msg, "Disconnecting: "); ok {
		return p.disconnecting(rest, ev), true
	}
	if rest, ok := cut(msg, "Disconnecting "); ok {
		return p.disconnectingPeer(rest, ev), true
	}
	rest := msg
	for _, start := range [...]string{"Connection closed by ", "Connection reset by ", "Disconnected from "} {
		if rest, ok = cut(msg, start); ok {
			break
		}
	}
	if !ok {
		return "", false
	}
	user, c, certain := lastPeer(rest)
	if !certain {
		return whySSHD, true
	}
	c.source(ev)
	// A connection that ends here without a word of authentication was a probe.
	// With "[preauth]" or a named stage sshd says that it got no further.
	before := user
	user, stage := cutStage(user)
	if stage == stageUnsaid && ev.Src.IsValid() {
		ev.Said = before // nothing, in what sshd writes
	}
	p.settle(ev, user, stage, preauth)
	return "", true
}

// stage is how far sshd says that a connection had got.
type stage uint8

const (
	stageUnsaid         stage = iota
	stageAuthenticating       // "authenticating user X"
	stageInvalid              // "invalid user X"
	stageUser                 // "user X": it was logged in
)

func cutStage(user []byte) ([]byte, stage) {
	if rest, ok := cut(user, "authenticating user "); ok {
		return rest, stageAuthenticating
	}
	if rest, ok := cut(user, "invalid user "); ok {
		return rest, stageInvalid
	}
	if rest, ok := cut(user, "user "); ok {
		return rest, stageUser
	}
	return nil, stageUnsaid
}

// settle decides what the end of a connection means, and forgets the process.
func (p *sshd) settle(ev *ingest.Event, user []byte, s stage, preauth bool) {
	proc := p.processes.of(ev)
	ev.Kind, ev.User = ingest.KindDisconnect, user
	told := proc != nil && proc.counted
	switch {
	case s == stageInvalid && proc != nil && proc.claimed:
		ev.Kind, ev.Account = ingest.KindAuthFailure, ingest.AccountAbsent
	case told || s == stageUser:
	case s == stageAuthenticating:
		ev.Kind, ev.Account = ingest.KindAuthFailure, ingest.AccountExists
	case s == stageInvalid:
		ev.Kind, ev.Account = ingest.KindInvalidUser, ingest.AccountAbsent
	case proc != nil && proc.pending:
		ev.Kind, ev.User = ingest.KindAuthFailure, proc.user()
	case preauth, proc != nil && proc.broke:
		ev.Kind = ingest.KindProbe
	}
	proc.end()
}

// received reads "ADDR[ port N]: CODE: TEXT"; the text is the client's.
func (p *sshd) received(msg []byte, preauth bool, ev *ingest.Event) string {
	c, ok := claimAt(msg, 0)
	if !ok {
		return whySSHD
	}
	c.source(ev)
	proc := p.processes.of(ev)
	if proc != nil && proc.left {
		proc.end() // a client leaves once: the process id is another connection's
	}
	proc.saw(ev.Src)
	proc.leave()
	ev.Kind = ingest.KindDisconnect
	code := bytes.TrimLeft(bytes.TrimPrefix(msg[c.end:], []byte(":")), " ")
	ev.Said = code
	switch {
	case proc != nil && proc.counted:
	case proc != nil && proc.pending:
		ev.Kind, ev.User = ingest.KindAuthFailure, proc.user()
		proc.failed()
	case bytes.HasPrefix(code, []byte("14:")), // no more authentication methods available
		bytes.HasPrefix(code, []byte("3:")) && bytes.Contains(code, []byte("Auth fail")), // JSch's words for the same
		bytes.HasPrefix(code, []byte("13:")) && preauth:                                  // cancelled by the user
		ev.Kind = ingest.KindAuthFailure
		proc.failed()
	}
	return ""
}

// disconnecting reads the reason of an old sshd, which names no peer.
func (p *sshd) disconnecting(reason []byte, ev *ingest.Event) string {
	rest, ok := cut(reason, "Too many authentication failures")
	if !ok {
		return whyQuiet
	}
	ev.User, _ = cut(rest, " for ")
	proc := p.processes.of(ev)
	p.fromProcess(proc, ev)
	ev.Kind = ingest.KindAbuse
	if proc != nil && proc.counted && !proc.pending {
		ev.Kind = ingest.KindDisconnect
	}
	return ""
}

// disconnectingPeer reads "[authenticating|invalid] user USER ADDR port N: REASON".
func (p *sshd) disconnectingPeer(msg []byte, ev *ingest.Event) string {
	user, a, ok := certainPeer(msg)
	if !ok {
		return "no certain peer in this message of sshd"
	}
	ev.Src, ev.Said = a, msg // the reason may name another account
	user, s := cutStage(user)
	p.settle(ev, user, s, true)
	return ""
}
