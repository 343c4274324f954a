package main

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/report"
)

const week = 7 * 24 * time.Hour

// pulse tells the days in which nothing was worth a mail: the last week, or what there
// is of it where gumshoe is new.
func pulse(before []report.Report, r report.Report) *report.Heartbeat {
	all := append(slices.Clone(before), r)
	h := &report.Heartbeat{From: later(all[0].From, r.Now.Add(-week)), To: r.Now, Runs: len(all), Due: runsDue(all), Next: r.Now.Add(week)}
	for _, one := range all {
		for _, s := range one.Sources {
			h.Lines += uint64(s.Lines)
		}
	}
	return h
}

// fewestRuns is how many runs tell how often there should be one.
const fewestRuns = 5

// runsDue is how many runs there should have been since the first of these, oldest
// first: as many as fit between it and the last one at the distance that is usual
// between two. Runs that a person started make it no smaller than what was. 0: these
// are too few to know.
func runsDue(all []report.Report) int {
	if len(all) < fewestRuns {
		return 0
	}
	steps := make([]time.Duration, len(all)-1)
	for i := range steps {
		steps[i] = all[i+1].Now.Sub(all[i].Now)
	}
	slices.Sort(steps)
	usual := steps[len(steps)/2]
	if usual < time.Minute {
		return 0
	}
	return max(len(all), int(all[len(all)-1].Now.Sub(all[0].Now).Round(usual)/usual)+1)
}

// beyondTime is how far apart two counts beside fail2ban are at least: less than a
// week, so that a weekly mail that comes a little early has one, too.
const beyondTime = week - 12*time.Hour

// beyondFail2ban counts, once a week, whom gumshoe found and fail2ban never banned;
// nil in the other runs of the week, before there is a week to count, and where nothing
// is known of fail2ban.
func beyondFail2ban(s *sight, before []report.Report, r report.Report) *report.Beyond {
	if !s.in.Guarded || len(before) == 0 || s.now.Sub(before[0].From) < beyondTime ||
		slices.ContainsFunc(before, func(r report.Report) bool { return r.Beyond != nil && s.now.Sub(r.Now) < beyondTime }) {
		return nil
	}
	b := &report.Beyond{From: s.now.Add(-week), To: s.now, Planned: !r.Plan.Armed}
	for _, u := range s.in.Set.Units() {
		if s.in.Banned(u.Prefix()) > 0 {
			b.Fail2ban++
		}
	}
	kinds, seen := map[string]int{}, map[netip.Prefix]bool{}
	for _, one := range append(slices.Clone(before), r) {
		for i := range one.Cases {
			c := &one.Cases[i]
			if c.Level < analyze.High {
				continue
			}
			for _, p := range c.Sources {
				if !seen[p] && s.in.Banned(p) == 0 {
					seen[p] = true
					kinds[strings.ReplaceAll(c.Kind, "_", " ")]++
				}
			}
		}
	}
	b.Gumshoe = len(seen)
	for what, n := range kinds {
		b.Kinds = append(b.Kinds, report.Tally{N: n, What: what})
	}
	slices.SortFunc(b.Kinds, func(x, y report.Tally) int {
		if x.N != y.N {
			return y.N - x.N
		}
		return strings.Compare(x.What, y.What)
	})
	return b
}
