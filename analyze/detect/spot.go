package detect

import (
	"cmp"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// spot is one input of a site: a parameter of a path, or the path itself.
type spot struct {
	path  uint64
	param uint32
}

// text names it, "f26 of /search".
func (s spot) text(in *analyze.Input) string {
	path := in.Set.Name(s.path).Text
	if param := in.Set.Param(s.param); param != "" {
		return param + " of " + path
	}
	return path
}

// aimed is what was sent to one spot.
type aimed struct {
	spot
	shots []shot // in order of time
}

// shapes counts the distinct payloads.
func (a aimed) shapes() int {
	var all []uint64
	for _, s := range a.shots {
		all = append(all, s.Aux)
	}
	slices.Sort(all)
	return len(slices.Compact(all))
}

// spotsOf deals shots out to the spots that they aim at, those with most first.
// What does not even break a syntax aims at nothing.
func spotsOf(shots []shot) (out []aimed) {
	all := make([]shot, 0, len(shots))
	for _, s := range shots {
		if s.Stage >= ingest.StageSyntax {
			all = append(all, s)
		}
	}
	compare := func(a, b shot) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Param, b.Param)) }
	slices.SortStableFunc(all, compare)
	n := 0
	for i := range all {
		if i == 0 || compare(all[i-1], all[i]) != 0 {
			n++
		}
	}
	out = make([]aimed, 0, n)
	for lo := 0; lo < len(all); {
		hi := lo + 1
		for hi < len(all) && compare(all[lo], all[hi]) == 0 {
			hi++
		}
		out = append(out, aimed{spot{all[lo].Name, all[lo].Param}, all[lo:hi:hi]})
		lo = hi
	}
	slices.SortFunc(out, func(a, b aimed) int {
		return cmp.Or(cmp.Compare(len(b.shots), len(a.shots)), cmp.Compare(a.path, b.path), cmp.Compare(a.param, b.param))
	})
	return out
}

// clean is how a path, or all of a virtual host, answered requests without
// payloads.
type clean struct {
	requests, errors int
	sized, sum       uint64 // see window.Answers
	squares, slow    uint64
	firstGood        uint32 // Unix seconds; 0: never
}

func (c *clean) add(o clean) {
	c.requests += o.requests
	c.errors += o.errors
	c.sized, c.sum, c.squares, c.slow = c.sized+o.sized, c.sum+o.sum, c.squares+o.squares, c.slow+o.slow
	if o.firstGood != 0 && (c.firstGood == 0 || o.firstGood < c.firstGood) {
		c.firstGood = o.firstGood
	}
}

// fewClean is below how many requests without payloads those to the other paths
// of the host are taken for a yardstick, too.
const fewClean = 100

// answersOf is the key of a path's clean answers.
type answersOf uint64

// cleanOf sums up a path's hours, once for all who attack it.
func cleanOf(in *analyze.Input, path uint64) clean {
	return analyze.Fact(in, answersOf(path), func(*analyze.Input) (all clean) {
		th := in.Thing(path)
		if th == nil {
			return all
		}
		for i := range th.Hours {
			h := &th.Hours[i]
			n, errs := cleanIn(h)
			a := th.Answers(h)
			c := clean{requests: n, errors: errs, sized: a.Sized, sum: a.Sum, squares: a.Squares, slow: a.Slow}
			if h.Good > 0 {
				c.firstGood = h.First()
			}
			all.add(c)
		}
		return all
	})
}

// yardstick is how ordinary requests fare where the path stands.
func yardstick(in *analyze.Input, path uint64) clean {
	own := cleanOf(in, path)
	if own.requests >= fewClean {
		return own
	}
	host := analyze.Fact(in, "clean answers by host", cleanByHost)[hostOf(in.Set.Name(path).Text)]
	host.firstGood = own.firstGood
	return host
}

func cleanByHost(in *analyze.Input) map[string]clean {
	out := map[string]clean{}
	for _, th := range in.Set.Things(window.PathObject) {
		host := hostOf(th.Name.Text)
		all := out[host]
		all.add(cleanOf(in, th.ID))
		out[host] = all
	}
	return out
}

func hostOf(path string) string { return path[:max(0, strings.IndexByte(path, '/'))] }

// cleanIn counts the requests of an hour without payloads, and their errors.
func cleanIn(o *window.Object) (n, errors int) {
	return int(o.Events - min(o.Events, o.Probes)), int(o.Errors - min(o.Errors, o.ProbeErrors))
}
