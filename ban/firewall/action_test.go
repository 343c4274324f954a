package firewall

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
)

// recorder is an action whose program writes down what it is told and fails
// for what stands in the file "fail".
func recorder(t *testing.T) (a *Action, told func() string, fail func(addresses string)) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	script := `#!/bin/sh
cd ` + dir + `
cat >stdin
echo "$GUMSHOE_DO $GUMSHOE_ADDRESS $GUMSHOE_PORTS $*" >>told
! grep -qw "$GUMSHOE_ADDRESS" fail
`
	fail = func(addresses string) {
		write(t, filepath.Join(dir, "fail"), addresses, 0o644)
	}
	fail("")
	write(t, program, script, 0o755)
	told = func() string {
		out, _ := os.ReadFile(filepath.Join(dir, "told"))
		os.Remove(filepath.Join(dir, "told"))
		return strings.ReplaceAll(strings.TrimSpace(string(out)), "\n", "; ")
	}
	return &Action{Label: "test", Argv: []string{program, "--x", "$(reboot)"}, State: newMemory()}, told, fail
}

func TestAction(t *testing.T) {
	a, told, fail := recorder(t)
	ctx := context.Background()
	one, two, net := banned("192.0.2.1/32", ports(22)), banned("192.0.2.2/32"), banned("2001:db8:7::/64")
	longer := one
	longer.Until = one.Until.Add(time.Hour)
	for _, step := range []struct {
		name string
		fail string
		want Want
		told string
		ok   bool
	}{
		{"what is new is added", "", want(t, one, two), "add 192.0.2.1 22 --x $(reboot); add 192.0.2.2 all --x $(reboot)", true},
		{"what stands is not told again", "", want(t, one, two), "", true},
		{"a longer ban is told again", "", want(t, longer, two), "add 192.0.2.1 22 --x $(reboot)", true},
		{"what fails is an error", "2001:db8:7::/64", want(t, longer, two, net), "add 2001:db8:7::/64 all --x $(reboot)", false},
		{"and is tried again", "", want(t, longer, two, net), "add 2001:db8:7::/64 all --x $(reboot)", true},
		{"what is over is removed; failing", "192.0.2.2", want(t, longer, net), "remove 192.0.2.2 all --x $(reboot)", false},
		{"and is tried again too", "", want(t, longer, net), "remove 192.0.2.2 all --x $(reboot)", true},
		{"an allowed address is cut out", "", wantBut(t, []string{"192.0.2.1/32"}, longer, net), "remove 192.0.2.1 22 --x $(reboot)", true},
		{"in the end nothing is left", "", want(t), "remove 2001:db8:7::/64 all --x $(reboot)", true},
	} {
		fail(step.fail)
		_, err := a.Sync(ctx, step.want)
		if (err == nil) != step.ok {
			t.Errorf("%s: %v", step.name, err)
		}
		if got := told(); got != step.told {
			t.Errorf("%s:\n told %s\n want %s", step.name, got, step.told)
		}
	}
}

// TestActionIsRemembered: whatever moment a run dies at, what may have been
// carried out is told again, and lifted in the end.
func TestActionIsRemembered(t *testing.T) {
	a, told, _ := recorder(t)
	ctx := context.Background()
	b := banned("192.0.2.1/32")
	if err := begin(ctx, a.State, a.Name(), []ban.Ban{b}); err != nil {
		t.Fatal(err)
	}
	syncTo(t, a, want(t, b))
	if got := told(); !strings.HasPrefix(got, "add 192.0.2.1") {
		t.Errorf("died while adding: told %q", got)
	}
	if err := begin(ctx, a.State, a.Name(), []ban.Ban{b}); err != nil {
		t.Fatal(err)
	}
	syncTo(t, a, want(t))
	if got := told(); !strings.HasPrefix(got, "remove 192.0.2.1") {
		t.Errorf("died while adding, and then it was over: told %q", got)
	}
	a.State.(*memory).readOnly = true
	if _, err := a.Sync(ctx, want(t, b)); !errors.Is(err, errReadOnly) {
		t.Errorf("%v, want that the state is read-only", err)
	}
	if got := told(); got != "" {
		t.Errorf("did %q, which it could not remember", got)
	}
}

// TestActionGivesUp: a router that does not answer is not asked 200 times.
func TestActionGivesUp(t *testing.T) {
	a, told, fail := recorder(t)
	bans := []ban.Ban{banned("192.0.2.1/32"), banned("192.0.2.2/32"), banned("192.0.2.3/32"), banned("192.0.2.4/32")}
	fail("192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4")
	if _, err := a.Sync(context.Background(), want(t, bans...)); err == nil || !strings.Contains(err.Error(), "gave up after 3 failures") {
		t.Errorf("%v, want that it gave up", err)
	}
	if got := strings.Count(told(), "add"); got != giveUp {
		t.Errorf("asked %d times", got)
	}
	fail("")
	syncTo(t, a, want(t, banned("192.0.2.9/32")))
	told()
	fail("192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4")
	if r, err := a.Sync(context.Background(), want(t, bans...)); err == nil || r.Removed != 1 {
		t.Errorf("%+v, %v, want one removed", r, err)
	}
	if got := told(); !strings.HasPrefix(got, "remove 192.0.2.9 all") {
		t.Errorf("whose ban is over has to wait for a router that is full: told %q", got)
	}
	a.Argv, a.Tools.Timeout = []string{"sleep", "60"}, 50*time.Millisecond
	if _, err := a.Sync(context.Background(), want(t, bans[0])); err == nil || !strings.Contains(err.Error(), "no answer within") {
		t.Errorf("%v, want a timeout", err)
	}
}

// TestActionMessage reads what the program reads.
func TestActionMessage(t *testing.T) {
	a, _, _ := recorder(t)
	b := banned("2001:db8::/64", ports(80, 443))
	b.ID, b.Case, b.Reason = 7, "c0ffee", "told \"; rm -rf /\nby a \x00 log"
	syncTo(t, a, want(t, b))
	stdin, err := os.ReadFile(filepath.Join(filepath.Dir(a.Argv[0]), "stdin"))
	if err != nil {
		t.Fatal(err)
	}
	var got message
	if err := json.Unmarshal(stdin, &got); err != nil {
		t.Fatal(err)
	}
	if got.Do != "add" || got.ID != 7 || got.Prefix != "2001:db8::/64" || got.Family != 6 || len(got.Ports) != 2 || got.Reason != b.Reason || !got.Until.Equal(b.Until) {
		t.Errorf("%s", stdin)
	}
}

// TestBorder blocks at the border: a router stands between the attacker and a
// server that has no firewall, and an action tells the router.
//
//	attacker ── router ── inner server
func TestBorder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inner := newHost(t)
	router := w.server
	command(t, "ip", "link", "add", "inside", "netns", router.name, "type", "veth", "peer", "name", "eth0", "netns", inner.name)
	command(t, "ip", "-n", router.name, "link", "set", "inside", "up")
	command(t, "ip", "-n", inner.name, "link", "set", "eth0", "up")
	router.forward()
	router.addresses("inside", "203.0.113.1/24", "2001:db8:1:f::1/64")
	inner.addresses("eth0", "203.0.113.2/24", "2001:db8:1:f::2/64")
	for _, h := range []host{w.attacker, w.neighbour} {
		h.run("ip", "route", "add", "203.0.113.0/24", "via", server4)
		h.run("ip", "route", "add", "2001:db8:1:f::/64", "via", server6)
	}
	inner.run("ip", "route", "add", "default", "via", "203.0.113.1")
	inner.run("ip", "route", "add", "default", "via", "2001:db8:1:f::1")
	inner.listen(22)
	router.run("nft", "add table inet border; add chain inet border pass { type filter hook forward priority 0; }"+
		"; add set inet border v4 { type ipv4_addr; flags interval; }; add set inet border v6 { type ipv6_addr; flags interval; }"+
		"; add rule inet border pass ip saddr @v4 drop; add rule inet border pass ip6 saddr @v6 drop")

	w.until("the way is open", func() bool {
		return w.attacker.reaches(attacker6, "2001:db8:1:f::2", 22) && w.neighbour.reaches(neighbour6, "2001:db8:1:f::2", 22)
	})

	program := filepath.Join(t.TempDir(), "border")
	script := `#!/bin/sh
case $GUMSHOE_DO in add) verb=add ;; remove) verb=delete ;; esac
exec nsenter --net=/run/netns/` + router.name + ` nft $verb element inet border v$GUMSHOE_FAMILY "{ $GUMSHOE_PREFIX }"
`
	write(t, program, script, 0o755)
	a := &Action{Label: "border", Argv: []string{program}, State: newMemory()}
	syncTo(t, a, want(t, banned(attacker4+"/32"), banned("2001:db8:0:a::/64")))
	w.expect(
		try{attacker4, "203.0.113.2", 22, false}, try{attacker65, "203.0.113.2", 22, true}, try{neighbour4, "203.0.113.2", 22, true},
		try{attacker6, "2001:db8:1:f::2", 22, false}, try{neighbour6, "2001:db8:1:f::2", 22, true})
	if err := a.Clear(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.expect(try{attacker4, "203.0.113.2", 22, true}, try{attacker6, "2001:db8:1:f::2", 22, true})
}
