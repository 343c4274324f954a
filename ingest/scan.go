package ingest

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// ChunkSize is the fixed length of a chunk in bytes of the uncompressed stream.
// A chunk owns the lines that begin in it.
const ChunkSize = 4 << 20

// MaxLine is the longest line that is parsed, in bytes without its newline. A
// longer one is counted and passed over without being kept in memory.
const MaxLine = 64 << 10

// Source is one stream of log lines: a file, a compressed file, standard input.
type Source interface {
	// Name is what a person would type: a path, or "-".
	Name() string
	// Format is the format that was detected or configured.
	Format() Format
	// Location is the time zone of stamps without an offset.
	Location() *time.Location
	// Anchor is the latest time that the last line can have been written, from
	// (in this order) a date in the rotated name, the gzip header, the mtime.
	Anchor() time.Time
	// Size is the length of the uncompressed stream in bytes, -1 if unknown.
	Size() int64
	// ReaderAt gives random access, or nil when the source can only be streamed.
	ReaderAt() io.ReaderAt
	// Open streams the uncompressed bytes from the beginning.
	Open() (io.ReadCloser, error)
}

// Stateful is implemented by a Format whose parsers remember earlier lines (the
// address that a session announced under its process id). Such a parser reads
// the 64 KiB before a chunk first.
type Stateful interface {
	Stateful() bool
}

// Health says how well one source was read.
type Health struct {
	Source   string     `json:"source"`
	Format   string     `json:"format"`
	Bytes    int64      `json:"bytes"`
	Outside  int64      `json:"outside,omitempty"` // bytes left unread: the stamps around them show that their lines are of another time
	Lines    uint64     `json:"lines"`
	Parsed   uint64     `json:"parsed"`    // gave an event
	Ignored  uint64     `json:"ignored"`   // understood, without an event
	Unparsed uint64     `json:"unparsed"`  // not understood
	TooLong  uint64     `json:"too_long"`  // longer than MaxLine; part of Unparsed
	BadStamp uint64     `json:"bad_stamp"` // stamp before 1995 or after the anchor; not analyzed; part of Parsed
	First    time.Time  `json:"first"`     // first and last believable stamp
	Last     time.Time  `json:"last"`
	Problems []Problem  `json:"problems,omitempty"` // the first few, in file order
	Unknown  []Unknown  `json:"unknown,omitempty"`  // the shapes of lines that were not understood; filled by who mined them
	Error    string     `json:"error,omitempty"`    // why reading ended early
	Hours    []HourSpan `json:"-"`                  // where the lines of each hour stand
	Earlier  int64      `json:"-"`                  // of Outside, the bytes whose lines are older than the time asked for
}

// Problem is a located complaint about a source.
type Problem struct {
	Offset int64  `json:"offset"` // of the line's first byte
	Text   string `json:"text"`
}

// Unknown is the shape of lines of a source that no parser understood.
type Unknown struct {
	ID      string   `json:"id"`
	Program string   `json:"program,omitempty"` // of the envelope, where there is one
	Text    string   `json:"text"`              // "login of <*> from <ip> refused"
	Lines   uint64   `json:"lines"`
	Clients int      `json:"clients"` // distinct public addresses in all lines of the shape
	Samples []string `json:"samples"` // a few lines, escaped
}

// Options of a Scan.
type Options struct {
	Workers     int             // goroutines that parse; 0: one a core
	NewSink     func() Sink     // called once a worker, before any reads
	NewEnricher func() Enricher // called once a worker, before any reads; nil: events are not enriched
	// NewUnknown is called once a worker, before any reads; nil: lines that no
	// parser understands are only counted.
	NewUnknown func() UnknownSink
	// From and Until are milliseconds. Events outside [From, Until) are counted
	// at most, not passed on; Until 0: no end. Of a file only the chunks around
	// that time are read; see Disorder.
	From, Until int64
	Progress    func(read int64) // called now and then with the bytes read so far; may be nil; calls do not overlap
	// Now is the wall clock. It stands in for an Anchor that is missing or that
	// the source itself contradicts (a copy reset the mtime). Zero: such
	// sources are believed whatever they say.
	Now time.Time
}

// Scan reads all sources and returns how each was read, in the order of
// sources. A source that fails is told in its Health and the scan goes on; the
// error is that of ctx alone, and comes with what was read until then. Sinks
// together have seen every event exactly once; which worker saw which chunk is
// not determined.
//
// Memory is bounded by the number of workers: a worker that reads a file holds
// one buffer of 256 KiB; a source that can only be streamed adds blocks of one
// chunk, at most two a worker. A year-less source that can only be streamed is
// streamed twice, because the year of its first line follows from its last.
func Scan(ctx context.Context, sources []Source, opt Options) ([]Health, error) {
	return scan(ctx, sources, opt, standard)
}

// lengths are the sizes that decide where a stream is cut.
type lengths struct {
	chunk  int64 // ChunkSize
	warm   int64 // what a stateful parser reads before its chunk
	line   int   // MaxLine
	buffer int   // bytes read at once; more than line
}

var standard = lengths{chunk: ChunkSize, warm: 64 << 10, line: MaxLine, buffer: 256 << 10}

func scan(ctx context.Context, sources []Source, opt Options, cut lengths) ([]Health, error) {
	opt.Workers = workers(opt.Workers)
	readings := newReadings(sources, cut)
	jobs := make(chan job)
	pool := newPool(2*opt.Workers, cut)

	var next atomic.Int64
	var producers, consumers sync.WaitGroup
	for range min(opt.Workers, len(readings)) {
		producers.Go(func() {
			p := producer{jobs: jobs, pool: pool, cut: cut, now: opt.Now, from: opt.From, until: opt.Until}
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(readings) {
					return
				}
				p.produce(ctx, readings[i])
			}
		})
	}
	told := progress{tell: opt.Progress}
	for range opt.Workers {
		w := newWorker(opt, cut)
		consumers.Go(func() {
			for j := range jobs {
				if ctx.Err() == nil {
					j.src.merge(w.read(j))
					told.add(j.end - j.start)
				}
				pool.put(j.block)
			}
		})
	}
	producers.Wait()
	close(jobs)
	consumers.Wait()

	out := make([]Health, len(readings))
	for i, r := range readings {
		out[i] = r.health.Health
		out[i].Hours = r.health.hours.list()
	}
	return out, ctx.Err()
}

func workers(asked int) int {
	if asked > 0 {
		return asked
	}
	return runtime.GOMAXPROCS(0)
}

// progress adds up what the workers have read.
type progress struct {
	mu   sync.Mutex
	read int64
	tell func(int64)
}

func (p *progress) add(n int64) {
	if p.tell == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read += n
	p.tell(p.read)
}
