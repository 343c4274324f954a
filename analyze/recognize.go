package analyze

import (
	"cmp"
	"math/bits"
	"net/netip"
	"slices"
	"time"

	"gumshoe/ingest"
)

// Course says how a case stands to those of earlier runs.
type Course uint8

// The courses. Of the zero value nothing is known: a run over files has no past.
const (
	CourseUnknown Course = iota
	New                  // never seen before
	Continuing           // seen by the run before, too
	Returning            // seen before, and not lately
)

var courseNames = [...]string{"", "new", "continuing", "returning"}

func (c Course) String() string { return courseNames[c] }

// MarshalText writes the name.
func (c Course) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// PastCase is what is remembered of a case of earlier runs.
type PastCase struct {
	ID       string
	Kind     string
	Key      string // of its leading finding
	Headline string
	Level    Level
	Sources  []netip.Prefix
	Accounts []string // that it named; kept hashed, and not recalled
	Conduct  uint64   // SimHash of what its sources did; 0 for too little to tell
	Began    time.Time
	Last     time.Time // its last event
	Told     time.Time // when the last run told of it
	Open     bool      // told by the last complete run
}

// How a case is known again (shares of sources; bits of 64).
const (
	fewestMembers = 10 // of a campaign that is known by what it does alone
	sameConduct   = 6
	conductBits   = 63
	fewestTraits  = 6 // of a conduct that is told from others
	awayFor       = 48 * time.Hour
	recallConduct = 26 * 7 * 24 * time.Hour
	recallSources = 14 * 24 * time.Hour
)

// Recognize gives every case that goes on the id that it had, and says whether it
// is new, goes on or has come back. It returns the cases that were open and are
// over. A case is known by its key, else by its sources (at least half of its own
// and a quarter of the old one's), else, if it is a campaign, by its conduct: what
// it asks for, from where else it may come. What two old cases have become keeps
// the id of the older. keyed is the form in which past keys are kept: they may name
// accounts.
func Recognize(cases []Case, past []PastCase, keyed func(string) string) (ended []PastCase) {
	old := indexPast(past)
	taken := make([]bool, len(past)) // an id is inherited once: by the worst case, which comes first
	used := map[string]bool{}
	for i := range cases {
		used[cases[i].ID] = true
	}
	for i := range cases {
		c := &cases[i]
		c.Course, c.Began = New, c.First
		known := slices.DeleteFunc(old.like(c, keyed(c.key())), func(k int) bool { return taken[k] })
		if len(known) == 0 {
			continue
		}
		for _, k := range known {
			taken[k] = true
		}
		oldest := slices.MinFunc(known, func(a, b int) int {
			return cmp.Or(past[a].Began.Compare(past[b].Began), cmp.Compare(past[a].ID, past[b].ID))
		})
		p := past[oldest]
		if p.ID != c.ID && !used[p.ID] {
			delete(used, c.ID)
			used[p.ID] = true
			c.ID = p.ID
		}
		c.Course, c.Began = Continuing, p.Began
		if c.First.Before(c.Began) {
			c.Began = c.First
		}
		if last := lastOf(past, known); c.First.Sub(last) > awayFor {
			c.Course = Returning
		}
	}
	for k, p := range past {
		if p.Open && !taken[k] {
			ended = append(ended, p)
		}
	}
	slices.SortFunc(ended, func(a, b PastCase) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.ID, b.ID))
	})
	return ended
}

func lastOf(past []PastCase, of []int) (last time.Time) {
	for _, k := range of {
		if past[k].Last.After(last) {
			last = past[k].Last
		}
	}
	return last
}

// pastIndex finds past cases by what identifies them.
type pastIndex struct {
	past     []PastCase
	byKey    map[string][]int
	bySource map[netip.Prefix][]int
	conduct  []int // campaigns
}

func indexPast(past []PastCase) *pastIndex {
	x := &pastIndex{past: past, byKey: map[string][]int{}, bySource: map[netip.Prefix][]int{}}
	for k := range past {
		p := &past[k]
		x.byKey[p.Key] = append(x.byKey[p.Key], k)
		for _, s := range p.Sources {
			if in := x.bySource[s]; len(in) < maxHomes {
				x.bySource[s] = append(in, k)
			}
		}
		if p.Conduct != 0 && len(p.Sources) >= fewestMembers {
			x.conduct = append(x.conduct, k)
		}
	}
	return x
}

// like lists the past cases that a case continues.
func (x *pastIndex) like(c *Case, key string) (out []int) {
	own := c.Findings[0].Own
	for _, k := range x.byKey[key] {
		if p := &x.past[k]; !own || p.Kind == c.Kind {
			out = append(out, k)
		}
	}
	if len(out) > 0 || own {
		return out
	}
	shared := map[int]int{}
	for _, s := range c.Sources {
		for _, k := range x.bySource[s] {
			shared[k]++
		}
	}
	for k, n := range shared {
		p := &x.past[k]
		if 2*n >= len(c.Sources) && 4*n >= len(p.Sources) && c.First.Sub(p.Last) <= recallSources {
			out = append(out, k)
		}
	}
	if conduct := c.Conduct(); len(out) == 0 && conduct != 0 && len(c.Sources) >= fewestMembers {
		for _, k := range x.conduct {
			p := &x.past[k]
			if p.Kind == c.Kind && bits.OnesCount64(p.Conduct^conduct) <= sameConduct && c.First.Sub(p.Last) <= recallConduct {
				out = append(out, k)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Conduct is the SimHash (Charikar, STOC 2002) of what the sources of a case did:
// what they aimed at, on which services, and how it was found out; 0 when that is
// too little to tell one campaign from another.
func (c *Case) Conduct() uint64 {
	if len(c.Targets) < fewestTraits {
		return 0
	}
	var votes [conductBits]int
	vote := func(trait string) {
		h := ingest.Hash{}.String(trait) >> 1 // its lowest bit is always set
		for b := range votes {
			votes[b] += int(h>>b&1)*2 - 1
		}
	}
	for _, t := range c.Targets {
		vote(string(t.Kind) + " " + t.Value)
	}
	for _, d := range c.Detections {
		if !slices.ContainsFunc(c.Findings, func(f *Finding) bool { return f.Detector == d && c.Beside(f) }) {
			vote("detection " + d)
		}
	}
	for _, s := range c.Services {
		vote("service " + s)
	}
	var h uint64
	for b, v := range votes {
		if v > 0 {
			h |= 1 << b
		}
	}
	return h
}

// Past is what the next run is to remember of a case.
func (c *Case) Past(told time.Time) PastCase {
	began := c.Began
	if began.IsZero() {
		began = c.First
	}
	p := PastCase{ID: c.ID, Kind: c.Kind, Key: c.key(), Headline: c.Headline, Level: c.Level, Sources: c.Sources, Conduct: c.Conduct(),
		Began: began, Last: c.Last, Told: told, Open: true}
	for _, t := range c.Targets {
		if t.Kind == AccountName {
			p.Accounts = append(p.Accounts, t.Value)
		}
	}
	return p
}
