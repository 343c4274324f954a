package main

import (
	"net/netip"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// What makes a day of visits, and one of several people. Pages without pictures are
// a program's, and one page again and again is no visit.
const (
	visitPages  = 3
	visitPeople = 3 // agents
)

// visitsIn answers from the rows of a run, the archive's among them, how sources
// looked at pages.
func visitsIn(in *analyze.Input) func(netip.Prefix, time.Time) ban.Visits {
	return func(p netip.Prefix, before time.Time) (most ban.Visits) {
		units, first := in.Within(p)
		for i := range units {
			if !in.Standing(first + i).Is(analyze.Loads) {
				continue // a visit has pictures
			}
			v := visitsOf(in, &units[i], before)
			most.Days, most.Shared = max(most.Days, v.Days), max(most.Shared, v.Shared)
		}
		return most
	}
}

// visitDay is what a source did on the web on one day.
type visitDay struct {
	pages, agents map[uint64]bool
	events, bad   uint32
	hostile       bool
	pictures      bool   // loaded by what claims to be a browser
	same, diff    uint32 // neighbouring requests with the same agent, and with another
}

// visitsOf counts the days of one source that ended before a moment.
func visitsOf(in *analyze.Input, u *window.Unit, before time.Time) (v ban.Visits) {
	days := map[uint32]*visitDay{}
	for i := range u.Rows {
		r := &u.Rows[i]
		day := r.Hour / 24
		if in.Set.Service(r.Service) != ingest.ServiceWeb || int64(day+1)*86400 > before.Unix() {
			continue
		}
		d := days[day]
		if d == nil {
			d = &visitDay{pages: map[uint64]bool{}, agents: map[uint64]bool{}}
			days[day] = d
		}
		d.add(u, r)
	}
	for _, d := range days {
		if d.honest() {
			v.Days++
			if d.several() {
				v.Shared++
			}
		}
	}
	return v
}

func (d *visitDay) add(u *window.Unit, r *window.Row) {
	trouble := u.Trouble(r)
	d.events, d.bad = d.events+r.Events, d.bad+trouble.Bad
	d.hostile = d.hostile || trouble.Probes > 0
	d.pictures = d.pictures || r.Flags&window.Assets != 0 && r.Clients&(1<<ingest.ClientBrowser) != 0
	d.same, d.diff = d.same+uint32(r.Same), d.diff+uint32(r.Diff)
	gather(d.pages, visitPages, u.GoodNames, r)
	gather(d.agents, visitPeople, u.Agents, r)
}

// gather adds the members of a row's set, of which enough are enough; of a set too
// large to have members there are.
func gather(into map[uint64]bool, enough int, members func(*window.Row) ([]uint64, bool), r *window.Row) {
	names, few := members(r)
	if !few {
		for i := range enough {
			into[uint64(i)] = true
		}
	}
	for _, id := range names {
		if len(into) < enough {
			into[id] = true
		}
	}
}

// honest reports a day on which somebody saw pages, was mostly answered well, and
// sent nothing hostile.
func (d *visitDay) honest() bool {
	return d.pictures && len(d.pages) >= visitPages && !d.hostile && 2*d.bad <= d.events
}

// several reports more than one person. People keep their browser from one request
// to the next; whoever changes it with each is one who wears many.
func (d *visitDay) several() bool { return len(d.agents) >= visitPeople && d.same >= d.diff }
