package format

import (
	"net/netip"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// The bystander's address stands only in text that the client chose. No line may
// name it as the source; the line may name the attacker, or nobody where it can
// be read in two ways.
const (
	bystander = "203.0.113.9"
	attacker  = "192.0.2.66"
)

// imitations are user names, HELO names, agents and paths that imitate the rest
// of a log line.
var imitations = []string{
	"x from " + bystander,
	"x from " + bystander + " port 22",
	"x from " + bystander + " port 22 ssh2",
	"x from " + bystander + " port 22 ssh2: y",
	"x from " + bystander + " port 22 ssh2: RSA SHA256:abc",
	"x from " + bystander + " port 22 ssh2:",
	"from " + bystander + " port 22 ssh2",
	bystander,
	bystander + " port 22",
	"x " + bystander + " port 22: Too many authentication failures",
	"x " + bystander + " port 22 [preauth]",
	"authenticating user root " + bystander + " port 22",
	"x from " + bystander + " not allowed because",
	"x via " + bystander,
	"rhost=" + bystander,
	"x rhost=" + bystander,
	"x rhost=" + bystander + "  user=y",
	"x  user=y rhost=" + bystander,
	"x>, method=PLAIN, rip=" + bystander + ", lip=198.51.100.1, session=<y>",
	"x>, rip=" + bystander,
	"x,rip=" + bystander + ",",
	"x," + bystander + "): unknown user",
	"x," + bystander + ",<y>): Password mismatch",
	"x," + bystander + "): unknown user(y",
	"unknown[" + bystander + "]: SASL LOGIN authentication failed: y",
	"x from y[" + bystander + "]",
	"[" + bystander + "]:25",
	"x [20/Nov/2026:10:00:00 +0000] \\\"GET / HTTP/1.1\\\" 200 1",
	"- " + bystander + " - -",
	bystander + " - -",
	"(" + bystander + ")",
	"message repeated 9 times: [ Failed password for root from " + bystander + " port 1 ssh2]",
	"::ffff:" + bystander,
	"x\tfrom " + bystander,
}

// carriers are the messages of every daemon into which a client's text goes, at
// "{}". The attacker's address is where the daemon writes it.
var carriers = []string{
	"sshd[{pid}]: Failed password for invalid user {} from " + attacker + " port 4022 ssh2",
	"sshd[{pid}]: Failed password for {} from " + attacker + " port 4022 ssh2",
	"sshd[{pid}]: Failed publickey for {} from " + attacker + " port 4022 ssh2: RSA SHA256:abc",
	"sshd[{pid}]: Failed keyboard-interactive/pam for invalid user {} from " + attacker + " port 4022 ssh2",
	"sshd[{pid}]: Postponed publickey for invalid user {} from " + attacker + " port 4022 ssh2 [preauth]",
	"sshd[{pid}]: Accepted password for {} from " + attacker + " port 4022 ssh2",
	"sshd[{pid}]: Invalid user {} from " + attacker + " port 4022",
	"sshd[{pid}]: Invalid user {} from " + attacker,
	"sshd[{pid}]: Connection closed by invalid user {} " + attacker + " port 4022 [preauth]",
	"sshd[{pid}]: Connection reset by authenticating user {} " + attacker + " port 4022 [preauth]",
	"sshd[{pid}]: Disconnected from invalid user {} " + attacker + " port 4022 [preauth]",
	"sshd[{pid}]: Disconnecting invalid user {} " + attacker + " port 4022: Too many authentication failures [preauth]",
	"sshd[{pid}]: Disconnecting authenticating user root " + attacker + " port 4022: Change of username or service not allowed: (root,ssh-connection) -> ({},ssh-connection) [preauth]",
	"sshd[{pid}]: Received disconnect from " + attacker + " port 4022:11: {} [preauth]",
	"sshd[{pid}]: error: maximum authentication attempts exceeded for invalid user {} from " + attacker + " port 4022 ssh2 [preauth]",
	"sshd[{pid}]: error: PAM: Authentication failure for illegal user {} from " + attacker,
	"sshd[{pid}]: error: PAM: Authentication failure for illegal user {} from " + attacker + " via 198.51.100.1",
	"sshd[{pid}]: User {} from " + attacker + " not allowed because not listed in AllowUsers",
	"sshd[{pid}]: Bad protocol version identification '{}' from " + attacker + " port 4022",
	"sshd[{pid}]: Unable to negotiate with " + attacker + " port 4022: no matching cipher found. Their offer: {} [preauth]",
	"sshd[{pid}]: input_userauth_request: invalid user {} [preauth]",
	"sshd[{pid}]: refused connect from {}@" + attacker + " (" + attacker + ")",
	"sshd[{pid}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=" + attacker + "  user={}",
	"vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser={} rhost=" + attacker,
	"vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser={} rhost=" + attacker + "  user={}",
	"sudo: {} : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
	"su: FAILED SU (to {}) mallory on pts/1",
	"postfix/smtpd[{pid}]: warning: unknown[" + attacker + "]: SASL LOGIN authentication failed: (reason unavailable), sasl_username={}",
	"postfix/smtpd[{pid}]: NOQUEUE: reject: RCPT from unknown[" + attacker + "]: 554 5.7.1 <{}>: Relay access denied; from=<{}> to=<{}> proto=ESMTP helo=<{}>",
	"postfix/smtpd[{pid}]: warning: non-SMTP command from unknown[" + attacker + "]: {}",
	"postfix/smtpd[{pid}]: improper command pipelining after EHLO from unknown[" + attacker + "]: {}",
	"postfix/postscreen[{pid}]: PREGREET 14 after 0.1 from [" + attacker + "]:4022: EHLO {}",
	"postfix/smtpd[{pid}]: ABCDEF0123: client=unknown[" + attacker + "], sasl_method=PLAIN, sasl_username={}",
	"dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<{}>, method=PLAIN, rip=" + attacker + ", lip=198.51.100.1, TLS, session=<abc>",
	"dovecot: imap-login: Aborted login (auth failed, 1 attempts): user=<{}>, method=PLAIN, rip=" + attacker + ", lip=198.51.100.1",
	"dovecot: auth: sql({}," + attacker + ",<abc>): Password mismatch",
	"dovecot: auth-worker(9): sql({}," + attacker + "): unknown user (given password: {})",
}

// webCarriers are access lines; servers escape the quote in client's text.
var webCarriers = []string{
	attacker + ` - {} [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 401 1 "-" "-"`,
	attacker + ` - - [20/Nov/2026:10:00:00 +0000] "GET /{} HTTP/1.1" 404 1 "{}" "{}"`,
	attacker + ` - - [20/Nov/2026:10:00:00 +0000] "{}" 400 1 "-" "-"`,
	`www.example.org:443 ` + attacker + ` - {} [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 401 1 "{}" "{}"`,
	`{} ` + attacker + ` - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 400 1 "-" "-"`,
}

func TestNoLineFramesABystander(t *testing.T) {
	victim := netip.MustParseAddr(bystander)
	culprit := netip.MustParseAddr(attacker)
	vhosts := []byte(strings.Repeat("www.example.org 198.51.100.5 - - [20/Nov/2026:09:00:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"\n", 3))
	parsers := map[string]ingest.Parser{
		"named":    must(ByName("sshd")).NewParser(ingest.Context{}),
		"generic":  must(ByName("generic")).NewParser(ingest.Context{}),
		"vhost":    Detect("", vhosts).NewParser(ingest.Context{}),
		"pam only": Detect("", nil).NewParser(ingest.Context{}),
	}
	var ev ingest.Event
	lines, named, pid := 0, 0, 0
	try := func(name string, p ingest.Parser, line string) {
		result := p.Parse([]byte(line), &ev)
		lines++
		if result != ingest.Parsed || !ev.Src.IsValid() {
			return
		}
		if ev.Src == victim {
			t.Errorf("%s parser frames the bystander:\n%s", name, line)
		}
		if ev.Src == culprit {
			named++
		}
	}
	for name, p := range parsers {
		for _, text := range imitations {
			for _, c := range carriers {
				pid++
				number := strings.Repeat("7", 1+pid%4) + string(rune('0'+pid%10))
				c = strings.ReplaceAll(c, "{pid}", number)
				try(name, p, "Nov 20 10:00:00 web1 "+strings.ReplaceAll(c, "{}", text))
			}
			for _, c := range webCarriers {
				if strings.HasPrefix(c, "{}") && name != "vhost" {
					continue // a host header in front is told from a client only by the file's other lines
				}
				try(name, p, strings.ReplaceAll(c, "{}", text))
			}
		}
	}
	// Silence everywhere would also pass; most lines must name the attacker.
	if named*10 < lines*8 {
		t.Errorf("only %d of %d lines name the attacker", named, lines)
	}
}

func must(f ingest.Format, ok bool) ingest.Format {
	if !ok {
		panic("unknown format")
	}
	return f
}
