package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"gumshoe/analyze/enrich"
)

// answerTime is how long one question to the domain name system may take.
const answerTime = 3 * time.Second

// machineResolver asks the name servers of this machine. It does it in Go, so
// that it behaves alike wherever it was built.
type machineResolver struct{}

var goResolver = net.Resolver{PreferGo: true}

// Names implements enrich.Resolver.
func (machineResolver) Names(ctx context.Context, a netip.Addr) ([]string, error) {
	ctx, done := context.WithTimeout(ctx, answerTime)
	defer done()
	names, err := goResolver.LookupAddr(ctx, a.String())
	return names, clearly(err)
}

// Addrs implements enrich.Resolver. The last dot keeps the search list out.
func (machineResolver) Addrs(ctx context.Context, name string, like netip.Addr) ([]netip.Addr, error) {
	ctx, done := context.WithTimeout(ctx, answerTime)
	defer done()
	network := "ip6"
	if like.Is4() {
		network = "ip4"
	}
	addrs, err := goResolver.LookupNetIP(ctx, network, name+".")
	return addrs, clearly(err)
}

// clearly tells the answer that there is nothing from all other failures.
func clearly(err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound && !dns.IsTimeout && !dns.IsTemporary {
		return fmt.Errorf("%w: %w", enrich.ErrNoName, err)
	}
	return err
}

// answers are what DNS says of a name.
type answers struct {
	found []netip.Addr
	// doubt is why there may be more: of IPv4, of IPv6. That a name has none of a
	// family is an answer, and no doubt while it has some of the other.
	doubt [2]error
}

// addressesOf asks for the addresses of a name, of both families.
func addressesOf(ctx context.Context, r enrich.Resolver, name string) (all answers) {
	var none [2]error
	for i, like := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
		addrs, err := r.Addrs(ctx, name, like)
		for _, a := range addrs {
			all.found = append(all.found, plain(a))
		}
		if errors.Is(err, enrich.ErrNoName) {
			none[i] = err
		} else {
			all.doubt[i] = err
		}
	}
	if len(all.found) == 0 {
		for i := range none {
			all.doubt[i] = cmp.Or(all.doubt[i], none[i], enrich.ErrNoName)
		}
	}
	return all
}

// of returns the doubt about the family of an address.
func (a *answers) of(addr netip.Addr) error {
	if addr.Is4() {
		return a.doubt[0]
	}
	return a.doubt[1]
}

// problem says what is in doubt.
func (a *answers) problem() error { return errors.Join(a.doubt[:]...) }
