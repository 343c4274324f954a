package format

import (
	"bytes"
	"slices"
	"sync"

	"gumshoe/ingest"
)

// daemon is one line of the table of daemons that log through syslog.
type daemon struct {
	programs []string // as the envelope names them, or their part before "/" or "-"
	new      func(*shared) messenger
}

func (d daemon) serves(program string) bool { return slices.Contains(d.programs, program) }

// daemons lists whose messages are understood. PAM's own messages are, whatever
// the program.
var daemons = []daemon{
	{[]string{"sshd", "sshd-session", "sshd-auth", "ssh"}, newSSHD},
	{[]string{"postfix"}, newPostfix},
	{[]string{"dovecot", "dovecot-auth", "auth", "auth-worker", "imap-login", "pop3-login", "managesieve-login", "submission-login"}, newDovecot},
	{[]string{"sudo"}, newSudo},
	{[]string{"su", "su-l"}, newSu},
	{[]string{"doas"}, newDoas},
	{[]string{"useradd", "usermod", "gpasswd", "newusers"}, newAccounts},
	{[]string{"crontab"}, newCrontab},
	{[]string{"pkexec", "polkitd"}, newPolkit},
	{[]string{"login"}, newLogin},
	{[]string{"telnetd", "in.telnetd", "rlogind", "in.rlogind", "rshd", "in.rshd"}, newTelnetd},
	{[]string{"systemd-logind"}, newLogind},
	{[]string{"saslauthd"}, newSASLAuth},
	{[]string{"dropbear"}, newDropbear},
	{[]string{"exim", "exim4"}, newExim},
	{[]string{"sendmail", "sm-mta", "sm-msp-queue", "sm-acceptingconnections"}, newSendmail},
	{[]string{"imapd", "imapd-ssl", "imap", "imaps", "pop3d", "pop3d-ssl", "pop3", "pop3s", "ipop3d", "courierimapd", "courierpop3d", "cyrus", "sieve", "timsieved", "lmtp"}, newIMAPd},
	{[]string{"qpopper", "popper", "in.qpopper", "solid-pop3d", "spop3d"}, newPOP3d},
	{[]string{"popa3d"}, newPopa3d},
	{[]string{"perdition", "perdition.imap4", "perdition.imap4s", "perdition.imaps", "perdition.pop3", "perdition.pop3s", "perdition.managesieve"}, newPerdition},
	{[]string{"courieresmtpd", "esmtpd"}, newCourierSMTP},
	{[]string{"qmail", "rblsmtpd", "qmail-smtpd", "vpopmail", "vchkpw", "vchkpw-smtp"}, newQmail},
	{[]string{"tcpserver"}, newTCPServer},
	{[]string{"smtpd", "opensmtpd"}, newOpenSMTPD},
	{[]string{"amavis", "amavisd"}, newAmavis},
	{[]string{"vsftpd"}, newVsftpd},
	{[]string{"pure-ftpd"}, newPureFTPd},
	{[]string{"proftpd"}, newProFTPD},
	{[]string{"wu-ftpd", "ftpd", "in.ftpd", "gssftpd"}, newInetFTPd},
	{[]string{"mysqld", "mysql", "mariadbd", "mariadb"}, newMySQL},
	{[]string{"postgres", "postgresql"}, newPostgres},
	{[]string{"mongod", "mongodb"}, newMongo},
	{[]string{"Oracle Audit"}, newOracleAudited},
	{[]string{"redis", "redis-server"}, newRedis},
	{[]string{"asterisk"}, newAsterisk},
	{[]string{"freeswitch"}, newFreeSWITCH},
	{[]string{"kamailio", "opensips", "openser"}, newKamailio},
	{[]string{"openvpn", "ovpn-server", "ovpn-client"}, newOpenVPN},
	{[]string{"ngircd"}, newNgIRCd},
	{[]string{"pppd", "pptpd", "xl2tpd", "accel-pppd"}, newDialIn},
	{[]string{"charon", "charon-systemd", "ipsec"}, newCharon},
	{[]string{"pluto"}, newPluto},
	{[]string{"vpnserver", "vpnbridge", "axigen", "rabbitmq", "rabbitmq-server", "ns-slapd"}, newConversation},
	{[]string{"RT_FLOW", "RT_IDS"}, newRTFlow},
	{[]string{"mgd"}, newJunosManagement},
	{[]string{"named", "named-sdb"}, newNamed},
	{[]string{"unbound"}, newUnbound},
	{[]string{"nsd"}, newNSD},
	{[]string{"squid", "(squid-1)", "(squid)", "squid-1"}, newSquid},
	{[]string{"sockd", "danted"}, newDante},
	{[]string{"slapd"}, newSlapd},
	{[]string{"xrdp", "xrdp-sesman"}, newXrdp},
	{[]string{"smb", "smbd", "smbd_audit", "samba"}, newSambaAudit},
	{[]string{"kernel", "ulogd"}, newKernel},
	{[]string{"filterlog"}, newFilterlog},
	{[]string{"pf", "pflog"}, newPF},
	{[]string{"CheckPoint"}, newCheckPoint},
	{[]string{"system,error,critical", "system,info,account", "firewall,info", "firewall,warning"}, newRouterOS},
	{[]string{"xinetd"}, newXinetd},
	{[]string{"tcpd", "rpcbind", "snmpd"}, newTCPWrapped},
	{[]string{"stunnel", "stunnel4", "stunnel5"}, newStunnel},
	{[]string{"cupsd"}, newCups},
	{[]string{"monit"}, newMonit},
	{[]string{"audit", "audispd", "audisp-syslog", "opnsense", "php-fpm"}, newAudit},
	{[]string{"pvedaemon", "pveproxy", "pmgproxy", "pmgdaemon", "proxmox-backup-proxy", "proxmox-backup-api"}, newProxmox},
	{[]string{"webmin", "usermin", "miniserv.pl"}, newWebmin},
	{[]string{"cockpit", "cockpit-ws", "cockpit-session", "cockpit-tls"}, newCockpit},
	{[]string{"wwsympa"}, newSympa},
	{[]string{"cowrie"}, newCowrie},
	{[]string{"endlessh"}, newEndlessh},
	{[]string{"portsentry"}, newPortsentry},
	{[]string{"fail2ban", "fail2ban-server", "fail2ban.actions", "fail2ban.filter"}, newFail2ban},
	{[]string{"lfd"}, newLFD},
	{[]string{"nginx", "apache", "apache2", "httpd", "access_log", "error_log"}, newWebMessenger},
	{[]string{"lighttpd"}, newLighttpd},
	{[]string{"haproxy"}, newHAProxy},
	{[]string{"drupal", "drupal-site", "drupal_site"}, newDrupal},
	{[]string{"Sonarr", "Radarr", "Prowlarr", "Lidarr", "Readarr", "Whisparr"}, newServarr},
	{[]string{"wordpress", "wp", "xmlrpc.php", "wp-login.php", "sogod", "phpMyAdmin", "LLNG", "lemonldap-ng"}, newApps},
}

// messenger understands the messages of one daemon. The envelope's fields of ev
// are filled. It returns "" when ev is an event, else why it is none.
type messenger interface {
	message(msg []byte, ev *ingest.Event) (why string)
}

// shared is what the messengers of one parser have in common.
type shared struct {
	setup
	processes processTable
}

// Reasons that several messengers give.
const (
	whyQuiet   = "no event"
	whyProgram = "no parser for this program"
)

// syslog reads every line that begins with a syslog-like envelope.
type syslog struct {
	clock
	shared
	made     []messenger // by index into daemons: a log has a few of them
	pam      messenger
	stranger messenger // of programs without a messenger
	last     server    // of the last line
	why      string
}

// server is a messenger under one of its programs' names.
type server struct {
	program string
	messenger
}

func newSyslog(s setup) lineParser {
	p := &syslog{clock: newClock(s.Context), shared: shared{setup: s}, made: make([]messenger, len(daemons))}
	p.pam = newPAM(&p.shared)
	p.stranger = newStranger(&p.shared)
	return p
}

// served is who understands a program: the index into daemons, keeper for what only keeps
// the house.
type served struct {
	program string
	daemon  int
}

const keeper = -1

var programs = sync.OnceValue(func() map[string]served {
	all := map[string]served{}
	for i, d := range daemons {
		for _, program := range d.programs {
			all[program] = served{program, i}
		}
	}
	for _, program := range housekeepers {
		all[program] = served{program, keeper}
	}
	return all
})

// of returns the messenger of a daemon.
func (p *syslog) of(daemon int) messenger {
	if daemon == keeper {
		return housekeeping{}
	}
	if p.made[daemon] == nil {
		p.made[daemon] = daemons[daemon].new(&p.shared)
	}
	return p.made[daemon]
}

// Parse implements ingest.Parser.
func (p *syslog) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	msg, ok := p.open(line, ev)
	if !ok {
		ev.Reset()
		p.why = "no syslog envelope"
		return ingest.Unparsed
	}
	if p.why = p.dispatch(msg, ev); p.why == whyProgram && p.prose(line, ev) {
		p.why = ""
	}
	if p.why != "" {
		return ingest.Ignored
	}
	return ingest.Parsed
}

// prose reads "STAMP Login failed: user=alice ip=ADDR" of an application, in which
// the envelope took words of the message for a host and a program.
func (p *syslog) prose(line []byte, ev *ingest.Event) bool {
	at := bytes.Index(line, ev.Host)
	if len(ev.Host) == 0 || len(ev.PID) > 0 || at < 0 {
		return false
	}
	rest, ok := bytes.CutPrefix(line[at+len(ev.Host):], []byte(" "))
	if !ok || !bytes.HasPrefix(rest, ev.Program) {
		return false
	}
	head := line[at : len(line)-len(rest)+len(ev.Program)]
	if t := listen(head); !t.failed() && !t.succeeded() {
		return false
	}
	host, program := ev.Host, ev.Program
	ev.Host, ev.Program = nil, nil
	if p.stranger.message(line[at:], ev) == "" {
		return true
	}
	ev.Host, ev.Program = host, program
	return false
}

// Reason implements ingest.Explainer.
func (p *syslog) Reason() string { return p.why }

func (p *syslog) dispatch(msg []byte, ev *ingest.Event) (why string) {
	if isPAM(ev.Program, msg) {
		return p.pam.message(msg, ev)
	}
	m := p.messenger(ev.Program)
	if m == nil {
		m = p.stranger
	}
	if inner, n, ok := repeated(msg); ok {
		why = p.repeat(m, inner, ev)
		ev.Count *= n
		return why
	}
	return m.message(msg, ev)
}

// messenger finds who understands a program's messages. Neighbouring lines are
// mostly of one program, and so the last answer is kept.
func (p *syslog) messenger(program []byte) messenger {
	if string(program) == p.last.program {
		return p.last.messenger
	}
	if s, ok := programs()[string(program)]; ok {
		p.last = server{s.program, p.of(s.daemon)}
		return p.last.messenger
	}
	if s, ok := programs()[string(stem(program))]; ok {
		return p.of(s.daemon)
	}
	return nil
}

func (p *syslog) repeat(m messenger, inner []byte, ev *ingest.Event) string {
	if isPAM(ev.Program, inner) {
		m = p.pam
	}
	return m.message(inner, ev)
}

// stem is the family of a program: "postfix" for "postfix/smtps/smtpd" and
// "postfix-incoming/smtpd", "httpd" for "httpd/backend1", "auth-worker" for
// "auth-worker(80180)", "kamailio" for "/usr/sbin/kamailio".
func stem(program []byte) []byte {
	if len(program) > 0 && program[0] == '/' {
		program = program[bytes.LastIndexByte(program, '/')+1:]
	}
	for i, c := range program {
		if c == '/' || c == '(' {
			if i > 0 {
				program = program[:i]
			}
			break
		}
	}
	if bytes.HasPrefix(program, []byte("postfix-")) {
		return program[:len("postfix")]
	}
	return program
}

// known reports whether a program has a messenger that tells of clients.
func known(program []byte) bool {
	s, ok := programs()[string(program)]
	if !ok {
		s, ok = programs()[string(stem(program))]
	}
	return ok && s.daemon != keeper
}

// maxRepeat bounds what one line may claim to stand for.
const maxRepeat = 1 << 20

// repeated unwraps rsyslog's "message repeated 5 times: [ message]".
func repeated(msg []byte) (inner []byte, n uint32, ok bool) {
	if len(msg) < 24 || msg[0] != 'm' {
		return nil, 0, false
	}
	rest, ok := bytes.CutPrefix(msg, []byte("message repeated "))
	if !ok {
		return nil, 0, false
	}
	count, rest, ok := bytes.Cut(rest, []byte(" times: ["))
	if !ok {
		return nil, 0, false
	}
	n, ok = number(count)
	if !ok || n == 0 {
		return nil, 0, false
	}
	return bytes.TrimPrefix(bytes.TrimSuffix(rest, []byte("]")), []byte(" ")), min(n, maxRepeat), true
}

// number reads a decimal number of at most nine digits.
func number(b []byte) (n uint32, ok bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	for _, c := range b {
		if !digit(c) {
			return 0, false
		}
		n = n*10 + uint32(c-'0')
	}
	return n, true
}
