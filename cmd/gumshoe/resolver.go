package main

import (
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
