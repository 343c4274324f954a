package format

import (
	"bytes"

	"gumshoe/ingest"
)

// auditRecords reads what programs tell the kernel's audit of logins:
//
//	type=USER_AUTH msg=audit(1700000000.123:456): pid=1277 uid=0 ... msg='op=PAM:authentication acct="root" exe="/usr/sbin/sshd" hostname=? addr=192.0.2.1 terminal=ssh res=failed'
//
// libaudit writes an account with a quote, a blank or a control character in
// hexadecimal digits, so that a client cannot go on with fields of its own making.
type auditRecords struct {
	*shared
	name [64]byte // an account that was written in digits
}

// message reads what follows the record's type. PAM tells of every attempt; of
// the same attempt sshd may tell too, and at the end of the connection once more.
func (p *auditRecords) message(kind, body []byte, ev *ingest.Event) string {
	failed, login := false, string(kind) == "USER_LOGIN"
	switch string(kind) {
	case "USER_AUTH", "USER_LOGIN", "USER_ERR":
	default:
		return whyQuiet
	}
	ev.PID, _ = auditField(body, "pid=")
	_, said, ok := bytes.Cut(body, []byte(" msg='"))
	if !ok {
		return whyMessage
	}
	outcome, _ := auditField(said, "res=")
	outcome, _, _ = bytes.Cut(outcome, []byte("'"))
	switch string(outcome) {
	case "failed", "0":
		failed = true
	case "success", "1":
	default:
		return whyMessage
	}
	op, _ := auditField(said, "op=")
	pam := string(op) == "PAM:authentication"
	switch {
	case failed:
		ev.Kind = ingest.KindAuthFailure
	case login || pam || string(op) == "password" || string(op) == "pubkey_auth":
		ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
	default:
		return whyQuiet
	}
	p.account(said, ev)
	p.origin(said, ev)
	client := p.processes.of(ev)
	if client == nil {
		return ""
	}
	switch {
	case pam:
		client.counted = true
	case client.counted || login && client.pending:
		ev.Count = 0
	default:
		client.pending = true
	}
	if login {
		client.end()
	}
	return ""
}

// account fills in whom the record is about. Where the account is given by its
// number, auditd itself may have added the name behind the quote.
func (p *auditRecords) account(said []byte, ev *ingest.Event) {
	acct, ok := auditField(said, "acct=")
	if !ok {
		_, added, _ := bytes.Cut(said, []byte("'"))
		ev.User, _ = auditField(added, "ID=")
		ev.User = bytes.Trim(ev.User, `"`)
		return
	}
	if name, quoted := bytes.CutPrefix(acct, []byte(`"`)); quoted {
		acct = bytes.TrimSuffix(name, []byte(`"`))
	} else if len(acct)%2 == 0 {
		n := 0
		for i := 0; i < len(acct) && n < len(p.name); i += 2 {
			hi, lo := unhex(acct[i]), unhex(acct[i+1])
			if hi < 0 || lo < 0 {
				n = 0
				break
			}
			p.name[n] = byte(hi<<4 | lo)
			n++
		}
		if n > 0 {
			acct = p.name[:n]
		}
	}
	switch string(acct) {
	case "?", "(unknown)", "(unknown", "(unknown user)", "(invalid user)":
		ev.Account = ingest.AccountAbsent
	default:
		ev.User = acct
	}
}

// origin fills in the client and what it spoke to.
func (p *auditRecords) origin(said []byte, ev *ingest.Event) {
	for _, name := range [...]string{"addr=", "hostname="} {
		value, _ := auditField(said, name)
		if a, ok := address(value); ok {
			ev.Src = a
			break
		}
		if len(value) > 1 && hostname(value) {
			ev.SrcHost = value
		}
	}
	if ev.Src.IsValid() {
		ev.SrcHost = nil
	}
	exe, _ := auditField(said, "exe=")
	exe = bytes.Trim(exe, `"`)
	ev.Program = exe[bytes.LastIndexByte(exe, '/')+1:]
	switch string(stem(ev.Program)) {
	case "sshd":
		ev.Service = ingest.ServiceSSH
	case "sudo":
		ev.Service = ingest.ServiceSudo
	case "dovecot", "auth", "imapd", "pop3d":
		ev.Service = ingest.ServiceIMAP
	case "vsftpd", "proftpd", "pure":
		ev.Service = ingest.ServiceFTP
	case "cockpit", "webmin", "perl":
		ev.Service = servicePanel
	default:
		ev.Service = ingest.ServiceLogin
	}
}

// auditField reads one NAME=VALUE of a record, up to the blank or separator.
func auditField(b []byte, name string) (value []byte, ok bool) {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(name))
		if i < 0 {
			return nil, false
		}
		if at += i; at == 0 || b[at-1] == ' ' || b[at-1] == '\'' || b[at-1] == 0x1d {
			value = b[at+len(name):]
			break
		}
		at += len(name)
	}
	if end := bytes.IndexAny(value, " \x1d"); end >= 0 {
		value = value[:end]
	}
	return value, true
}

// auditLog reads auditd's own file, audit.log, and what auditd's dispatcher sends
// to syslog in the same form.
type auditLog struct {
	auditRecords
	shared
	why string
}

func newAuditLog(s setup) lineParser {
	p := &auditLog{shared: shared{setup: s}}
	p.auditRecords.shared = &p.shared
	return p
}

// Parse implements ingest.Parser.
func (p *auditLog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	kind, body, ok := openAudit(line, ev)
	if !ok {
		p.why = "no record of auditd"
		return ingest.Unparsed
	}
	if p.why = p.auditRecords.message(kind, body, ev); p.why != "" {
		return ingest.Ignored
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *auditLog) Reason() string { return p.why }

// openAudit reads "[node=HOST ]type=TYPE msg=audit(SECONDS:SERIAL): ".
func openAudit(line []byte, ev *ingest.Event) (kind, body []byte, ok bool) {
	if rest, named := cut(line, "node="); named {
		if ev.Host, line, ok = bytes.Cut(rest, []byte(" ")); !ok {
			return nil, nil, false
		}
	}
	if line, ok = cut(line, "type="); !ok {
		return nil, nil, false
	}
	if kind, line, ok = bytes.Cut(line, []byte(" msg=audit(")); !ok {
		return nil, nil, false
	}
	if ev.Time, line, ok = epochStamp(line); !ok {
		return nil, nil, false
	}
	_, body, ok = bytes.Cut(line, []byte("): "))
	return kind, body, ok
}

// auditMessenger reads audit records in the journal, "audit[1277]: USER_AUTH pid=
// ...", and those that auditd's dispatcher sends on. There sshd itself tells of
// the same. OPNsense's console logs under the same name.
type auditMessenger struct {
	auditRecords
	panel messenger
}

func newAudit(h *shared) messenger {
	return &auditMessenger{auditRecords{shared: h}, newConsole(h)}
}

// message implements messenger.
func (p *auditMessenger) message(msg []byte, ev *ingest.Event) string {
	kind, body, ok := openAudit(msg, ev)
	if !ok {
		kind, _, ok = bytes.Cut(msg, []byte(" pid="))
		if !ok || !bytes.HasPrefix(kind, []byte("USER_")) {
			return p.panel.message(msg, ev)
		}
		body = msg[len(kind)+1:]
	}
	if why := p.auditRecords.message(kind, body, ev); why != "" {
		return why
	}
	if ev.Service == ingest.ServiceSSH && p.known.sshd || ev.Service == ingest.ServiceSudo && p.known.sudo {
		ev.Count = 0
	}
	return ""
}
