package traffic

import (
	"math/rand/v2"
	"net/netip"
	"time"
)

// mailUser has a computer at home or at work and a phone.
type mailUser struct {
	name  string
	desk  netip.Addr
	phone []netip.Addr // where the phone may be
}

// The mailboxes that the stories are about.
const (
	stuffedMailbox = "anna.berger@example.org"
	staleMailbox   = "jonas.weber@example.org"
)

func mailUsers() []mailUser {
	carrier := hosts("198.19.40.1", 4)
	names := []string{stuffedMailbox, staleMailbox, "lea.sommer@example.org", "office@example.org", "paul.krug@example.org", "sara.lindt@example.org"}
	users := make([]mailUser, len(names))
	for i, n := range names {
		desk := v4(198<<24 | 19<<16 | uint32(8+i)<<8 | uint32(20+11*i))
		users[i] = mailUser{name: n, desk: desk, phone: append(carrier[:2:2], desk)}
	}
	return users
}

// MailUsers read their mail at the desk and on the phone, and send some.
func MailUsers(w *World) {
	users := mailUsers()
	for _, u := range users {
		w.Truth.Claim(u.desk.String(), Honest, "mail user "+u.name, "")
		for _, a := range u.phone[:2] {
			w.Truth.Claim(a.String(), Honest, "a mobile carrier's shared addresses", "")
		}
	}
	rng := w.Rand("mail users")
	w.Arrivals(Rhythm{Peak: 7}, rng, func(w *World) {
		u := pick(rng, users)
		from := u.desk
		if rng.IntN(3) == 0 {
			from = pick(rng, u.phone)
		}
		at := w.now
		if rng.IntN(70) == 0 { // a typo, then the right password
			imapFailure(w, rng, from, u.name, "PLAIN")
			at = at.Add(between(rng, 9*time.Second, 40*time.Second))
		}
		w.Once(at, func(w *World) { imapSession(w, rng, from, u.name) })
		if rng.IntN(5) == 0 {
			w.Once(at.Add(between(rng, time.Minute, 5*time.Minute)), func(w *World) { submission(w, rng, from, u.name) })
		}
	})
}

// StalePassword is a phone at home whose owner changed the password at the
// desk: from then on it fails every quarter of an hour, and never asks for
// anything else. Its address signs in well before and, from the desk, after.
func StalePassword(changed time.Time) Part {
	return func(w *World) {
		rng := w.Rand("stale password")
		u := mailUsers()[1]
		w.Truth.Claim(u.desk.String(), Honest, "mail user "+u.name, "")
		w.every(80*time.Minute, .1, rng, func(w *World) {
			imapSession(w, rng, u.desk, u.name)
		})
		w.Spawn(At(changed), ActorFunc(func(w *World) Instant {
			imapFailure(w, rng, u.desk, u.name, "PLAIN")
			return w.now.Add(jitter(rng, 15*time.Minute, .02))
		}))
	}
}

// MailFlow is mail from other servers for the local mailboxes.
func MailFlow(w *World) {
	type relay struct{ addr, name string }
	relays := []relay{
		{"198.19.60.25", "mx-out.example.net"}, {"198.19.60.26", "mx-out2.example.net"},
		{"198.19.61.7", "mail.growers.example"}, {"198.19.62.90", "news.example.com"},
	}
	for _, r := range relays {
		w.Truth.Claim(r.addr, Honest, "mail server "+r.name, "")
	}
	users := mailUsers()
	rng := w.Rand("mail flow")
	w.Arrivals(Rhythm{Peak: 3}, rng, func(w *World) {
		r := pick(rng, relays)
		pid, id := w.PID(), queueID(rng)
		w.Syslog(Mail, "postfix/smtpd", pid, "connect from %s[%s]", r.name, r.addr)
		w.Syslog(Mail, "postfix/smtpd", pid, "%s: client=%s[%s]", id, r.name, r.addr)
		deliver(w, rng, id, "bounce@"+r.name, pick(rng, users).name, "lmtp")
		w.Syslog(Mail, "postfix/smtpd", pid, "disconnect from %s[%s] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7", r.name, r.addr)
	})
}

// imapSession is a login and, some time later, its end.
func imapSession(w *World, rng *rand.Rand, from netip.Addr, user string) {
	pid, session := w.PID(), sessionID(rng)
	w.Syslog(Mail, "dovecot", 0, "imap-login: Login: user=<%s>, method=PLAIN, rip=%s, lip=%s, mpid=%d, TLS, session=<%s>", user, from, server, pid, session)
	w.Once(w.now.Add(between(rng, 20*time.Second, 28*time.Minute)), func(w *World) {
		w.Syslog(Mail, "dovecot", 0, "imap(%s)<%d><%s>: Disconnected: Logged out in=%d out=%d deleted=0 expunged=0 trashed=0 hdr_count=%d hdr_bytes=%d body_count=0 body_bytes=0",
			user, pid, session, 300+rng.IntN(900), 2_000+rng.IntN(40_000), rng.IntN(9), rng.IntN(8_000))
	})
}

// imapFailure is one refused password.
func imapFailure(w *World, rng *rand.Rand, from netip.Addr, user, method string) {
	w.Syslog(Mail, "dovecot", 0, "imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): user=<%s>, method=%s, rip=%s, lip=%s, TLS, session=<%s>",
		user, method, from, server, sessionID(rng))
}

// submission is a local user sending a mail through Postfix.
func submission(w *World, rng *rand.Rand, from netip.Addr, user string) {
	pid, id := w.PID(), queueID(rng)
	w.Syslog(Mail, "postfix/submission/smtpd", pid, "connect from unknown[%s]", from)
	w.Syslog(Mail, "postfix/submission/smtpd", pid, "%s: client=unknown[%s], sasl_method=PLAIN, sasl_username=%s", id, from, user)
	deliver(w, rng, id, user, "friend@example.net", "smtp")
	w.Syslog(Mail, "postfix/submission/smtpd", pid, "disconnect from unknown[%s] ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=8", from)
}

// deliver is what Postfix logs of a mail between its arrival and its departure.
func deliver(w *World, rng *rand.Rand, id, from, to, transport string) {
	w.Syslog(Mail, "postfix/cleanup", w.PID(), "%s: message-id=<%x@%s>", id, rng.Uint64(), hostName)
	w.Syslog(Mail, "postfix/qmgr", 712, "%s: from=<%s>, size=%d, nrcpt=1 (queue active)", id, from, 1_200+rng.IntN(60_000))
	pid, delay := w.PID(), float64(20+rng.IntN(400))/100
	w.Once(w.now.Add(time.Duration(delay*float64(time.Second))), func(w *World) {
		w.Syslog(Mail, "postfix/"+transport, pid, "%s: to=<%s>, relay=%s, delay=%.2f, delays=0.1/0/0/%.2f, dsn=2.0.0, status=sent (250 2.0.0 Ok)", id, to, hostName+".example.org", delay, delay)
		w.Syslog(Mail, "postfix/qmgr", 712, "%s: removed", id)
	})
}

func queueID(rng *rand.Rand) string { return letters(rng, "0123456789ABCDEF", 10) }

func sessionID(rng *rand.Rand) string {
	return letters(rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16)
}

// letters draws n characters of an alphabet.
func letters(rng *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}
