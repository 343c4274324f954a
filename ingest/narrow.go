package ingest

import (
	"io"
	"sort"
	"time"
)

// Disorder is how far a line may stand from where its stamp belongs and still
// be found by a Scan of a part of the time: daemons write a line when a request
// ends, and several of them write into one log.
const Disorder = time.Hour

// narrow returns the stretch [start, end) of a random-access source, in whole
// chunks, outside of which no line belongs to the time that is asked for. It is
// found by bisection on the first stamps of chunks, so that six hours of a file
// of 20 GB cost some 25 reads. A source whose stamps do not ascend, such as one
// put together from several, is read whole.
func narrow(r *reading, from, until int64, cut lengths) (start, end int64) {
	size := r.source.Size()
	if from <= 0 && until == 0 {
		return 0, size
	}
	s := stamps{r: r, cut: cut, known: map[int]int64{}}
	n := int((size + cut.chunk - 1) / cut.chunk)
	if !s.ascend(n) {
		return 0, size
	}
	slack := Disorder.Milliseconds()
	first, last := 0, n
	if from > 0 {
		// The first chunk that begins within the time, and the one before it.
		first = max(sort.Search(n, func(k int) bool { return s.at(k) >= from-slack })-1, 0)
		if first == n-1 && s.lastStamp() < from-slack {
			first = n
		}
	}
	if until != 0 {
		last = sort.Search(n, func(k int) bool { return s.at(k) > until+slack })
	}
	start, end = min(int64(first)*cut.chunk, size), min(int64(last)*cut.chunk, size)
	return start, max(start, end)
}

// stamps reads the first stamps of a source's chunks.
type stamps struct {
	r     *reading
	cut   lengths
	known map[int]int64
}

// probes is how many chunks, evenly spaced, show whether stamps ascend.
const probes = 16

// ascend reports whether bisection is safe.
func (s *stamps) ascend(n int) bool {
	latest := int64(0)
	for i := range min(n, probes) {
		at := s.at(i * n / min(n, probes))
		if at == 0 || at < latest-Disorder.Milliseconds() {
			return false
		}
		latest = max(latest, at)
	}
	return true
}

// at returns the first believable stamp in chunk k, or that of the nearest chunk
// before it: a stretch of rubbish is searched like its surroundings. 0: none.
func (s *stamps) at(k int) int64 {
	if t, ok := s.known[k]; ok {
		return t
	}
	t := s.first(int64(k) * s.cut.chunk)
	if t == 0 && k > 0 {
		t = s.at(k - 1)
	}
	s.known[k] = t
	return t
}

// stampLines is how many lines are looked at for a stamp.
const stampLines = 64

// first returns the first believable stamp of the lines from an offset on.
func (s *stamps) first(offset int64) int64 {
	l, p := s.lines(offset)
	for range stampLines {
		if !l.next() {
			break
		}
		if t := stampOf(l, p); s.believed(t) {
			return t
		}
	}
	return 0
}

// lastStamp returns the latest believable stamp of the source's last lines.
func (s *stamps) lastStamp() (latest int64) {
	l, p := s.lines(max(s.r.source.Size()-int64(s.cut.line), 0))
	for l.next() {
		if t := stampOf(l, p); s.believed(t) {
			latest = max(latest, t)
		}
	}
	return latest
}

func (s *stamps) believed(t int64) bool { return t >= earliestStamp && t <= s.r.bound }

// lines opens the source's lines from an offset, with a parser for the years there.
func (s *stamps) lines(offset int64) (*lines, Parser) {
	anchor := s.r.eras[0].anchor
	for _, e := range s.r.eras[1:] {
		if e.start <= offset {
			anchor = e.anchor
		}
	}
	size := s.r.source.Size()
	l := &lines{from: io.NewSectionReader(s.r.source.ReaderAt(), 0, size), size: size, end: size, max: s.cut.line, step: overhang, buf: make([]byte, s.cut.buffer)}
	l.seek(offset)
	return l, s.r.format.NewParser(Context{Location: s.r.source.Location(), Anchor: anchor})
}

// Newest returns the newest believable stamp of the sources that can be read
// from behind, zero if there is none. Of compressed logs it is not known; they
// are older, nearly always.
func Newest(sources []Source, now time.Time) time.Time {
	latest := int64(0)
	for _, r := range newReadings(sources, standard) {
		if r.format == nil || r.source.ReaderAt() == nil || r.source.Size() <= 0 || survey(r, now, 0, standard) != nil {
			continue // a broken one is told of when it is scanned
		}
		s := stamps{r: r, cut: standard}
		latest = max(latest, s.lastStamp())
	}
	if latest == 0 {
		return time.Time{}
	}
	return time.UnixMilli(latest)
}
