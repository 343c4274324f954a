package analyze

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// How an earlier deed of a source weighs: one that was accused before, or banned by
// another guard, is more likely to be hostile now; less so the longer ago, for
// addresses change hands.
const (
	offence       = 1.0 // log-odds each
	offenceCap    = 4.0
	ofNeighbour   = .5 // all that other addresses of the network did before
	offenceHalves = 60 * 24 * time.Hour
	sameHands     = 14 * 24 * time.Hour // from then on somebody else may have the address: half
)

// Guarded is what fail2ban did about the sources of a case.
type Guarded struct {
	Banned int // of the sources
	Bans   int // in all
}

// guarded asks what fail2ban did; nil where neither its log nor its database was
// among what was read: then nothing is known.
func (in *Input) guarded(c *Case) *Guarded {
	if len(c.Sources) == 0 || !in.Guarded && !in.Saw(ingest.ServiceFail2ban) {
		return nil
	}
	g := &Guarded{}
	for _, p := range c.Sources {
		if n := in.Banned(p); n > 0 {
			g.Banned++
			g.Bans += n
		}
	}
	return g
}

// remember adds to a case what its sources did before. What a detector gave a level
// of its own is not about how sure anybody is.
func (in *Input) remember(c *Case) {
	if allFloored(c.Findings) == len(c.Findings) {
		return
	}
	if e, ok := in.record(c); ok {
		c.Findings = append(c.Findings, &Finding{Detector: c.Kind, Key: c.key(), Sources: c.Sources, Impact: c.Impact, First: c.First, Last: c.Last, Evidence: []Evidence{e}})
	}
}

// record is the evidence of what the sources of a case did before it began: cases
// of level medium or worse that were over by then, and bans of another guard. What
// belongs to the case itself is counted in it already. Of a campaign the average
// counts: one old offender does not taint it.
func (in *Input) record(c *Case) (Evidence, bool) {
	past := Fact(in, "past cases", indexOffences)
	if len(past.of) == 0 && !past.banned {
		return Evidence{}, false
	}
	var sum float64
	cases, bans := 0, 0
	for _, p := range c.Sources {
		odds := 0.0
		for _, last := range past.of[p] {
			if w := in.stillWeighs(p, last, c.First); w > 0 {
				odds += offence * w
				cases++
			}
		}
		for _, at := range in.banned(p) {
			if w := in.stillWeighs(p, at, c.First); w > 0 {
				odds += offence * w
				bans++
			}
		}
		if odds == 0 {
			for _, last := range past.near[neighbourhood(p)] {
				odds = max(odds, ofNeighbour*in.stillWeighs(p, last, c.First))
			}
		}
		sum += min(odds, offenceCap)
	}
	if sum == 0 {
		return Evidence{}, false
	}
	fact := "others of its network were accused before"
	switch {
	case cases > 0 && bans > 0:
		fact = fmt.Sprintf("accused in %d earlier cases and banned by fail2ban %d times before", cases, bans)
	case cases > 0:
		fact = fmt.Sprintf("accused in %d earlier cases", cases)
	case bans > 0:
		fact = fmt.Sprintf("banned by fail2ban %d times before", bans)
	}
	return Evidence{Family: History, LogOdds: sum / float64(len(c.Sources)), Trials: cases + bans, Fact: fact}, true
}

// stillWeighs is what is left of a deed when a case begins; nothing if the case may
// have begun before it ended, or if the address has been somebody honest's since.
func (in *Input) stillWeighs(p netip.Prefix, last, begins time.Time) float64 {
	ago := begins.Sub(last)
	if ago <= 0 {
		return 0
	}
	if st := in.StandingOf(p); st != nil && st.Success && in.goodSince(p, last) {
		return 0
	}
	w := math.Exp2(-float64(ago) / float64(offenceHalves))
	if ago > sameHands {
		w /= 2
	}
	return w
}

// goodSince reports whether a source was answered well, or logged in, after a moment.
func (in *Input) goodSince(p netip.Prefix, t time.Time) bool {
	i, ok := in.search(p.Addr())
	return ok && slices.ContainsFunc(in.Set.Units()[i].Rows, func(r window.Row) bool { return r.Good > 0 && int64(r.Last()) > t.Unix() })
}

// offences is when earlier cases ended, by source and by network, and whether another
// guard banned anybody.
type offences struct {
	of, near map[netip.Prefix][]time.Time
	banned   bool
}

func indexOffences(in *Input) offences {
	x := offences{of: map[netip.Prefix][]time.Time{}, near: map[netip.Prefix][]time.Time{}, banned: in.Guarded || in.Saw(ingest.ServiceFail2ban)}
	for i := range in.Past {
		p := &in.Past[i]
		if p.Level < Medium {
			continue
		}
		for _, s := range p.Sources {
			x.of[s] = append(x.of[s], p.Last)
			n := neighbourhood(s)
			if had := x.near[n]; len(had) == 0 || had[len(had)-1] != p.Last {
				x.near[n] = append(had, p.Last)
			}
		}
	}
	return x
}

// neighbourhood is the /24 or /56 of a source.
func neighbourhood(p netip.Prefix) netip.Prefix {
	bits := 24
	if p.Addr().Is6() {
		bits = 56
	}
	n, _ := p.Addr().Prefix(min(bits, p.Bits()))
	return n
}
