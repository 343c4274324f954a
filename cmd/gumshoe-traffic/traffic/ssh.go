package traffic

import (
	"math/rand/v2"
	"net/netip"
	"time"
)

// sshPeer is one ssh client at the server's door.
type sshPeer struct {
	addr netip.Addr
	port int
	pid  int    // 0 until it connects
	name string // account that was last announced as invalid
}

func newSSHPeer(rng *rand.Rand, addr netip.Addr) *sshPeer {
	return &sshPeer{addr: addr, port: 32_768 + rng.IntN(28_000)}
}

// log writes a line of the sshd process that serves the peer.
func (p *sshPeer) log(w *World, format string, args ...any) {
	if p.pid == 0 {
		p.pid = w.PID()
	}
	w.Syslog(Auth, "sshd", p.pid, format, args...)
}

// fail is a wrong password. Like sshd with PAM it writes two lines, and announces
// an account that does not exist once in a connection; it is one failure.
func (p *sshPeer) fail(w *World, user string, exists bool) {
	if !exists {
		if p.name != user {
			p.name = user
			p.log(w, "Invalid user %s from %s port %d", user, p.addr, p.port)
		}
		p.log(w, "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%s ", p.addr)
		p.log(w, "Failed password for invalid user %s from %s port %d ssh2", user, p.addr, p.port)
		return
	}
	p.log(w, "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%s  user=%s", p.addr, user)
	p.log(w, "Failed password for %s from %s port %d ssh2", user, p.addr, p.port)
}

// leave ends a connection that never signed in.
func (p *sshPeer) leave(w *World, user string, exists bool) {
	who := "authenticating user"
	if !exists {
		who = "invalid user"
	}
	p.log(w, "Connection closed by %s %s %s port %d [preauth]", who, user, p.addr, p.port)
}

// accept signs user in and closes the session after stay.
func (p *sshPeer) accept(w *World, user, uid, method string, stay time.Duration) {
	p.log(w, "Accepted %s for %s from %s port %d ssh2%s", method, user, p.addr, p.port, keyOf(method, user))
	p.log(w, "pam_unix(sshd:session): session opened for user %s(uid=%s) by (uid=0)", user, uid)
	session := p.pid / 3
	w.Syslog(Auth, "systemd-logind", 511, "New session %d of user %s.", session, user)
	w.Once(w.now.Add(stay), func(w *World) {
		w.Syslog(Auth, "sshd", p.pid+1, "Received disconnect from %s port %d:11: disconnected by user", p.addr, p.port)
		w.Syslog(Auth, "sshd", p.pid+1, "Disconnected from user %s %s port %d", user, p.addr, p.port)
		p.log(w, "pam_unix(sshd:session): session closed for user %s", user)
		w.Syslog(Auth, "systemd-logind", 511, "Removed session %d.", session)
	})
}

func keyOf(method, user string) string {
	if method != "publickey" {
		return ""
	}
	return ": ED25519 SHA256:" + letters(rand.New(rand.NewPCG(uint64(len(user)), uint64(user[0]))), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 43)
}

// sudo runs a command as root.
func sudo(w *World, user, uid, command string) {
	w.Syslog(Auth, "sudo", 0, "%8s : TTY=pts/0 ; PWD=/home/%s ; USER=root ; COMMAND=%s", user, user, command)
	w.Syslog(Auth, "sudo", 0, "pam_unix(sudo:session): session opened for user root(uid=0) by %s(uid=%s)", user, uid)
	w.Once(w.now.Add(2*time.Second), func(w *World) {
		w.Syslog(Auth, "sudo", 0, "pam_unix(sudo:session): session closed for user root")
	})
}

// admin is a person, or a machine, with a shell account.
type admin struct {
	user, uid string
	addrs     []netip.Addr
	method    string
	typos     float64 // share of logins that begin with a wrong password
	sudo      bool
	share     int // of the logins
}

// targetAccount is the shell account that the break-in is about.
const targetAccount = "tomas"

func admins() []admin {
	office := hosts("198.19.32.10", 1)
	return []admin{
		{user: "mira", uid: "1000", addrs: append(hosts("198.19.20.77", 1), office...), method: "publickey", sudo: true, share: 4},
		{user: targetAccount, uid: "1001", addrs: append(hosts("198.19.21.140", 1), office...), method: "password", typos: .25, sudo: true, share: 3},
		{user: "deploy", uid: "1002", addrs: hosts("198.19.33.21", 1), method: "publickey", share: 5},
	}
}

// Admins sign in over ssh: two people, one of whom has a password and mistypes
// it now and then, and the machine that deploys.
func Admins(w *World) {
	var byShare []admin
	for _, a := range admins() {
		for _, addr := range a.addrs {
			w.Truth.Claim(addr.String(), Honest, "administrators' and deploy addresses", "")
		}
		for range a.share {
			byShare = append(byShare, a)
		}
	}
	rng := w.Rand("admins")
	commands := []string{"/usr/bin/apt update", "/usr/bin/systemctl reload nginx", "/usr/bin/journalctl -u postfix", "/usr/bin/less /var/log/auth.log"}
	w.Arrivals(Rhythm{Peak: .9, Dispersion: 4}, rng, func(w *World) {
		a := pick(rng, byShare)
		peer := newSSHPeer(rng, pick(rng, a.addrs))
		at := w.now
		if rng.Float64() < a.typos {
			for range 1 + rng.IntN(2) {
				w.Once(at, func(w *World) { peer.fail(w, a.user, true) })
				at = at.Add(between(rng, 3*time.Second, 9*time.Second))
			}
		}
		stay := between(rng, 30*time.Second, 50*time.Minute)
		w.Once(at, func(w *World) { peer.accept(w, a.user, a.uid, a.method, stay) })
		if a.sudo && rng.IntN(2) == 0 {
			w.Once(at.Add(stay/2), func(w *World) { sudo(w, a.user, a.uid, pick(rng, commands)) })
		}
	})
}

// Cron is the server's own hourly job.
func Cron(w *World) {
	at := w.from - w.from%Instant(time.Hour) + Instant(17*time.Minute)
	w.Spawn(at, ActorFunc(func(w *World) Instant {
		pid := w.PID()
		w.Syslog(Auth, "CRON", pid, "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
		w.Syslog(Auth, "CRON", pid, "pam_unix(cron:session): session closed for user root")
		return w.now.Add(time.Hour)
	}))
}
