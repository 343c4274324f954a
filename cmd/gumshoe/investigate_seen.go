package main

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest"
	"gumshoe/ingest/source"
	"gumshoe/ingest/window"
	"gumshoe/report"
)

// sightings are the hours in which a subject was seen, wherever they were read.
type sightings struct {
	question
	in    *analyze.Input
	logs  *logs
	cases []analyze.Case // all that accuse anybody
	name  func(id uint64) string
	ids   map[uint64]bool  // of the account that is asked for; nil: to be found by its name
	acts  []report.Stretch // of accounts, that the windows do not hold
}

// The bounds of what is told beside the subject.
const (
	mostAlike   = 100
	fewestAlike = .3 // share of names in common
	around4     = 24
	around6     = 48
)

// fill tells what was seen.
func (s *sightings) fill(d *report.Dossier) {
	accounts := s.accounts()
	touched := map[report.Touched]*report.Touched{}
	people := map[netip.Prefix]*report.Visitor{}
	units := s.in.Set.Units()
	for i := range units {
		u := &units[i]
		mine := s.about != report.AboutAccount && s.has(u.Prefix())
		if !mine && len(accounts) == 0 {
			continue
		}
		speaks := mine && len(s.accusedIn(u.Prefix())) == 0 && onlyWords(u)
		for k := range u.Rows {
			st, ok := s.stretch(u, &u.Rows[k], mine, speaks, accounts, touched)
			if !ok {
				continue
			}
			d.Stretches = append(d.Stretches, st)
			if people[u.Prefix()] == nil {
				people[u.Prefix()] = &report.Visitor{Source: u.Prefix(), Honest: s.in.Standing(i).Benign, Cases: s.accusedIn(u.Prefix())}
			}
			meet(people[u.Prefix()], &st)
		}
	}
	d.Stretches = append(d.Stretches, s.acts...)
	s.actsOf(d)
	slices.SortStableFunc(d.Stretches, func(a, b report.Stretch) int { return a.First.Compare(b.First) })
	for _, t := range touched {
		d.Touched = append(d.Touched, *t)
	}
	slices.SortFunc(d.Touched, func(a, b report.Touched) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(b.Good, a.Good), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Kind, b.Kind))
	})
	for _, v := range people {
		d.Sources = append(d.Sources, *v)
	}
	slices.SortFunc(d.Sources, func(a, b report.Visitor) int {
		return cmp.Or(cmp.Compare(len(b.Cases), len(a.Cases)), cmp.Compare(b.Failed, a.Failed), cmp.Compare(b.Events, a.Events), a.Source.Addr().Compare(b.Source.Addr()))
	})
	if s.about == report.AboutAddress || s.about == report.AboutNetwork {
		d.Alike, d.Around = s.alike(), s.around()
	}
}

// accounts are the ids of the account that is asked for, one a group of services.
func (s *sightings) accounts() map[uint64]bool {
	if s.ids != nil {
		return s.ids
	}
	out := map[uint64]bool{}
	if s.about != report.AboutAccount {
		return out
	}
	for _, t := range s.in.Set.Things(window.AccountObject) {
		if strings.EqualFold(t.Name.Text, s.text) {
			out[t.ID] = true
		}
	}
	return out
}

// onlyWords reports whether all that could be hostile in what a source asked a web server
// for is a quote or a bracket among ordinary requests that broke nothing: people search
// for o'neill.
func onlyWords(u *window.Unit) bool {
	var events, quotes uint64
	for k := range u.Rows {
		r := &u.Rows[k]
		events += uint64(r.Events)
		if u.Trouble(r).Probes > 0 {
			return false
		}
		for _, t := range u.Touches(r) {
			switch {
			case t.Stage == ingest.StageSyntax && !t.Broke():
				quotes += uint64(max(t.Count, 1))
			case t.Stage > 0 || t.Class != 0:
				return false
			}
		}
	}
	return quotes*2 <= events
}

// stretch tells what a row says of the subject: all of it, or of an account what
// its touches tell. Of who speaks in quotes and brackets alone they are no failures.
func (s *sightings) stretch(u *window.Unit, r *window.Row, whole, speaks bool, accounts map[uint64]bool, touched map[report.Touched]*report.Touched) (st report.Stretch, ok bool) {
	service := s.in.Set.Service(r.Service)
	if service == ingest.ServiceFail2ban {
		return st, false
	}
	st = report.Stretch{Source: u.Prefix(), Service: service, Web: service == ingest.ServiceWeb, Statuses: map[uint16]uint64{}}
	kind := "account"
	if st.Web {
		kind = "path"
	}
	touch := func(id uint64, count func(*report.Touched)) string {
		name := s.name(id)
		if name == "" {
			return ""
		}
		key := report.Touched{Kind: kind, Service: service, Name: name}
		if touched[key] == nil {
			t := key
			touched[key] = &t
		}
		count(touched[key])
		return name
	}
	if whole {
		trouble := u.Trouble(r)
		st.First, st.Last = time.Unix(int64(r.First()), 0).UTC(), time.Unix(int64(r.Last()), 0).UTC()
		st.Events, st.Good, st.Bad, st.Errors, st.Probes = uint64(r.Events), uint64(r.Good), uint64(trouble.Bad), uint64(trouble.Errors), uint64(trouble.Probes)
		good, _ := u.GoodNames(r)
		for _, id := range good {
			st.Well = addName(st.Well, touch(id, func(t *report.Touched) { t.Good++ }))
		}
		agents, _ := u.Agents(r)
		for _, id := range agents {
			st.Agents = addName(st.Agents, s.name(id))
		}
	}
	touches := u.Touches(r)
	failed, hostile := uint64(0), uint64(0)
	for i := range touches {
		t := &touches[i]
		if !whole && !accounts[t.Name] {
			continue
		}
		at, n := time.UnixMilli(t.Milli).UTC(), uint64(max(t.Count, 1))
		if !whole {
			s.tally(&st, t, at, n)
		}
		if t.Kind == ingest.KindAuthSuccess {
			st.Well = addName(st.Well, s.name(t.Name))
			st.Logins = append(st.Logins, report.Login{At: at, Account: s.name(t.Name), Key: t.Key})
			continue
		}
		if t.Kind == ingest.KindInvalidUser {
			n = 0 // the failure follows
		}
		if speaks && t.Stage > 0 && t.Status < 400 {
			name := s.name(t.Name)
			if p := s.in.Set.Param(t.Param); p != "" {
				name += " (" + p + ")"
			}
			st.Quotes += n
			st.Quoted = addName(st.Quoted, name)
			continue
		}
		failed += n
		name := touch(t.Name, func(t *report.Touched) { t.Failed += n })
		if t.Stage > 0 || t.Class != 0 {
			if p := s.in.Set.Param(t.Param); p != "" {
				name += " (" + p + ")"
			}
			hostile += n
			st.Aimed = addName(st.Aimed, name)
			st.Steps = further(st.Steps, report.Step{At: at, Stage: t.Stage, On: name, Status: t.Status, Broke: t.Stage > 0 && t.Broke()})
			for _, c := range t.Class.Titles() {
				st.Classes = addName(st.Classes, c)
			}
		} else {
			st.Refused = addName(st.Refused, name)
		}
		if t.Status > 0 {
			st.Statuses[t.Status] += n
		}
	}
	if whole { // paths beyond the touches that were kept
		bad, _ := u.BadNames(r)
		for _, id := range bad {
			if name := s.name(id); !slices.Contains(st.Aimed, name) {
				st.Refused = addName(st.Refused, name)
			}
		}
	}
	st.Probes = max(st.Probes, hostile)
	if u.TouchesFull(r) && whole {
		failed = max(failed, st.Bad+st.Errors)
	}
	st.Failed = min(st.Events, failed)
	return st, st.Events > 0
}

// further adds a step, if it is one.
func further(steps []report.Step, p report.Step) []report.Step {
	stage, broke := ingest.StageNone, false
	for _, old := range steps {
		stage, broke = max(stage, old.Stage), broke || old.Broke
	}
	if p.Stage > stage || p.Broke && !broke {
		steps = append(steps, p)
	}
	return steps
}

// tally counts a touch of an account.
func (s *sightings) tally(st *report.Stretch, t *window.Touch, at time.Time, n uint64) {
	switch {
	case t.Kind == ingest.KindInvalidUser:
		return // the failure follows
	case t.Kind == ingest.KindAuthSuccess:
		st.Good += n
		st.Well = addName(st.Well, s.name(t.Name))
	case t.Kind == ingest.KindAuthFailure:
		st.Bad += n
	}
	st.Events += n
	if st.First.IsZero() || at.Before(st.First) {
		st.First = at
	}
	if at.After(st.Last) {
		st.Last = at
	}
}

// addName appends a name that is not there yet, nor empty.
func addName(list []string, name string) []string {
	if name == "" || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

func meet(v *report.Visitor, st *report.Stretch) {
	if v.First.IsZero() || st.First.Before(v.First) {
		v.First = st.First
	}
	if st.Last.After(v.Last) {
		v.Last = st.Last
	}
	v.Services = addName(v.Services, st.Service)
	v.Events += st.Events
	v.Good += st.Good
	v.Failed += st.Failed
}

// actsOf adds what accounts did on the machine itself that the subject logged in
// to, or is.
func (s *sightings) actsOf(d *report.Dossier) {
	names := map[string]bool{}
	if s.about == report.AboutAccount {
		names[strings.ToLower(s.text)] = true
	}
	for _, st := range d.Stretches {
		for _, l := range st.Logins {
			names[strings.ToLower(l.Account)] = true
		}
	}
	for _, t := range s.in.Set.Things(window.AccountObject) {
		if !names[strings.ToLower(t.Name.Text)] {
			continue
		}
		for i := range t.Hours {
			o := &t.Hours[i]
			touches := t.Touches(o)
			if len(touches) == 0 {
				continue
			}
			st := report.Stretch{Service: s.in.Set.Service(o.Service)}
			st.First, st.Last = time.UnixMilli(touches[0].Milli).UTC(), time.UnixMilli(touches[len(touches)-1].Milli).UTC()
			for k := range touches {
				at := touches[k].Origin()
				text, kept := s.in.Set.Text(at)
				if !kept {
					text = source.Lines(s.logs.sources, []ingest.Origin{at})[at]
				}
				st.Acts = append(st.Acts, report.Act{At: time.UnixMilli(touches[k].Milli).UTC(), Account: t.Name.Text, Service: st.Service, Text: text})
			}
			d.Stretches = append(d.Stretches, st)
		}
	}
}

// accusedIn lists the cases that accuse a source.
func (s *sightings) accusedIn(p netip.Prefix) (out []string) {
	for i := range s.cases {
		if slices.ContainsFunc(s.cases[i].Sources, p.Overlaps) {
			out = append(out, s.cases[i].ID)
		}
	}
	return out
}

// failedOn are the names that units failed on, without the paths on which honest
// visitors fail too.
func (s *sightings) failedOn(units ...*window.Unit) map[uint64]bool {
	out := map[uint64]bool{}
	for _, u := range units {
		for k := range u.Rows {
			bad, _ := u.BadNames(&u.Rows[k])
			for _, id := range bad {
				if s.in.Set.Service(u.Rows[k].Service) != ingest.ServiceWeb || s.in.BenignBad(id) == 0 {
					out[id] = true
				}
			}
		}
	}
	return out
}

// alike finds the accused who failed on the same names.
func (s *sightings) alike() (out []report.Alike) {
	units := s.in.Set.Units()
	var own []*window.Unit
	var accused []string
	for i := range units {
		if s.has(units[i].Prefix()) {
			own = append(own, &units[i])
			accused = append(accused, s.accusedIn(units[i].Prefix())...)
		}
	}
	names := s.failedOn(own...)
	if len(names) == 0 {
		return nil
	}
	for i := range units {
		u := &units[i]
		cases := s.accusedIn(u.Prefix())
		if s.has(u.Prefix()) || len(cases) == 0 {
			continue
		}
		a := report.Alike{Source: u.Prefix(), Cases: cases}
		n := 0
		for id := range s.failedOn(u) {
			if names[id] {
				n++
				a.Common = addName(a.Common, s.name(id))
			}
		}
		slices.Sort(a.Common)
		together := slices.ContainsFunc(cases, func(id string) bool { return slices.Contains(accused, id) })
		if a.Share = float64(n) / float64(len(names)); a.Share >= fewestAlike && (n > 1 || together) { // everybody tries root
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b report.Alike) int { return cmp.Compare(b.Share, a.Share) })
	return out[:min(len(out), mostAlike)]
}

// around counts who lives in the network of the subject.
func (s *sightings) around() *report.Around {
	p := aroundOf(s.sources[0])
	a := &report.Around{Prefix: p}
	units := s.in.Set.Units()
	for i := range units {
		if !p.Overlaps(units[i].Prefix()) {
			continue
		}
		a.Seen++
		switch {
		case len(s.accusedIn(units[i].Prefix())) > 0:
			a.Accused++
		case s.in.Standing(i).Benign:
			a.Honest++
		}
	}
	return a
}

// aroundOf is the network that a source is told with.
func aroundOf(p netip.Prefix) netip.Prefix {
	bits := around4
	if p.Addr().Is6() {
		bits = around6
	}
	if p.Bits() <= bits {
		return p
	}
	return netip.PrefixFrom(p.Addr(), bits).Masked()
}

// guarded counts the bans of fail2ban; nil for a subject that it bans nobody of.
func (s *sightings) guarded() *int {
	if len(s.sources) == 0 {
		return nil
	}
	n := 0
	units := s.in.Set.Units()
	for i := range units {
		if s.has(units[i].Prefix()) {
			n += s.in.Banned(units[i].Prefix())
		}
	}
	return &n
}

// planOf is what a plan says of one case.
func planOf(p ban.Plan, id string) ban.Plan {
	of := func(list []ban.Entry) (out []ban.Entry) {
		for _, e := range list {
			if e.Case == id {
				out = append(out, e)
			}
		}
		return out
	}
	p.Add, p.Extend, p.Lift, p.Hold, p.Standing, p.First = of(p.Add), of(p.Extend), of(p.Lift), of(p.Hold), of(p.Standing), nil
	return p
}
