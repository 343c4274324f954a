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

// Foreseer is implemented by enrichers and sinks that look into tables too large for
// the processor's caches. A look at memory takes as long as a hundred instructions, and
// the next event's does not depend on it: asked for together, they are waited for once.
type Foreseer interface {
	// Foresee begins the looks that Enrich or Add will take for each of a few events,
	// at most Batch. It changes nothing.
	Foresee(evs []Event)
}

// Batch is how many events are foreseen at once: about as many looks as a processor
// has under way, and few enough to stay in its nearest cache.
const Batch = 16

// Enrichers runs several in order.
type Enrichers []Enricher

// Enrich implements Enricher.
func (es Enrichers) Enrich(ev *Event) {
	for _, e := range es {
		e.Enrich(ev)
	}
}

// enrichAll runs an enricher over events; of several, each over all of them.
func enrichAll(e Enricher, evs []Event) {
	if each, ok := e.(Enrichers); ok {
		for _, e := range each {
			enrichAll(e, evs)
		}
		return
	}
	if f, ok := e.(Foreseer); ok && len(evs) > 1 {
		f.Foresee(evs)
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
