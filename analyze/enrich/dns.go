package enrich

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"gumshoe/analyze"
)

// Resolver asks the domain name system. Errors that wrap ErrNoName mean that it
// answered, and that there is none; all others mean that it did not answer.
type Resolver interface {
	// Names returns the names of an address.
	Names(ctx context.Context, a netip.Addr) ([]string, error)
	// Addrs returns the addresses of a name, of the family of like at least.
	Addrs(ctx context.Context, name string, like netip.Addr) ([]netip.Addr, error)
}

// ErrNoName is the clear answer that there is nothing under a name.
var ErrNoName = errors.New("no such name")

// Name is one name that an address gives itself.
type Name struct {
	Text    string        `json:"name"`
	Forward analyze.Truth `json:"forward"` // whether the name has that address
}

// Answer is what the domain name system says of an address.
type Answer struct {
	Names   []Name // those of crawlers first, then by name; none is an answer too
	Trouble bool   // something was not answered: what is missing proves nothing
}

// Confirmed returns the first name that has the address, "" for none.
func (a Answer) Confirmed() string {
	for _, n := range a.Names {
		if n.Forward == analyze.Verified {
			return n.Text
		}
	}
	return ""
}

// Limits of asking in one run. An attacker chooses how many addresses call
// themselves a crawler, and how slowly their zone answers.
const (
	parallel = 16   // addresses asked at a time
	maxAsked = 2000 // addresses asked in a run that the cache does not know
	maxNames = 4    // names of an address that are looked up in turn
)

// DNS answers who an address is by name, from the cache where it can.
type DNS struct {
	resolver Resolver
	cache    *Cache
	now      time.Time
	asked    int
	control  analyze.Truth // whether the resolver knows the control
}

// NewDNS returns a DNS over a resolver and the answers of earlier runs.
func NewDNS(r Resolver, c *Cache, now time.Time) *DNS {
	return &DNS{resolver: r, cache: c, now: now}
}

// Look returns what is known of the addresses, the most important first: when
// ctx ends or the limit of the run is reached, the others remain in trouble.
// Addresses that are nobody's in public are never asked for.
func (d *DNS) Look(ctx context.Context, addrs []netip.Addr) map[netip.Addr]Answer {
	out := make(map[netip.Addr]Answer, len(addrs))
	var ask []netip.Addr
	for _, a := range addrs {
		if _, done := out[a]; done {
			continue
		}
		answer, ok := d.cache.get(a, d.now)
		if !ok {
			answer = Answer{Trouble: true}
			if public(a) && d.asked < maxAsked {
				d.asked++
				ask = append(ask, a)
			}
		}
		out[a] = answer
	}
	answers := d.ask(ctx, ask)
	for i, a := range ask {
		if len(answers[i].Names) == 0 && !answers[i].Trouble && !d.trusted(ctx) {
			answers[i].Trouble = true
		}
		out[a] = answers[i]
		d.cache.put(a, answers[i], d.now)
	}
	return out
}

// ask asks for all addresses, some at a time.
func (d *DNS) ask(ctx context.Context, addrs []netip.Addr) []Answer {
	answers := make([]Answer, len(addrs))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(parallel, len(addrs)) {
		wg.Go(func() {
			for i := range next {
				answers[i] = d.one(ctx, addrs[i])
			}
		})
	}
	for i := range addrs {
		next <- i
	}
	close(next)
	wg.Wait()
	return answers
}

// one asks for the names of an address and whether they have it.
func (d *DNS) one(ctx context.Context, a netip.Addr) Answer {
	if ctx.Err() != nil {
		return Answer{Trouble: true}
	}
	texts, err := d.resolver.Names(ctx, a)
	if len(texts) == 0 && err != nil {
		return Answer{Trouble: !errors.Is(err, ErrNoName)}
	}
	var out Answer
	for _, text := range tidy(texts) {
		n := Name{Text: text, Forward: d.forward(ctx, text, a)}
		out.Trouble = out.Trouble || n.Forward == analyze.Unknown
		out.Names = append(out.Names, n)
	}
	return out
}

// forward reports whether a name has an address.
func (d *DNS) forward(ctx context.Context, name string, a netip.Addr) analyze.Truth {
	addrs, err := d.resolver.Addrs(ctx, name, a)
	truth := analyze.Refuted
	if err != nil && !errors.Is(err, ErrNoName) {
		truth = analyze.Unknown
	}
	for _, got := range addrs {
		switch got = got.Unmap(); {
		case got == a:
			return analyze.Verified
		case !public(got): // 0.0.0.0 and the like: the answer of a filter
			truth = analyze.Unknown
		}
	}
	return truth
}

// known is an address that Google names in its guide as one of Googlebot.
var known = netip.MustParseAddr("66.249.66.1")

// trusted reports whether the resolver's word that an address has no name can be
// believed. One without a way out may deny all names but those of its own house;
// therefore it must have a name for one that is known.
func (d *DNS) trusted(ctx context.Context) bool {
	if d.control == analyze.Unknown && ctx.Err() == nil {
		d.control = analyze.Refuted
		if names, _ := d.resolver.Names(ctx, known); len(names) > 0 {
			d.control = analyze.Verified
		}
	}
	return d.control == analyze.Verified
}

// sharedSpace is the inside of providers' networks, RFC 6598.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// public reports whether the public domain name system can know an address.
func public(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !sharedSpace.Contains(a)
}
