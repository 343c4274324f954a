package format

import (
	"bytes"

	"gumshoe/ingest"
)

// pam reads the messages of Linux-PAM, which every program writes under its own
// name: "pam_unix(sshd:auth): authentication failure; ... rhost=ADDR  user=NAME".
type pam struct{ *shared }

func newPAM(h *shared) messenger { return &pam{h} }

// isPAM reports whether a message comes from PAM, whatever the program.
func isPAM(program, msg []byte) bool {
	if len(msg) < 8 {
		return false
	}
	switch msg[0] {
	case 'p':
		return string(msg[:4]) == "pam_"
	case '(':
		return string(msg[:5]) == "(pam_"
	case 'P':
		_, ok := cut(msg, "PAM ")
		return ok && digit(msg[4])
	case 'a':
		return bytes.HasSuffix(program, []byte("(pam_unix)")) || bytes.HasPrefix(msg, []byte("authentication failure; logname="))
	}
	return false
}

const whyPAM = "unknown message of PAM"

// message implements messenger.
func (p *pam) message(msg []byte, ev *ingest.Event) string {
	service := stem(ev.Program)
	if rest, ok := cut(msg, "PAM "); ok { // "PAM 5 more authentication failures; ..."
		count, rest, _ := bytes.Cut(rest, []byte(" "))
		n, ok := number(count)
		if !ok || !bytes.HasPrefix(rest, []byte("more authentication failure")) {
			return whyPAM
		}
		ev.Count = max(n, 1)
		return p.failure(rest, service, ev)
	}
	msg, service = cutModule(msg, service)
	switch {
	case bytes.HasPrefix(msg, []byte("authentication failure; ")):
		return p.failure(msg, service, ev)
	case bytes.HasPrefix(msg, []byte("session ")):
		return p.session(msg, service, ev)
	case bytes.HasPrefix(msg, []byte("user ")) && bytes.Contains(msg, []byte(" tally ")):
		ev.User, _, _ = bytes.Cut(msg[len("user "):], []byte(" "))
		ev.Service, ev.Kind = pamService(service), ingest.KindAbuse
		return ""
	case bytes.HasPrefix(msg, []byte("Consecutive login failures for user ")):
		ev.User, _, _ = bytes.Cut(msg[len("Consecutive login failures for user "):], []byte(" "))
		ev.Service, ev.Kind = pamService(service), ingest.KindAbuse
		return ""
	}
	return whyQuiet
}

// cutModule removes "pam_unix(sshd:auth): " or the old "(pam_unix) ", and tells
// the service if it is there.
func cutModule(msg, program []byte) (rest, service []byte) {
	if msg[0] == 'a' {
		return msg, program
	}
	if msg[0] == '(' {
		_, rest, _ = bytes.Cut(msg, []byte(") "))
		return rest, program
	}
	i := indexWord(msg, ": ")
	if i < 0 {
		return nil, program
	}
	rest = msg[i+2:]
	if _, inner, ok := bytes.Cut(msg[:i], []byte("(")); ok {
		if name, _, ok := bytes.Cut(inner, []byte(":")); ok {
			program = name
		}
	}
	return rest, program
}

// failure reads "...; logname= uid=0 euid=0 tty=ssh ruser=RUSER rhost=HOST  user=USER".
func (p *pam) failure(msg, service []byte, ev *ingest.Event) string {
	ev.Kind = ingest.KindAuthFailure
	ev.Service = pamService(service)
	rhost, user, certain := pamPeer(msg, ev.Service == ingest.ServiceFTP)
	ev.User = user
	if certain {
		setSource(ev, rhost)
	}
	switch {
	case ev.Service == ingest.ServiceSSH && p.known.sshd,
		ev.Service == ingest.ServiceIMAP && p.known.dovecot,
		ev.Service == ingest.ServiceSudo && p.known.sudo,
		p.known.login && (string(service) == "login" || string(service) == "remote"):
		ev.Count = 0 // the service's own line tells of this failure too
	}
	if ev.Service == ingest.ServiceSSH && ev.Src.IsValid() {
		proc := p.processes.of(ev)
		proc.saw(ev.Src)
		if ev.Count > 0 {
			proc.failed()
		}
	}
	return ""
}

// pamPeer finds the remote host among fields of which user is the client's, and
// ruser too where the service fills it in, as FTP servers do. The first rhost= is
// PAM's own when nothing of the client's stands before it, the last when nothing
// stands after it; otherwise two different ones are no answer.
func pamPeer(msg []byte, fillsRuser bool) (rhost, user []byte, certain bool) {
	msg = bytes.TrimRight(msg, " ")
	at := indexWord(msg, " ruser=")
	if at < 0 {
		return nil, nil, false
	}
	rest := msg[at+len(" ruser="):]
	if after, empty := cut(rest, " rhost="); empty || bytes.HasPrefix(rest, []byte("rhost=")) && indexWord(rest, " rhost=") < 0 {
		rhost, after, _ = bytes.Cut(after, []byte(" "))
		user, named := cut(bytes.TrimLeft(after, " "), "user=")
		alone := indexWord(rest[1:], " rhost=") < 0
		return bytes.TrimPrefix(rhost, []byte("rhost=")), user, alone || named && !fillsRuser
	}
	last := lastIndexWord(rest, " rhost=")
	if last < 0 {
		return nil, nil, false
	}
	ruser := rest[:last]
	rhost, after, _ := bytes.Cut(rest[last+len(" rhost="):], []byte(" "))
	user, named := cut(bytes.TrimLeft(after, " "), "user=")
	if !named {
		// Only a ruser can precede, unless it swallowed a user= field.
		return rhost, ruser, !bytes.Contains(ruser, []byte(" user="))
	}
	return rhost, user, !bytes.Contains(ruser, []byte(" rhost="))
}

// session reads "session opened for user NAME(uid=1000) by ...".
func (p *pam) session(msg, service []byte, ev *ingest.Event) string {
	if bytes.EqualFold(service, []byte("cron")) || bytes.EqualFold(service, []byte("crond")) {
		return "a session of cron"
	}
	_, rest, ok := bytes.Cut(msg, []byte(" for user "))
	if !ok {
		return whyPAM
	}
	if i := bytes.IndexAny(rest, " ("); i >= 0 {
		rest = rest[:i]
	}
	ev.User, ev.Account = rest, ingest.AccountExists
	ev.Service, ev.Kind = pamService(service), ingest.KindSession
	return ""
}

// pamService maps the name of a PAM service or program to a Service.
func pamService(name []byte) string {
	switch string(name) {
	case "sshd", "sshd-session", "ssh":
		return ingest.ServiceSSH
	case "dovecot", "dovecot-auth", "auth", "imap", "pop3", "pop", "imapd", "cyrus":
		return ingest.ServiceIMAP
	case "smtp", "smtpd", "postfix", "saslauthd", "exim":
		return ingest.ServiceSMTP
	case "vsftpd", "proftpd", "pure-ftpd", "ftp", "wu-ftpd":
		return ingest.ServiceFTP
	case "sudo", "sudo-i":
		return ingest.ServiceSudo
	}
	return ingest.ServiceLogin
}
