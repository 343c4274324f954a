package traffic

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"
)

// Plot is what the members of a campaign do together.
type Plot string

// The plots.
const (
	OneAccount  Plot = "one account"      // all guess the password of one account that exists
	Credentials Plot = "stuffing"         // each name once: leaked pairs of name and password
	Alphabet    Plot = "dictionary order" // one alphabetical list, shared out
	RarePath    Plot = "one rare path"    // one request each for the same thing
	PathList    Plot = "shared path list" // one list of paths shared out, one agent, one pace
	OneForm     Plot = "one form"         // passwords at one form, of which nothing but its answers says what it is
	OneLock     Plot = "one lock"         // passwords of one account at a locked directory
)

// Plots lists them.
var Plots = []Plot{OneAccount, Credentials, Alphabet, RarePath, PathList, OneForm, OneLock}

// Campaign is many addresses that do one thing.
type Campaign struct {
	Attack string
	Plot   Plot
	Bots   []netip.Addr
	Prefix string // the network that they are in, "" for many
	Box    string // OneAccount: whose, "" for one that the stories know
	Start  time.Time
	Span   time.Duration
	Tries  int // of each bot, on average
}

// Part plays it.
func (c Campaign) Part(w *World) {
	e := Expect{Attack: c.Attack, Kind: string(c.Plot), Prefix: c.Prefix, SeverityMin: "low", Ban: "none|planned|held", Start: c.Start, End: c.Start.Add(c.Span),
		Detections: []string{}, Targets: []string{}, MustSay: []string{}, MustNotAccuse: []string{"all others"}}
	for _, b := range c.Bots {
		w.Truth.Claim(b.String(), Hostile, "one of a campaign", c.Attack)
		e.Sources = append(e.Sources, b.String())
	}
	w.Truth.Expect(e)
	rng := w.Rand(c.Attack)
	tries := c.Tries * len(c.Bots)
	act := c.act(w, rng, tries)
	// Every bot has its turn, in an order that nobody sees through.
	var order []int
	for range c.Tries {
		order = append(order, rng.Perm(len(c.Bots))...)
	}
	for i, b := range order {
		at := At(c.Start).Add(time.Duration(float64(c.Span) * (float64(i) + rng.Float64()) / float64(tries)))
		w.Once(at, func(w *World) { act(w, c.Bots[b], i) })
	}
}

// act returns what try i is.
func (c Campaign) act(w *World, rng *rand.Rand, tries int) func(w *World, bot netip.Addr, i int) {
	setup := w.Rand(c.Attack + " setup")
	switch c.Plot {
	case OneAccount:
		mailbox := cmp.Or(c.Box, pick(setup, mailUsers()).name)
		if setup.IntN(2) == 0 && c.Box == "" {
			return func(w *World, bot netip.Addr, _ int) { sshGuess(w, rng, bot, targetAccount, true) }
		}
		return func(w *World, bot netip.Addr, _ int) { imapFailure(w, rng, bot, mailbox, "PLAIN") }
	case Credentials:
		first := setup.IntN(1 << 14)
		return func(w *World, bot netip.Addr, i int) {
			user := guessedName(first+i) + "@example.org"
			if i%7 == 3 {
				user = pick(rng, mailUsers()).name
			}
			imapFailure(w, rng, bot, user, "PLAIN")
		}
	case Alphabet:
		names := make([]string, tries)
		first := setup.IntN(1 << 14)
		for i := range names {
			names[i] = guessedName(first + i)
		}
		slices.Sort(names)
		return func(w *World, bot netip.Addr, i int) { sshGuess(w, rng, bot, names[i], false) }
	}
	switch c.Plot {
	case OneForm:
		return func(w *World, bot netip.Addr, _ int) { w.Hit(clubForm(rng, bot, pick(rng, browsers))) }
	case OneLock:
		return func(w *World, bot netip.Addr, _ int) { w.Hit(lockedOut(bot, lockedUser(0), pick(rng, browsers))) }
	}
	paths := []string{unlistedPath(setup)}
	agent := func() string { return pick(rng, browsers) }
	if c.Plot == PathList {
		paths = draw(setup, listedPaths, max(12, tries/3))
		one := fmt.Sprintf("Mozilla/5.0 (Windows NT 6.%d; rv:%d.0) Gecko/20100101 Firefox/%[2]d.0", setup.IntN(4), 30+setup.IntN(40))
		agent = func() string { return one }
	}
	return func(w *World, bot netip.Addr, i int) {
		w.Hit(&Hit{Src: bot, Target: paths[i%len(paths)], Status: 404, Bytes: 153, Agent: agent()})
	}
}

// foreigners are n attackers of n networks.
func foreigners(first, n int) []netip.Addr {
	out := make([]netip.Addr, n)
	for i := range out {
		out[i] = foreign(first + i)
	}
	return out
}

// crowdIn returns n addresses of one network: of a v4 one any, of a v6 /64 with
// interface identifiers of their own, of a wider one in as many /64s, which of a
// /48 lie in different /56s.
func crowdIn(rng *rand.Rand, network netip.Prefix, n int) []netip.Addr {
	seen := map[netip.Addr]bool{}
	var out []netip.Addr
	for len(out) < n {
		a := network.Addr()
		if a.Is4() {
			b := a.As4()
			v := binary.BigEndian.Uint32(b[:]) + 1 + rng.Uint32N(1<<(32-network.Bits())-2)
			a = v4(v)
		} else {
			b := a.As16()
			net := binary.BigEndian.Uint64(b[:8]) | rng.Uint64N(1<<(64-network.Bits()))
			binary.BigEndian.PutUint64(b[:8], net)
			binary.BigEndian.PutUint64(b[8:], rng.Uint64())
			a = netip.AddrFrom16(b)
		}
		if !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out
}

// Neighbours are honest people in a network that attackers use too: they read
// the site all the time and one of them reads mail.
func Neighbours(name string, addrs ...netip.Addr) Part {
	return func(w *World) {
		rng := w.Rand(name)
		for i, a := range addrs {
			w.Truth.Claim(a.String(), Honest, "an honest neighbour of attackers", "")
			w.every(31*time.Hour, .4, rng, func(w *World) { w.Spawn(w.now, newVisit(rng, person{a, browserOf(i)})) })
		}
		user := mailUsers()[5]
		w.every(19*time.Hour, .4, rng, func(w *World) { imapSession(w, rng, addrs[0], user.name) })
	}
}
