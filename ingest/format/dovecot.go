package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// dovecot reads the login processes ("imap-login: ... rip=ADDR") and, with
// auth_verbose, the auth process ("sql(USER,ADDR,<SESSION>): Password mismatch").
// Where both log, the login process's line counts, for it knows the number of
// attempts.
type dovecot struct{ *shared }

func newDovecot(h *shared) messenger { return &dovecot{h} }

const whyDovecot = "unknown message of Dovecot"

// message implements messenger.
func (p *dovecot) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceIMAP
	process := ev.Program
	if string(process) == "dovecot" {
		var ok bool
		if process, msg, ok = bytes.Cut(msg, []byte(": ")); !ok {
			return whyDovecot
		}
	}
	for _, level := range [...]string{"Info: ", "Debug: ", "Warning: ", "Error: "} {
		msg, _ = cut(msg, level)
	}
	who := process
	process = stem(process)
	switch {
	case bytes.HasSuffix(process, []byte("-login")):
		if bytes.HasPrefix(process, []byte("submission")) {
			ev.Service = ingest.ServiceSMTP
		}
		return p.login(msg, ev)
	case string(process) == "auth", string(process) == "auth-worker", string(process) == "dovecot-auth":
		if inner, ok := requestOf(who); ok {
			return p.request(inner, msg, ev)
		}
		return p.auth(msg, ev)
	}
	return whyQuiet
}

// login reads "WHAT (auth failed, N attempts ...): user=<USER>, method=M, rip=ADDR, lip=ADDR, ...".
func (p *dovecot) login(msg []byte, ev *ingest.Event) string {
	what, rest, named := bytes.Cut(msg, []byte("user=<"))
	if !named {
		what, _, _ = bytes.Cut(msg, []byte("rip="))
		rest = msg[len(what):]
	}
	// The user name may hold ", rip=": the last one is Dovecot's.
	i := bytes.LastIndex(rest, []byte("rip="))
	if i < 0 {
		return whyDovecot
	}
	rip, tail, _ := bytes.Cut(rest[i+len("rip="):], []byte(","))
	a, ok := address(rip)
	if !ok {
		return whyDovecot
	}
	ev.Src = a
	if named {
		user := rest[:i]
		if n := bytes.LastIndex(user, []byte(">, ")); n >= 0 {
			ev.User = user[:n]
		}
	}
	switch {
	case bytes.HasPrefix(what, []byte("Login: ")), bytes.HasPrefix(what, []byte("Logged in: ")): // since 2.4
		ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
	case bytes.Contains(what, []byte("(auth failed, ")):
		_, n, _ := bytes.Cut(what, []byte("(auth failed, "))
		n, _, _ = bytes.Cut(n, []byte(" "))
		if count, ok := number(n); ok && count > 0 {
			ev.Count = min(count, maxRepeat)
		}
		ev.Kind = ingest.KindAuthFailure
		p.seen.dovecot = true
	case bytes.Contains(what, []byte("plaintext auth")), bytes.Contains(what, []byte("(proxy dest auth failed")):
		ev.Kind = ingest.KindAuthFailure
	case bytes.Contains(what, []byte("didn't finish SASL auth")),
		bytes.Contains(what, []byte("disconnected during TLS handshake")),
		bytes.Contains(tail, []byte("TLS handshaking: SSL_accept()")):
		ev.Kind = ingest.KindProbe
	default:
		ev.Kind = ingest.KindDisconnect
	}
	return ""
}

// refusals are the auth process's words for a failed login.
var refusals = []struct {
	words   string
	account ingest.Account
}{
	{"unknown user", ingest.AccountAbsent},
	{"Password mismatch", ingest.AccountExists},
	{"password mismatch", ingest.AccountExists},
	{"invalid credentials", ingest.AccountUnknown},
	{"pam_authenticate() failed: ", ingest.AccountUnknown},
}

// auth reads "[conn ...: auth-worker<N>: ]DRIVER(USER,ADDR[,<SESSION>]): WORDS".
// The user name, and the password where it is logged, may imitate the rest, so
// two readings with different addresses are none.
func (p *dovecot) auth(msg []byte, ev *ingest.Event) string {
	if bytes.HasPrefix(msg, []byte("conn ")) {
		if _, rest, ok := bytes.Cut(msg, []byte(">: ")); ok {
			msg = rest
		}
	}
	_, inner, ok := bytes.Cut(msg, []byte("("))
	if !ok {
		return whyDovecot
	}
	found := 0
	var first netip.Addr
	for i := 0; ; {
		n := bytes.Index(inner[i:], []byte("): "))
		if n < 0 {
			break
		}
		words := inner[i+n+len("): "):]
		i += n + len("): ")
		for _, r := range refusals {
			if !bytes.HasPrefix(words, []byte(r.words)) {
				continue
			}
			user, a := authPeer(inner[:i-len("): ")])
			if found++; found == 1 {
				first, ev.User, ev.Account = a, user, r.account
			} else if a != first {
				first = netip.Addr{}
			}
			break
		}
	}
	if found == 0 {
		return whyQuiet
	}
	ev.Src = first
	ev.Kind = ingest.KindAuthFailure
	if p.known.dovecot {
		ev.Count = 0
	}
	return ""
}

// authPeer splits "USER,ADDR[,<SESSION>]" from the right.
func authPeer(b []byte) (user []byte, a netip.Addr) {
	i := bytes.LastIndexByte(b, ',')
	if i < 0 {
		return b, netip.Addr{}
	}
	if a, ok := address(b[i+1:]); ok {
		return b[:i], a
	}
	session := b[i+1:]
	if j := bytes.LastIndexByte(b[:i], ','); j >= 0 && bytes.IndexByte(session, ')') < 0 {
		a, _ := address(b[j+1 : i])
		return b[:j], a
	}
	return b[:i], netip.Addr{}
}
