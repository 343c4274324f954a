package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// producer cuts sources into jobs.
type producer struct {
	jobs chan<- job
	pool *pool
	cut  lengths
	now  time.Time

	from, until int64 // as in Options
}

// produce surveys a source and sends its chunks.
func (p *producer) produce(ctx context.Context, r *reading) {
	if r.source.Size() == 0 {
		return
	}
	if r.format == nil {
		r.fail(0, errors.New("no known log format"))
		return
	}
	if err := survey(r, p.now, p.from, p.cut); err != nil {
		r.fail(0, err)
		return
	}
	if len(r.eras) == 0 {
		return
	}
	if r.source.ReaderAt() != nil && r.source.Size() >= 0 {
		p.cutFile(ctx, r)
		return
	}
	p.cutStream(ctx, r)
}

// send hands a job to a worker and reports whether one took it.
func (p *producer) send(ctx context.Context, j job) bool {
	j.number = j.src.first + uint32(j.start/p.cut.chunk)
	select {
	case p.jobs <- j:
		return true
	case <-ctx.Done():
		p.pool.put(j.block)
		return false
	}
}

// cutFile sends the chunks of a random-access source that can hold lines of the
// time: the workers read them.
func (p *producer) cutFile(ctx context.Context, r *reading) {
	start, end := narrow(r, p.from, p.until, p.cut)
	r.outside(start, r.source.Size()-end)
	for ; start < end; start += p.cut.chunk {
		if !p.send(ctx, job{src: r, start: start, end: min(start+p.cut.chunk, end)}) {
			return
		}
	}
}

// cutStream reads a stream and sends its chunks in blocks, each with the bytes
// that its parser warms up on and with the rest of its last line.
//
//	block:    [ lead ][ chunk        ][ tail ]
//	next:                    [ lead ][ chunk        ][ tail ]
func (p *producer) cutStream(ctx context.Context, r *reading) {
	in, err := r.source.Open()
	if err != nil {
		r.fail(0, err)
		return
	}
	defer in.Close()
	lead, tail := r.warm+1, int64(p.cut.line)+1
	var carry []byte // what the next block repeats of this one
	var ended bool
	for start, base := int64(0), int64(0); ; start += p.cut.chunk {
		block := p.pool.get(ctx)
		if block == nil {
			return
		}
		block = append(block, carry...)
		end := start + p.cut.chunk
		if !ended {
			block, err = readTo(in, block, int(end+tail-base))
			ended = err != nil
			if ended && err != io.EOF {
				r.fail(base+int64(len(block)), fmt.Errorf("at byte %d: %w", base+int64(len(block)), err))
				block = wholeLines(block)
			}
		}
		got := base + int64(len(block))
		if got <= start {
			p.pool.put(block)
			return
		}
		next := max(base, end-lead)
		if got > end {
			carry = append(carry[:0], block[next-base:]...)
		}
		if !p.send(ctx, job{src: r, start: start, end: min(end, got), block: block, base: base}) || got <= end && ended {
			return
		}
		base = next
	}
}

// readTo appends to b until it has n bytes. The error says why it has fewer.
func readTo(in io.Reader, b []byte, n int) ([]byte, error) {
	have := len(b)
	b = b[:n]
	for have < n {
		m, err := in.Read(b[have:])
		have += m
		if err != nil {
			return b[:have], err
		}
	}
	return b, nil
}

// wholeLines cuts the line that an error left unfinished.
func wholeLines(b []byte) []byte { return b[:bytes.LastIndexByte(b, '\n')+1] }

// pool bounds the memory of streamed blocks.
type pool struct {
	free chan []byte
	size int
}

func newPool(blocks int, cut lengths) *pool {
	p := &pool{free: make(chan []byte, blocks), size: int(cut.warm + 1 + cut.chunk + int64(cut.line) + 1)}
	for range blocks {
		p.free <- nil // allocated when it is first needed
	}
	return p
}

// get waits for a block and returns it empty, or nil when ctx is done.
func (p *pool) get(ctx context.Context) []byte {
	select {
	case b := <-p.free:
		if b == nil {
			b = make([]byte, 0, p.size)
		}
		return b[:0]
	case <-ctx.Done():
		return nil
	}
}

// put gives a block back. Jobs on files have none.
func (p *pool) put(b []byte) {
	if b != nil {
		p.free <- b
	}
}
