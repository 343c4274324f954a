package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gumshoe/ban"
)

// Guards returns what the configuration protects from bans.
func (s *Settings) Guards() ban.Guards {
	var g ban.Guards
	for _, n := range s.Allow {
		g.Protect(ban.Allowed, n.Prefix, n.From)
	}
	for _, n := range s.Own {
		g.Protect(ban.Own, n.Prefix, n.From)
	}
	return g
}

// protectMachine adds the addresses that this machine cannot do without: its
// own, its gateways, its name servers. Runs over files do without it: their
// answer must not depend on where they are read. An error tells what could not
// be found out; the rest is protected all the same.
func protectMachine(g *ban.Guards) error {
	return errors.Join(protectInterfaces(g), protectWritten(g, "/"))
}

// The files that name whom this machine cannot do without. Where a service of its own
// answers its queries, resolv.conf(5) names that alone, and the ones that it asks stand
// in a file beside.
var guardFiles = []struct {
	path string
	by   ban.Protection
	read func(io.Reader) []netip.Addr
}{
	{"/proc/net/route", ban.Gateway, gateways4},
	{"/proc/net/ipv6_route", ban.Gateway, gateways6},
	{"/etc/resolv.conf", ban.Resolver, resolvers},
	{"/run/systemd/resolve/resolv.conf", ban.Resolver, resolvers},
	{"/run/NetworkManager/no-stub-resolv.conf", ban.Resolver, resolvers},
}

// protectWritten reads the files below a root.
func protectWritten(g *ban.Guards, root string) (problem error) {
	for _, f := range guardFiles {
		text, err := os.ReadFile(filepath.Join(root, f.path))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			problem = errors.Join(problem, err)
		}
		for _, a := range f.read(bytes.NewReader(text)) {
			g.Protect(f.by, netip.PrefixFrom(a, a.BitLen()), f.path)
		}
	}
	return problem
}

func protectInterfaces(g *ban.Guards) error {
	interfaces, err := net.Interfaces()
	if err != nil {
		return fmt.Errorf("listing network interfaces: %w", err)
	}
	for _, i := range interfaces {
		addresses, addrErr := i.Addrs()
		if addrErr != nil {
			err = errors.Join(err, fmt.Errorf("addresses of %s: %w", i.Name, addrErr))
		}
		for _, a := range addresses {
			if p, parseErr := netip.ParsePrefix(a.String()); parseErr == nil {
				g.Protect(ban.Own, netip.PrefixFrom(p.Addr(), p.Addr().BitLen()), i.Name)
			}
		}
	}
	return err
}

// gateways4 reads /proc/net/route: interface, destination, gateway, ..., with
// addresses as the hexadecimal number that the machine's byte order makes of
// them (little-endian on everything gumshoe is built for).
func gateways4(r io.Reader) (out []netip.Addr) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) < 3 {
			continue
		}
		n, err := strconv.ParseUint(f[2], 16, 32)
		if err != nil || n == 0 { // the heading; a route without a gateway
			continue
		}
		out = append(out, netip.AddrFrom4([4]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}))
	}
	return unique(out)
}

// gateways6 reads /proc/net/ipv6_route: destination, its length, source, its
// length, gateway, ..., as hexadecimal bytes in network order.
func gateways6(r io.Reader) (out []netip.Addr) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) < 5 {
			continue
		}
		b, err := hex.DecodeString(f[4])
		if a, ok := netip.AddrFromSlice(b); err == nil && ok && !a.IsUnspecified() {
			out = append(out, a)
		}
	}
	return unique(out)
}

// resolvers reads the nameserver lines of resolv.conf(5).
func resolvers(r io.Reader) (out []netip.Addr) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) < 2 || f[0] != "nameserver" {
			continue
		}
		if a, err := netip.ParseAddr(f[1]); err == nil {
			out = append(out, a.WithZone("").Unmap())
		}
	}
	return unique(out)
}

func unique(addrs []netip.Addr) []netip.Addr {
	slices.SortFunc(addrs, netip.Addr.Compare)
	return slices.Compact(addrs)
}
