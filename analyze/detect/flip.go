package detect

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest/window"
)

// flip is an input whose answers changed with the payload.
type flip struct {
	spot
	text               string
	hit, tried         int // payloads answered 5xx, and all payloads
	clean, cleanErrors int
	first              time.Time // first error
	before, status     uint16    // what the last payload before it was answered well with, 0: visitors alone were; and the first error
	p                  float64
	marks              []analyze.Mark // of the errors
}

// answeredWell says who had no error before the first one.
func (f flip) answeredWell() string {
	if f.before == 0 {
		return "Visitors were answered well"
	}
	return fmt.Sprintf("The first were answered %d", f.before)
}

// evidence is what a flip weighs.
func (f flip) evidence() analyze.Evidence {
	return analyze.Evidence{Family: analyze.Response, LogOdds: min(8, analyze.FromP(f.p)), Trials: f.hit,
		Fact: fmt.Sprintf("%s answered %d of %d payloads with an error, and %d of %s other requests", f.text, f.hit, f.tried, f.cleanErrors, number(f.clean))}
}

// significant is the p-value from which an answer that changes is no accident.
const significant = .01

// flipsOf finds the inputs whose answers changed, the surest first. Each
// parameter is tested by itself, since one may be open where its neighbours are
// not, and with many of them each must be the surer (Bonferroni). Where none
// stands out, the path as a whole is tested.
func flipsOf(in *analyze.Input, spots []aimed) (out []flip) {
	broke := 0
	for _, a := range spots {
		for _, s := range a.shots {
			if s.Broke() {
				broke++
			}
		}
	}
	if broke < 2 {
		return nil // nearly always
	}
	tests, whole := map[uint64]int{}, map[uint64]*aimed{}
	for _, a := range spots {
		tests[a.path]++
		w := whole[a.path]
		if w == nil {
			w = &aimed{spot: spot{path: a.path}}
			whole[a.path] = w
		}
		w.shots = append(w.shots, a.shots...)
	}
	found := map[uint64]bool{}
	for _, a := range spots {
		if f, ok := flipped(in, a); ok && f.p*float64(tests[a.path]) < significant {
			out = append(out, f)
			found[a.path] = true
		}
	}
	for path, w := range whole {
		if found[path] || tests[path] < 2 {
			continue
		}
		sortShots(w.shots)
		if f, ok := flipped(in, *w); ok && f.p < significant {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b flip) int {
		return cmp.Or(cmp.Compare(a.p, b.p), cmp.Compare(a.path, b.path), cmp.Compare(a.param, b.param))
	})
	return out
}

// flipped tests one input: at least two distinct payloads, or one of two sources,
// answered 5xx other than 502, 503 and 504 after it had answered well; Fisher's exact test against the
// clean requests of the path, or of the host where these are few; and no wave of
// clean errors in the same hours, because an outage is no injection.
func flipped(in *analyze.Input, a aimed) (flip, bool) {
	f := flip{spot: a.spot, tried: len(a.shots)}
	type payload struct {
		shape uint64
		from  uint32
	}
	payloads := map[payload]bool{}
	hours := map[uint32]bool{}
	for _, s := range a.shots {
		if !s.Broke() {
			if f.first.IsZero() && s.Status >= 200 && s.Status < 300 {
				f.before = s.Status
			}
			continue
		}
		if f.first.IsZero() {
			f.first, f.status = s.at(), s.Status
		}
		f.hit++
		f.marks = append(f.marks, s.mark())
		payloads[payload{s.Aux, s.from}] = true
		hours[uint32(s.at().Unix()/3600)] = true
	}
	th := in.Thing(a.path)
	if len(payloads) < 2 || th == nil || failedForAll(th, hours) {
		return flip{}, false
	}
	all := yardstick(in, a.path)
	if f.before == 0 && (all.firstGood == 0 || int64(all.firstGood) >= f.first.Unix()) {
		return flip{}, false // it never answered well
	}
	f.clean, f.cleanErrors = all.requests, all.errors
	f.text = a.text(in)
	f.p = fisher(f.hit, f.tried-f.hit, f.cleanErrors, max(0, f.clean-f.cleanErrors))
	return f, true
}

// failedForAll reports whether a path failed ordinary requests in the same hours.
func failedForAll(th *window.Thing, hours map[uint32]bool) bool {
	requests, errors := 0, 0
	for hour := range hours {
		i, ok := slices.BinarySearchFunc(th.Hours, hour, func(o window.Object, hour uint32) int { return cmp.Compare(o.Hour, hour) })
		if ok {
			n, errs := cleanIn(&th.Hours[i])
			requests += n
			errors += errs
		}
	}
	return errors >= 2 && errors*10 > requests
}
