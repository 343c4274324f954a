package main

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gumshoe/ban"
)

func TestGateways4(t *testing.T) {
	const route = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" +
		"eth0\t00000000\t017100CB\t0003\t0\t0\t0\t00000000\t0\t0\t0\n" + // default via 203.0.113.1
		"eth0\t007100CB\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n" // the network itself
	if got := fmt.Sprint(gateways4(strings.NewReader(route))); got != "[203.0.113.1]" {
		t.Error(got)
	}
}

func TestGateways6(t *testing.T) {
	const route = "" +
		"00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000001 00000400 00000001 00000000 00000003 eth0\n" +
		"20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001 eth0\n"
	if got := fmt.Sprint(gateways6(strings.NewReader(route))); got != "[2001:db8::1]" {
		t.Error(got)
	}
}

func TestResolvers(t *testing.T) {
	const conf = "# made by hand\nsearch example.org\nnameserver 198.51.100.53\nnameserver 2001:db8::53%eth0\nnameserver\nnameserver nowhere\n"
	if got := fmt.Sprint(resolvers(strings.NewReader(conf))); got != "[198.51.100.53 2001:db8::53]" {
		t.Error(got)
	}
}

// Where systemd-resolved or dnsmasq answers on a loopback, the servers that it asks are
// guarded too: an answer of theirs looks like any other packet.
func TestResolversBehindAStub(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"etc/resolv.conf":                        "nameserver 127.0.0.53\n",
		"run/systemd/resolve/resolv.conf":        "nameserver 198.51.100.53\nnameserver 2001:db8::53\n",
		"run/NetworkManager/no-stub-resolv.conf": "nameserver 198.51.100.54\n",
	} {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		put(t, root, path, text)
	}
	var g ban.Guards
	if err := protectWritten(&g, root); err != nil {
		t.Fatal(err)
	}
	for _, addr := range []string{"198.51.100.53/32", "2001:db8::/64", "198.51.100.54/32"} {
		if by, _, ok := g.Refuses(netip.MustParsePrefix(addr)); !ok || by != string(ban.Resolver) {
			t.Errorf("%s: guarded by %q", addr, by)
		}
	}
}

// What the kernel or an administrator writes there must not stop a run.
func TestGuardFilesInDisorder(t *testing.T) {
	for _, text := range []string{"", "\n", "x", "a b c d e f", "eth0 0 zzzzzzzz", strings.Repeat("f ", 1000)} {
		_ = gateways4(strings.NewReader(text))
		_ = gateways6(strings.NewReader(text))
		_ = resolvers(strings.NewReader(text))
	}
}
