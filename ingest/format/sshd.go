package format

import (
	"bytes"

	"gumshoe/ingest"
)

// sshd reads OpenSSH's server, in all generations: "sshd" alone, or since 9.8
// "sshd-session" and "sshd-auth".
//
// One login attempt leaves several lines. What counts as one failure:
//   - "Failed password ..." is a failure, each time;
//   - "Failed publickey" and "Failed none" for an account that exists are not:
//     clients offer key after key, and "none" to learn the methods. If the
//     connection then ends before authentication, that end is the failure;
//   - "Invalid user" announces an account that does not exist;
//   - the end of a connection whose failure was told is a mere disconnect.
type sshd struct{ *shared }

func newSSHD(h *shared) messenger { return &sshd{h} }

// newWindowsSSHD reads the file that OpenSSH writes on Windows, "4632 2026-11-20
// 10:00:00.123 MESSAGE", with the process in front.
var newWindowsSSHD = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	pid, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || !digits(pid) || len(pid) > 10 || len(rest) < 24 || rest[19] != '.' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.isoStamp(rest); !ok {
		return nil, false, false
	}
	ev.PID = pid
	msg, ok = cut(msg, " ")
	return bytes.TrimSuffix(msg, []byte("\r")), false, ok
}, newSSHD)

const whySSHD = "unknown message of sshd"

// message implements messenger. It branches on the first letter, then on the
// first words; the client's text comes later in every message.
func (p *sshd) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceSSH
	msg, preauth := frame(msg)
	if len(msg) == 0 {
		return whyQuiet
	}
	switch msg[0] {
	case 'F':
		if rest, ok := cut(msg, "Failed "); ok {
			return p.failed(rest, ev)
		}
	case 'A':
		if rest, ok := cut(msg, "Accepted "); ok {
			return p.accepted(rest, ev)
		}
	case 'I':
		if rest, ok := cut(msg, "Invalid user "); ok {
			return p.invalidUser(rest, ev)
		}
		if rest, ok := cut(msg, "Illegal user "); ok {
			return p.invalidUser(rest, ev)
		}
	case 'C', 'D', 'R':
		if why, ok := p.ending(msg, preauth, ev); ok {
			return why
		}
	}
	if why, ok := p.refusal(msg, ev); ok {
		return why
	}
	return p.trouble(msg, ev)
}

// frame removes the level in front of a message and the stage behind it.
func frame(msg []byte) (inner []byte, preauth bool) {
	for n := len(msg); n > 0 && msg[n-1] == ' '; n-- {
		msg = msg[:n-1]
	}
	if n := len(msg); n > 0 && msg[n-1] == ']' {
		msg, preauth = bytes.CutSuffix(msg, []byte(" [preauth]"))
	}
	if len(msg) == 0 {
		return msg, preauth
	}
	switch msg[0] {
	case 'e', 'f':
		msg, _ = cut(msg, "error: ")
		msg, _ = cut(msg, "fatal: ")
	case 'k': // "kernel: [  970.699397] ", where the journal's reader took the message from the kernel's log
		if rest, ok := cut(msg, "kernel: ["); ok {
			if uptime, rest, ok := bytes.Cut(rest, []byte("] ")); ok && digits(bytes.ReplaceAll(bytes.TrimLeft(uptime, " "), []byte("."), nil)) {
				msg = rest
			}
		}
	}
	return msg, preauth
}

// failed reads "METHOD for [invalid user ]USER from ADDR port N ssh2[: KEY]".
func (p *sshd) failed(msg []byte, ev *ingest.Event) string {
	method, rest, ok := cutMethod(msg)
	if !ok {
		return whySSHD
	}
	rest, invalid := cutInvalid(rest)
	user, c, certain := lastFrom(rest, true)
	proc := p.processes.of(ev)
	switch {
	case certain:
		c.source(ev)
		proc.saw(ev.Src)
	case user == nil && !bytes.HasPrefix(rest, []byte("from ")):
		return "no peer in this message of sshd"
	default:
		p.fromProcess(proc, ev)
	}
	if c.start == len("from ") { // an empty user name: "for invalid user  from"
		user = nil
	}
	ev.User = user
	ev.Account = existence(invalid)
	if !invalid && (string(method) == "publickey" || string(method) == "none") {
		proc.owe(user)
		ev.Kind = ingest.KindOther
		return ""
	}
	p.seen.sshd = true
	if p.known.kbdint && bytes.HasPrefix(method, []byte("keyboard-interactive")) {
		ev.Count = 0
	}
	ev.Kind = ingest.KindAuthFailure
	proc.failed()
	return ""
}

// cutMethod removes "METHOD for ", which is nearly always a password.
func cutMethod(msg []byte) (method, rest []byte, ok bool) {
	const usual = "password"
	if rest, ok = cut(msg, usual+" for "); ok {
		return msg[:len(usual)], rest, true
	}
	method, rest, ok = bytes.Cut(msg, []byte(" for "))
	return method, rest, ok && len(method) > 0 && bytes.IndexByte(method, ' ') < 0
}

// accepted reads "METHOD for USER from ADDR port N ssh2[: KEY]".
func (p *sshd) accepted(msg []byte, ev *ingest.Event) string {
	method, rest, ok := bytes.Cut(msg, []byte(" for "))
	if !ok {
		return whySSHD
	}
	user, c, ok := lastFrom(rest, true)
	if !ok {
		return "no certain peer in this message of sshd"
	}
	c.source(ev)
	ev.User, ev.Account = user, ingest.AccountExists
	ev.Kind = ingest.KindAuthSuccess
	ev.Key = bytes.HasPrefix(method, []byte("publickey")) || bytes.HasPrefix(method, []byte("hostbased"))
	proc := p.processes.of(ev)
	proc.saw(ev.Src)
	proc.failed() // nothing is owed: earlier keys were refused on the way in
	return ""
}

// invalidUser reads "USER from ADDR[ port N]"; the user may be empty.
func (p *sshd) invalidUser(msg []byte, ev *ingest.Event) string {
	user, c, ok := lastFrom(msg, false)
	if !ok {
		rest, empty := cut(msg, "from ")
		if !empty {
			return whySSHD
		}
		if c, ok = claimAt(rest, 0); !ok || c.end != len(rest) {
			return whySSHD
		}
		user = nil
	}
	c.source(ev)
	ev.User, ev.Account = user, ingest.AccountAbsent
	ev.Kind = ingest.KindInvalidUser
	proc := p.processes.of(ev)
	proc.saw(ev.Src)
	proc.claim()
	return ""
}

// fromProcess takes the address that an earlier line of the process had.
func (p *sshd) fromProcess(proc *process, ev *ingest.Event) bool {
	if proc == nil || !proc.addr.IsValid() {
		return false
	}
	ev.Src = proc.addr
	return true
}

// cut removes a literal prefix.
func cut(b []byte, prefix string) (rest []byte, ok bool) {
	if !begins(b, prefix) {
		return b, false
	}
	return b[len(prefix):], true
}

// cutInvalid removes the words by which sshd marks an account that is absent.
func cutInvalid(b []byte) (rest []byte, invalid bool) {
	if rest, invalid = cut(b, "invalid user "); invalid {
		return rest, true
	}
	return cut(b, "illegal user ")
}

func existence(absent bool) ingest.Account {
	if absent {
		return ingest.AccountAbsent
	}
	return ingest.AccountExists
}
