package main

import (
	"slices"
	"sort"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/detect"
	"gumshoe/ingest/archive"
	"gumshoe/ingest/window"
	"gumshoe/report"
)

// coverage is which hours of which logs were read, by this run or an earlier one.
// It tells a silence of the log from a hole in what is known of it.
type coverage struct {
	logs    map[string]*logHours
	holders map[string][]string // logs by the service that they tell of
}

// logHours are the hours of one log.
type logHours struct {
	lines       map[int64]int64 // that were read of each known hour
	first, last int64
}

func newCoverage() *coverage {
	return &coverage{logs: map[string]*logHours{}, holders: map[string][]string{}}
}

// know notes that an hour of a log was read.
func (c *coverage) know(log string, hour, lines int64) {
	of := c.logs[log]
	if of == nil {
		of = &logHours{lines: map[int64]int64{}, first: hour, last: hour}
		c.logs[log] = of
	}
	of.lines[hour] = lines
	of.first, of.last = min(of.first, hour), max(of.last, hour)
}

// learn notes what the archive knows. An hour of which a file was lost is not known.
func (c *coverage) learn(hours []archive.Hour) {
	for _, h := range hours {
		if !h.Damaged {
			c.know(h.Log, hourNumber(h.Start), h.Lines)
		}
	}
}

// begin is the first hour that is known of any log, zero if none is.
func (c *coverage) begin() (t time.Time) {
	for _, of := range c.logs {
		if first := hourAt(of.first); t.IsZero() || first.Before(t) {
			t = first
		}
	}
	return t
}

// holds notes that a log tells of a service.
func (c *coverage) holds(log, service string) {
	if !slices.Contains(c.holders[service], log) {
		c.holders[service] = append(c.holders[service], log)
	}
}

// has reports whether an hour of a log was read, at least in part.
func (c *coverage) has(log string, hour int64) bool {
	of := c.logs[log]
	if of == nil {
		return false
	}
	_, ok := of.lines[hour]
	return ok
}

// whole reports whether an hour of a log was read to its end: the hours around it
// are known too. At the edges of a hole, and in the hour that runs, only a part may
// have been there to be read.
func (c *coverage) whole(log string, hour int64) bool {
	return c.has(log, hour-1) && c.has(log, hour) && c.has(log, hour+1)
}

// Covered is analyze.Input.Covered. An hour of a service was read if it was of all
// logs that told of the service around that time: before its first hour a log was
// not there, and after its last one it may have been given up.
func (c *coverage) Covered(t *window.Thing, hour uint32) bool {
	at := int64(hour)
	if t.Kind == window.LogObject {
		log := t.Name.Text
		return c.whole(log, at) && c.logs[log].lines[at] <= elsewhere*eventsIn(t, hour)
	}
	any := false
	for _, log := range c.holders[t.Name.Text] {
		of := c.logs[log]
		if of == nil || at < of.first || at > of.last {
			continue
		}
		if !c.whole(log, at) {
			return false
		}
		any = true
	}
	return any
}

// elsewhere is how many times more lines than were counted an hour of a log may
// have. Of more, another log counts them, and this one is not silent.
const elsewhere = 10

// eventsIn is what was counted of an hour.
func eventsIn(t *window.Thing, hour uint32) (n int64) {
	i := sort.Search(len(t.Hours), func(i int) bool { return t.Hours[i].Hour >= hour })
	for ; i < len(t.Hours) && t.Hours[i].Hour == hour; i++ {
		n += int64(t.Hours[i].Events)
	}
	return n
}

// wholeHours is analyze.Input.Covered: nil where nothing but the files is known.
func (l *logs) wholeHours() func(*window.Thing, uint32) bool {
	if l.partial { // an hour may be quiet only because its log was not read
		return func(*window.Thing, uint32) bool { return false }
	}
	if l.coverage == nil {
		return nil
	}
	return l.coverage.Covered
}

// learning lists the services of which too little is known to judge them.
func learning(in *analyze.Input) (out []report.Learning) {
	for _, l := range detect.StillLearning(in) {
		out = append(out, report.Learning(l))
	}
	return out
}
