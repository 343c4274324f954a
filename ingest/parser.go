package ingest

import "time"

// Result is what a Parser made of a line.
type Result uint8

// The results.
const (
	Unparsed Result = iota // the line is not of this format, or broken
	Ignored                // understood; carries no event
	Parsed                 // the Event is filled
)

// Parser reads lines of one format. It may keep state between lines (a session's
// address logged earlier for the same process id) and is used by one goroutine.
// Parse resets the event first, must not allocate in the ordinary case, must not panic on any input and
// must not retain line.
type Parser interface {
	Parse(line []byte, ev *Event) Result
}

// Explainer is implemented by parsers that can say why a line gave no event.
type Explainer interface {
	// Reason explains the last Parse that was not Parsed, in a few words.
	Reason() string
}

// Doubter is implemented by parsers that Ignore lines of which they understand
// the envelope alone.
type Doubter interface {
	// Doubtful reports whether the message of the last line was unknown, though
	// Parse said Ignored.
	Doubtful() bool
}

// Locator is implemented by parsers that know where in a line they stopped.
type Locator interface {
	// Stopped returns the offset of the first byte of the last line that was not
	// understood, -1 where there is no such place.
	Stopped() int
}

// Context is what a parser must know of its surroundings.
type Context struct {
	Location *time.Location // of stamps without an offset; nil: UTC
	// Anchor resolves stamps without a year: a stamp belongs to the latest year
	// that does not put it more than a day after Anchor. It is the time of the
	// last line of the chunk or later, at most by months.
	Anchor time.Time
}

// Format is one log format.
type Format interface {
	Name() string
	// NewParser returns a parser with no state.
	NewParser(Context) Parser
	// Yearless reports whether the stamps of sample have no year, so that
	// Context.Anchor matters.
	Yearless(sample []byte) bool
}

// Enricher looks at what the client wrote (target, agent) and fills
// Event.Request and Event.Client. It is used by one goroutine and may cache.
type Enricher interface {
	Enrich(ev *Event)
}

// A look at memory takes as long as a hundred instructions, and the next event's does not
// depend on it: asked for together, they are waited for once. Enrichers and sinks that look
// into tables too large for the processor's caches therefore get some events at a time.

// Batch is how many events come together: about as many looks as a processor has under
// way, and few enough to stay in its nearest cache.
const Batch = 16

// BatchEnricher is implemented by enrichers that take several events at a time.
type BatchEnricher interface {
	// EnrichAll is Enrich for each of some events, at most Batch.
	EnrichAll(evs []Event)
}

// Foreseer is implemented by sinks that want to see what is to come.
type Foreseer interface {
	// Foresee begins the looks that Add will take for each of some events, at most Batch.
	// It changes nothing.
	Foresee(evs []Event)
}

// Enrichers runs several in order.
type Enrichers []Enricher

// Enrich implements Enricher.
func (es Enrichers) Enrich(ev *Event) {
	for _, e := range es {
		e.Enrich(ev)
	}
}

// EnrichAll implements BatchEnricher: each runs over all events.
func (es Enrichers) EnrichAll(evs []Event) {
	for _, e := range es {
		enrichAll(e, evs)
	}
}

// enrichAll runs an enricher over events.
func enrichAll(e Enricher, evs []Event) {
	if b, ok := e.(BatchEnricher); ok {
		b.EnrichAll(evs)
		return
	}
	for i := range evs {
		e.Enrich(&evs[i])
	}
}

// Origin locates a line: its source (index into the scan's sources) and the
// offset of its first byte in the uncompressed stream.
type Origin struct {
	Source int32
	Offset int64
}

// UnknownSink receives the lines of one worker that no parser understood.
type UnknownSink interface {
	// Add takes one line. The envelope's fields of ev are filled where one was
	// read; both are valid only during the call.
	Add(line []byte, ev *Event, at Origin)
}

// Sink receives events of one worker, in the order of each chunk.
type Sink interface {
	// Begin starts a chunk. Chunks are numbered in file order and cut at fixed
	// offsets, so that what a sink derives from neighbouring events of one
	// chunk does not depend on the number of workers.
	Begin(chunk uint32)
	// Add takes one event. ev is valid only during the call.
	Add(ev *Event, at Origin)
}
