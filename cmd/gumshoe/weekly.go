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

// pulse tells a week in which nothing was worth a mail.
func pulse(before []report.Report, r report.Report) *report.Heartbeat {
	h := &report.Heartbeat{From: r.Now.Add(-week), To: r.Now, Runs: len(before) + 1, Due: len(before) + 1, Next: r.Now.Add(week)}
	for _, one := range append(before, r) {
		for _, s := range one.Sources {
			h.Lines += uint64(s.Lines)
		}
	}
	return h
}

// beyondFail2ban counts, once a week, whom gumshoe found and fail2ban never banned;
// nil in the other runs of the week, and where nothing is known of fail2ban.
func beyondFail2ban(s *sight, before []report.Report, r report.Report) *report.Beyond {
	if s.now.Weekday() != time.Monday || !s.in.Guarded || slices.ContainsFunc(before, func(r report.Report) bool { return r.Beyond != nil }) {
		return nil
	}
	b := &report.Beyond{From: s.now.Add(-week), To: s.now, Planned: !r.Plan.Armed}
	for _, u := range s.in.Set.Units() {
		if s.in.Banned(u.Prefix) > 0 {
			b.Fail2ban++
		}
	}
	kinds, seen := map[string]int{}, map[netip.Prefix]bool{}
	for _, one := range append(before, r) {
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
