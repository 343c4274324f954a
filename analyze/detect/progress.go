package detect

import (
	"fmt"
	"math"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// Constants of what working on one input looks like.
const (
	fuzzing    = 5   // distinct payloads on one input: somebody tries what gets through
	fewOrdered = 6   // tries from which on their order can tell
	mostOrders = 256 // tries that are compared with each other
	workOdds   = 2   // of growing sharper, and of trying many
)

// effort is what the work on single inputs adds to the payloads themselves.
type effort struct {
	odds  float64
	words []string
}

// effortOf looks at how somebody went about it. Payloads that go up the stages are
// somebody's who looks at the answers: by Kendall's tau of stage over time, or by
// a leap from a broken syntax to extracting data. Quotes alone may be a name.
func effortOf(in *analyze.Input, spots []aimed) (e effort) {
	grown, many := false, false
	for _, a := range spots {
		if tau, p, ok := rising(a.shots); ok && !grown {
			grown = true
			e.odds += workOdds
			if p < significant {
				e.words = append(e.words, fmt.Sprintf("growing sharper on %s (Kendall's tau %.2f, %s)", a.text(in), tau, chance(p)))
			} else {
				e.words = append(e.words, fmt.Sprintf("growing from a quote to taking data on %s", a.text(in)))
			}
		}
		if many || len(a.shots) < fuzzing {
			continue
		}
		if n := a.shapes(); n >= fuzzing && sharp(a.shots) {
			many = true
			e.odds += workOdds
			e.words = append(e.words, fmt.Sprintf("%d of them on %s alone", n, a.text(in)))
		}
	}
	return e
}

// sharp reports whether any payload goes beyond a broken syntax.
func sharp(shots []shot) bool { return furthest(shots) >= ingest.StageLogic }

func furthest(shots []shot) (stage ingest.Stage) {
	for _, s := range shots {
		stage = max(stage, s.Stage)
	}
	return stage
}

// rising reports whether the stages rose with time.
func rising(shots []shot) (tau, p float64, ok bool) {
	p = 1
	if len(shots) >= fewOrdered {
		tau, p = kendall(shots[:min(len(shots), mostOrders)])
	}
	return tau, p, p < significant || leaps(shots)
}

// leaps reports whether somebody broke a syntax and then took data.
func leaps(shots []shot) bool {
	broken := false
	for _, s := range shots {
		if broken && s.Stage >= ingest.StageExtract {
			return true
		}
		broken = broken || s.Stage <= ingest.StageSyntax
	}
	return false
}

// kendall returns the rank correlation of stage and time, and the one-sided
// p-value of one as large or larger by the normal approximation with the
// correction for ties (Kendall 1945):
//
//	S   = concordant - discordant pairs
//	var = (n(n-1)(2n+5) - sum over groups of ties t(t-1)(2t+5)) / 18
func kendall(shots []shot) (tau, p float64) {
	s, untied := 0, 0
	ties := map[ingest.Stage]int{}
	for i := range shots {
		ties[shots[i].Stage]++
		for j := range i {
			switch {
			case shots[i].Stage > shots[j].Stage:
				s, untied = s+1, untied+1
			case shots[i].Stage < shots[j].Stage:
				s, untied = s-1, untied+1
			}
		}
	}
	if untied == 0 {
		return 0, 1
	}
	pairs := func(n int) float64 { return float64(n) * float64(n-1) * float64(2*n+5) }
	variance := pairs(len(shots))
	for _, t := range ties {
		variance -= pairs(t)
	}
	n := len(shots)
	tau = float64(s) / math.Sqrt(float64(untied)*float64(n)*float64(n-1)/2)
	z := (float64(s) - 1) / math.Sqrt(variance/18)
	return tau, math.Erfc(z/math.Sqrt2) / 2
}
