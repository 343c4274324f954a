// Package template finds the shapes of lines that no parser understands.
//
//	line ─▶ message ─▶ mask ─▶ masked line, counted ─▶ (end of the run) Drain ─▶ templates
//
// What is surely a parameter (addresses, numbers, times, ids, paths, quoted
// text) is masked first; that is where the accuracy comes from. Masked lines are
// counted as they are. Only when all is read are they grouped by Drain (He et
// al., ICWS 2017), in the order of their text. Grouping line by line, as Drain
// is usually run, makes the templates depend on which line came first; here they
// depend on the set of distinct masked lines alone, and so one worker and eight
// find the same.
//
// An id is the hash of the program and the template's tokens. A template without
// a wildcard keeps its id for ever. One with a wildcard keeps it as long as what
// stood there is not always the same word: a log in which only one name occurs
// shows the name instead of the wildcard, and has another id.
//
// The package refuses to say what a line means, and holds no address, only their
// number: the text of an unknown line is the client's as far as anybody knows.
package template

import (
	"bytes"
	"cmp"
	"slices"

	"gumshoe/ingest"
)

// Bounds of one Miner. Where there is more, a fixed sample by hash is kept: the
// same one whatever the order of lines or the number of workers.
const (
	maxPrograms = 32
	maxShapes   = 512 // distinct masked lines of a program
	maxSamples  = 2
	sampleRunes = 200
)

// Miner counts masked lines. It is used by one goroutine.
type Miner struct {
	hash     ingest.Hash
	mask     masker
	programs sample[*program]
}

// New returns an empty miner.
func New(h ingest.Hash) *Miner {
	return &Miner{hash: h, programs: newSample[*program](maxPrograms)}
}

// program is who wrote the lines.
type program struct {
	name   string
	shapes sample[*shape]
}

// shape is one masked line and what it stands for.
type shape struct {
	text    string
	lines   []share
	clients distinct
	samples []example
}

// share is how many lines of a source have a shape.
type share struct {
	source int32
	lines  uint64
}

// example is one line as it was logged, escaped.
type example struct {
	at   ingest.Origin
	text string
}

// Add implements ingest.UnknownSink. The envelope's fields of ev, where one was
// read, tell whose the message is.
func (m *Miner) Add(line []byte, ev *ingest.Event, at ingest.Origin) {
	name, message := Split(line, ev)
	key := m.mask.line(name)
	p := find(&m.programs, m.hash.Bytes(key), key, newProgram)
	if p == nil {
		return
	}
	key = m.mask.line(message)
	s := find(&p.shapes, m.hash.Bytes(key), key, newShape)
	if s == nil {
		return
	}
	s.count(at.Source, 1)
	for _, a := range m.mask.clients {
		b := a.As16()
		s.clients.add(m.hash.Bytes(b[:]))
	}
	if len(s.samples) < maxSamples || before(at, s.samples[len(s.samples)-1].at) {
		s.show(example{at, escape(line)})
	}
}

func newProgram(name string) *program {
	return &program{name: name, shapes: newSample[*shape](maxShapes)}
}

func newShape(text string) *shape { return &shape{text: text} }

// Split parts a line into the program of its envelope and its message. A line
// without an envelope is all message.
func Split(line []byte, ev *ingest.Event) (program, message []byte) {
	if len(ev.Program) == 0 {
		return nil, line
	}
	for at := 0; ; {
		i := bytes.Index(line[at:], ev.Program)
		if i < 0 {
			return ev.Program, line
		}
		at += i + len(ev.Program)
		rest := line[at:]
		if len(ev.PID) > 0 {
			_, rest, _ = bytes.Cut(rest, ev.PID)
			rest = bytes.TrimPrefix(rest, []byte("]"))
		}
		if rest, ok := bytes.CutPrefix(rest, []byte(":")); ok {
			return ev.Program, bytes.TrimPrefix(rest, []byte(" "))
		}
	}
}

// count adds lines of a source.
func (s *shape) count(source int32, lines uint64) {
	i, ok := slices.BinarySearchFunc(s.lines, source, func(e share, source int32) int { return cmp.Compare(e.source, source) })
	if !ok {
		s.lines = slices.Insert(s.lines, i, share{source: source})
	}
	s.lines[i].lines += lines
}

// show keeps the first examples in the order of files.
func (s *shape) show(e example) {
	i, _ := slices.BinarySearchFunc(s.samples, e, func(a, b example) int {
		return cmp.Or(cmp.Compare(a.at.Source, b.at.Source), cmp.Compare(a.at.Offset, b.at.Offset))
	})
	s.samples = slices.Insert(s.samples, i, e)
	s.samples = s.samples[:min(len(s.samples), maxSamples)]
}

func before(a, b ingest.Origin) bool {
	return a.Source < b.Source || a.Source == b.Source && a.Offset < b.Offset
}

// Merge adds what another miner of the same run has seen.
func (m *Miner) Merge(o *Miner) {
	for name, theirs := range o.programs.all {
		p := find(&m.programs, theirs.hash, []byte(name), newProgram)
		if p == nil {
			continue
		}
		for text, e := range theirs.value.shapes.all {
			if s := find(&p.shapes, e.hash, []byte(text), newShape); s != nil {
				s.merge(e.value)
			}
		}
	}
}

func (s *shape) merge(o *shape) {
	for _, e := range o.lines {
		s.count(e.source, e.lines)
	}
	for _, h := range o.clients.least {
		s.clients.add(h)
	}
	for _, e := range o.samples {
		s.show(e)
	}
}
