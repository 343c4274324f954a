package detect

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Scraper finds who copies the site under a browser's name: page after page, hour
// after hour, as evenly as no reader turns them, and never a picture or a style
// sheet. Each minute is below any limit of a rate; what a person does in between
// is missing.
//
// It is a nuisance of level low. Where visitors load no assets either, because
// another host serves them, nothing can be told.
type Scraper struct{}

// Name implements analyze.Detector.
func (Scraper) Name() string { return "scraper" }

const (
	scraperHours   = 4  // whole hours in which it never rests, beside the first and the last
	scraperEvents  = 15 // pages in each of them
	scraperMinutes = 12 // minutes in each of them with a page
	scraperEven    = 3  // most events of an hour, in multiples of the fewest
	scraperPages   = 20 // distinct pages
	scraperLately  = 24 // hours before the last that are looked at

	fewVisitors = 10 // who tell whether visitors load assets here at all
)

// Detect implements analyze.Detector.
func (d Scraper) Detect(in *analyze.Input) []analyze.Finding {
	if !analyze.Fact(in, "visitors load assets", visitorsLoadAssets) {
		return nil
	}
	return analyze.EachUnit(in, analyze.Current|analyze.Visitor, func(i int, u *window.Unit, out []analyze.Finding) []analyze.Finding {
		if st := in.Standing(i); st.Success || st.LoginDays > 0 {
			return out
		}
		rows, pages := turning(in, u)
		if len(rows) == 0 {
			return out
		}
		return append(out, d.finding(in, u, rows, pages))
	})
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

// turning returns the hours in which a source turned pages without a rest, and the
// distinct pages; none if it is a visitor, or quiet.
func turning(in *analyze.Input, u *window.Unit) (rows []*window.Row, pages int) {
	last := uint32(0)
	for i := range u.Rows {
		if r := &u.Rows[i]; in.Contains(r.Hour) {
			last = max(last, r.Hour)
		}
	}
	distinct := map[uint64]bool{}
	numbered := false
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb || r.Hour > last || r.Hour+scraperLately < last {
			continue
		}
		if r.Clients != 1<<ingest.ClientBrowser || r.Flags&(window.Assets|window.Authenticated|window.Wrote) != 0 || 2*r.Good < r.Events {
			return nil, 0
		}
		names, few := u.GoodNames(r)
		if !few {
			pages = scraperPages
		}
		for _, id := range names {
			distinct[id] = true
			numbered = numbered || isNumberedPage(in.Set.Name(id).Text)
		}
		rows = append(rows, r)
	}
	pages = max(pages, len(distinct))
	if !steady(rows) || pages < scraperPages && !numbered {
		return nil, 0
	}
	return rows, pages
}

// isNumberedPage reports a template that stands for many documents. Scripts of a
// page ask for the same numbers again and again, but not for documents.
func isNumberedPage(template string) bool {
	name := template[strings.LastIndexByte(template, '/')+1:]
	return strings.ContainsAny(name, "NH") && (strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".htm"))
}

// steady reports whether there were enough hours in a row between the first and
// the last of rows, which are in order, all alike.
func steady(rows []*window.Row) bool {
	if len(rows) < scraperHours+2 {
		return false
	}
	whole := rows[1 : len(rows)-1]
	if whole[len(whole)-1].Hour-whole[0].Hour != uint32(len(whole)-1) {
		return false
	}
	byEvents := func(a, b *window.Row) int { return int(a.Events) - int(b.Events) }
	least, most := slices.MinFunc(whole, byEvents).Events, slices.MaxFunc(whole, byEvents).Events
	return least >= scraperEvents && most <= scraperEven*least && !slices.ContainsFunc(whole, func(r *window.Row) bool {
		return bits.OnesCount64(r.Minutes) < scraperMinutes
	})
}

func (d Scraper) finding(in *analyze.Input, u *window.Unit, rows []*window.Row, pages int) analyze.Finding {
	f := agentFinding(u, rows, d.Name(), named(in, u, rows[:1], ingest.ClientBrowser))
	f.Impact = analyze.Nuisance
	low := analyze.Low
	f.Floor = &low
	lasted := f.Last.Sub(f.First)
	f.Evidence = []analyze.Evidence{{Family: analyze.Agent, LogOdds: 5, Trials: len(rows),
		Fact: fmt.Sprintf("%s in %s by a browser's name, at an even pace and without a single picture or style sheet", count(f.Events, "page"), span(lasted))}}
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("Somebody copies the site: %s in %s", count(f.Events, "page"), span(lasted)),
		Body: []string{fmt.Sprintf("%s fetched %s in %s under the name of a browser, about %d an hour, and nothing that belongs to a page: no picture, script or style sheet. It asked for %d kinds of page.",
			bare(u.Prefix), count(f.Events, "page"), span(lasted), int(f.Events)/len(rows), pages)},
		Why: []string{"It never rests for an hour, and each hour is like the others. Most visitors here load what belongs to a page."},
		Not: []string{"A machine that reads, not an attack: it asked for nothing that it should not have."},
		Do:  []string{"If the load or the copying matters, limit its rate; if it is somebody you know, ask for an honest agent."},
	}
	return f
}
