package firewall

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gumshoe/ban"
)

// mortal are tools of which every command after the n-th fails, as if the
// machine had died there. die sets n.
func mortal(t *testing.T, tools Tools) (dying Tools, die func(n int)) {
	t.Helper()
	dir := t.TempDir()
	calls, limit := filepath.Join(dir, "calls"), filepath.Join(dir, "limit")
	dying = Tools{Paths: map[string]string{}, inside: tools.inside}
	for name, file := range tools.Paths {
		script := fmt.Sprintf("#!/bin/sh\necho >>%s; [ $(wc -l <%s) -le $(cat %s) ] || exit 137\nexec %s \"$@\"\n", calls, calls, limit, file)
		dying.Paths[name] = write(t, filepath.Join(dir, name), script, 0o755)
	}
	return dying, func(n int) {
		write(t, limit, fmt.Sprint(n), 0o644)
		write(t, calls, "", 0o644)
	}
}

// TestDeath has a run die at its steps. What stood stands throughout, and the
// next run finishes the work. With KILLS of 100 or more it dies at every single one.
func TestDeath(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for _, c := range []struct {
		name  string
		make  func(Tools) Driver
		with  map[string]string
		dump  string // what the kernel holds
		holds string // as long as the standing ban does
		step  int
	}{
		{"ipset", func(tools Tools) Driver { return &XTables{Tools: tools} }, overNFT, "ipset save; iptables-nft -S", "add gumshoe-drop4-all 192.0.2.1 timeout 0\n", 10},
		{"nftables", func(tools Tools) Driver { return &NFTables{Tools: tools} }, nil, "nft list ruleset", "192.0.2.1", 1},
	} {
		tools := h.tools(c.with)
		dyingTools, die := mortal(t, tools)
		good, dying := c.make(tools), c.make(dyingTools)
		stands := banned("192.0.2.1/32", forGood)
		before := want(t, stands, banned("192.0.2.2/32", ports(22), action(ban.Reject), forGood))
		after := want(t, stands, banned("192.0.2.3/32", forGood), banned("2001:db8::/64", action(ban.Limit), forGood))
		dump := func() string { return unordered(h.run("sh", "-ec", c.dump)) }
		syncTo(t, good, after)
		finished := dump()
		if kills, _ := strconv.Atoi(os.Getenv("KILLS")); kills >= 100 {
			c.step = 1
		}
		for n := 1; ; n += c.step {
			syncTo(t, good, before)
			die(n)
			_, err := dying.Sync(context.Background(), after)
			if got := h.run("sh", "-ec", c.dump); !strings.Contains(got, c.holds) || !strings.Contains(got, "drop") {
				t.Errorf("%s died after %d commands: the standing ban fell:\n%s", c.name, n, got)
			}
			syncTo(t, good, after)
			if got := dump(); got != finished {
				t.Errorf("%s died after %d commands, then synced:\n%s\nwant\n%s", c.name, n, got, finished)
			}
			if err == nil {
				t.Logf("%s: a run has %d commands at most", c.name, n)
				break
			}
		}
		if err := good.Clear(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// unordered leaves out what differs between equal sets: the order of networks,
// sizes and seeds.
func unordered(dump string) string {
	var kept []string
	for l := range strings.Lines(dump) {
		if l, _, _ = strings.Cut(strings.TrimSpace(l), " hashsize"); strings.HasPrefix(l, "elements") {
			l = strings.Join(slices.Sorted(strings.FieldsFuncSeq(l, func(r rune) bool { return r == ' ' || r == ',' })), " ")
		}
		if !strings.HasPrefix(l, "#") {
			kept = append(kept, l)
		}
	}
	slices.Sort(kept)
	return strings.Join(kept, "\n")
}
