package baseline

import (
	"iter"
	"time"
)

// Judge judges the covered hours of s in [from, to), each by what was known
// before it: the model is fitted anew for every 24 hours and never sees the hour
// that it judges. An hour from running on, if any, is not complete.
func Judge(s Series, from, to, running int64, loc *time.Location) iter.Seq[Judgement] {
	return walk(s, from, to, running, loc, func(int64, uint32, bool) bool { return true })
}

// Unusual is what Judge does not find usual. Most hours of most logs can be
// neither a spike nor a silence by their bare count, and a day of such hours needs
// no model: a hundred small logs over eight weeks cost some hundred fits and not
// five thousand.
func Unusual(s Series, from, to, running int64, loc *time.Location) iter.Seq[Judgement] {
	return func(yield func(Judgement) bool) {
		for j := range walk(s, from, to, running, loc, s.suspect) {
			if j.Kind != Usual && !yield(j) {
				return
			}
		}
	}
}

// walk judges the hours that are worth it. Which hours a model has seen does not
// depend on which are worth it.
func walk(s Series, from, to, running int64, loc *time.Location, worth func(hour int64, count uint32, complete bool) bool) iter.Seq[Judgement] {
	return func(yield func(Judgement) bool) {
		var m *Model
		next := from // the first hour that needs a new model
		var before int64
		for hour := max(from, s.Start); hour < min(to, s.End()); hour++ {
			count, covered := s.At(hour)
			if !covered {
				continue
			}
			if hour >= next {
				m, before, next = nil, hour, hour+hoursPerDay
			}
			if !worth(hour, count, hour < running) {
				continue
			}
			if m == nil {
				m = Fit(s, before, loc)
			}
			if !yield(m.Judge(hour, count, hour < running)) {
				return
			}
		}
	}
}

// suspect reports whether the count of an hour can be unusual at all.
func (s Series) suspect(hour int64, count uint32, complete bool) bool {
	if hour < s.Start+dailyFrom*hoursPerDay {
		return false
	}
	return count >= spikeMore || complete && s.loud(hour)
}

// loudCount is far below silenceMean: an hour whose expectation is that high,
// with so little spread that nothing is a silence, has more in nearly every week.
const loudCount = silenceMean / 3

// loud reports whether the logs had lines around the same hour in half of the
// earlier weeks, or of the earlier days where there are not two weeks. A
// neighbour counts too, because a daylight-saving shift moves the hour by one.
func (s Series) loud(hour int64) bool {
	seen, loud := s.tally(hour, hoursPerWeek)
	if seen < 2 {
		seen, loud = s.tally(hour, hoursPerDay)
	}
	return loud > 0 && 2*loud >= seen
}

// tally counts the covered hours that lie whole steps before an hour, and those of
// them that were loud or had a loud neighbour.
func (s Series) tally(hour, step int64) (seen, loud int) {
	for h := hour - step; h >= max(s.Start, hour-History); h -= step {
		if _, covered := s.At(h); !covered {
			continue
		}
		seen++
		for _, at := range [...]int64{h, h - 1, h + 1} {
			if count, _ := s.At(at); count >= loudCount && at < hour {
				loud++
				break
			}
		}
	}
	return seen, loud
}
