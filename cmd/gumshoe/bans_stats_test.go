package main

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
	"gumshoe/report"
)

// The distribution tells of the bans in force and of the week before: one was made
// since, one ran out, one was lifted by a person.
func TestBanStats(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	l, close, err := openLedger(t.Context(), dir, true)
	if err != nil {
		t.Fatal(err)
	}
	made := func(p, country string, ago, lasts time.Duration) ban.Ban {
		return ban.Ban{Prefix: netip.MustParsePrefix(p), Jail: "web", Action: ban.Drop, Ports: ban.Ports{80, 443}, Country: country, Reason: "a scan",
			From: now.Add(-ago), Until: now.Add(lasts - ago), Offence: 1, By: ban.Auto}
	}
	const day = 24 * time.Hour
	for _, b := range []ban.Ban{
		made("203.0.113.1/32", "BR", 10*day, 20*day), made("203.0.113.2/32", "BR", time.Hour, 20*day), made("203.0.113.3/32", "BR", 2*time.Hour, 20*day),
		made("198.51.100.0/24", "NL", 9*day, 5*day), made("2001:db8:1::/64", "", 10*day, 20*day),
	} {
		if _, err := l.Add(t.Context(), []ban.Ban{b}); err != nil {
			t.Fatal(err)
		}
	}
	close()
	stats := func(dir string, args ...string) outcome {
		var out, talk bytes.Buffer
		code := run(t.Context(), &app{out: &out, err: &talk}, append([]string{"bans", "stats", "--config", os.DevNull, "--state-dir", dir}, args...))
		return outcome{out.String(), talk.String(), code}
	}
	t.Setenv("GUMSHOE_GEO_DATABASES", "none")
	t.Run("text", func(t *testing.T) {
		o := stats(dir, "--by", "country")
		got := unwrapped(o.out)
		for _, say := range []string{"4 bans active on ", "4 addresses.", "country bans share 7 days BR 3 ", " 75 % +2", "1 other 0 0 % -1", "unknown 1 ", " 25 % -", "all 4 100 % +1", "Also: --by jail"} {
			if o.code != 0 || !strings.Contains(strings.ReplaceAll(got, "−", "-"), say) {
				t.Errorf("code %d, %s: not told %q:\n%s", o.code, o.err, say, o.out)
			}
		}
		if strings.Contains(got, "honest visitors") {
			t.Error("knows where visitors come from without a database")
		}
	})
	t.Run("json", func(t *testing.T) {
		o := stats(dir, "--by", "jail", "--json")
		var r report.BanShare
		if err := json.Unmarshal([]byte(o.out), &r); err != nil || r.Key != "web" || r.Bans != 4 || *r.Change != 1 || r.Honest != nil {
			t.Errorf("%v: %s", err, o.out)
		}
	})
	t.Run("days", func(t *testing.T) {
		o := stats(dir, "--by", "day", "--last", "5d")
		if got := unwrapped(o.out); o.code != 0 || !strings.Contains(got, "that began in the last 5d") || strings.Contains(got, "7 days") || !strings.Contains(got, "all 2 100 %") {
			t.Errorf("code %d, %s: %s", o.code, o.err, o.out)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		if o := stats(t.TempDir()); o.code != 0 || !strings.Contains(o.out, "Nobody is banned on ") {
			t.Errorf("code %d, %s: %s", o.code, o.err, o.out)
		}
	})
	t.Run("usage", func(t *testing.T) {
		for _, args := range [][]string{{"--by", "colour"}, {"--last", "soon"}} {
			if o := stats(dir, args...); o.code != exitUsage {
				t.Errorf("%v: code %d, %s", args, o.code, o.err)
			}
		}
	})
}
