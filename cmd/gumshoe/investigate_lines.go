package main

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/proxy"
	"gumshoe/ingest/source"
	"gumshoe/report"
)

// sought is a line of the subject: when it was written and where it stands.
type sought struct {
	milli   int64
	at      ingest.Origin
	telling bool // more than an ordinary visit
}

func compareSought(a, b sought) int {
	return cmp.Or(cmp.Compare(a.milli, b.milli), cmp.Compare(a.at.Source, b.at.Source), cmp.Compare(a.at.Offset, b.at.Offset))
}

// edgeLines is how many of the first and of the last lines are remembered. Which
// these are does not depend on who reads which part of a log.
const edgeLines = 2048

// lineSink collects the lines of the subject that one worker meets.
type lineSink struct {
	question *question
	n        int
	kept     []sought
}

// Begin implements ingest.Sink.
func (*lineSink) Begin(uint32) {}

// Add implements ingest.Sink.
func (s *lineSink) Add(ev *ingest.Event, at ingest.Origin) {
	if !s.question.wrote(ev) {
		return
	}
	s.n++
	telling := ev.Kind.Hostile() || ev.Kind == ingest.KindAuthSuccess || ev.Status >= 400
	s.kept = append(s.kept, sought{ev.Time, at, telling})
	if len(s.kept) >= 4*edgeLines {
		s.kept = edges(s.kept)
	}
}

// edges keeps the first and the last lines.
func edges(all []sought) []sought {
	slices.SortFunc(all, compareSought)
	if len(all) <= 2*edgeLines {
		return all
	}
	return append(all[:edgeLines], all[len(all)-edgeLines:]...)
}

// wrote reports whether an event is the subject's.
func (q *question) wrote(ev *ingest.Event) bool {
	switch {
	case ev.Service == ingest.ServiceFail2ban:
		return false
	case q.about == report.AboutAccount:
		return strings.EqualFold(string(ev.User), q.text)
	case !ev.Src.IsValid():
		return false
	case q.single.IsValid():
		return ev.Src == q.single
	}
	return slices.ContainsFunc(q.sources, func(p netip.Prefix) bool { return p.Contains(ev.Src) })
}

// quoteSoFar reads the lines of the subject from old logs until somebody has enough,
// and shows those that were met. Who had enough before does not wait for all of them.
func (a *app) quoteSoFar(ctx context.Context, j *job, l *logs, q *question, d *report.Dossier) error {
	reading, finish := a.reading.begin(ctx)
	if l.partial {
		patient, done := context.WithTimeout(reading, rawPatience)
		defer done()
		reading = patient
	}
	err := a.quote(reading, j, l, q, 0, 0, d)
	if finish() {
		return l.cutShort(a)
	}
	if l.partial && ctx.Err() == nil {
		return nil
	}
	return err
}

// quote reads the lines of the subject from logs, and shows some of them beside
// those that its cases were told with. A reading that was ended shows what it met.
func (a *app) quote(ctx context.Context, j *job, l *logs, q *question, from, until int64, d *report.Dossier) error {
	proxies := proxy.New(j.Settings.trusted())
	var sinks []*lineSink
	show, done := a.progress(-1)
	scan := ingest.Options{Workers: j.Workers, Now: j.Started, Progress: show, From: from, Until: until,
		NewEnricher: func() ingest.Enricher { return proxies.NewEnricher() },
		NewSink: func() ingest.Sink {
			sinks = append(sinks, &lineSink{question: q})
			return sinks[len(sinks)-1]
		}}
	_, err := ingest.Scan(ctx, l.sources, scan)
	done()
	if err != nil && ctx.Err() == nil {
		return err
	}
	var all []sought
	for _, s := range sinks {
		all = append(all, s.kept...)
		d.AllLines += s.n
	}
	chosen := choose(edges(all), q.lines)
	origins := make([]ingest.Origin, len(chosen))
	for i, c := range chosen {
		origins[i] = c.at
	}
	text := source.Lines(l.sources, origins)
	for _, c := range chosen {
		if line, ok := text[c.at]; ok {
			d.Lines = append(d.Lines, analyze.Line{Time: milliTime(c.milli), Source: l.sources[c.at.Source].Name(), Offset: c.at.Offset, Text: line})
		}
	}
	return err
}

// choose takes at most n lines, the first and the last among them, the others
// evenly between: of those that tell something, if there are enough.
func choose(all []sought, n int) []sought {
	telling := slices.DeleteFunc(slices.Clone(all), func(s sought) bool { return !s.telling })
	if len(telling) >= n {
		all = telling
	}
	if len(all) <= n {
		return all
	}
	if n < 2 {
		return all[:n]
	}
	out := make([]sought, 0, n)
	for i := range n {
		out = append(out, all[i*(len(all)-1)/(n-1)])
	}
	return out
}
