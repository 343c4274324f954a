package traffic_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// Each suite, on the small site: lines in order, every attacker in the logs, no
// source both hostile and honest.
func TestSuites(t *testing.T) {
	for _, s := range traffic.Suites {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			c := new(collect)
			w, begin := s.World(1, end, time.UTC, traffic.Sizes[0], c)
			if err := w.Run(); err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for log, lines := range c.lines {
				if !slices.IsSorted(c.times[log]) {
					t.Errorf("log %d is not in time order", log)
				}
				for _, line := range lines {
					seen[source(traffic.Log(log), line)] = true
				}
			}
			attackersSeen(t, &w.Truth, seen, begin)
		})
	}
}

// A world that is played in parts is the same as one that is played at once.
func TestPlayUntil(t *testing.T) {
	whole, parts := new(collect), new(collect)
	for _, c := range []*collect{whole, parts} {
		day := traffic.Config{Seed: 1, From: end.AddDate(0, 0, -1), Until: end, Scale: .2}
		w := traffic.New(day, c, append(traffic.Everyday(end.AddDate(0, 0, -1)), traffic.Noise)...)
		if c == parts {
			for at := day.From; at.Before(end); at = at.Add(5 * time.Hour) {
				if err := w.PlayUntil(at); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Run(); err != nil {
			t.Fatal(err)
		}
	}
	for log, lines := range whole.lines {
		if !slices.Equal(lines, parts.lines[log]) {
			t.Errorf("log %d differs", log)
		}
	}
}

// source is the address that a line is about: the first word of an access line,
// of the others what follows one of the words that introduce it.
func source(log traffic.Log, line string) string {
	if log == traffic.Access {
		addr, _, _ := strings.Cut(line, " ")
		return addr
	}
	for _, before := range []string{"rip=", " from ", "unknown["} {
		if _, rest, ok := strings.Cut(line, before); ok {
			return rest[:max(0, strings.IndexAny(rest+" ", " ,]"))]
		}
	}
	return ""
}

func attackersSeen(t *testing.T, truth *traffic.Truth, seen map[string]bool, begin time.Time) {
	t.Helper()
	labels := map[string]traffic.Label{}
	for _, c := range truth.Sources {
		if had, ok := labels[c.Source]; ok && had != c.Label {
			t.Errorf("%s is %s and %s", c.Source, had, c.Label)
		}
		labels[c.Source] = c.Label
	}
	for _, e := range truth.Attacks {
		if e.Start.Before(begin) || e.End.Before(e.Start) || e.End.After(truth.Until) {
			t.Errorf("%s plays from %v to %v", e.Attack, e.Start, e.End)
		}
		for _, s := range e.Sources {
			if !seen[s] {
				t.Errorf("%s: %s is in no log", e.Attack, s)
			}
			if p, err := netip.ParsePrefix(e.Prefix); err == nil && !p.Contains(netip.MustParseAddr(s)) {
				t.Errorf("%s: %s is not in %v", e.Attack, s, p)
			}
		}
	}
}

// Bots of many networks are in as many: no network, whatever its size, gives them away.
func TestCampaignsAreScattered(t *testing.T) {
	s := traffic.Suites[slices.IndexFunc(traffic.Suites, func(s traffic.Suite) bool { return s.Name == "campaigns" })]
	w, _ := s.World(1, end, time.UTC, traffic.Sizes[0], new(collect))
	counted := 0
	for _, e := range w.Truth.Attacks {
		if e.Prefix != "" {
			continue
		}
		counted++
		networks := map[netip.Prefix]bool{}
		for _, s := range e.Sources {
			p, err := netip.MustParseAddr(s).Prefix(24)
			if err != nil {
				t.Fatal(err)
			}
			if networks[p] {
				t.Errorf("%s: two bots in %v", e.Attack, p)
			}
			networks[p] = true
		}
	}
	if counted != 4*len(traffic.Plots) {
		t.Errorf("%d campaigns of many networks, want %d", counted, 4*len(traffic.Plots))
	}
}

// The tests T1 to T27 exist and each has its attackers in its logs.
func TestTests(t *testing.T) {
	for _, s := range traffic.Tests {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			s.Scale = min(s.Scale, .35) // two hundred thousand lines tell nothing that a thousand do not
			c := new(collect)
			truth, err := s.Play(1, end, c)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for log, lines := range c.lines {
				for _, line := range lines {
					seen[source(traffic.Log(log), line)] = true
				}
			}
			for _, claim := range truth.Sources {
				if addr, err := netip.ParseAddr(claim.Source); err == nil && claim.Label == traffic.Hostile && !seen[addr.String()] {
					t.Errorf("%s (%s) is in no log", addr, claim.Actor)
				}
			}
		})
	}
}
