package detect

import (
	"fmt"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest/window"
)

// Impostor finds who calls itself the crawler of a search engine and is not. Sites
// let those pass where they stop others, so that scrapers and scanners borrow the
// name. Owners document the domain in which the addresses of their crawlers have a
// name, and the name must have the address; Input.Crawlers holds the answers. Only
// a clear one accuses: DNS that is down, slow or lying by omission is Unknown.
//
// No crawler was ever seen without its name, but testers and tools for search
// engine optimization borrow the name too: +5, as one family, and level low alone.
type Impostor struct{}

// Name implements analyze.Detector.
func (Impostor) Name() string { return "impostor_crawler" }

const (
	impostorOdds = 5

	// An address that people come through as well, with their browsers and with
	// pictures, is a proxy that is not known as one: then the crawler may be real
	// and only be behind it. From how many agents in an hour on:
	manyAgents = 8
)

// Detect implements analyze.Detector.
func (d Impostor) Detect(in *analyze.Input) []*analyze.Finding {
	if len(in.Crawlers) == 0 {
		return nil
	}
	return analyze.EachUnit(in, analyze.Current|analyze.Visitor, func(i int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		c, asked := in.Crawlers[u.Prefix()]
		if !asked || c.Truth != analyze.Refuted {
			return out
		}
		rows := slices.DeleteFunc(webRows(in, u, nil), func(r *window.Row) bool { return r.Flags&window.Claimed == 0 })
		if len(rows) == 0 || crowded(u, rows, in.Standing(i)) {
			return out
		}
		return append(out, new(d.finding(u, rows, c)))
	})
}

// crowded reports whether many people seem to be behind an address.
func crowded(u *window.Unit, rows []*window.Row, st *analyze.Standing) bool {
	return st.Success && slices.ContainsFunc(rows, func(r *window.Row) bool {
		return r.Flags&window.Assets != 0 && u.AgentCount(r) >= manyAgents
	})
}

func (d Impostor) finding(u *window.Unit, rows []*window.Row, c analyze.Crawler) analyze.Finding {
	f := agentFinding(u, rows, d.Name(), []string{c.Agent})
	f.Techniques = []string{"T1036"} // masquerading
	f.Impact = analyze.Generic
	low := analyze.Low
	f.Floor = &low
	f.Evidence = []analyze.Evidence{{Family: analyze.Agent, LogOdds: impostorOdds, Trials: 1, Fact: "calls itself a crawler of " + c.Owner + "; " + denial(c)}}
	f.Story = analyze.Story{
		Headline: "Not the crawler of " + c.Owner + " that it says it is",
		Body:     []string{fmt.Sprintf("%s sent %s and called itself a crawler of %s: %s.", bare(u.Prefix()), count(f.Events, "request"), c.Owner, c.Agent)},
		Why:      []string{fmt.Sprintf("Such a crawler has a name in %s that leads back to its address; %s.", and(c.Domains), denial(c))},
		Not:      []string{"A borrowed name is no attack: see what it asked for. Some who test a site borrow it too."},
		Do:       []string{"If it is neither you nor somebody you asked, it can be blocked without harm to the search engine."},
	}
	return f
}

// denial says what DNS answered instead.
func denial(c analyze.Crawler) string {
	switch {
	case c.Forged:
		return "this one gives itself the name " + c.Name + ", which leads elsewhere"
	case c.Name != "":
		return "the name of this one is " + c.Name
	}
	return "this one has no name"
}
