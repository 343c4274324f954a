package ingest

import (
	"slices"
	"time"
)

// An era is a stretch of a source short enough that all its stamps without a
// year can be resolved from one anchor.
type era struct {
	start  int64 // offset of its first line
	anchor time.Time
}

const (
	day = 24 * time.Hour
	// eraSpan is the longest time between two stamps of an era, and eraSlack how
	// far its anchor lies behind its last stamp. A parser looks a year back from
	// a day after its anchor, so that two months before the era and one month
	// after it are left for lines that are out of order.
	eraSpan  = 270 * day
	eraSlack = 30 * day
)

// maxSamples bounds how many stamps resolve the years of a source.
const maxSamples = 4096

// stampOf reads the stamp of the current line, 0 for none.
func stampOf(l *lines, p Parser) int64 {
	if l.long {
		return 0
	}
	if l.read == nil {
		l.read = new(Event)
	}
	l.read.Reset()
	if p.Parse(l.line, l.read) == Unparsed {
		return 0
	}
	return l.read.Time
}

// sample is the stamp of one line.
type sample struct {
	at   int64 // offset of the line
	time time.Time
}

// sampledParts is in how many parts a large source is sampled, on all cores: thousands
// of samples are thousands of system calls.
const sampledParts = 8

// allSamples are those of the whole source. A stream is read forwards.
func (l *lines) allSamples(parser func() Parser) []sample {
	if l.size == unknownSize || l.size/maxSamples <= 4*overhang {
		l.seek(0)
		return l.samples(parser())
	}
	var found [sampledParts][]sample
	OnAllCores(sampledParts, func(i int) {
		part := &lines{from: l.from, size: l.size, end: l.size * int64(i+1) / sampledParts, max: l.max, step: l.step, buf: make([]byte, min(len(l.buf), l.max+4*overhang))}
		part.seek(l.size * int64(i) / sampledParts)
		found[i] = part.samples(parser())
	})
	return slices.Concat(found[:]...)
}

// samples reads stamps of lines evenly spaced over the rest of the source, of
// every line if there are few. Of a large file it reads little more than the
// sampled lines.
func (l *lines) samples(p Parser) []sample {
	grain := int64(0)
	if l.size != unknownSize {
		grain = l.size / maxSamples
	}
	if grain > 4*overhang {
		l.step = overhang
	}
	var out []sample
	for l.next() {
		t := stampOf(l, p)
		if t == 0 {
			continue
		}
		out = append(out, sample{at: l.at, time: time.UnixMilli(t)})
		if len(out) == 2*maxSamples {
			out = thin(out)
			grain = max(2*grain, out[len(out)-1].at/maxSamples)
		}
		if to := l.at + grain; to > l.base+int64(l.r) {
			l.seek(to)
		}
	}
	return out
}

// thin drops every other sample.
func thin(s []sample) []sample {
	for i := range len(s) / 2 {
		s[i] = s[2*i+1]
	}
	return s[:len(s)/2]
}

// resolveYears moves stamps, which the parser has put into the year before the
// anchor, to the year that their order in the file tells. From the end
// backwards each is put into the year in which it is nearest to its successor,
// but never after the anchor: thus a New Year shows, however many there are,
// and a single line of a clock that was wrong moves nothing but itself. Half a
// year without a line is mistaken for disorder.
func resolveYears(s []sample, loc *time.Location, anchor time.Time) []sample {
	if len(s) == 0 {
		return nil
	}
	if loc == nil {
		loc = time.UTC
	}
	limit := anchor.Add(day)
	next := lastOf(s)
	for i := len(s) - 1; i >= 0; i-- {
		best := nearest(s[i].time.In(loc), next)
		if best.After(limit) {
			s[i].time = best.AddDate(-1, 0, 0)
			continue
		}
		s[i].time, next = best, best
	}
	return s
}

// nearest moves t to the year in which it is nearest to next.
func nearest(t, next time.Time) time.Time {
	if t.Sub(next).Abs() < 180*day { // nearly all: other years are farther away
		return t
	}
	years := next.In(t.Location()).Year() - t.Year()
	best := t.AddDate(years, 0, 0)
	for _, y := range []int{years - 1, years + 1} {
		if u := t.AddDate(y, 0, 0); u.Sub(next).Abs() < best.Sub(next).Abs() {
			best = u
		}
	}
	return best
}

// lastOf is the median of the last few stamps: the one that the walk starts
// from must not be of a clock that was wrong.
func lastOf(s []sample) time.Time {
	last := slices.Clone(s[max(0, len(s)-9):])
	slices.SortFunc(last, func(a, b sample) int { return a.time.Compare(b.time) })
	return last[len(last)/2].time
}

// eras cuts resolved samples into stretches for one anchor each.
func eras(s []sample, anchor time.Time) []era {
	var out []era
	for end := len(s); end > 0; {
		i := end - 1
		first, last := s[i].time, s[i].time
		for ; i > 0; i-- {
			lo, hi := earlier(first, s[i-1].time), later(last, s[i-1].time)
			if hi.Sub(lo) > eraSpan {
				break
			}
			first, last = lo, hi
		}
		out = append(out, era{start: s[i].at, anchor: earlier(anchor, last.Add(eraSlack))})
		end = i
	}
	if len(out) == 0 {
		return []era{{anchor: anchor}}
	}
	slices.Reverse(out)
	out[0].start = 0
	return out
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
