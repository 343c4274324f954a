package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"
)

// surge fills up one hour to an exact number of requests. Most come from people
// who look like any other visitor; what is missing comes from a few sources
// that read page after page.
type surge struct {
	rng   *rand.Rand
	top   []person
	end   Instant
	total int
	crowd int // visits that come beside it
}

// Surge makes the hour that begins at start hold total requests, whoever else
// is there.
func Surge(start time.Time, total int) Part {
	const attack = "anomaly"
	return func(w *World) {
		rng := w.Rand(attack)
		s := &surge{rng: rng, end: At(start.Add(time.Hour)), total: total, crowd: total / 15}
		var top []string
		for i, a := range []string{"203.0.113.140", "203.0.113.151", "203.0.113.162"} {
			w.Truth.Claim(a, Nuisance, "one of the busiest sources of the surge", "")
			s.top = append(s.top, person{netip.MustParseAddr(a), browserOf(i)})
			top = append(top, a)
		}
		w.claimHomes(1)
		w.Truth.Expect(Expect{
			Attack: attack, Sources: []string{}, Detections: []string{"traffic_anomaly"},
			SeverityMin: "high", Ban: "none", Targets: []string{"http"},
			MustSay:       append([]string{fmt.Sprintf("%d|%d,%03d", total, total/1000, total%1000), start.Format("15:04"), "sigma|σ|z-score|z ="}, top...),
			MustNotAccuse: []string{"all others"},
		})
		due := make([]Instant, s.crowd)
		for i := range due {
			due[i] = At(start).Add(time.Duration(rng.Int64N(int64(57 * time.Minute))))
		}
		slices.Sort(due)
		for i, at := range due {
			// Newcomers: households that the ordinary population does not have.
			w.Spawn(at, newVisit(rng, household(30_000+i)))
		}
		w.Spawn(At(start), s)
	}
}

// The last moment of the hour makes the total exact; until then the surge stays
// a few requests below it, so that nobody else can go over it.
const (
	lastMoment = time.Microsecond
	reserve    = 4
)

// Act implements Actor.
func (s *surge) Act(w *World) Instant {
	remaining := s.end.Sub(w.now)
	if remaining <= lastMoment {
		for w.HourHits() < s.total {
			s.hit(w)
		}
		return Done
	}
	// What the others will still ask for, at their average pace.
	others := (float64(s.crowd)*requestsPerVisit + 80) * remaining.Hours()
	pause := 5 * time.Second
	if missing := float64(s.total-reserve-w.HourHits()) - others; missing >= 1 {
		s.hit(w)
		pause = time.Duration(float64(remaining) / missing * (.5 + s.rng.Float64()))
	}
	return min(w.now.Add(pause), s.end.Add(-lastMoment))
}

// hit is one page for one of the top sources, the first of which asks most.
func (s *surge) hit(w *World) {
	u := s.rng.Float64()
	p := s.top[int(float64(len(s.top))*u*(.55+.45*u))]
	next := site.next(s.rng)
	w.Hit(&Hit{Src: p.addr, Target: next.target, Status: 200, Bytes: next.bytes, Referer: origin + "/", Agent: p.agent})
}
