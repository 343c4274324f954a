package detect

import (
	"math"
	"math/bits"

	"gumshoe/ingest"
)

const (
	scraperHours     = 4   // whole hours in which it never rests, beside the first and the last
	scraperHurries   = 900 // pages of each whole hour: of so many one whole hour is enough, for nobody reads a page every four seconds in it
	scraperEven      = 3   // most pages of an hour, in multiples of the fewest; or
	scraperSpread    = 1.5 // variance of the pages of an hour over their mean: of independent ones it is 1, of visits several
	scraperTireless  = .8  // of the twelfths of an hour in which evenly strewn pages would fall
	scraperDocuments = 80  // different ones
	scraperFresh     = .6  // of the pages are different documents
)

// pace is the longest stretch of hours in which somebody never rested.
type pace struct {
	hours     []readHour
	pages     int
	documents float64 // different ones, estimated
}

// paceOf returns the longest stretch of consecutive hours.
func paceOf(hours []readHour) (p pace) {
	for lo := 0; lo < len(hours); {
		hi := lo + 1
		for hi < len(hours) && hours[hi].hour == hours[hi-1].hour+1 {
			hi++
		}
		if hi-lo >= len(p.hours) {
			p.hours = hours[lo:hi]
		}
		lo = hi
	}
	for i := range p.hours {
		p.pages += int(p.hours[i].pages)
	}
	p.documents = different(p.hours)
	return p
}

// machine reports a pace that nobody keeps who reads.
func (p *pace) machine() bool {
	if len(p.hours) < 3 {
		return false
	}
	whole := p.hours[1 : len(p.hours)-1]
	least, most, sum, squares := math.MaxFloat64, 0.0, 0.0, 0.0
	slots, expected := 0, 0.0
	for i := range whole {
		n := float64(whole[i].pages)
		least, most = min(least, n), max(most, n)
		sum += n
		squares += n * n
		slots += whole[i].slots()
		expected += 12 * (1 - math.Pow(11./12, n))
	}
	if len(whole) < scraperHours && least < scraperHurries {
		return false
	}
	mean := sum / float64(len(whole))
	even := most <= scraperEven*least || squares/float64(len(whole))-mean*mean <= scraperSpread*mean
	return even && float64(slots) >= scraperTireless*expected
}

// walk reports whether enough different documents were read, and few again.
func (p *pace) walk() bool {
	return p.documents >= scraperDocuments && p.documents >= scraperFresh*float64(p.pages)
}

// different estimates how many different documents were read in consecutive hours:
// those of each hour, by linear counting, without the share that the hour before had
// as well. Two hours of a and b marks have a*b/64 in common by chance, and the
// smaller number when the same is read again.
func different(hours []readHour) (n float64) {
	common, chance, same := 0.0, 0.0, 0.0
	for i := range hours {
		n += marked(&hours[i])
		if i == 0 {
			continue
		}
		a, b := bits.OnesCount64(hours[i-1].documents), bits.OnesCount64(hours[i].documents)
		common += float64(bits.OnesCount64(hours[i-1].documents & hours[i].documents))
		chance += float64(a*b) / ingest.Documents
		same += float64(min(a, b))
	}
	if same-chance < 1 {
		return n
	}
	return n * (1 - max(0, min(1, (common-chance)/(same-chance))))
}

// marked estimates the documents of an hour. With all marks set there are more than
// can be told, and each page is taken for another.
func marked(h *readHour) float64 {
	zeros := ingest.Documents - bits.OnesCount64(h.documents)
	if zeros <= 2 {
		return float64(h.pages)
	}
	return min(float64(h.pages), -ingest.Documents*math.Log(float64(zeros)/ingest.Documents))
}
