package analyze

import (
	"fmt"
	"net/netip"
	"slices"

	"gumshoe/ingest"
)

// Truth is an answer that may be missing. What is missing accuses nobody and
// excuses nobody.
type Truth uint8

// The states of an answer.
const (
	Unknown  Truth = iota // not asked, or not answered clearly
	Verified              // asked, and it is so
	Refuted               // asked, and it clearly is not so
)

var truthNames = []string{"unknown", "verified", "refuted"}

func (t Truth) String() string { return truthNames[t] }

// MarshalText writes the name.
func (t Truth) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the name.
func (t *Truth) UnmarshalText(b []byte) error {
	i := slices.Index(truthNames, string(b))
	if i < 0 {
		return fmt.Errorf("%q is no truth: unknown, verified or refuted", b)
	}
	*t = Truth(i)
	return nil
}

// Crawler is what became of a source's claim to be the crawler of a search engine
// or the like, which its agent makes and DNS can confirm.
type Crawler struct {
	Owner   string // Verified: whose it is; else whose it says it is
	Agent   string // the agent that says so, verbatim: hostile
	Truth   Truth
	Name    string   // Verified: the name that DNS confirms; Refuted: the one that the address gives itself, "" for none
	Forged  bool     // Refuted: Name lies in the owner's domains, but does not have the address
	Domains []string // where the crawlers live whose name it carries
}

// crawlerGuard is what the confirmed name of a crawler speaks for honesty.
const crawlerGuard = -6

// Vouched returns the crawler that a source is confirmed to be, unless it carried
// payloads: whatever a crawler is called, who made it send them is an attacker.
func (in *Input) Vouched(p netip.Prefix) (Crawler, bool) {
	c, ok := in.Crawlers[p]
	if !ok || c.Truth != Verified {
		return c, false
	}
	if i, seen := in.search(p.Addr()); seen && in.armed(i) {
		return c, false
	}
	return c, true
}

// armed reports whether a source sent payloads beyond the breaking of a syntax.
func (in *Input) armed(i int) bool {
	u := &in.Set.Units()[i]
	for k := range u.Rows {
		for _, t := range u.Touches(&u.Rows[k]) {
			if t.Stage >= ingest.StageLogic {
				return true
			}
		}
	}
	return false
}

// vouch lets confirmed crawlers speak for themselves: a claim about them alone
// gets a guard, and a claim about many accuses the others only. A break-in is
// never excused: crawlers do not log in.
func (in *Input) vouch(findings []*Finding) {
	if len(in.Crawlers) == 0 {
		return
	}
	for _, f := range findings {
		if f.Own || !slices.ContainsFunc(f.Sources, in.vouched) {
			continue
		}
		var crawlers, others []netip.Prefix
		var last Crawler
		for _, p := range f.Sources {
			if c, ok := in.Vouched(p); ok {
				crawlers, last = append(crawlers, p), c
			} else {
				others = append(others, p)
			}
		}
		if len(others) == 0 {
			f.Evidence = append(slices.Clip(f.Evidence), Evidence{Family: Guard, LogOdds: crawlerGuard, Trials: 1,
				Fact: "DNS confirms " + last.Name + ", a crawler of " + last.Owner})
		} else {
			f.Sources, f.Visitors = others, append(slices.Clip(f.Visitors), crawlers...)
		}
	}
}

func (in *Input) vouched(p netip.Prefix) bool {
	_, ok := in.Vouched(p)
	return ok
}
