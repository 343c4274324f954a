package ingest

import (
	"fmt"
	"math"
	"time"
)

// job is one chunk of a source for a worker.
type job struct {
	src        *reading
	number     uint32 // for Sink.Begin
	start, end int64
	block      []byte // of a streamed source: its bytes from base, with what is before and after the chunk
	base       int64
}

// worker parses chunks, one at a time.
type worker struct {
	sink        Sink
	enricher    Enricher
	unknown     UnknownSink
	from, until int64
	cut         lengths
	buf         []byte

	// Events wait until there are some to be enriched and passed on together, or
	// until the bytes go that they hold: those of the lines, or what a parser made of
	// them, which it keeps to the next line only.
	evs     [Batch]Event
	at      [Batch]Origin
	waiting int
}

func newWorker(opt Options, cut lengths) *worker {
	w := &worker{sink: opt.NewSink(), from: opt.From, until: opt.Until, cut: cut, buf: make([]byte, cut.buffer)}
	if opt.NewEnricher != nil {
		w.enricher = opt.NewEnricher()
	}
	if opt.NewUnknown != nil {
		w.unknown = opt.NewUnknown()
	}
	if w.until == 0 {
		w.until = math.MaxInt64
	}
	return w
}

// read parses the lines that begin in the chunk.
func (w *worker) read(j job) tally {
	t := tally{Health: Health{Bytes: j.end - j.start}}
	w.sink.Begin(j.number)
	for i, e := range j.src.eras {
		end := j.end
		if i+1 < len(j.src.eras) {
			end = min(end, j.src.eras[i+1].start)
		}
		if start := max(e.start, j.start); start < end {
			w.span(&t, j, start, end, e.anchor)
		}
	}
	return t
}

// lines opens the chunk's lines from offset to end.
func (w *worker) lines(j job, offset, end int64) *lines {
	l := &lines{end: end, max: w.cut.line, step: len(w.buf), leave: w.pass}
	if j.block != nil {
		l.buf, l.w, l.base = j.block, len(j.block), j.base
	} else {
		l.from, l.size, l.buf = j.src.source.ReaderAt(), j.src.source.Size(), w.buf
	}
	l.seek(offset)
	return l
}

// span parses the lines that begin in [start, end) with one anchor.
func (w *worker) span(t *tally, j job, start, end int64, anchor time.Time) {
	src := j.src
	p := src.format.NewParser(Context{Location: src.source.Location(), Anchor: anchor})
	l := w.lines(j, max(start-src.warm, 0), end)
	stamp := int64(0) // of the last line that had one
	for l.next() {
		if l.at < start {
			if !l.long {
				if ev := w.next(); p.Parse(l.line, ev) != Unparsed && ev.Time != 0 {
					stamp = ev.Time
				}
			}
			continue
		}
		t.Lines++
		if l.gap > 0 {
			t.complain(l.at, func() string {
				return fmt.Sprintf("a hole of %d zero bytes: the log was truncated under its writer", l.gap)
			})
		}
		switch {
		case l.long:
			t.TooLong++
			t.Unparsed++
			t.complain(l.at, func() string { return fmt.Sprintf("line longer than %d bytes", w.cut.line) })
		case len(l.line) == 0:
			t.Ignored++
		default:
			w.parse(t, p, l, src, &stamp)
		}
	}
	w.pass()
	if l.err != nil {
		t.fail(l.base+int64(l.w), l.err)
	}
}

// next is where the next event is read to.
func (w *worker) next() *Event { return &w.evs[w.waiting] }

// parse reads one line; its event waits to be passed on.
func (w *worker) parse(t *tally, p Parser, l *lines, src *reading, stamp *int64) {
	ev := w.next()
	switch p.Parse(l.line, ev) {
	case Unparsed:
		t.Unparsed++
		t.complain(l.at, func() string { return reason(p, src.format) })
		w.puzzle(l, src, *stamp)
		return
	case Ignored:
		t.Ignored++
		if w.unknown != nil && doubtful(p) {
			w.puzzle(l, src, *stamp)
		}
		if ev.Time != 0 {
			*stamp = ev.Time
		}
		return
	}
	t.Parsed++
	if ev.Time == 0 {
		ev.Time = *stamp
	} else {
		*stamp = ev.Time
	}
	if ev.Time < earliestStamp || ev.Time > src.bound {
		t.BadStamp++
		t.complain(l.at, func() string { return disbelief(ev.Time) })
		return
	}
	t.saw(ev.Time)
	t.hours.add(ev.Time, l.at, l.base+int64(l.r))
	if ev.Time < w.from || ev.Time >= w.until {
		return
	}
	if ev.Said == nil && talkative(ev) {
		ev.Said = l.line
	}
	w.at[w.waiting] = Origin{Source: src.index, Offset: l.at}
	if w.waiting++; w.waiting == Batch || !ev.heldBy(l.buf) {
		w.pass()
	}
}

// pass enriches the events that wait and passes them on.
func (w *worker) pass() {
	evs := w.evs[:w.waiting]
	if len(evs) == 0 {
		return
	}
	if w.enricher != nil {
		enrichAll(w.enricher, evs)
	}
	if f, ok := w.sink.(Foreseer); ok && len(evs) > 1 {
		f.Foresee(evs)
	}
	for i := range evs {
		w.sink.Add(&evs[i], w.at[i])
	}
	w.waiting = 0
}

// puzzle passes a line on that was not understood. One without a stamp is as old as the
// line before it, or is counted by every run that reads it.
func (w *worker) puzzle(l *lines, src *reading, stamp int64) {
	if w.unknown != nil {
		ev := w.next()
		if ev.Time == 0 {
			ev.Time = stamp
		}
		w.unknown.Add(l.line, ev, Origin{Source: src.index, Offset: l.at})
	}
}

// doubtful asks the parser whether it understood more than the envelope.
func doubtful(p Parser) bool {
	d, ok := p.(Doubter)
	return ok && d.Doubtful()
}

// reason asks the parser why a line is not of its format.
func reason(p Parser, f Format) string {
	if e, ok := p.(Explainer); ok {
		if r := e.Reason(); r != "" {
			return r
		}
	}
	return "not a line of format " + f.Name()
}

// earliestStamp is the earliest stamp that is believed: before it no log was
// written that anybody keeps, and clocks that lost their battery start at 1970.
var earliestStamp = time.Date(1995, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// disbelief says what is wrong with a stamp.
func disbelief(milli int64) string {
	stamp := time.UnixMilli(milli).UTC().Format(time.RFC3339)
	switch {
	case milli == 0:
		return "no time stamp in this line or before it"
	case milli < earliestStamp:
		return "stamp " + stamp + " is before 1995"
	}
	return "stamp " + stamp + " is later than the last change of the log"
}

// talkative reports whether a client may have had more to say than its name and the
// headers of a web request, and it is written down: HELO, senders, file names,
// commands, banners, headers in an order of the administrator's. The line of a login by
// ssh, of which logs have most, and of how it ended holds nothing but the name.
func talkative(ev *Event) bool {
	switch {
	case !ev.Src.IsValid(), ev.Method != nil && ev.Agent != nil:
		return false
	case ev.Service != ServiceSSH:
		return true
	}
	switch ev.Kind {
	case KindAuthFailure, KindInvalidUser, KindAuthSuccess:
		return false
	case KindDisconnect: // what a client says when it leaves is told by the parser
		return len(ev.User) == 0
	}
	return true
}
