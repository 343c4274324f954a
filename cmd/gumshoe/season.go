package main

import (
	"maps"
	"path/filepath"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/detect"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
	"gumshoe/report"
)

// seasonsOf are the seasons on which the unusual hours among cases are drawn, one for
// each case: of what it counts, up to its own end.
func seasonsOf(in *analyze.Input, cases []analyze.Case) (out []report.Season) {
	for i := range cases {
		if service, metric, ok := unusual(&cases[i]); ok {
			s := seasonOf(in, service, metric, cases[i].Last)
			if s.Case = cases[i].ID; len(s.Hours) > 0 {
				out = append(out, s)
			}
		}
	}
	return out
}

// unusual is what an unusual hour counts too much of.
func unusual(c *analyze.Case) (service string, metric analyze.Metric, ok bool) {
	for _, f := range c.Findings {
		if f.Detector != (detect.Season{}).Name() {
			continue
		}
		for _, m := range analyze.MetricsOf(f.Service) {
			if f.Key == f.Service+" "+string(m) {
				return f.Service, m, true
			}
		}
	}
	return "", "", false
}

// seasonOf is the week of a service up to a moment beside what is usual.
func seasonOf(in *analyze.Input, service string, m analyze.Metric, until time.Time) report.Season {
	s := report.Season{Service: service, What: string(m) + "s"}
	for _, h := range detect.Bands(in, service, m, until) {
		s.Hours = append(s.Hours, report.SeasonHour(h))
	}
	return s
}

// quietSeason is the week of a heartbeat: of the web server's requests, or of a machine
// without one the first service whose season is known.
func quietSeason(in *analyze.Input) []report.Season {
	services := []string{ingest.ServiceWeb}
	for _, t := range in.Set.Things(window.ServiceObject) {
		services = append(services, t.Name.Text)
	}
	for _, service := range services {
		if s := seasonOf(in, service, analyze.MetricsOf(service)[0], in.To); len(s.Hours) > 0 {
			return []report.Season{s}
		}
	}
	return nil
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
