package baseline

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

// go test ./analyze/baseline -run MonteCarlo -montecarlo -v prints the whole table;
// without the flag a small part of it is measured and checked.
var wholeTable = flag.Bool("montecarlo", false, "measure the whole table of false alarms and found bursts")

// plan says how much is simulated.
type plan struct {
	weeks  int // of history
	series int
	days   int // tested after the history
}

// tally is what was measured of one plan and one site.
type tally struct {
	clean, attacked   float64 // false alarms a day in 100 series, history clean, or with 40 attacked hours
	plain             float64 // the same of z > 3, history clean
	found, plainFound float64 // share of bursts of 10 times the usual + 30, after an attacked history
}

func TestMonteCarlo(t *testing.T) {
	plans := []plan{{3, 4, 3}, {4, 4, 3}, {8, 2, 2}}
	if *wholeTable {
		plans = []plan{{1, 200, 7}, {2, 200, 7}, {3, 200, 28}, {4, 200, 28}, {8, 200, 28}}
	}
	sites := []site{{2, 3}, {20, 5}, {300, 10}}
	results := make([][]tally, len(plans))
	var wg sync.WaitGroup
	for i, p := range plans {
		results[i] = make([]tally, len(sites))
		for k, st := range sites {
			wg.Go(func() { results[i][k] = measure(p, st, uint64(i*len(sites)+k)) })
		}
	}
	wg.Wait()

	var plain float64
	var table strings.Builder
	fmt.Fprintf(&table, "%5s %5s %9s %9s %9s %9s %9s\n", "weeks", "base", "z>3", "clean", "attacked", "z found", "found")
	for i, p := range plans {
		for k, st := range sites {
			r := results[i][k]
			fmt.Fprintf(&table, "%5d %5.0f %9.2f %9.2f %9.2f %9.3f %9.3f\n", p.weeks, st.base, r.plain, r.clean, r.attacked, r.plainFound, r.found)
			if p.weeks < 3 {
				continue // below full judgement; the caps on severity are tested elsewhere
			}
			// One alarm of the small run is 8 to 25 a day in 100 series, and passes.
			if allowed := 100 / float64(p.series*p.days) * 1.01; r.clean > max(.75, allowed) || r.attacked > max(.75, allowed) {
				t.Errorf("%d weeks, base %.0f: %.2f and %.2f false alarms a day in 100 series", p.weeks, st.base, r.clean, r.attacked)
			}
			plain += r.plain / float64(len(plans)*len(sites))
			if r.found < .98 {
				t.Errorf("%d weeks, base %.0f: %.3f of the bursts found", p.weeks, st.base, r.found)
			}
		}
	}
	if plain < 40 {
		t.Errorf("z>3 gives only %.1f false alarms a day in 100 series: is the simulation too tame?", plain)
	}
	t.Logf("false alarms a day in 100 series, share of bursts found\n%s", table.String())
}

func measure(p plan, st site, seed uint64) (r tally) {
	rng := rand.New(rand.NewPCG(seed, 5))
	learned := p.weeks * hoursPerWeek
	perDay := 100 / float64(p.series*p.days)
	var bursts float64
	for range p.series {
		s := st.hours(rng, monday, learned+p.days*hoursPerDay, time.UTC)
		from := monday + int64(learned)
		for j := range Judge(s, from, s.End(), s.End(), time.UTC) {
			if j.Kind != Usual {
				r.clean += perDay
			}
			if j.Z > 3 {
				r.plain += perDay
			}
		}
		attack(rng, s, learned, min(40, learned/10))
		for j := range Judge(s, from, s.End(), s.End(), time.UTC) {
			if j.Kind != Usual {
				r.attacked += perDay
			}
		}
		m := Fit(s, from, time.UTC)
		for hour := from; hour < from+hoursPerDay; hour++ {
			j := m.Judge(hour, uint32(10*st.mean(hour, time.UTC))+30, true)
			bursts++
			if j.Kind == Spike {
				r.found++
			}
			if j.Z > 3 {
				r.plainFound++
			}
		}
	}
	r.found /= bursts
	r.plainFound /= bursts
	return r
}
