package ban

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

// past makes steps: the cases of each run, every six hours, as of its clock.
func past(runs ...[]analyze.Case) func(yield func(Step) bool) {
	return func(yield func(Step) bool) {
		for i, cases := range runs {
			at := now.Add(time.Duration(i) * 6 * time.Hour)
			if !yield(Step{Now: at, Cases: cases}) {
				return
			}
		}
	}
}

// quick is a loud scan whose last event was at a run's hour, less one.
func quick(run int, change func(*analyze.Case)) []analyze.Case {
	return []analyze.Case{scan(func(c *analyze.Case) {
		c.Active, c.Headline = time.Minute, "A scan"
		c.Last = now.Add(time.Duration(run)*6*time.Hour - time.Hour)
		c.Evidence = []analyze.Line{{Text: "GET /.env 404"}}
		if change != nil {
			change(c)
		}
	})}
}

// told writes a rehearsal's bans as "prefix from hour to hour", in whole hours.
func told(r Rehearsal) string {
	var out []string
	for _, b := range r.Bans {
		s := fmt.Sprintf("%s %dh-%dh", b.Prefix, b.From.Sub(now)/time.Hour, b.Until.Sub(now)/time.Hour)
		if b.Extensions > 0 {
			s += fmt.Sprintf(" in %d parts", b.Extensions+1)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// exact is a policy of bans of ten hours, which a jitter of up to a tenth leaves
// in the same hour.
func exact() Policy {
	p := DefaultPolicy()
	p.Base, p.Slow = 10*time.Hour, 10*time.Hour
	return p
}

func TestRehearse(t *testing.T) {
	quiet := []analyze.Case{}
	again := func(run int) []analyze.Case { return quick(run, nil) }
	for _, tt := range []struct {
		name string
		runs [][]analyze.Case
		want string
	}{
		{"one scan", [][]analyze.Case{again(0)}, "203.0.113.7/32 0h-10h"},
		{"it goes quiet", [][]analyze.Case{again(0), quiet, quiet}, "203.0.113.7/32 0h-10h"},
		// In the second run its last event is an hour old: five hours, and ten from there.
		{"it goes on, undisturbed by a ban of other ports", [][]analyze.Case{again(0), again(1)}, "203.0.113.7/32 0h-15h in 2 parts"},
		{"it comes back after the ban: twice as long, jitter included", [][]analyze.Case{again(0), quiet, again(2)}, "203.0.113.7/32 0h-10h, 203.0.113.7/32 12h-33h"},
		{"nothing", [][]analyze.Case{quiet}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := told(Rehearse(past(tt.runs...), exact(), Guards{}, nil)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// The page that an administrator reads before he arms it: what, when, why, and
// whom it would have hit.
func TestRehearsalTellsWhomItHits(t *testing.T) {
	anna := netip.MustParsePrefix("203.0.113.7/32")
	r := Rehearse(past(quick(0, nil)), exact(), Guards{}, func(b *Ban, from, until time.Time) []Good {
		if !b.Ports.covers(Ports{443}) || !b.Prefix.Overlaps(anna) {
			return nil
		}
		if from.IsZero() {
			return []Good{{Source: anna, Logins: 31}}
		}
		if !from.Equal(b.From) || !until.Equal(b.Until) {
			t.Errorf("asked from %v until %v, the ban is from %v until %v", from, until, b.From, b.Until)
		}
		return []Good{{Source: anna, Visits: 4}, {Source: netip.MustParsePrefix("203.0.113.7/32"), Visits: 4}}
	})
	if len(r.Bans) != 1 || len(r.Hits) != 1 {
		t.Fatalf("%d bans hit %v, want one of each", len(r.Bans), r.Hits)
	}
	if h := r.Hits[0]; h.Source != anna || h.Ban != 0 || h.Before.Logins != 31 || h.During.Visits != 4 {
		t.Errorf("hit %+v", h)
	}
	b := r.Bans[0]
	if b.Headline != "A scan" || b.Evidence != "GET /.env 404" || b.Level != analyze.Critical || b.Confidence != .998 || len(b.Families) != 3 || b.Reason == "" {
		t.Errorf("%+v does not say why", b)
	}
}

// What guards hold back is told once, however often it comes.
func TestRehearsalTellsWhatIsHeld(t *testing.T) {
	guards := protect(Allowed, "203.0.113.7/32", "")
	r := Rehearse(past(quick(0, nil), quick(1, nil)), exact(), guards, nil)
	if len(r.Bans) != 0 || len(r.Held) != 1 || r.Held[0].Guard != "allow" || !r.Held[0].At.Equal(now) {
		t.Errorf("%+v", r)
	}
}

// A rehearsal equals the deed: the same runs, planned one by one against what
// stands, make the same bans.
func TestRehearsalEqualsTheDeed(t *testing.T) {
	runs := [][]analyze.Case{quick(0, nil), quick(1, nil), {}, {network(nil)}, quick(4, nil)}
	for i := range runs[3] {
		runs[3][i].Last = now.Add(17 * time.Hour)
	}
	policy := exact()
	policy.Armed = true
	var all []Ban
	for s := range past(runs...) {
		policy.Active = slices.DeleteFunc(slices.Clone(all), func(b Ban) bool { return !b.Active(s.Now) })
		policy.Offences = func(p netip.Prefix) int { return Offences(all, p, s.Now) }
		add, _ := Make(s.Cases, policy, Guards{}, s.Now).Deeds(s.Cases, "", s.Now)
		for _, b := range add {
			b.ID = int64(len(all) + 1)
			for i := range all {
				if all[i].Key() == b.Key() && all[i].Active(s.Now) {
					all[i].Extended, b.Extends = b.ID, all[i].ID
				}
			}
			all = append(all, b)
		}
	}
	var done []string
	for _, b := range all {
		if b.Extended == 0 {
			done = append(done, fmt.Sprintf("%s until %s", b.Prefix, b.Until))
		}
	}
	var rehearsed []string
	for _, b := range Rehearse(past(runs...), exact(), Guards{}, nil).Bans {
		rehearsed = append(rehearsed, fmt.Sprintf("%s until %s", b.Prefix, b.Until))
	}
	if !slices.Equal(done, rehearsed) || len(done) != 3 {
		t.Errorf("done:\n%s\nrehearsed:\n%s", strings.Join(done, "\n"), strings.Join(rehearsed, "\n"))
	}
}
