package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/archive"
	"gumshoe/ingest/lazyregexp"
	"gumshoe/ingest/template"
	"gumshoe/ingest/window"
	"gumshoe/report"
)

// idInReport finds the ids of the cases of a kept report without reading it whole.
var idInReport = lazyregexp.New(`"ID":"([^"\\]+)"`)

// telling finds the cases that are wanted or that concern the subject, each in the
// last report that told it, worst first. Reports that cannot hold one are not decoded.
func (k keptRuns) telling(q *question, wanted map[string]bool) (out []report.Report, err error) {
	names, err := k.names()
	known := map[string]bool{}
	for _, run := range slices.Backward(names) {
		text, readErr := os.ReadFile(k.path(run))
		if readErr != nil {
			err = errors.Join(err, readErr)
			continue
		}
		fresh := false
		for _, m := range idInReport().FindAllSubmatch(text, -1) {
			id := string(m[1])
			fresh = fresh || !known[id] && (wanted[id] || q.text == id)
		}
		mentioned := q.about != report.AboutNetwork && q.about != report.AboutCase && bytes.Contains(bytes.ToLower(text), []byte(strings.ToLower(q.text)))
		if !fresh && !mentioned {
			continue
		}
		r, decodeErr := k.get(run)
		if decodeErr != nil {
			continue // a damaged report tells nothing; the casebook knows the case
		}
		r.Cases = append(r.Cases, r.Known...)
		for i := range r.Cases {
			c := &r.Cases[i]
			q.settle(c.ID, c.Sources)
			if !known[c.ID] && (wanted[c.ID] || q.concerns(c)) {
				out = append(out, only(r, i))
			}
			known[c.ID] = true
		}
	}
	slices.SortStableFunc(out, func(a, b report.Report) int { return cmp.Compare(b.Cases[0].Level, a.Cases[0].Level) })
	return out, err
}

// read quotes the configured logs: of the day in which the subject was last seen,
// and what came since, if that is not long ago. Logs that are gone or take too long
// are no failure: the archive has spoken.
func (n *inquiry) read(ctx context.Context, d *report.Dossier) error {
	var last time.Time
	for _, s := range d.Stretches {
		if s.Last.After(last) {
			last = s.Last
		}
	}
	j := *n.job
	j.Span = span{Since: last.Add(-rawBefore)}
	switch {
	case last.IsZero():
		j.Span.Since = cmp.Or(n.past.last.Until, n.job.Started).Add(-rawBefore)
	case n.job.Started.Sub(last) > rawRecent:
		j.Span.Until = last.Add(time.Hour)
	}
	patient, done := context.WithTimeout(ctx, rawPatience)
	defer done()
	all := n.question
	all.lines = mostArchived // the archive may have the same ones
	quiet := *n.app
	quiet.quiet = true
	l := &logs{}
	l, err := quiet.openLogs(patient, &j, n.past)
	if err == nil {
		defer l.close()
		err = quiet.quote(patient, &j, l, &all, milli(j.Span.Since), milli(j.Span.Until), d)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case patient.Err() != nil:
		d.Notes = append(d.Notes, "The logs were not read to their end: that takes longer than "+rawPatience.String()+".")
	case err != nil:
		n.app.detail("the logs are not quoted: %v", err)
	}
	return nil
}

// archivedLines are the lines of the subject that the archive has kept.
func archivedLines(s *sightings) (out []analyze.Line) {
	s.eachTouch(func(_ *window.Row, t *window.Touch) {
		if text, ok := s.in.Set.Text(t.Origin()); ok && text != "" && len(out) < mostArchived {
			out = append(out, analyze.Line{Time: milliTime(t.Milli), Source: "archive", Text: text})
		}
	})
	return out
}

// mixLines adds archived lines to those that the logs still have, and chooses n.
func mixLines(d *report.Dossier, archived []analyze.Line, n int) {
	have := map[string]bool{}
	for _, l := range d.Lines {
		have[template.Scrub(l.Text)] = true
	}
	for _, l := range archived {
		if !have[l.Text] {
			d.Lines = append(d.Lines, l)
			d.AllLines++
		}
	}
	d.AllLines = max(d.AllLines, len(d.Lines))
	slices.SortStableFunc(d.Lines, func(a, b analyze.Line) int { return a.Time.Compare(b.Time) })
	if len(d.Lines) <= n {
		return
	}
	all := make([]sought, len(d.Lines))
	for i := range all {
		all[i] = sought{at: ingest.Origin{Offset: int64(i)}, telling: true}
	}
	var chosen []analyze.Line
	for _, s := range choose(all, n) {
		chosen = append(chosen, d.Lines[s.at.Offset])
	}
	d.Lines = chosen
}

func milliTime(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// eachTouch visits what was remembered singly of the subject.
func (s *sightings) eachTouch(visit func(*window.Row, *window.Touch)) {
	accounts := s.accounts()
	units := s.in.Set.Units()
	for i := range units {
		u := &units[i]
		mine := s.about != report.AboutAccount && s.has(u.Prefix())
		for k := range u.Rows {
			touches := u.Touches(&u.Rows[k])
			for n := range touches {
				if mine || accounts[touches[n].Name] {
					visit(&u.Rows[k], &touches[n])
				}
			}
		}
	}
}

// entry is a login of the subject where a case says that somebody got in.
type entry struct {
	at      time.Time
	account uint64
}

// entries are the first logins of the subject to each account.
func (s *sightings) entries() (out []entry) {
	s.eachTouch(func(_ *window.Row, t *window.Touch) {
		if t.Kind == ingest.KindAuthSuccess && len(s.cases) > 0 && !slices.ContainsFunc(out, func(e entry) bool { return e.account == t.Name }) {
			out = append(out, entry{milliTime(t.Milli), t.Name})
		}
	})
	return out
}

// did notes what an account did on the machine itself.
func (s *sightings) did(t *archive.Touch, account string) {
	s.acts = append(s.acts, report.Stretch{Service: t.Service, First: t.Time.Time(), Last: t.Time.Time(),
		Acts: []report.Act{{At: t.Time.Time(), Account: account, Service: t.Service, Text: t.Text}}})
}

// used lists the ids of names that the subject had to do with, and from when to when.
func (s *sightings) used() (ids []uint64, first, last time.Time) {
	accounts := s.accounts()
	units := s.in.Set.Units()
	for i := range units {
		u := &units[i]
		if s.about != report.AboutAccount && !s.has(u.Prefix()) {
			continue
		}
		for k := range u.Rows {
			r := &u.Rows[k]
			from, to := time.Unix(int64(r.First()), 0), time.Unix(int64(r.Last()), 0)
			if first.IsZero() || from.Before(first) {
				first = from
			}
			if to.After(last) {
				last = to
			}
			if s.about == report.AboutAccount {
				continue
			}
			good, _ := u.GoodNames(r)
			bad, _ := u.BadNames(r)
			agents, _ := u.Agents(r)
			ids = append(ids, slices.Concat(good, bad, agents)...)
			for _, t := range u.Touches(r) {
				ids = append(ids, t.Name)
			}
		}
	}
	for id := range accounts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id uint64) bool { return id == 0 }), first, last
}
