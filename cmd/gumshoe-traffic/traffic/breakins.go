package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// Intrusion is guessing that ends with a login.
type Intrusion struct {
	Attack  string
	Door    Door // SSHNames, IMAPNames, WebLogin, OwnForm or Locked
	Sources []netip.Addr
	Start   time.Time
	Span    time.Duration // of the guessing
	Guesses int
	Names   int    // on how many accounts, the taken one among them
	Account string // that is taken
	Quiet   time.Duration
}

// WebLogin is a form on the web site.
const WebLogin Door = "web login"

// Part plays it: the guesses are shared out among the sources, after a pause the
// last one signs in.
func (n Intrusion) Part(w *World) {
	e := Expect{Attack: n.Attack, Kind: string(n.Door), SeverityMin: "critical", Ban: "planned|held", Start: n.Start, End: n.Start.Add(n.Span + n.Quiet + time.Minute),
		Detections: []string{"break_in"}, Targets: []string{n.Account}, MustSay: []string{n.Account}, MustNotAccuse: []string{"all others"}}
	for _, s := range n.Sources {
		w.Truth.Claim(s.String(), Hostile, "an intruder", n.Attack)
		e.Sources = append(e.Sources, s.String())
	}
	w.Truth.Expect(e)
	rng := w.Rand(n.Attack)
	others := draw(rng, firstNames, n.Names)
	for i := range n.Guesses {
		at := At(n.Start).Add(time.Duration(float64(n.Span) * (float64(i) + rng.Float64()) / float64(n.Guesses)))
		src := n.Sources[i%len(n.Sources)]
		user := n.Account
		if i%n.Names != 0 {
			user = others[i%n.Names]
		}
		w.Once(at, func(w *World) { n.guess(w, rng, src, user, user == n.Account) })
	}
	src := n.Sources[len(n.Sources)-1]
	w.Once(At(n.Start.Add(n.Span+n.Quiet)), func(w *World) { n.enter(w, rng, src) })
}

func (n Intrusion) guess(w *World, rng *rand.Rand, src netip.Addr, user string, exists bool) {
	switch n.Door {
	case SSHNames:
		sshGuess(w, rng, src, user, exists)
	case IMAPNames:
		if !exists {
			user += "@example.org"
		}
		imapFailure(w, rng, src, user, "PLAIN")
	case OwnForm:
		w.Hit(clubForm(rng, src, attackBrowser))
	case Locked:
		w.Hit(lockedOut(src, user, attackBrowser))
	default:
		w.Hit(&Hit{Src: src, Method: "POST", Target: "/login", Status: 401, Bytes: 4_870, Agent: attackBrowser})
	}
}

func (n Intrusion) enter(w *World, rng *rand.Rand, src netip.Addr) {
	switch n.Door {
	case SSHNames:
		peer := newSSHPeer(rng, src)
		peer.accept(w, n.Account, "1001", "password", 25*time.Minute)
	case IMAPNames:
		imapSession(w, rng, src, n.Account)
	case OwnForm:
		enterClub(w, src, attackBrowser)
	case Locked:
		enterRoom(w, src, n.Account, attackBrowser)
	default:
		w.Hit(&Hit{Src: src, Method: "POST", Target: "/login", Status: 302, Agent: attackBrowser})
		w.Once(w.now.Add(400*time.Millisecond), func(w *World) {
			w.Hit(&Hit{Src: src, Target: "/account", Status: 200, Bytes: 7_320, Agent: attackBrowser})
		})
	}
}

// Intrusions are break-ins of every shape, one after the other: in a hurry and
// over days, from one address and from many, after a pause.
func Intrusions(first int, start time.Time, gap time.Duration) []Part {
	plans := []Intrusion{
		{Door: SSHNames, Span: 12 * time.Minute, Guesses: 40, Names: 5, Account: targetAccount},
		{Door: SSHNames, Span: 60 * time.Hour, Guesses: 30, Names: 6, Account: targetAccount},
		{Door: SSHNames, Span: 3 * time.Hour, Guesses: 90, Names: 1, Account: targetAccount, Sources: foreigners(first+400, 30)},
		{Door: SSHNames, Span: 40 * time.Minute, Guesses: 60, Names: 4, Account: targetAccount, Quiet: 20 * time.Hour},
		{Door: IMAPNames, Span: 30 * time.Minute, Guesses: 50, Names: 10, Account: mailbox(0)},
		{Door: IMAPNames, Span: 50 * time.Hour, Guesses: 48, Names: 8, Account: mailbox(1)},
		{Door: IMAPNames, Span: 5 * time.Hour, Guesses: 80, Names: 1, Account: mailbox(2), Sources: foreigners(first+440, 40)},
		{Door: WebLogin, Span: 20 * time.Minute, Guesses: 60, Names: 1, Account: "/login"},
		{Door: WebLogin, Span: 30 * time.Hour, Guesses: 60, Names: 1, Account: "/login"},
		{Door: OwnForm, Span: 25 * time.Minute, Guesses: 60, Names: 1, Account: clubDoor},
		{Door: OwnForm, Span: 20 * time.Hour, Guesses: 60, Names: 1, Account: clubDoor},
		{Door: Locked, Span: 15 * time.Minute, Guesses: 50, Names: 5, Account: lockedUser(1)},
		{Door: Locked, Span: 26 * time.Hour, Guesses: 40, Names: 8, Account: lockedUser(0)},
	}
	var parts []Part
	for i, p := range plans {
		p.Attack, p.Start = fmt.Sprintf("breakin-%02d", i), start.Add(time.Duration(i)*gap)
		if p.Sources == nil {
			p.Sources = []netip.Addr{foreign(first + i)}
		}
		parts = append(parts, p.Part)
	}
	return parts
}
