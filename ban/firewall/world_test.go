package firewall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The world of the tests: hosts that are network namespaces, joined by a
// bridge. Each v6 host has a /64 of its own, since that is what one source is.
//
//	attacker  198.51.100.10  and .65, .66   2001:db8:0:a::1 ─┐
//	neighbour 198.51.100.130                2001:db8:0:b::1 ─┼─ bridge
//	server    198.51.100.1                  2001:db8:0:5::1 ─┘
//
// The server listens on ports 22 and 80.
const (
	attacker4, attacker6   = "198.51.100.10", "2001:db8:0:a::1"
	attacker65, attacker66 = "198.51.100.65", "198.51.100.66"
	neighbour4, neighbour6 = "198.51.100.130", "2001:db8:0:b::1"
	server4, server6       = "198.51.100.1", "2001:db8:0:5::1"
)

type world struct {
	t                           testing.TB
	attacker, neighbour, server host
}

// host is a network namespace.
type host struct {
	name string
	t    testing.TB
}

// made counts namespaces, so that their names differ within the process.
var made atomic.Int32

// newHost makes a namespace that goes with the test.
func newHost(t testing.TB) host {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("network namespaces need root: run the tests as root to see real packets")
	}
	h := host{fmt.Sprintf("gs%d-%d", os.Getpid(), made.Add(1)), t}
	if out, err := exec.Command("ip", "netns", "add", h.name).CombinedOutput(); err != nil {
		t.Skipf("no network namespaces here: ip netns add: %v: %s", err, out)
	}
	t.Cleanup(func() { command(t, "ip", "netns", "del", h.name) })
	command(t, "ip", "-n", h.name, "link", "set", "lo", "up")
	return h
}

// newWorld makes the hosts and the server's listeners.
func newWorld(t testing.TB) world {
	t.Helper()
	bridge := newHost(t)
	w := world{t, newHost(t), newHost(t), newHost(t)}
	command(t, "ip", "-n", bridge.name, "link", "add", "br0", "type", "bridge")
	command(t, "ip", "-n", bridge.name, "link", "set", "br0", "up")
	for i, h := range []host{w.attacker, w.neighbour, w.server} {
		port := fmt.Sprintf("p%d", i)
		command(t, "ip", "link", "add", port, "netns", bridge.name, "type", "veth", "peer", "name", "eth0", "netns", h.name)
		command(t, "ip", "-n", bridge.name, "link", "set", port, "master", "br0", "up")
		command(t, "ip", "-n", h.name, "link", "set", "eth0", "up")
	}
	w.attacker.addresses("eth0", attacker4+"/24", attacker65+"/24", attacker66+"/24", attacker6+"/48")
	w.neighbour.addresses("eth0", neighbour4+"/24", neighbour6+"/48")
	w.server.addresses("eth0", server4+"/24", server6+"/48")
	w.server.listen(22)
	w.server.listen(80)
	w.until("the links are up", func() bool {
		return w.attacker.reaches(attacker6, server6, 22) && w.neighbour.reaches(neighbour6, server6, 22)
	})
	return w
}

func (h host) addresses(device string, list ...string) {
	h.t.Helper()
	for _, a := range list {
		args := []string{"-n", h.name, "address", "add", a, "dev", device}
		if strings.Contains(a, ":") {
			args = append(args, "nodad")
		}
		command(h.t, "ip", args...)
	}
}

// inside runs f on a thread that is in the namespace. The sockets that f makes,
// and the programs that it starts, stay there.
func (h host) inside(f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := os.Open(fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid()))
	if err != nil {
		h.t.Fatal(err)
	}
	defer home.Close()
	there, err := os.Open(filepath.Join("/run/netns", h.name))
	if err != nil {
		h.t.Fatal(err)
	}
	defer there.Close()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		h.t.Fatal(err)
	}
	defer func() {
		if err := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); err != nil {
			panic(err) // this thread must not go on in the wrong network
		}
	}()
	f()
}

// run executes a command in the namespace.
func (h host) run(name string, args ...string) string {
	h.t.Helper()
	var out string
	h.inside(func() { out = command(h.t, name, args...) })
	return out
}

// forward makes the host a router.
func (h host) forward() {
	h.t.Helper()
	h.run("sh", "-c", "echo 1 | tee /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding")
}

// listen answers every connection with what it says.
func (h host) listen(port int) {
	h.t.Helper()
	h.inside(func() {
		l, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			h.t.Fatal(err)
		}
		h.t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() { defer c.Close(); io.Copy(c, c) }()
			}
		}()
	})
}

// dial connects from one of the host's addresses, and gives up soon.
func (h host) dial(from, to string, port int) (c net.Conn, err error) {
	wait := 300 * time.Millisecond
	h.inside(func() {
		d := net.Dialer{Timeout: wait, LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(from), 0))}
		c, err = d.Dial("tcp", netip.AddrPortFrom(netip.MustParseAddr(to), uint16(port)).String())
	})
	return c, err
}

// reaches reports whether a connection comes about. A first packet may be lost
// for other reasons on a busy machine, so a failure is tried again.
func (h host) reaches(from, to string, port int) bool {
	for range 2 {
		if c, err := h.dial(from, to, port); err == nil {
			c.Close()
			return true
		}
	}
	return false
}

// echoes reports whether an open connection still carries data.
func echoes(c net.Conn) bool {
	c.SetDeadline(time.Now().Add(500 * time.Millisecond))
	if _, err := c.Write([]byte("?")); err != nil {
		return false
	}
	_, err := c.Read(make([]byte, 1))
	return err == nil
}

// tools are programs that run in the namespace: name -> program, such as
// iptables -> iptables-legacy.
func (h host) tools(variants map[string]string) Tools {
	h.t.Helper()
	dir := h.t.TempDir()
	t := Tools{Paths: map[string]string{}, inside: h.inside}
	for _, name := range []string{"iptables", "ip6tables", "ipset", "nft"} {
		program := name
		if v := variants[name]; v != "" {
			program = v
		}
		if _, err := exec.LookPath(program); err != nil {
			h.t.Skipf("%s is not installed", program)
		}
		t.Paths[name] = filepath.Join(dir, name)
		script := fmt.Sprintf("#!/bin/sh\nexec nsenter --net=/run/netns/%s %s \"$@\"\n", h.name, program)
		write(h.t, t.Paths[name], script, 0o755)
	}
	return t
}

var (
	legacy  = map[string]string{"iptables": "iptables-legacy", "ip6tables": "ip6tables-legacy"}
	overNFT = map[string]string{"iptables": "iptables-nft", "ip6tables": "ip6tables-nft"}
)

// command runs a program that must succeed.
func command(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		var e *exec.ExitError
		if errors.As(err, &e) {
			t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, e.Stderr)
		}
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// sync makes a driver carry the bans out, which must succeed.
func syncTo(t testing.TB, d Driver, want Want) Report {
	t.Helper()
	r, err := d.Sync(context.Background(), want)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// overSocket is an HTTP client of a server on a Unix socket.
func overSocket(socket string) *http.Client {
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
}
