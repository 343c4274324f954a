package detect

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Agents finds what user agents give away: scripts in a hurry, attack tools by
// name, and agents that change with every request. It makes nuisances, seldom
// more: an agent is what the client chose to say.
type Agents struct{}

// Name implements analyze.Detector.
func (Agents) Name() string { return "user_agent" }

const (
	hurryEvents = 40 // requests within hurrySpan by one declared automation agent
	hurrySpan   = 5  // minutes

	rotationCap = 9.5 // rotation alone stays a nuisance of level low
)

// Detect implements analyze.Detector.
func (d Agents) Detect(in *analyze.Input) []*analyze.Finding {
	return analyze.EachUnit(in, analyze.Current|analyze.Visitor, func(i int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		if !strange(in, u) {
			return out
		}
		list := rowLists.Get().(*rowList)
		defer rowLists.Put(list)
		list.all = webRows(in, u, list.all[:0])
		rows := list.all
		if f, ok := d.tool(in, u, list); ok {
			out = append(out, new(f))
		}
		if f, ok := d.hurry(in, u, rows, in.Standing(i)); ok {
			out = append(out, new(f))
		}
		if f, ok := d.rotation(u, list); ok {
			out = append(out, new(f))
		}
		return out
	})
}

// strange reports whether an hour of a source has an agent to look at: of a
// program, or another one than the request before.
func strange(in *analyze.Input, u *window.Unit) bool {
	return anyRow(u, func(r *window.Row) bool {
		return (r.Has(ingest.ClientScanner) || r.Has(ingest.ClientLibrary) || r.Diff > 0) && in.Contains(r.Hour)
	})
}

// rowList is room for the rows of one source after the other.
type rowList struct{ all, some []*window.Row }

var rowLists = sync.Pool{New: func() any { return new(rowList) }}

// webRows appends the rows of the web that lie in the window.
func webRows(in *analyze.Input, u *window.Unit, out []*window.Row) []*window.Row {
	for i := range u.Rows {
		if r := &u.Rows[i]; in.Set.Service(r.Service) == ingest.ServiceWeb && in.Contains(r.Hour) {
			out = append(out, r)
		}
	}
	return out
}

// idLists is room for ids.
var idLists = sync.Pool{New: func() any { return new([]uint64) }}

// named returns the agents of a kind in the rows.
func named(in *analyze.Input, u *window.Unit, rows []*window.Row, kind ingest.ClientKind) (out []string) {
	list := idLists.Get().(*[]uint64)
	defer idLists.Put(list)
	all := (*list)[:0]
	for _, r := range rows {
		ids, _ := u.Agents(r)
		all = append(all, ids...)
	}
	*list = all
	slices.Sort(all)
	for _, id := range slices.Compact(all) { // hour by hour they are the same
		if n := in.Set.Name(id); n.Client == kind {
			out = append(out, n.Text)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tool finds vulnerability scanners that say so.
func (d Agents) tool(in *analyze.Input, u *window.Unit, list *rowList) (analyze.Finding, bool) {
	rows := list.some[:0]
	for _, r := range list.all {
		if r.Has(ingest.ClientScanner) {
			rows = append(rows, r)
		}
	}
	list.some = rows
	if len(rows) == 0 {
		return analyze.Finding{}, false
	}
	names := named(in, u, rows, ingest.ClientScanner)
	f := agentFinding(u, rows, "scanner_agent", names)
	f.Techniques = []string{"T1595.002"}
	f.Impact = analyze.Generic
	low := analyze.Low
	f.Floor = &low
	calls := some(names, 2)
	f.Evidence = []analyze.Evidence{{Family: analyze.Agent, LogOdds: 4, Trials: int(f.Events), Fact: "calls itself " + calls}}
	f.Tell = func(f *analyze.Finding) {
		if f.Silent {
			return
		}
		f.Story = analyze.Story{
			Headline: "A scanner that says so",
			Body:     []string{strings.TrimSuffix(f.Key, "/32") + " sent " + count(f.Events, "request") + " as " + calls + ", a tool that surveys or attacks servers."},
			Why:      []string{"No visitor uses such a tool; surveys of the whole internet do, and so do attackers."},
			Not:      []string{"A name alone is no attack: see what it asked for."},
			Do:       []string{doNothing},
		}
	}
	return f, true
}

// burstOf is an hour of a source, or the two hours that a burst straddles.
type burstOf struct {
	rows                           []*window.Row
	events, good, refused, minutes int
	authenticated                  bool
}

// bursts lists the hours of a source in which it hurried.
func bursts(u *window.Unit, rows []*window.Row) (out []burstOf) {
	for i, r := range rows {
		if !r.Has(ingest.ClientLibrary) {
			continue
		}
		if i+1 < len(rows) && rows[i+1].Hour == r.Hour+1 && rows[i+1].Last()-r.First() < hurrySpan*60 {
			if b := sumOf(u, rows[i:i+2]); b.hurried(u) {
				out = append(out, b)
			}
		}
		if b := sumOf(u, rows[i:i+1]); b.hurried(u) {
			out = append(out, b)
		}
	}
	return out
}

func (b *burstOf) hurried(u *window.Unit) bool {
	return b.events >= hurryEvents && b.events*hurrySpan >= hurryEvents*b.minutes && !slices.ContainsFunc(b.rows, func(r *window.Row) bool {
		return !r.Has(ingest.ClientLibrary) || r.Flags&window.Assets != 0 || u.AgentCount(r) > 2
	})
}

func sumOf(u *window.Unit, rows []*window.Row) burstOf {
	b := burstOf{rows: rows}
	for _, r := range rows {
		b.events += int(r.Events)
		b.good += int(r.Good)
		b.refused += troubles(u, r)
		b.minutes += bits.OnesCount64(r.Minutes)
		b.authenticated = b.authenticated || r.Flags&window.Authenticated != 0
	}
	return b
}

// knows reports a script that asks for what this site has, if not of every number: the
// tiles of a map, the stock of a catalogue. What it was refused has the names of what it
// was shown.
func (b *burstOf) knows(u *window.Unit) bool {
	named := false
	for _, r := range b.rows {
		shown, few := u.GoodNames(r)
		refused, fewRefused := u.BadNames(r)
		if !few || !fewRefused || slices.ContainsFunc(refused, func(id uint64) bool { return !slices.Contains(shown, id) }) {
			return false
		}
		named = named || len(refused) > 0
	}
	return named // a server that fails names nothing
}

// hurry finds at least forty requests in five minutes by one agent that
// declares itself a library, without the assets a browser would load.
func (d Agents) hurry(in *analyze.Input, u *window.Unit, rows []*window.Row, st *analyze.Standing) (analyze.Finding, bool) {
	for _, b := range bursts(u, rows) {
		names := named(in, u, b.rows, ingest.ClientLibrary)
		if len(names) == 0 {
			continue
		}
		f := agentFinding(u, b.rows, "automation", names[:1])
		f.Impact = analyze.Nuisance
		f.Evidence = []analyze.Evidence{{Family: analyze.Agent, LogOdds: 5, Trials: b.events,
			Fact: fmt.Sprintf("%s within %s by one script", count(b.events, "request"), count(b.minutes, "minute"))}}
		level := analyze.Low
		switch {
		case b.authenticated, st.LoginDays > 0, regular(u, b.rows[0]), b.refused*10 <= b.events && ofMany(in, u, &b):
			level = analyze.Info
		case b.refused*10 > b.events && !b.knows(u) && (2*b.refused > b.events || !ofMany(in, u, &b)):
			level = analyze.Medium
		}
		f.Floor = &level
		lasted := span(max(time.Minute, f.Last.Sub(f.First)))
		f.Story = analyze.Story{
			Headline: fmt.Sprintf("A script in a hurry: %s in %s", count(b.events, "request"), lasted),
			Body: []string{fmt.Sprintf("%s sent %s in %s with the agent %s: %d answered well, %d refused, no picture or style sheet loaded.",
				bare(u.Prefix()), count(b.events, "identical-looking request"), lasted, names[0], b.good, b.refused)},
			Why: []string{fmt.Sprintf("It names itself a program, and %.0f requests a minute without assets is a program's pace.", float64(b.events)/float64(b.minutes))},
			Not: []string{"A machine, not an attack so far: no hostile content, nothing broken into."},
			Do:  []string{"If it is a customer's client, leave it; else limit the rate of what it fetches."},
		}
		if level == analyze.Medium {
			f.Story.Not = []string{fmt.Sprintf("%d of %d requests were refused or failed: it does not know this site.", b.refused, b.events)}
		}
		return f, true
	}
	return analyze.Finding{}, false
}

// troubles counts what went wrong in a row.
func troubles(u *window.Unit, r *window.Row) int {
	t := u.Trouble(r)
	return int(t.Bad) + int(t.Errors) + int(t.Probes)
}

// regular reports a client that has done the same without errors on three
// earlier days, on three page templates at most.
func regular(u *window.Unit, now *window.Row) bool {
	days := map[uint32]bool{}
	for i := range u.Rows {
		r := &u.Rows[i]
		if r.Service == now.Service && r.Hour/24 < now.Hour/24 && troubles(u, r) == 0 && u.GoodCount(r) <= 3 {
			days[r.Hour/24] = true
		}
	}
	return len(days) >= 3
}

// rotation finds a source that changes its agent with nearly every request. Many
// people behind one address come in runs of one agent each; a script that picks
// a name per request does not.
func (d Agents) rotation(u *window.Unit, list *rowList) (analyze.Finding, bool) {
	var same, diff, agents int
	rows := list.some[:0]
	for _, r := range list.all {
		if r.Flags&window.Assets != 0 || r.Flags&window.Authenticated != 0 {
			continue
		}
		same += int(r.Same)
		diff += int(r.Diff)
		agents = max(agents, u.AgentCount(r))
		rows = append(rows, r)
	}
	list.some = rows
	n := same + diff
	if n < 10 || agents < 5 || same*5 >= n {
		return analyze.Finding{}, false
	}
	f := agentFinding(u, rows, "agent_rotation", nil)
	f.Impact = analyze.Nuisance
	// Ten changes are a hint, and only many make a case of their own.
	f.Evidence = []analyze.Evidence{{Family: analyze.Agent, LogOdds: min(rotationCap, 3+float64(diff)/6), Trials: n,
		Fact: fmt.Sprintf("the agent changed in %d of %d neighbouring requests", diff, n)}}
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("%d names for one visitor", agents),
		Body:     []string{fmt.Sprintf("%s gave a different user agent in %d of %d requests that followed each other within a minute, %d agents in all.", bare(u.Prefix()), diff, n, agents)},
		Why:      []string{"People behind one address come in runs of one agent each, and load pictures; a script that draws a name per request does neither."},
		Not:      []string{"Hiding is no break-in: see what it asked for."},
		Do:       []string{"Nothing to do unless it also fetches what it should not."},
	}
	return f, true
}

func agentFinding(u *window.Unit, rows []*window.Row, detector string, agents []string) analyze.Finding {
	f := analyze.Finding{Detector: detector, Key: u.Prefix().String(), Sources: []netip.Prefix{u.Prefix()}, Service: ingest.ServiceWeb}
	for _, a := range agents {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.AgentName, Value: a})
	}
	minutes := 0
	for _, r := range rows {
		minutes += bits.OnesCount64(r.Minutes)
	}
	f.Times, f.Marks = make([]time.Time, 0, minutes), make([]analyze.Mark, 0, len(rows))
	for _, r := range rows {
		f.Events += uint64(r.Events)
		if at := time.Unix(int64(r.First()), 0).UTC(); f.First.IsZero() || at.Before(f.First) {
			f.First = at
		}
		f.Last = later(f.Last, r.Last())
		f.Times = analyze.AppendMinutes(f.Times, r)
		f.Marks = append(f.Marks, analyze.Mark{Origin: r.FirstAt(), Time: time.Unix(int64(r.First()), 0).UTC()})
	}
	return f
}
