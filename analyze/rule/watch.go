package rule

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// Watch is the rules that are watched in a run.
type Watch struct {
	Counted time.Time // lines before it were counted by an earlier run; zero: none were

	rules     []analyze.Rule
	byProgram map[string][]watched
	hash      ingest.Hash
	workers   []*Watcher
}

type watched struct {
	rule    int
	pattern *Pattern
}

// NewWatch compiles the rules that are not rejected. One that does not compile is
// left out: it was made by a version with other bounds.
func NewWatch(rules []analyze.Rule, hash ingest.Hash) *Watch {
	w := &Watch{byProgram: map[string][]watched{}, hash: hash}
	for _, r := range rules {
		p, err := Compile(r.Pattern)
		if err != nil || r.State == analyze.RuleRejected {
			continue
		}
		w.byProgram[r.Program] = append(w.byProgram[r.Program], watched{len(w.rules), p})
		w.rules = append(w.rules, r)
	}
	return w
}

// Rules are those that are watched.
func (w *Watch) Rules() []analyze.Rule { return w.rules }

// maxMet is how many pairs of a rule and a source are kept. Of more it is those with
// the least hashes, the same ones whatever the number of workers.
const (
	maxMet   = 1 << 14
	maxMarks = 3
)

type pair struct {
	rule int
	addr netip.Addr
}

type met struct {
	lines       uint64
	fresh       uint64 // of them, that no earlier run has counted
	first, last int64  // milliseconds; 0: no stamp
	marks       []analyze.Mark
}

// Watcher matches the lines of one worker. It implements ingest.UnknownSink and
// passes every line on.
type Watcher struct {
	w     *Watch
	next  ingest.UnknownSink
	met   map[pair]*met
	limit uint64 // pairs with a greater hash are not kept
}

// Worker returns the watcher of one more worker.
func (w *Watch) Worker(next ingest.UnknownSink) *Watcher {
	one := w.newWatcher(next)
	w.workers = append(w.workers, one)
	return one
}

func (w *Watch) newWatcher(next ingest.UnknownSink) *Watcher {
	return &Watcher{w: w, next: next, met: map[pair]*met{}, limit: 1<<64 - 1}
}

// Add implements ingest.UnknownSink.
func (t *Watcher) Add(line []byte, ev *ingest.Event, at ingest.Origin) {
	t.next.Add(line, ev, at)
	rules := t.w.byProgram[string(ev.Program)]
	if len(rules) == 0 {
		return
	}
	message := Message(string(ev.Program), string(line))
	for _, r := range rules {
		if a, ok := r.pattern.Match(message); ok {
			one := met{lines: 1, first: ev.Time, last: ev.Time, marks: []analyze.Mark{{Origin: at, Time: stampOf(ev.Time)}}}
			if ev.Time == 0 || !stampOf(ev.Time).Before(t.w.Counted) {
				one.fresh = 1
			}
			t.add(pair{r.rule, a}, &one)
		}
	}
}

func (t *Watcher) add(p pair, more *met) {
	m := t.met[p]
	if m == nil {
		if t.hashOf(p) > t.limit {
			return
		}
		t.met[p] = more
		for len(t.met) > maxMet {
			t.limit /= 2
			for q := range t.met {
				if t.hashOf(q) > t.limit {
					delete(t.met, q)
				}
			}
		}
		return
	}
	m.lines += more.lines
	m.fresh += more.fresh
	if more.first != 0 && (m.first == 0 || more.first < m.first) {
		m.first = more.first
	}
	m.last = max(m.last, more.last)
	m.marks = append(m.marks, more.marks...)
	slices.SortFunc(m.marks, func(a, b analyze.Mark) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
	})
	m.marks = m.marks[:min(len(m.marks), maxMarks)]
}

func (t *Watcher) hashOf(p pair) uint64 {
	b := p.addr.As16()
	return t.w.hash.Bytes(append(b[:], byte(p.rule), byte(p.rule>>8)))
}

// Hits adds up what all workers met, in the order of rules and sources: a v4
// address or a v6 /64 each.
func (w *Watch) Hits() []analyze.RuleHit {
	all := w.newWatcher(nil)
	for _, one := range w.workers {
		all.limit = min(all.limit, one.limit)
	}
	for _, one := range w.workers {
		for p, m := range one.met {
			if all.hashOf(p) <= all.limit {
				all.add(p, m)
			}
		}
	}
	units := w.newWatcher(nil)
	for p, m := range all.met {
		units.add(pair{p.rule, unitOf(p.addr).Addr()}, m)
	}
	var out []analyze.RuleHit
	for p, m := range units.met {
		out = append(out, analyze.RuleHit{Rule: &w.rules[p.rule], Source: unitOf(p.addr), Lines: m.lines, Fresh: m.fresh,
			First: stampOf(m.first), Last: stampOf(m.last), Marks: m.marks})
	}
	slices.SortFunc(out, func(a, b analyze.RuleHit) int {
		return cmp.Or(strings.Compare(a.Rule.ID, b.Rule.ID), a.Source.Addr().Compare(b.Source.Addr()))
	})
	return out
}

// unitOf is what counts as one source.
func unitOf(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}

func stampOf(milli int64) time.Time {
	if milli == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milli).UTC()
}
