package baseline

import (
	"fmt"
	"time"

	"gumshoe/analyze"
)

// Stage says how much of the week a model has seen.
type Stage uint8

// The stages, ascending.
const (
	Off   Stage = iota // under 7 days: no judgement
	Daily              // under 14 days: hour of the day, work days and weekends apart
	Young              // under 21 days: hour of the week, each seen twice or so
	Full               // the hour of the week
)

// The days of covered hours at which a model enters Daily, Young and Full. Before
// the second week weekends are unknown, and before the third one past attack is
// half of what is known of an hour.
const (
	dailyFrom = 7
	youngFrom = 14
	fullFrom  = 21
)

// Cap is the highest level that a judgement of this stage may have.
func (s Stage) Cap() analyze.Level {
	return [...]analyze.Level{analyze.Info, analyze.Low, analyze.Medium, analyze.Critical}[s]
}

// Model is what one series has taught up to an hour. It is immutable.
type Model struct {
	Before  int64     // the first hour that it has not seen, and the first it can judge
	Days    int       // whole days of covered hours behind it
	Stage   Stage     // "not enough history" is said, not hidden
	FullAt  time.Time // when Stage becomes Full if the logs go on; the past when it is
	Plateau float64   // an ordinary hour of the last week over what is expected of it, at least 1; see Drift
	Size    float64   // dispersion of the series: variance = mean + mean²/Size

	series  Series
	first   int64 // first hour of the history
	loc     *time.Location
	profile profile
	level   float64   // of the last week, over that of the profile
	bursts  []float64 // excess of each past hour that stood out
}

// Fit learns from the hours of s before the given hour, at most eight weeks of
// them; loc is where the machine's people live.
func Fit(s Series, before int64, loc *time.Location) *Model {
	m := &Model{Before: before, series: s, loc: loc, first: max(s.Start, before-History), Plateau: 1}
	past := history(s, m.first, before, loc)
	m.Days = len(past) / hoursPerDay
	switch {
	case m.Days >= fullFrom:
		m.Stage = Full
	case m.Days >= youngFrom:
		m.Stage = Young
	case m.Days >= dailyFrom:
		m.Stage = Daily
	}
	m.FullAt = clock(before+int64(fullFrom*hoursPerDay-len(past)), loc)
	if m.Stage > Off {
		m.learn(past)
	}
	return m
}

// Judged returns the days of history from which on hours are judged, and when
// there are so many if the logs go on.
func (m *Model) Judged() (days int, from time.Time) {
	return dailyFrom, m.FullAt.AddDate(0, 0, dailyFrom-fullFrom)
}

// Shortage says how much history is missing and until when; empty when none is.
func (m *Model) Shortage() string {
	const day = "Monday 2 January 2006"
	switch m.Stage {
	case Full:
		return ""
	case Off:
		days, on := m.Judged()
		return fmt.Sprintf("not enough history (%d of %d days): hours are judged from %s on", m.Days, days, on.Format(day))
	}
	return fmt.Sprintf("not enough history (%d of %d days): no such hour is more than %s before %s", m.Days, fullFrom, m.Stage.Cap(), m.FullAt.Format(day))
}

// learn fits, clips what stands out, and fits twice more: the idea of
// Farrington et al. 1996 and Noufaily et al. 2013, whose outbreak detection gives
// past outbreaks less weight because otherwise they hide the next one.
func (m *Model) learn(past []observation) {
	var levels weeklyLevels
	levels.reset()
	for range 3 {
		m.profile = learnProfile(past, &levels, m.Stage)
		levels.learn(past, &m.profile)
		for i := range past {
			past[i].mean = m.profile.cells[past[i].slot].mean * levels[past[i].week]
		}
		m.Size = dispersion(past)
		for i := range past {
			o := &past[i]
			o.clipped = min(o.count, max(1, negBin{o.mean, m.Size}.roughQuantile(clipAt)))
		}
	}
	m.level = levels[0]
	m.Plateau = plateau(past)
	for _, o := range past {
		if o.counted > o.clipped && standsOut(o.counted, o.mean) {
			m.bursts = append(m.bursts, excess(o.counted, o.mean))
		}
	}
}

// plateau is the median of count over expectation in the last week, which the cap
// on growth has kept from following: 1 unless more than half of the hours agree.
func plateau(past []observation) float64 {
	var ratios []float64
	for _, o := range past {
		if o.week == 0 && o.mean > 0 {
			ratios = append(ratios, o.count/o.mean)
		}
	}
	if len(ratios) < enoughDays*hoursPerDay {
		return 1
	}
	return max(1, median(ratios))
}

// clipAt is the normal deviate of p = .001.
const clipAt = 3.09

// observation is one covered hour of the history.
type observation struct {
	counted float64 // all of it
	count   float64 // without what is known to be hostile
	clipped float64 // count, not above the 99.9th percentile of its own expectation
	mean    float64 // expected by the model as it stands
	slot    int     // local hour of the week
	day     int     // whole days before the model's end, 0 is the last
	week    int     // whole weeks before the model's end
}

func history(s Series, first, before int64, loc *time.Location) []observation {
	past := make([]observation, 0, max(0, min(before, s.End())-first))
	for h := first; h < min(before, s.End()); h++ {
		count, covered := s.At(h)
		if !covered {
			continue
		}
		age, usual := int(before-1-h), s.usual(h)
		past = append(past, observation{
			counted: float64(count), count: usual, clipped: usual, slot: hourOfWeek(h, loc),
			day: age / hoursPerDay, week: age / hoursPerWeek,
		})
	}
	return past
}
