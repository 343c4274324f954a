package format

import (
	"bytes"

	"gumshoe/ingest"
)

// refusal reads the messages by which sshd turns a client away, other than by a
// failed method. ok is false where msg is none of them.
func (p *sshd) refusal(msg []byte, ev *ingest.Event) (why string, ok bool) {
	switch msg[0] {
	case 'm':
		if rest, ok := cut(msg, "maximum authentication attempts exceeded for "); ok {
			return p.tooMany(rest, ev), true
		}
	case 'U':
		if rest, ok := cut(msg, "User "); ok {
			return p.notAllowed(rest, ev), true
		}
	case 'P':
		if rest, ok := cut(msg, "PAM: "); ok {
			return p.pamError(rest, ev), true
		}
		if rest, ok := cut(msg, "Postponed "); ok {
			return p.postponed(rest, ev), true
		}
	case 'R':
		if rest, ok := cut(msg, "ROOT LOGIN REFUSED FROM "); ok {
			ev.User = []byte("root")
			return p.left(rest, ingest.KindAuthFailure, ev), true
		}
	case 'r':
		if rest, ok := cut(msg, "refused connect from "); ok {
			return p.wrapped(rest, ev), true
		}
	case 'd':
		if _, rest, ok := bytes.Cut(msg, []byte(" from [")); ok && bytes.HasPrefix(msg, []byte("drop connection ")) {
			return p.dropped(rest, ev), true
		}
	case 'L', 'l':
		if rest, ok := cut(msg[1:], "ogin refused for "); ok {
			return p.tooMany(rest, ev), true
		}
	}
	return "", false
}

// tooMany reads "[invalid user ]USER from ADDR port N ssh2". The failures were
// told one by one, so this is abuse, not one failure more.
func (p *sshd) tooMany(msg []byte, ev *ingest.Event) string {
	msg, invalid := cutInvalid(msg)
	user, c, ok := lastFrom(msg, false)
	if !ok {
		return whySSHD
	}
	c.source(ev)
	ev.User, ev.Said, ev.Account, ev.Kind = user, user, existence(invalid), ingest.KindAbuse
	proc := p.processes.of(ev)
	proc.saw(ev.Src)
	proc.failed()
	return ""
}

// notAllowed reads "USER [from ADDR ]not allowed because REASON". Without an
// address the failure is owed until a line of the process has one.
func (p *sshd) notAllowed(msg []byte, ev *ingest.Event) string {
	i := bytes.LastIndex(msg, []byte(" not allowed because "))
	if i < 0 {
		return whySSHD
	}
	proc := p.processes.of(ev)
	user, c, ok := lastFrom(msg[:i], false)
	if !ok {
		proc.owe(msg[:i])
		return "the address follows in a later line"
	}
	c.source(ev)
	proc.saw(ev.Src)
	proc.failed()
	ev.User, ev.Account, ev.Kind = user, ingest.AccountExists, ingest.KindInvalidUser
	return ""
}

// pamError reads "Authentication failure for [illegal user ]USER from ADDR[ via OWN]".
// sshd writes it for every failure of keyboard-interactive, and "Failed
// keyboard-interactive/pam" besides only for some of them.
func (p *sshd) pamError(msg []byte, ev *ingest.Event) string {
	what, rest, ok := bytes.Cut(msg, []byte(" for "))
	if !ok || !bytes.HasPrefix(bytes.ToLower(what), []byte("auth")) && !bytes.HasPrefix(what, []byte("User ")) && !anyFold(what, "unknown user") { // the last is OpenPAM's
		return whyQuiet
	}
	rest, invalid := cutInvalid(rest)
	if i := bytes.LastIndex(rest, []byte(" via ")); i >= 0 {
		if _, isAddr := address(rest[i+len(" via "):]); isAddr {
			rest = rest[:i]
		}
	}
	user, c, ok := lastFrom(rest, false)
	if !ok {
		return whySSHD
	}
	c.source(ev)
	ev.User, ev.Kind = user, ingest.KindAuthFailure
	if invalid {
		ev.Account = ingest.AccountAbsent
	}
	p.seen.sshd, p.seen.kbdint = true, true
	proc := p.processes.of(ev)
	proc.saw(ev.Src)
	proc.failed()
	return ""
}

// postponed reads a step of an authentication that goes on.
func (p *sshd) postponed(msg []byte, ev *ingest.Event) string {
	if _, c, ok := lastFrom(msg, true); ok {
		p.processes.of(ev).saw(c.addr)
	}
	return whyQuiet
}

// wrapped reads tcp_wrappers' "NAME (ADDR)" or "ADDR"; the name may come from
// an ident server, which is the client's.
func (p *sshd) wrapped(msg []byte, ev *ingest.Event) string {
	if i := bytes.LastIndexByte(msg, '('); i > 0 {
		msg = bytes.TrimSuffix(msg[i+1:], []byte(")"))
	}
	why := p.left(msg, ingest.KindReject, ev)
	ev.Said = nil // all of the line may be
	return why
}

// dropped reads "ADDR]:PORT on [OWN]:22 past MaxStartups", or "penalty: ...".
func (p *sshd) dropped(msg []byte, ev *ingest.Event) string {
	i := bytes.IndexByte(msg, ']')
	if i < 0 || !setSource(ev, msg[:i]) {
		return whySSHD
	}
	ev.Kind = ingest.KindAbuse
	return ""
}

// penalised reads "[ipv4: ](new|activating) ADDR/BITS ... penalty of N seconds for
// REASON", the address in front of either word. What it is for the connection's
// own lines tell too.
func (p *sshd) penalised(msg []byte, ev *ingest.Event) string {
	for _, word := range [...]string{"ipv4: ", "ipv6: ", "new ", "activating "} {
		msg, _ = cut(msg, word)
	}
	network, _, ok := bytes.Cut(msg, []byte("/"))
	if !ok {
		return whySSHD
	}
	if ev.Src, ok = address(network); !ok {
		return whySSHD
	}
	ev.Kind, ev.Count = ingest.KindAbuse, 0
	return ""
}

// sshdSays is what sshd says of a key that is right in the wrong place: somebody
// may have stolen it.
var sshdSays = say(ingest.KindReject,
	"Authentication tried for {user} with correct key but not from a permitted host (host={name}, ip={addr}[[, required={words}]]).",
	"Authentication tried for {user} with valid certificate but not from a permitted host (ip={addr}).",
	"Authentication tried for {user} with valid certificate but not from a permitted source address ({addr}).",
).exists()

// left reads a message that begins with the peer; what follows may be anyone's.
func (p *sshd) left(msg []byte, kind ingest.Kind, ev *ingest.Event) string {
	c, ok := claimAt(msg, 0)
	if !ok {
		return whySSHD
	}
	c.source(ev)
	ev.Kind = kind
	if ev.Src.IsValid() {
		ev.Said = msg[c.end:]
	}
	proc := p.processes.of(ev)
	proc.saw(ev.Src)
	proc.failed()
	return ""
}
