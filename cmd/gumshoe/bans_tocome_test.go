package main

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
)

// A ban that begins only later, made while the clock was wrong or restored from elsewhere,
// keeps nobody out until then; the list and the doctor tell of it, and it can be called off.
func TestBansToComeAreTold(t *testing.T) {
	d := newDoor(t, prober, "")
	l, close, err := openLedger(t.Context(), d.state, true)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Now().Add(400 * 24 * time.Hour)
	if _, err := l.Add(t.Context(), []ban.Ban{{Prefix: netip.MustParsePrefix("203.0.113.7/32"), Jail: ban.Manual, Action: ban.Drop, From: from, Until: from.Add(time.Hour), By: "anna"}}); err != nil {
		t.Fatal(err)
	}
	close()

	if o := d.run("bans", "list"); !strings.Contains(o.out, "Nobody is banned.") || !strings.Contains(o.err, "not in force before they begin: 1, the first of them number 1, of 203.0.113.7, on "+from.Local().Format("2006-01-02")) {
		t.Errorf("listed as %q, told %q", o.out, o.err)
	}
	if all := d.bans("--all"); len(all) != 1 || all[0].Active {
		t.Errorf("on record as %+v", all)
	}
	m := fakeMachine(t, nil)
	m.now = time.Now()
	e := examination(t, m, "")
	e.settings.StateDir = d.state
	if active, err := e.activeBans(t.Context()); err != nil || len(active) != 0 || e.of("time.bans") != "warn gumshoe bans list --all" {
		t.Errorf("the doctor finds %v, %v: %+v", active, err, e.checks)
	}
	d.run("bans", "sync")
	if heard := d.heard(); strings.Join(heard, "") != "" {
		t.Errorf("carried out: %q", heard)
	}
	if o := d.run("bans", "remove", "1"); o.code != 0 || !strings.Contains(o.out, "lifted 1: 203.0.113.7") {
		t.Errorf("code %d: %s%s", o.code, o.out, o.err)
	}
	if o := d.run("bans", "list"); strings.Contains(o.err, "before they begin") {
		t.Errorf("called off, and still told: %s", o.err)
	}
}
