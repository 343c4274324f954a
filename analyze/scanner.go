package analyze

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Scanner is a vulnerability scanner of the owner's: what it does is labelled and
// accuses nobody. What it finds stays found: a case about an endpoint has no
// sources.
type Scanner struct {
	Prefix      netip.Prefix
	From, Until time.Time // when it is at work, [From, Until); zero: no limit
}

// did reports whether something that happened between two moments is its work.
func (s Scanner) did(p netip.Prefix, first, last time.Time) bool {
	return s.Prefix.Bits() <= p.Bits() && s.Prefix.Contains(p.Addr()) && !first.Before(s.From) && (s.Until.IsZero() || last.Before(s.Until))
}

// label takes the owner's scanners out of the findings, and tells once of each
// that was at work.
func (in *Input) label(found [][]*Finding) [][]*Finding {
	if len(in.Scanners) == 0 {
		return found
	}
	work := make([]Finding, len(in.Scanners))
	for i := range found {
		var rest []*Finding
		for _, f := range found[i] {
			accused := len(f.Sources)
			f.Sources = slices.DeleteFunc(slices.Clone(f.Sources), func(p netip.Prefix) bool {
				at := slices.IndexFunc(in.Scanners, func(s Scanner) bool { return s.did(p, f.First, f.Last) })
				if at >= 0 {
					work[at].joins(f, p)
				}
				return at >= 0
			})
			if accused == 0 || len(f.Sources) > 0 {
				rest = append(rest, f)
			}
		}
		found[i] = rest
	}
	for i := range work {
		if len(work[i].Visitors) > 0 {
			work[i].tell(in.Scanners[i])
			found = append(found, []*Finding{&work[i]})
		}
	}
	return found
}

// joins adds what a detector found to a scanner's work.
func (w *Finding) joins(f *Finding, p netip.Prefix) {
	w.Visitors = append(w.Visitors, p)
	w.Techniques = append(w.Techniques, f.Techniques...)
	w.Targets, w.Marks, w.Times = append(w.Targets, f.Targets...), append(w.Marks, f.Marks...), append(w.Times, f.Times...)
	w.Events = max(w.Events, f.Events) // of one service detectors count the same events
	if w.First.IsZero() || f.First.Before(w.First) {
		w.First = f.First
	}
	if f.Last.After(w.Last) {
		w.Last = f.Last
	}
	w.Story.Why = append(w.Story.Why, f.Detector)
}

// tell labels it.
func (w *Finding) tell(s Scanner) {
	info := Info
	w.Detector, w.Key, w.Own, w.Floor, w.Impact = "own_scanner", "scanner "+s.Prefix.String(), true, &info, Nuisance
	w.Visitors, w.Techniques, w.Targets, w.Marks = sortedPrefixes(w.Visitors), Unique(w.Techniques), Unique(w.Targets), Unique(w.Marks)
	w.Story = Story{
		Headline: "Your own scanner at work",
		Body:     []string{fmt.Sprintf("What %s did is what you set it to do: it would have been told as %s.", s.Prefix, strings.Join(Unique(w.Story.Why), ", "))},
		Not:      []string{"Nobody is accused. What it found is told beside this, if it found anything."},
	}
	w.bound()
}
