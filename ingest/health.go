package ingest

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// maxProblems is how many problems of a source are located; the others are
// only counted.
const maxProblems = 5

// tally is the Health of a part of a source.
type tally struct {
	Health
	earliest, latest int64 // believable stamps in milliseconds; 0: none
	failed           int64 // offset near which reading ended early, if Error says so
	hours            hours
}

// saw notes a believable stamp.
func (t *tally) saw(milli int64) {
	if t.earliest == 0 || milli < t.earliest {
		t.earliest = milli
	}
	if milli > t.latest {
		t.latest = milli
	}
}

// complain locates a problem of the line at an offset. reason is asked only
// while there is room.
func (t *tally) complain(at int64, reason func() string) {
	if len(t.Problems) < maxProblems {
		t.Problems = append(t.Problems, Problem{Offset: at, Text: reason()})
	}
}

// fail notes why reading ended early at an offset.
func (t *tally) fail(at int64, err error) {
	if t.Error == "" || at < t.failed {
		t.Error, t.failed = err.Error(), at
	}
}

// reading is a source while it is read.
type reading struct {
	source Source
	index  int32
	first  uint32 // number of its first chunk
	format Format
	warm   int64 // bytes that a parser reads before its chunk
	eras   []era
	bound  int64 // the latest believable stamp in milliseconds

	mu     sync.Mutex
	health tally
}

// streamChunks are the chunk numbers kept for a source of unknown length:
// 256 GiB.
const streamChunks = 1 << 16

// newReadings numbers the chunks of all sources in order.
func newReadings(sources []Source, cut lengths) []*reading {
	out := make([]*reading, len(sources))
	first := uint32(0)
	for i, s := range sources {
		r := &reading{source: s, index: int32(i), first: first, format: s.Format()}
		r.health.Source = s.Name()
		if r.format != nil {
			r.health.Format = r.format.Name()
			if f, ok := r.format.(Stateful); ok && f.Stateful() {
				r.warm = cut.warm
			}
		}
		if size := s.Size(); size < 0 {
			first += streamChunks
		} else {
			first += uint32((size + cut.chunk - 1) / cut.chunk)
		}
		out[i] = r
	}
	return out
}

// outside notes bytes that are not read because their lines are of another time:
// those before what is read, and those behind it.
func (r *reading) outside(earlier, later int64) {
	r.mu.Lock()
	r.health.Outside, r.health.Earlier = earlier+later, earlier
	r.mu.Unlock()
}

// merge adds the tally of a chunk. Chunks come in any order, and the outcome
// does not depend on it.
func (r *reading) merge(t tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := &r.health
	h.Bytes += t.Bytes
	h.Lines += t.Lines
	h.Parsed += t.Parsed
	h.Ignored += t.Ignored
	h.Unparsed += t.Unparsed
	h.TooLong += t.TooLong
	h.BadStamp += t.BadStamp
	h.Problems = append(h.Problems, t.Problems...)
	slices.SortFunc(h.Problems, func(a, b Problem) int { return cmp.Compare(a.Offset, b.Offset) })
	h.Problems = h.Problems[:min(len(h.Problems), maxProblems)]
	h.hours.merge(&t.hours)
	if t.earliest != 0 {
		h.saw(t.earliest)
		h.saw(t.latest)
		h.First, h.Last = time.UnixMilli(h.earliest).UTC(), time.UnixMilli(h.latest).UTC()
	}
	if t.Error != "" && (h.Error == "" || t.failed < h.failed) {
		h.Error, h.failed = t.Error, t.failed
	}
}

// fail notes why the source could not be read beyond an offset.
func (r *reading) fail(at int64, err error) {
	t := tally{}
	t.fail(at, err)
	r.merge(t)
}
