package detect

import (
	"fmt"
	"math"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// proof is an answer that shows that a payload worked: it came as late as was
// asked for, or held what was asked for.
type proof struct {
	spot
	odds  float64
	fact  string
	shots []shot
	shell bool // it is a web shell
}

// proofsOf finds the inputs that did what they were told to.
func proofsOf(in *analyze.Input, spots []aimed) (out []proof) {
	for _, a := range spots {
		for _, find := range []func(*analyze.Input, aimed) (proof, bool){waited, readFile, dumped} {
			if p, ok := find(in, a); ok {
				p.spot = a.spot
				out = append(out, p)
			}
		}
	}
	return out
}

// waited: "sleep(5)" was answered after five seconds, twice and more, and who did
// not ask for it was answered sooner. A slow page is slow for everybody.
func waited(in *analyze.Input, a aimed) (proof, bool) {
	var obeyed []shot
	asked, others, late := 0, 0, 0
	for _, s := range a.shots {
		switch {
		case s.Waited():
			obeyed = append(obeyed, s)
			asked++
		case s.Wait > 0:
			asked++
		default:
			others++
			if s.Took >= 200 {
				late++
			}
		}
	}
	if len(obeyed) < 2 {
		return proof{}, false
	}
	usual := cleanOf(in, a.path)
	late, others = late+int(usual.slow), others+int(max(usual.sized, usual.slow))
	if fisher(len(obeyed), asked-len(obeyed), late, others-late) >= significant {
		return proof{}, false
	}
	return proof{odds: 8, shots: obeyed, fact: fmt.Sprintf("%s waited %d times as long as a payload asked for (%d seconds and more); of %s other requests %d took two seconds",
		a.text(in), len(obeyed), obeyed[0].Wait, number(others), late)}, true
}

// The sizes of /etc/passwd in bytes, from a container's to a shared host's.
const (
	smallestAccounts = 500
	largestAccounts  = 8 << 10
)

// readFile: a request for /etc/passwd was answered well, by what has its size and
// is not the page that the path shows otherwise. Without a yardstick it is a hint.
func readFile(in *analyze.Input, a aimed) (proof, bool) {
	if !slices.ContainsFunc(a.shots, func(s shot) bool { return s.Reads }) {
		return proof{}, false // nearly always
	}
	var got []shot
	var others []uint32 // bodies of the answers to what did not ask for the file
	for _, s := range a.shots {
		switch {
		case s.Status < 200 || s.Status >= 300:
		case s.Reads && s.Bytes >= smallestAccounts && s.Bytes <= largestAccounts:
			got = append(got, s)
		case !s.Reads && s.Bytes > 0:
			others = append(others, s.Bytes)
		}
	}
	if len(got) == 0 {
		return proof{}, false
	}
	size := got[0].Bytes
	for _, o := range others {
		if size-size/20 <= o && o <= size+size/20 {
			return proof{}, false // the page that is shown for whatever is not there
		}
	}
	odds := 3.0
	usual, known := usualSize(in, a.path)
	if known && !usual.off(size, 8) {
		return proof{}, false
	}
	if known || len(others) >= 2 {
		odds = 6
	}
	return proof{odds: odds, shots: got, fact: fmt.Sprintf("%s answered a request for /etc/passwd with %d and %s bytes, the size of such a file", a.text(in), got[0].Status, number(size))}, true
}

// dumped: a payload was answered well, with far more than the path ever shows.
func dumped(in *analyze.Input, a aimed) (proof, bool) {
	took := func(s shot) bool { return s.Stage >= ingest.StageLogic && !s.Reads && s.Status == 200 }
	if !slices.ContainsFunc(a.shots, took) {
		return proof{}, false // nearly always
	}
	usual, known := usualSize(in, a.path)
	if !known {
		return proof{}, false
	}
	var got []shot
	shapes := map[uint64]bool{}
	most := uint32(0)
	for _, s := range a.shots {
		if took(s) && usual.off(s.Bytes, 16) && float64(window.LogSize(s.Bytes)) > usual.mean {
			got = append(got, s)
			shapes[s.Aux] = true
			most = max(most, s.Bytes)
		}
	}
	if len(got) == 0 {
		return proof{}, false
	}
	return proof{odds: min(8, 1+2*float64(len(shapes))), shots: got,
		fact: fmt.Sprintf("%s answered %s with up to %s bytes, where %s are usual", a.text(in), count(len(shapes), "payload"), number(most), number(usual.bytes()))}, true
}

// sizeRange is what a path's answers usually measure: mean and standard deviation
// of the logarithms to the base 2 of their bytes, in sixteenths.
type sizeRange struct{ mean, sd float64 }

// fewSized is from how many answers on a path has a usual size.
const fewSized = 20

func usualSize(in *analyze.Input, path uint64) (sizeRange, bool) {
	c := cleanOf(in, path)
	if c.sized < fewSized {
		return sizeRange{}, false
	}
	n := float64(c.sized)
	mean := float64(c.sum) / n
	return sizeRange{mean, math.Sqrt(max(0, float64(c.squares)/n-mean*mean))}, true
}

// off reports a size that is out of proportion: by more than four standard
// deviations, which is six median absolute deviations of a normal distribution,
// and by least at the least.
func (r sizeRange) off(bytes uint32, least float64) bool {
	return math.Abs(float64(window.LogSize(bytes))-r.mean) > max(least, 4*r.sd)
}

func (r sizeRange) bytes() uint32 { return uint32(math.Exp2(r.mean / 16)) }
