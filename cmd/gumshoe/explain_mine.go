package main

import (
	"runtime"
	"sync"

	"gumshoe/ingest"
	"gumshoe/ingest/template"
)

// mining finds the shapes of lines on the cores that do not read them: it costs
// as much as parsing does. What a miner finds does not depend on the order of
// lines.
type mining struct {
	miners []*template.Miner
	next   *haul
	full   chan *haul
	empty  sync.Pool
	busy   sync.WaitGroup
}

// haul is a number of lines, copied, for one miner.
type haul struct {
	text  []byte // line, program and process id, one behind the other
	lines []hauled
}

type hauled struct {
	line, program, pid int // lengths
	at                 ingest.Origin
}

// haulSize is how many bytes a haul has, more or less.
const haulSize = 64 << 10

func newMining() *mining {
	m := &mining{next: &haul{}, full: make(chan *haul), empty: sync.Pool{New: func() any { return &haul{} }}}
	for range max(1, runtime.GOMAXPROCS(0)-1) {
		miner := template.New(ingest.Hash{})
		m.miners = append(m.miners, miner)
		m.busy.Go(func() {
			for h := range m.full {
				h.mine(miner)
				m.empty.Put(h)
			}
		})
	}
	return m
}

// Add implements ingest.UnknownSink.
func (m *mining) Add(line []byte, ev *ingest.Event, at ingest.Origin) {
	h := m.next
	h.text = append(append(append(h.text, line...), ev.Program...), ev.PID...)
	h.lines = append(h.lines, hauled{len(line), len(ev.Program), len(ev.PID), at})
	if len(h.text) >= haulSize {
		m.full <- h
		m.next = m.empty.Get().(*haul)
	}
}

// templates ends the miners and returns what they found. It may be called once.
func (m *mining) templates() []template.Template {
	m.full <- m.next
	close(m.full)
	m.busy.Wait()
	for _, o := range m.miners[1:] {
		m.miners[0].Merge(o)
	}
	return m.miners[0].Templates()
}

// mine shows the lines to a miner and empties the haul.
func (h *haul) mine(miner *template.Miner) {
	rest := h.text
	take := func(n int) (b []byte) {
		b, rest = rest[:n:n], rest[n:]
		return b
	}
	for _, l := range h.lines {
		line := take(l.line)
		ev := ingest.Event{Program: take(l.program), PID: take(l.pid)}
		miner.Add(line, &ev, l.at)
	}
	h.text, h.lines = h.text[:0], h.lines[:0]
}
