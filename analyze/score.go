package analyze

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// DefaultPrior is the log-odds that an active source is hostile before anything
// is known of it: about one in four hundred.
const DefaultPrior = -6

// Caps of one family. A single family reaches a confidence of .88, or .993 when
// it rests on at least thirty independent trials: two are needed to be sure.
const (
	familyCap  = 8
	massiveCap = 11
	massive    = 30
	guardFloor = -8
)

// Strong is the log-odds from which a family counts towards "two families".
const Strong = 2

// FromP turns a p-value into log-odds by -ln(-e p ln p), the largest Bayes
// factor against the null that a p-value can bear (Sellke, Bayarri and Berger,
// The American Statistician 55, 2001). It is 0 from p = 1/e upwards.
func FromP(p float64) float64 {
	if p >= 1/math.E {
		return 0
	}
	return -math.Log(-math.E * max(p, 1e-300) * math.Log(max(p, 1e-300)))
}

// Score weighs the families of a case and sets its confidence and level.
func (c *Case) score(now time.Time) {
	best := map[Family]Evidence{}
	c.Prior = DefaultPrior
	var floor *Level
	for _, f := range c.Findings {
		if c.Few(f) || c.Beside(f) {
			continue
		}
		if f.Prior != nil {
			c.Prior = max(c.Prior, *f.Prior)
		}
		if f.Floor != nil && (floor == nil || *f.Floor > *floor) {
			floor = f.Floor
		}
		for _, e := range f.Evidence {
			if e.Family == Guard && 2*len(f.Sources) < len(c.Sources) {
				continue // one member's honest explanation does not excuse a campaign
			}
			e.LogOdds = e.capped()
			old, ok := best[e.Family]
			switch {
			case !ok:
			case e.Family == Guard:
				if e.LogOdds > old.LogOdds { // guards: the strongest doubt
					continue
				}
			case e.LogOdds <= old.LogOdds:
				continue
			}
			best[e.Family] = e
		}
	}
	c.LogOdds = c.Prior
	c.Families = make([]Evidence, 0, len(best))
	for _, e := range best {
		e.LogOdds = max(e.LogOdds, guardFloor)
		c.Families = append(c.Families, e)
	}
	slices.SortFunc(c.Families, func(a, b Evidence) int {
		return cmp.Or(cmp.Compare(b.LogOdds, a.LogOdds), cmp.Compare(a.Family, b.Family))
	})
	for _, e := range c.Families {
		c.LogOdds += e.LogOdds
	}
	c.Confidence = 1 / (1 + math.Exp(-c.LogOdds))
	c.Level = c.severity(now)
	if floor != nil {
		if own := len(c.Findings) == allFloored(c.Findings); own {
			c.Level = *floor
		} else {
			c.Level = max(c.Level, *floor)
		}
	}
}

// capped is what a family that rests on this evidence adds.
func (e *Evidence) capped() float64 {
	if e.Trials >= massive {
		return min(e.LogOdds, massiveCap)
	}
	return min(e.LogOdds, familyCap)
}

// certain is the confidence at which a level is the highest of its impact.
const certain = .99

// alone reports whether a finding by itself makes a case certain.
func (f *Finding) alone() bool {
	odds := float64(DefaultPrior)
	if f.Prior != nil {
		odds = max(odds, *f.Prior)
	}
	for i := range f.Evidence {
		odds += f.Evidence[i].capped()
	}
	return odds >= math.Log(certain/(1-certain))
}

func allFloored(fs []*Finding) (n int) {
	for _, f := range fs {
		if f.Floor != nil {
			n++
		}
	}
	return n
}

// stillActive is how recent the last event must be for an attack to be "still
// active".
const stillActive = 12 * time.Hour

// unlikely is the confidence below which nobody is accused, whatever it would
// mean if it were true.
const unlikely = .1

// severity is impact times confidence. Being sure alone makes nothing critical.
func (c *Case) severity(now time.Time) Level {
	if c.Confidence < unlikely {
		return Info
	}
	column := 3
	switch {
	case c.Confidence >= certain:
		column = 0
	case c.Confidence >= .95:
		column = 1
	case c.Confidence >= .8:
		column = 2
	}
	level := matrix[c.Impact][column]
	active := now.Sub(c.Last) < stillActive
	if c.Impact == Targeted && column == 0 && active {
		level = Critical
	}
	if c.Impact == Generic && column == 0 && active && c.persistent() {
		level = Critical
	}
	return level
}

var matrix = [...][4]Level{
	Nuisance: {Medium, Low, Low, Info},
	Generic:  {High, Medium, Low, Info},
	Targeted: {High, High, Medium, Low},
	Success:  {Critical, Critical, High, Medium},
}

// persistent reports generic probing that is critical all the same: two
// families, one of them a dictionary or payloads, over at least three hours.
// Crawlers of old URLs and link checkers are regular too, so a clock is not
// enough.
func (c *Case) persistent() bool {
	named := c.Weight(Dictionary) >= Strong || c.Weight(Payload) >= Strong
	return named && c.StrongFamilies() >= 2 && c.Active >= 3*time.Hour
}

// Weight returns what a family contributes.
func (c *Case) Weight(f Family) float64 {
	for _, e := range c.Families {
		if e.Family == f {
			return e.LogOdds
		}
	}
	return 0
}

// StrongFamilies counts the families from Strong upwards.
func (c *Case) StrongFamilies() (n int) {
	for _, e := range c.Families {
		if e.LogOdds >= Strong {
			n++
		}
	}
	return n
}
