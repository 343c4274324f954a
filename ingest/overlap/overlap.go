// Package overlap decides which log counts where several hold the same lines:
// journald and rsyslog do on most machines, and auth.log and syslog on many.
//
//	sources ──Survey──▶ Choice ──Sink──▶ events, each happening once
//
// The unit of the decision is what one program of one host reported in one hour.
// Of the ranks of logs that hold something of it, the one with the most
// happenings counts: the same lines are in both, and the other has lost some of
// them. At a tie it is the first rank. Nothing is compared line by line, so that
// an attacker cannot shape a line that hides another; and the decision depends on
// the logs alone, not on the order in which they are read.
package overlap

import (
	"bytes"
	"context"
	"encoding/binary"

	"gumshoe/ingest"
)

// Rank orders logs by preference. Logs of one rank do not hold each other's
// lines.
type Rank int8

// The ranks.
const (
	Apart   Rank = iota - 1 // takes no part: all of it counts
	Special                 // a log of some programs: auth.log, mail.log
	Part                    // a part of a log: mail.warn of mail.log; or what a special one is a part of: kern.log of ufw.log
	General                 // a log of everything: syslog, messages
	Journal                 // systemd's journal, which rsyslog reads too
	ranks
)

// Choice is what Survey decided.
type Choice struct {
	of     []Rank          // of each source
	counts map[string]Rank // the rank that counts, where more than one could
	sinks  []*sink
}

// needed reports whether sources of several ranks take part.
func needed(of []Rank) bool {
	first := Apart
	for _, r := range of {
		if r != Apart && first != Apart && r != first {
			return true
		}
		if r != Apart {
			first = r
		}
	}
	return false
}

// Survey counts what the sources hold and chooses. of is the rank of each
// source; where all are of one rank, nothing is read. Of opt the workers, the
// clock and the span are used. The error is that of ctx.
func Survey(ctx context.Context, sources []ingest.Source, of []Rank, opt ingest.Options) (*Choice, error) {
	c := &Choice{of: of, counts: map[string]Rank{}}
	if !needed(of) {
		return c, nil
	}
	var parts []ingest.Source
	var partOf []Rank
	for i, s := range sources {
		if of[i] != Apart {
			parts, partOf = append(parts, s), append(partOf, of[i])
		}
	}
	var counters []*counter
	_, err := ingest.Scan(ctx, parts, ingest.Options{
		Workers: opt.Workers, Now: opt.Now, From: opt.From, Until: opt.Until,
		NewSink: func() ingest.Sink {
			counters = append(counters, &counter{of: partOf, held: map[string]*tally{}})
			return counters[len(counters)-1]
		},
	})
	if err != nil {
		return nil, err
	}
	c.choose(counters)
	return c, nil
}

// choose adds up what the workers have counted.
func (c *Choice) choose(counters []*counter) {
	all := map[string]*tally{}
	for _, w := range counters {
		for key, t := range w.held {
			sum := all[key]
			if sum == nil {
				sum = &tally{}
				all[key] = sum
			}
			for r, n := range t {
				sum[r] += n
			}
		}
	}
	for key, t := range all {
		best, holders := Special, 0
		for r, n := range t {
			if n > 0 {
				holders++
			}
			if n > t[best] {
				best = Rank(r)
			}
		}
		if holders > 1 {
			c.counts[key] = best
		}
	}
}

// Sink passes to next what counts. It is to be called once a worker, before any
// reads.
func (c *Choice) Sink(next ingest.Sink) ingest.Sink {
	if len(c.counts) == 0 {
		return next
	}
	s := &sink{Sink: next, choice: c, skipped: make([]uint64, len(c.of))}
	c.sinks = append(c.sinks, s)
	return s
}

// Skipped is how many events of each source were left out.
func (c *Choice) Skipped() []uint64 {
	out := make([]uint64, len(c.of))
	for _, s := range c.sinks {
		for i, n := range s.skipped {
			out[i] += n
		}
	}
	return out
}

// tally counts happenings by rank.
type tally [ranks]uint64

// counter is the sink of one worker of the survey.
type counter struct {
	of   []Rank
	held map[string]*tally
	key  []byte
}

// Begin implements ingest.Sink.
func (c *counter) Begin(uint32) {}

// Add implements ingest.Sink.
func (c *counter) Add(ev *ingest.Event, at ingest.Origin) {
	c.key = appendKey(c.key[:0], ev)
	t := c.held[string(c.key)]
	if t == nil {
		t = &tally{}
		c.held[string(c.key)] = t
	}
	t[c.of[at.Source]] += uint64(ev.Count)
}

// sink is one worker's in the scan proper.
type sink struct {
	ingest.Sink
	choice  *Choice
	skipped []uint64
	key     []byte
}

// Add implements ingest.Sink.
func (s *sink) Add(ev *ingest.Event, at ingest.Origin) {
	if rank := s.choice.of[at.Source]; rank != Apart {
		s.key = appendKey(s.key[:0], ev)
		if best, several := s.choice.counts[string(s.key)]; several && best != rank {
			s.skipped[at.Source]++
			return
		}
	}
	s.Sink.Add(ev, at)
}

const hour = 60 * 60 * 1000 // milliseconds

// appendKey writes host, program and hour. A host is known by its first label:
// rsyslog writes web1 where the journal has web1.example.net, or the reverse.
func appendKey(b []byte, ev *ingest.Event) []byte {
	host, _, _ := bytes.Cut(ev.Host, []byte("."))
	for _, c := range host {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		b = append(b, c)
	}
	b = append(b, 0)
	b = append(b, ev.Program...)
	b = append(b, 0)
	return binary.BigEndian.AppendUint64(b, uint64(ev.Time/hour))
}
