package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// deadlyTool runs a program of the packet filter. Like the router it kills the run
// that called it at the step that the file "die" names; several run at a time.
const deadlyTool = `#!/bin/sh
step() {
	[ -f %[1]s/die ] || return 0
	exec 9>>%[1]s/steps
	flock 9
	echo >&9
	[ "$(wc -l <%[1]s/steps)" -ne "$(cat %[1]s/die)" ] || { kill -9 $PPID; exit 1; }
	exec 9>&-
}
step
%[2]s "$@" || exit
step
`

// newKernelPost has its bans carried out by ipset and iptables in a network of its own.
func newKernelPost(t *testing.T, bin, logs string) *post {
	t.Helper()
	p := newPost(t, bin, logs, "ban:\n  drivers: [ipset]\n")
	network := fmt.Sprintf("gsk%d-%s", os.Getpid(), filepath.Base(p.dir)+filepath.Base(filepath.Dir(p.dir)))
	network = network[:min(len(network), 60)]
	if out, err := exec.Command("ip", "netns", "add", network).CombinedOutput(); err != nil {
		t.Fatalf("ip netns add: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("ip", "netns", "del", network).CombinedOutput(); err != nil {
			t.Errorf("ip netns del: %v\n%s", err, out)
		}
	})
	p.enter = []string{"nsenter", "--net=/run/netns/" + network}
	for _, tool := range []string{"ipset", "iptables", "ip6tables"} {
		file, err := exec.LookPath(tool)
		if err != nil {
			t.Skipf("needs %s: run make tools", tool)
		}
		if err := os.Chmod(put(t, p.dir, tool, fmt.Sprintf(deadlyTool, p.dir, file)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(argv ...string) string {
		argv = append(slices.Clone(p.enter), argv...)
		out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", argv, err, out)
		}
		return string(out)
	}
	p.blocked = func() (out []string) {
		for line := range strings.Lines(ask("ipset", "save")) {
			f := strings.Fields(line)
			if f[0] == "add" && !strings.HasPrefix(f[1], "gumshoe-allow") {
				out = append(out, strings.TrimSuffix(f[2], "/32"))
			}
			if strings.HasSuffix(f[1], "-new") {
				out = append(out, "nobody: left over is "+line)
			}
		}
		slices.Sort(out)
		if first, _, _ := strings.Cut(ask("iptables", "-S", "INPUT", "1"), "\n"); len(out) > 0 && !strings.HasSuffix(first, "-j GUMSHOE") {
			out = append(out, "nobody: INPUT begins with "+first)
		}
		return out
	}
	return p
}

// The real program is killed while the real kernel bans and lifts: before and after
// every call of ipset and iptables. A sync then finds nothing left over, and nothing
// missing.
func TestKilledBansKernel(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("network namespaces need root: run the tests as root to see a real kernel")
	}
	bin, logs := probers(t)
	job, flush := []string{"analyze", "--last", "8h", "--auto-ban-critical"}, []string{"bans", "flush", "--yes"}
	first := newKernelPost(t, bin, logs)
	steps := func(args ...string) int {
		end := first.count(0)
		defer end()
		first.live(args...)
		return strings.Count(read(t, first.dir, "steps"), "\n")
	}
	toBan := steps(job...)
	if n := first.agree("nobody was killed"); n != killers {
		t.Fatalf("%d are banned, want %d", n, killers)
	}
	toFlush := steps(flush...)
	if n := first.agree("nobody was killed"); n != 0 {
		t.Fatalf("%d are banned after a flush", n)
	}
	t.Logf("a job has %d steps, a flush %d", toBan, toFlush)
	n := kills(t)
	for k := range n {
		t.Run(strconv.Itoa(k), func(t *testing.T) {
			t.Parallel()
			p := newKernelPost(t, bin, logs)
			nth := func(of int) int { return 1 + max(k, k*of/n)%of } // every one, or as many evenly among them
			if !p.die(nth(toBan), 0, job...) {
				t.Error("the run was not killed: it has fewer steps than another")
			}
			p.sync()
			if n := p.agree("killed while it banned, then synced"); n != 0 && n != killers {
				t.Errorf("%d of %d bans were made: a half of a deed", n, killers)
			}
			if !p.die(nth(toFlush), 0, flush...) {
				t.Error("the flush was not killed: it has fewer steps than another")
			}
			p.sync()
			if n := p.agree("killed while it lifted, then synced"); n != 0 {
				t.Errorf("%d of %d bans are left", n, killers)
			}
		})
	}
}
