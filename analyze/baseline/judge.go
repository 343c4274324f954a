package baseline

import (
	"fmt"
	"math"

	"gumshoe/analyze"
)

// Kind says in which way an hour is unusual.
type Kind uint8

// The kinds.
const (
	Usual   Kind = iota
	Spike        // far more than such an hour has
	Drift        // far more, but no more than the last week had: the series has moved to a new plateau
	Silence      // next to nothing where there is always something: the log is lost rather than the visitors
)

func (k Kind) String() string { return [...]string{"usual", "spike", "drift", "silence"}[k] }

// Expectation is what a model foresees for an hour.
type Expectation struct {
	Mean      float64
	Low, High uint32   // 98 of 100 such hours lie between them, both included: 1 below, 1 above
	Same      []uint32 // counts of the same local hour of earlier weeks, newest last

	dist negBin
}

// Judgement compares a counted hour with its expectation.
type Judgement struct {
	Expectation
	Hour  int64
	Count uint32
	Kind  Kind
	Level analyze.Level // Info when usual; not above the cap of the model's stage
	P     float64       // probability of so high a count in such an hour; never below 1e-300
	PLow  float64       // of so low a count; 1 when the hour is not complete
	Sigma float64       // the deviation at which a normal variable is as rare as P; 0 for P of a half and more
	Z     float64       // plain z-score against Same, as readers know it; NaN below two weeks
	Model *Model

	// Precedents counts the hours of the history that stood out by at least the same
	// factor: where scanners come in bursts every other day, one more is no news,
	// though still no usual hour. The level leaves that to the reader of the
	// judgement, or forty attacks would buy the next one a blind eye.
	Precedents int
}

// The rules. At p < 1e-6 a thousand judged hours raise one false alarm in a
// thousand runs; the effect floors keep what is merely significant out of the mail.
const (
	spikeP     = 1e-6
	spikeTimes = 2.5
	spikeMore  = 20
	highP      = 1e-9
	highTimes  = 5

	silenceMean  = 30
	silenceTimes = 10 // a tenth of the usual is still somebody visiting
)

// Expect foresees an hour.
//
// The spread is predictive: a mean that was learned from n values is itself
// uncertain, the median by π/2 = 1.57 times the variance of an average, and the
// profile is never quite right (.015, which is 12 %). Both widen the distribution
// as if its size were smaller:
//
//	1/size' = 1/size + 1.57 (1/max(mean,.3) + 1/size)/n + .015
func (m *Model) Expect(hour int64) Expectation {
	e := m.expect(hour)
	e.Low, e.High = e.dist.quantile(.01), e.dist.quantile(.99)
	return e
}

func (m *Model) expect(hour int64) (e Expectation) {
	for h := hour - hoursPerWeek; h >= m.first; h -= hoursPerWeek {
		// A daylight-saving shift in between moves the local hour by one.
		for _, at := range [...]int64{h, h - 1, h + 1} {
			if hourOfWeek(at, m.loc) != hourOfWeek(hour, m.loc) {
				continue
			}
			if count, covered := m.series.At(at); covered && at < m.Before {
				e.Same = append([]uint32{count}, e.Same...)
			}
			break
		}
	}
	if m.Stage == Off {
		return e
	}
	c := m.profile.cells[hourOfWeek(hour, m.loc)]
	e.Mean = c.mean * m.level
	inverse := 1/m.Size + 1.57*(1/max(e.Mean, .3)+1/m.Size)/float64(c.n) + .015
	e.dist = negBin{e.Mean, 1 / inverse}
	return e
}

// Judge compares the count of an hour, which the model must not have seen, with
// its expectation. An hour that still runs or that the logs cover in part is not
// complete: its count is a lower bound, so it can be a spike and not a silence.
// In stage Off, and for hours before Model.Before, everything is Usual.
func (m *Model) Judge(hour int64, count uint32, complete bool) Judgement {
	j := Judgement{Expectation: m.expect(hour), Hour: hour, Count: count, Model: m, P: 1, PLow: 1, Z: math.NaN()}
	if m.Stage == Off || hour < m.Before {
		return j
	}
	j.Low, j.High = j.dist.quantile(.01), j.dist.quantile(.99)
	j.P = j.dist.upper(count)
	if complete {
		j.PLow = j.dist.lower(count)
	}
	j.Sigma = max(0, sigmas(j.P))
	j.Z = plainZ(j.Same, count)
	j.decide()
	if j.Kind == Spike {
		for _, factor := range m.bursts {
			if factor >= excess(float64(count), j.Mean) {
				j.Precedents++
			}
		}
	}
	return j
}

// standsOut is the effect floor of a spike.
func standsOut(count, mean float64) bool {
	return count >= spikeTimes*mean && count-mean >= spikeMore
}

// excess is the factor by which a count is above its mean. Below a mean of one the
// quotient would blow up.
func excess(count, mean float64) float64 { return count / max(mean, 1) }

func (j *Judgement) decide() {
	count, m := float64(j.Count), j.Model
	switch {
	case j.P < spikeP && standsOut(count, j.Mean):
		switch {
		case m.Plateau > maxGrowth && count < spikeTimes*m.Plateau*j.Mean:
			j.Kind, j.Level = Drift, analyze.Low
		case j.P < highP && count >= highTimes*j.Mean:
			j.Kind, j.Level = Spike, analyze.High
		default:
			j.Kind, j.Level = Spike, analyze.Medium
		}
	case j.PLow < spikeP && j.Mean >= silenceMean && silenceTimes*count <= j.Mean:
		j.Kind, j.Level = Silence, analyze.High
	}
	j.Level = min(j.Level, m.Stage.Cap())
}

// plainZ is (count - mean)/deviation of the same hour of earlier weeks. Three or
// four weeks can agree by chance, so the deviation is at least the counting noise
// √mean, and at least 1.
func plainZ(same []uint32, count uint32) float64 {
	if len(same) < 2 {
		return math.NaN()
	}
	v := make([]float64, len(same))
	for i, c := range same {
		v[i] = float64(c)
	}
	mean, sd := meanAndDeviation(v)
	return (float64(count) - mean) / max(sd, math.Sqrt(mean), 1)
}

// Deviation is Sigma in words. Beyond ten the tail is the model's and no longer
// the world's.
func (j Judgement) Deviation() string {
	if j.Sigma > 10 {
		return "more than 10 sigma"
	}
	return fmt.Sprintf("%.1f sigma", j.Sigma)
}
