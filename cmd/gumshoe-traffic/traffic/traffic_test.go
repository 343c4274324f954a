package traffic_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

var end = time.Date(2026, 11, 15, 6, 0, 0, 0, time.UTC)

// collect keeps the lines of all logs.
type collect struct {
	lines [3][]string
	times [3][]traffic.Instant
}

func (c *collect) WriteLine(log traffic.Log, at traffic.Instant, line []byte) error {
	c.lines[log] = append(c.lines[log], string(line))
	c.times[log] = append(c.times[log], at)
	return nil
}

// played is a scenario with its truth, kept because several tests look at it.
type played struct {
	*collect
	truth traffic.Truth
}

var plays = map[string]played{}

func play(t *testing.T, name string, seed uint64) (*collect, traffic.Truth) {
	t.Helper()
	key := fmt.Sprint(name, " seed ", seed)
	if p, ok := plays[key]; ok {
		return p.collect, p.truth
	}
	p := played{collect: new(collect)}
	s, err := traffic.FindScenario(name)
	if err != nil {
		t.Fatal(err)
	}
	if p.truth, err = s.Play(seed, end, p.collect); err != nil {
		t.Fatal(err)
	}
	plays[key] = p
	return p.collect, p.truth
}

// shapes of the lines that are written.
var shapes = [3]*regexp.Regexp{
	traffic.Access: regexp.MustCompile(`^(?:www\.example\.org:443 )?[0-9a-f.:]+ - [a-z-]+ \[\d\d/(?:Oct|Nov)/2026:\d\d:\d\d:\d\d \+0000\] "[A-Z]+ /(?:[^ "\\]|\\x22|\\")* HTTP/1\.1" \d{3} \d+ "[^"]*" "[^"]*"$`),
	traffic.Auth:   regexp.MustCompile(`^2026-1[01]-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00 web1 [a-zA-Z-]+(?:\[\d+\])?: .+$`),
	traffic.Mail:   regexp.MustCompile(`^2026-1[01]-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00 web1 (?:dovecot|postfix/[a-z/]+\[\d+\]): .+$`),
}

var syslogAddr = regexp.MustCompile(`\b(?:\d+\.){3}\d+\b`)

// addresses returns every address that a line names.
func addresses(log traffic.Log, line string) []string {
	if log != traffic.Access {
		return syslogAddr.FindAllString(line, -1)
	}
	addr, _, _ := strings.Cut(strings.TrimPrefix(line, "www.example.org:443 "), " ")
	return []string{addr}
}

// Every scenario, with two seeds: lines have the shape of their format, are in
// time order, lie within the span, and the truth knows every address.
func TestProperties(t *testing.T) {
	for _, s := range traffic.Scenarios {
		seeds, stride := []uint64{1, 2}, 3 // looking at a third of the lines, and at every address
		if s.Days > 1 {
			seeds, stride = seeds[:1], 20
		}
		for _, seed := range seeds {
			t.Run(fmt.Sprint(s.Name, " seed ", seed), func(t *testing.T) {
				c, truth := play(t, s.Name, seed)
				known := map[string]bool{"192.0.2.10": true}
				for i, lines := range c.lines {
					log := traffic.Log(i)
					if s.Web && log != traffic.Access {
						continue
					}
					if len(lines) == 0 {
						t.Fatalf("log %d is empty", log)
					}
					if !slices.IsSorted(c.times[log]) {
						t.Errorf("log %d is not in time order", log)
					}
					if first := c.times[log][0].Time(); first.Before(end.AddDate(0, 0, -s.Days)) {
						t.Errorf("log %d begins at %v", log, first)
					}
					for n, line := range lines {
						if n%stride == 0 && !shapes[log].MatchString(line) {
							t.Fatalf("misshapen line: %s", line)
						}
						for _, text := range addresses(log, line) {
							if known[text] {
								continue
							}
							addr, err := netip.ParseAddr(text)
							if err != nil {
								t.Fatalf("%v in line: %s", err, line)
							}
							if _, known[text] = truth.Lookup(addr); !known[text] {
								t.Fatalf("no truth about %v: %s", addr, line)
							}
						}
					}
				}
			})
		}
	}
}

// What the stories promise, read from the lines again.
func TestStories(t *testing.T) {
	count := func(lines []string, parts ...string) int {
		n := 0
		for _, l := range lines {
			if !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(l, p) }) {
				n++
			}
		}
		return n
	}
	for _, tc := range []struct {
		scenario string
		log      traffic.Log
		contains []string
		want     int
	}{
		{"slow_scan", traffic.Access, []string{"203.0.113.45 ", "\" 404 "}, 18},
		{"stuffing", traffic.Mail, []string{"auth failed", "user=<anna.berger@example.org>", "rip=198.51.100."}, 50},
		{"injection", traffic.Access, []string{"203.0.113.118 ", "/shop/item?id=", "\" 500 "}, 8},
		{"injection", traffic.Access, []string{"203.0.113.118 ", "/shop/item?id=", "\" 200 "}, 7},
		{"agent", traffic.Access, []string{"\"python-requests/2.28.0\""}, 50},
		{"anomaly", traffic.Access, []string{"[15/Nov/2026:03:"}, 2_847},
		{"breakin", traffic.Auth, []string{"Failed password", "203.0.113.77"}, 40},
		{"breakin", traffic.Auth, []string{"Accepted password for tomas from 203.0.113.77"}, 1},
		{"botnet", traffic.Auth, []string{"Failed password for invalid user"}, 180},
		{"bruteforce", traffic.Auth, []string{"Failed password for root from 203.0.113.13 "}, 300},
		{"fake_googlebot", traffic.Access, []string{"203.0.113.90 ", "Googlebot"}, 160},
	} {
		c, _ := play(t, tc.scenario, 1)
		if got := count(c.lines[tc.log], tc.contains...); got != tc.want {
			t.Errorf("%s: %d lines with %q, want %d", tc.scenario, got, tc.contains, tc.want)
		}
	}
}

// The surge stands out because the same hour of the four Sundays before is
// quiet and the days have a rhythm.
func TestRhythm(t *testing.T) {
	c, _ := play(t, "anomaly", 1)
	perHour := map[time.Time]int{}
	for _, at := range c.times[traffic.Access] {
		perHour[at.Time().Truncate(time.Hour)]++
	}
	sum := 0
	for week := 1; week <= 4; week++ {
		sum += perHour[time.Date(2026, 11, 15-7*week, 3, 0, 0, 0, time.UTC)]
	}
	if mean := sum / 4; mean < 60 || mean > 100 {
		t.Errorf("mean of the four earlier Sundays at three = %d, want about 80", mean)
	}
	noon, night := 0, 0
	for day := 9; day <= 13; day++ {
		noon += perHour[time.Date(2026, 11, day, 10, 0, 0, 0, time.UTC)]
		night += perHour[time.Date(2026, 11, day, 3, 0, 0, 0, time.UTC)]
	}
	if noon < 2*night*8/10 {
		t.Errorf("five working days: %d requests at ten, %d at three at night, want clearly more by day", noon, night)
	}
}

// Same seed, same bytes; another seed, other bytes.
func TestSeed(t *testing.T) {
	a, _ := play(t, "quiet", 1)
	delete(plays, "quiet seed 1")
	b, _ := play(t, "quiet", 1)
	c, _ := play(t, "quiet", 2)
	for log := range a.lines {
		if !slices.Equal(a.lines[log], b.lines[log]) {
			t.Errorf("log %d differs between two runs with one seed", log)
		}
		if slices.Equal(a.lines[log], c.lines[log]) {
			t.Errorf("log %d is the same with another seed", log)
		}
	}
}

// Nobody but honest people lives in the quiet scenario.
func TestQuiet(t *testing.T) {
	_, truth := play(t, "quiet", 1)
	for _, c := range truth.Sources {
		if c.Label != traffic.Honest {
			t.Errorf("%s (%s) is %s", c.Source, c.Actor, c.Label)
		}
	}
	if len(truth.Attacks) > 0 {
		t.Errorf("attacks: %v", truth.Attacks)
	}
}

func TestLookupPrefersLongerPrefix(t *testing.T) {
	var truth traffic.Truth
	truth.Claim("198.18.0.0/16", traffic.Honest, "homes", "")
	truth.Claim("198.18.4.4", traffic.Hostile, "bot", "botnet")
	truth.Claim("2001:db8::/32", traffic.Nuisance, "noise", "")
	for addr, want := range map[string]traffic.Label{"198.18.4.4": traffic.Hostile, "198.18.4.5": traffic.Honest, "2001:db8::1": traffic.Nuisance, "192.0.2.1": ""} {
		if c, _ := truth.Lookup(netip.MustParseAddr(addr)); c.Label != want {
			t.Errorf("Lookup(%s) = %q, want %q", addr, c.Label, want)
		}
	}
}

// A bulk file has exactly the lines and the honest addresses that were asked for.
func TestBulk(t *testing.T) {
	b := traffic.Bulk{Lines: 5_000, Addresses: 1_200, Seed: 1, End: end, Span: time.Hour}
	for name, tc := range map[string]struct {
		play func(traffic.Bulk, traffic.Output) (traffic.Truth, error)
		log  traffic.Log
		addr *regexp.Regexp
	}{
		"access": {traffic.Bulk.Access, traffic.Access, regexp.MustCompile(`^(\S+)`)},
		"auth":   {traffic.Bulk.Auth, traffic.Auth, regexp.MustCompile(` from (\S+) port`)},
	} {
		var c collect
		truth, err := tc.play(b, &c)
		if err != nil {
			t.Fatal(err)
		}
		honest := map[string]bool{}
		for _, line := range c.lines[tc.log] {
			addr := tc.addr.FindStringSubmatch(line)[1]
			claim, ok := truth.Lookup(netip.MustParseAddr(addr))
			if !ok {
				t.Fatalf("%s: no truth about %s", name, addr)
			}
			if claim.Label == traffic.Honest {
				honest[addr] = true
			}
		}
		// Now and then two households share an address, as in life.
		if len(c.lines[tc.log]) != b.Lines || len(honest) > b.Addresses || len(honest) < b.Addresses*9/10 {
			t.Errorf("%s: %d lines of %d honest addresses, want %d of %d", name, len(c.lines[tc.log]), len(honest), b.Lines, b.Addresses)
		}
	}
}
