package detect

import (
	"fmt"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Scraper finds who copies the site under a browser's name: one document after the
// other, hour after hour, as evenly as no reader turns pages, and never a picture or
// a style sheet. Each minute is below any limit of a rate; what a person does in
// between is missing, and what was read is hardly ever read again. The documents may
// be pages, or one page with numbers; the walk may be in order or not, by one
// address, a network or all that share an agent which nobody else has.
//
// It is a nuisance of level low. Where visitors load no assets either, because
// another host serves them, nothing can be told.
type Scraper struct{}

// Name implements analyze.Detector.
func (Scraper) Name() string { return "scraper" }

const fewVisitors = 10 // who tell whether visitors load assets here at all

// Detect implements analyze.Detector. Who is one of many is not told of again.
func (d Scraper) Detect(in *analyze.Input) (found []*analyze.Finding) {
	if !analyze.Fact(in, "visitors load assets", visitorsLoadAssets) {
		return nil
	}
	bare := barely(in)
	readers := pools(in, bare)
	for i := range bare {
		if bare[i].busy {
			readers = append(readers, []uint32{bare[i].unit})
		}
	}
	told := map[uint32]bool{}
	for _, w := range analyze.Gather(len(readers), func(i int, out []walker) []walker {
		r := readerOf(in, readers[i])
		p := paceOf(r.summed())
		if !p.walk() || !p.machine() || !in.Contains(p.hours[len(p.hours)-1].hour) {
			return out
		}
		return append(out, walker{r, p})
	}) {
		if slices.ContainsFunc(w.reader, func(h readHour) bool { return told[h.unit] }) || onTheirOwn(in, w.reader, &w.pace) {
			continue
		}
		for _, unit := range w.units() {
			told[unit] = true
		}
		found = append(found, new(d.finding(in, w.reader, &w.pace)))
	}
	return found
}

// walker is a reader who walks through the site at the pace of a machine.
type walker struct {
	reader
	pace pace
}

// visitorsLoadAssets reports whether most who read pages with a browser also load
// what belongs to them.
func visitorsLoadAssets(in *analyze.Input) bool {
	with, without := 0, 0
	for _, loads := range analyze.EachUnit(in, analyze.Visitor, func(_ int, u *window.Unit, out []bool) []bool {
		pages, assets := 0, false
		for i := range u.Rows {
			if r := &u.Rows[i]; r.Clients == 1<<ingest.ClientBrowser {
				pages += int(r.Good)
				assets = assets || r.Flags&window.Assets != 0
			}
		}
		if pages < 3 {
			return out
		}
		return append(out, assets)
	}) {
		if loads {
			with++
		} else {
			without++
		}
	}
	return with+without >= fewVisitors && with >= without
}

const (
	fewTemplates  = 3 // of what an open page asks for
	fewUsers      = 3 // others, who tell how often pages ask for something by themselves
	callsOfOthers = 8 // times an hour that others ask
)

// onTheirOwn reports whether pages that are left open ask for the same by
// themselves: of other visitors each asks many times an hour.
func onTheirOwn(in *analyze.Input, r reader, p *pace) bool {
	names := map[uint64]bool{}
	for _, unit := range r.units() {
		u := &in.Set.Units()[unit]
		for i := range u.Rows {
			ids, few := u.GoodNames(&u.Rows[i])
			if !few {
				return false
			}
			for _, id := range ids {
				names[id] = true
			}
		}
		if len(names) > fewTemplates {
			return false
		}
	}
	for id := range names {
		t := in.Thing(id)
		if t == nil {
			return false
		}
		calls, users := -p.pages, -len(r)
		for i := range t.Hours {
			calls += int(t.Hours[i].Events)
			users += t.GoodCount(&t.Hours[i])
		}
		if users < fewUsers || calls < callsOfOthers*users {
			return false
		}
	}
	return true
}

func (d Scraper) finding(in *analyze.Input, r reader, p *pace) analyze.Finding {
	var f analyze.Finding
	all := in.Set.Units()
	first := p.hours[0].hour
	for i, unit := range r.units() {
		u := &all[unit]
		var rows []*window.Row
		for k := range u.Rows {
			if row := &u.Rows[k]; in.Set.Service(row.Service) == ingest.ServiceWeb && row.Hour >= first {
				rows = append(rows, row)
			}
		}
		g := agentFinding(u, rows, d.Name(), named(in, u, rows[:min(1, len(rows))], ingest.ClientBrowser))
		if i == 0 {
			f = g
			continue
		}
		f.Sources = append(f.Sources, g.Sources...)
		f.Events += g.Events
		f.Times, f.Marks = append(f.Times, g.Times...), append(f.Marks, g.Marks...)
		if len(rows) > 0 && g.First.Before(f.First) {
			f.First = g.First
		}
		if g.Last.After(f.Last) {
			f.Last = g.Last
		}
	}
	slices.SortFunc(f.Times, time.Time.Compare)
	slices.SortStableFunc(f.Marks, func(a, b analyze.Mark) int { return a.Time.Compare(b.Time) })
	f.Marks = analyze.Spread(f.Marks, 5)
	f.Impact = analyze.Nuisance
	low := analyze.Low
	f.Floor = &low
	lasted, pages := span(f.Last.Sub(f.First)), count(p.pages, "page")
	f.Evidence = []analyze.Evidence{{Family: analyze.Agent, LogOdds: 5, Trials: len(p.hours),
		Fact: fmt.Sprintf("%s in %s by a browser's name, about %.0f of them different, at an even pace and with next to no picture or style sheet", pages, lasted, p.documents)}}
	who := bare(f.Sources[0])
	if len(f.Sources) > 1 {
		who = fmt.Sprintf("%d addresses", len(f.Sources))
		explain(in, &f)
	}
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("Somebody copies the site: %s in %s", pages, lasted),
		Body: []string{fmt.Sprintf("%s fetched %s in %s under the name of a browser, about %d an hour, and next to nothing that belongs to a page: pictures, scripts, style sheets. About %.0f of them were different documents.",
			upper(who), pages, lasted, p.pages/len(p.hours), p.documents)},
		Why: []string{"It never rests for an hour, each hour is like the others, and hardly anything was read twice. Most visitors here load what belongs to a page."},
		Not: []string{"A machine that reads, not an attack: it asked for nothing that it should not have."},
		Do:  []string{"If the load or the copying matters, limit its rate; if it is somebody you know, ask for an honest agent."},
	}
	return f
}
