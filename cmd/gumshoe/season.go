package main

import (
	"maps"
	"path/filepath"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/detect"
	"gumshoe/report"
)

// seasonsOf are the seasons on which the unusual hours among cases are drawn.
func seasonsOf(in *analyze.Input, cases []analyze.Case) (out []report.Season) {
	for i := range cases {
		c := &cases[i]
		if len(c.Sources) > 0 || len(c.Services) == 0 || slices.ContainsFunc(out, func(s report.Season) bool { return s.Service == c.Services[0] }) {
			continue
		}
		s := report.Season{Service: c.Services[0]}
		for _, h := range detect.Bands(in, s.Service) {
			s.Hours = append(s.Hours, report.SeasonHour(h))
		}
		if len(s.Hours) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// gaps are the whole hours of the window that a log known before should cover, and
// that no run has read. Of files nothing is known.
func (l *logs) gaps(from, to time.Time) (out []report.Gap) {
	if l.coverage == nil {
		return nil
	}
	first, end := hourNumber(wholeHour(from)), hourNumber(to)
	for _, log := range slices.Sorted(maps.Keys(l.coverage.logs)) {
		of := l.coverage.logs[log]
		if of.first >= first || of.last < first { // it is new, or was given up before
			continue
		}
		for h := first; h < min(end, of.last); h++ {
			if _, read := of.lines[h]; read {
				continue
			}
			if last := len(out) - 1; last >= 0 && out[last].Source == filepath.Base(log) && out[last].To.Equal(hourAt(h)) {
				out[last].To = hourAt(h + 1)
			} else {
				out = append(out, report.Gap{Source: filepath.Base(log), From: hourAt(h), To: hourAt(h + 1)})
			}
		}
	}
	return out
}
