package format

import (
	"bytes"

	"gumshoe/ingest"
)

// open takes the envelope off a line: it fills the event's Time, Host, Program
// and PID and returns the message. It tells the styles apart by the first
// bytes, so that each line pays for one reader alone.
func (c *clock) open(line []byte, ev *ingest.Event) (msg []byte, ok bool) {
	b := line
	if len(b) > 0 && b[0] == '<' {
		if rest, ok := priority(b); ok {
			if msg, ok := c.open5424(rest, ev); ok {
				return msg, true
			}
			b = bytes.TrimPrefix(rest, []byte(" "))
		}
	}
	if len(b) == 0 {
		return nil, false
	}
	stamped := true
	switch first := b[0]; {
	case c.knows(b):
		ev.Time, b, stamped = c.bsdStamp(b)
	case first == '@':
		ev.Time, b, stamped = taiStamp(b)
	case digit(first) && len(b) > 4 && b[4] != ' ':
		if ev.Time, b, stamped = c.isoStamp(b); !stamped {
			if ev.Time, b, stamped = c.punctuated(line); !stamped { // Sophos' UTM
				ev.Time, b, stamped = unixStamp(line)
			}
		}
	case weekday(b):
		return c.openFull(b, ev)
	case digit(first) || monthName(b) > 0 && len(b) > 3 && b[3] == ' ':
		ev.Time, b, stamped = c.bsdStamp(b)
	default:
		return openBare(line, ev)
	}
	if !stamped {
		return nil, false
	}
	return c.lastTag.open(b, ev)
}

// lastTag is openTag with a memory: most lines of a log are of the host and the
// program of the line before, and differ in the process alone.
type lastTag struct {
	head          []byte // " host program[" of the last line whose tag was plain
	host, program span   // in head
}

func (t *lastTag) open(b []byte, ev *ingest.Event) (msg []byte, ok bool) {
	if n := len(t.head); n > 0 && len(b) > n && string(b[:n]) == string(t.head) {
		if end := plainPID(b, n); end > 0 {
			if t.host.end > 0 {
				ev.Host = b[t.host.start:t.host.end]
			}
			ev.Program, ev.PID = b[t.program.start:t.program.end], b[n:end]
			return b[end+len("]: "):], true
		}
	}
	if msg, ok = openTag(b, ev); ok {
		t.remember(b, ev)
	}
	return msg, ok
}

// remember keeps how a line begins, if its tag is plain.
func (t *lastTag) remember(b []byte, ev *ingest.Event) {
	at := func(part []byte) span { // all parts are of b, or of what stands before it
		i := cap(b) - cap(part)
		return span{i, i + len(part)}
	}
	host, program, pid := at(ev.Host), at(ev.Program), at(ev.PID)
	if len(ev.Program) == 0 || len(ev.PID) == 0 || program.start < 0 || pid.start < program.end || plainPID(b, pid.start) != pid.end {
		return
	}
	if len(ev.Host) == 0 || host.start < 0 || host.end > program.start {
		host = span{} // none, or what another reading of the line left there
	}
	t.head, t.host, t.program = append(t.head[:0], b[:pid.start]...), host, program
}

// plainPID returns where the number at i ends, if "]: " follows it and no remark of
// the daemon of logs; else 0.
func plainPID(b []byte, i int) (end int) {
	for end = i; end < len(b) && digit(b[end]); {
		end++
	}
	if rest := b[end:]; end == i || len(rest) < 4 || string(rest[:3]) != "]: " || rest[3] == '[' {
		return 0
	}
	return end
}

// openTag reads what follows a stamp: " host program[pid]: message", where the
// host may be missing, and a colon may follow the stamp (Cisco, some relays).
func openTag(b []byte, ev *ingest.Event) (msg []byte, ok bool) {
	if len(b) > 0 && b[0] == ':' {
		b = b[1:]
	}
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	b = cutFacility(b)
	if len(b) > 0 && b[0] == '[' { // metalog: "[sshd] message"
		return metalogTag(b, ev)
	}
	if len(b) == 0 || b[0] == '/' {
		return nil, false // a path or a level: applications write "STAMP /login: 403" too
	}
	if msg, ok = tag(b, ev); ok {
		return msg, true
	}
	i := bytes.IndexByte(b, ' ')
	if i <= 0 {
		return nil, false
	}
	ev.Host = b[:i]
	b = bytes.TrimLeft(b[i+1:], " :")
	if rest, ok := cut(b, "Message forwarded from "); ok { // AIX's syslogd names the machine before
		if origin, rest, ok := bytes.Cut(rest, []byte(": ")); ok {
			ev.Host, b = origin, rest
		}
	}
	if word, rest, _ := bytes.Cut(b, []byte(" ")); isPriority(word) {
		b = rest
	}
	if len(b) > 22 && b[0] == '(' && b[20] == ')' { // WatchGuard's own stamp
		b = bytes.TrimLeft(b[21:], " ")
	}
	if bytes.HasPrefix(b, []byte("[")) && (bytes.Contains(b, []byte(" IN=")) || bytes.Contains(b, []byte("]IN="))) {
		return b, true // UniFi names no program
	}
	return tag(b, ev)
}

// metalogTag reads "[program] message". Only a daemon that is known is taken for
// one: applications write their level so.
func metalogTag(b []byte, ev *ingest.Event) (msg []byte, ok bool) {
	end := bytes.IndexByte(b, ']')
	if end < 2 || end > 32 || !known(b[1:end]) {
		return nil, false
	}
	ev.Program = b[1:end]
	msg = bytes.TrimPrefix(b[end+1:], []byte(":"))
	return bytes.TrimPrefix(msg, []byte(" ")), len(msg) < len(b)-end
}

// isPriority reports whether a word is the "authpriv.warn" that BusyBox's syslogd
// writes behind the host.
func isPriority(word []byte) bool {
	dot := bytes.IndexByte(word, '.')
	if dot < 0 {
		return false
	}
	switch string(word[dot+1:]) {
	case "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug":
	default:
		return false
	}
	switch string(word[:dot]) {
	case "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
		"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7":
		return true
	}
	return false
}

// cutFacility takes off the "<mail.info> " that FreeBSD's syslogd writes with -v.
func cutFacility(b []byte) []byte {
	if len(b) == 0 || b[0] != '<' {
		return b
	}
	if i := bytes.IndexByte(b, ' '); i > 2 && i < 24 && b[i-1] == '>' {
		return b[i+1:]
	}
	return b
}

// tag reads "program[pid]: message". Programs are written in many ways:
// "postfix/smtpd[1]", "auth-worker(2)", "sshd(pam_unix)[3]", "pop3-login".
func tag(b []byte, ev *ingest.Event) (msg []byte, ok bool) {
	for i, c := range b {
		switch {
		case c == ':' && i > 0 && (i+1 == len(b) || b[i+1] == ' '):
			ev.Program = b[:i]
			return bytes.TrimPrefix(b[i+1:], []byte(" ")), true
		case c == '[' && i > 0:
			end := bytes.IndexByte(b[i:], ']')
			if end < 0 {
				return nil, false
			}
			ev.Program, ev.PID = b[:i], b[i+1:i+end]
			rest := b[i+end+1:]
			if len(rest) > 0 && rest[0] == '(' { // Kerberos' "krb5kdc[12](info): "
				if n := bytes.Index(rest, []byte("): ")); n > 0 && n < 16 {
					rest = rest[n+1:]
				}
			}
			if len(rest) > 0 && rest[0] == ':' {
				rest = rest[1:]
			} else if len(rest) > 0 && rest[0] != ' ' {
				return nil, false
			}
			if len(rest) > 0 && rest[0] == ' ' {
				rest = rest[1:]
			}
			if len(rest) > 3 && rest[0] == '[' && rest[1] == 'I' && rest[2] == 'D' { // Solaris: "[ID 800047 auth.info] "
				if n := bytes.Index(rest, []byte("] ")); n > 0 && n < 40 {
					rest = rest[n+2:]
				}
			}
			return rest, true
		case c == ' ' && string(b[:i]) == "Oracle" && bytes.HasPrefix(b[i:], []byte(" Audit[")):
			continue // the one program whose name has a blank
		case c <= ' ' || i > 64:
			return nil, false
		}
	}
	return nil, false
}

// openBare reads a line without a stamp, "host program[pid]: message" or
// "program[pid]: message". Any prose with a colon looks like that, so the
// program must be one of the daemons that are understood.
func openBare(line []byte, ev *ingest.Event) (msg []byte, ok bool) {
	if msg, ok = openTag(line, ev); ok && known(ev.Program) {
		return msg, true
	}
	return nil, false
}

// priority reads the "<38>" of a syslog packet.
func priority(b []byte) (rest []byte, ok bool) {
	for i := 1; i < len(b) && i <= 4; i++ {
		if b[i] == '>' {
			return b[i+1:], i > 1
		}
		if !digit(b[i]) {
			break
		}
	}
	return nil, false
}

// yearless reports whether the line has an envelope whose stamp lacks the year.
func yearless(line []byte) bool {
	if len(line) > 0 && line[0] == '<' {
		if rest, ok := priority(line); ok {
			line = rest
		}
	}
	var s civil
	if len(line) > 0 && line[0] == '[' { // "[Nov 20 10:00:00]", "[UTC Nov 20 10:00:00]", "[901] Nov 20 10:00:00"
		line = line[1:]
		if i := bytes.IndexByte(line, ' '); i > 0 && monthName(line) == 0 {
			line = line[i+1:]
		}
	}
	_, ok := bsdCivil(line, &s)
	if !ok {
		_, ok = glogCivil(line, &s)
	}
	return ok && s.year == 0
}
