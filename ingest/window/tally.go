package window

import "gumshoe/ingest"

// tally is a row while a Builder counts it.
type tally struct {
	Row
	bad    trouble
	member uint64 // id of the unit

	// The request before.
	client     uint64 // its agent, 0: none
	agent      uint32 // the agent's object
	chunk      uint32
	lastSecond uint16
	joined     joined
}

// joined says into which sets of the last agent's object the source was put.
type joined uint8

const (
	joinedGood joined = 1 << iota
	joinedBad
)

// count adds an event.
func (r *tally) count(out outcome, ev *ingest.Event) {
	r.Events = plus(r.Events, ev.Count)
	switch out {
	case good:
		r.Good = plus(r.Good, ev.Count)
	case bad:
		r.bad.Bad = plus(r.bad.Bad, ev.Count)
	case failed:
		r.bad.Errors = plus(r.bad.Errors, ev.Count)
	}
	if ev.Kind == ingest.KindProbe {
		r.bad.Probes = plus(r.bad.Probes, ev.Count)
	}
}

// news reports whether the source's part in its service's sets may be new.
func (r *tally) news(out outcome) bool {
	return out == good && r.Good == 0 || out != good && r.bad.Bad == 0 && r.bad.Errors == 0
}

// pair counts whether adjacent requests of a source carry the same agent. The
// order is that of the chunk; the pair across a chunk's edge is not counted, so
// that the sum does not depend on who read which chunk, nor on what else a
// worker has read.
func (r *tally) pair(same bool, chunk uint32, second uint16) {
	if gap := int(second) - int(r.lastSecond); r.chunk == chunk && -60 < gap && gap < 60 {
		if same {
			r.Same = plus(r.Same, 1)
		} else {
			r.Diff = plus(r.Diff, 1)
		}
	}
	r.chunk, r.lastSecond = chunk, second
}
