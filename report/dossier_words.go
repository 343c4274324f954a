package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
)

// How much of a dossier people are shown; JSON has all.
const (
	toldCases   = 3
	shownSorts  = 12 // accounts and paths
	shownAlike  = 6
	shownPeople = 24
	shownBans   = 12
)

// title names the subject.
func (d *Dossier) title() string {
	if d.About == AboutAddress || d.About == AboutNetwork {
		return d.Subject
	}
	return upperFirst(d.About) + " " + d.Subject
}

// identity says who is behind the subject, as far as that is known.
func (d *Dossier) identity() []string {
	if d.About == AboutAccount || d.About == AboutCase && len(d.Sources) > 1 { // the case itself tells it
		return nil
	}
	c := analyze.Case{Identities: d.Who}
	for _, v := range d.Sources {
		c.Sources = append(c.Sources, v.Source)
	}
	return behind(&c)
}

// lead says when it was seen and how much, or that nothing is known.
func (d *Dossier) lead() string {
	back := "Nothing at all is known yet: no log was read."
	if !d.Since.IsZero() {
		back = fmt.Sprintf("Known here is what happened since %s, %s.", d.Since.In(d.location()).Format(dayLayout), span(d.Now.Sub(d.Since)))
	}
	if !d.Known() {
		if d.About == AboutAccount {
			return "Nothing is known of an account or a case of that name. " + back
		}
		return "Nothing is known of it. " + back
	}
	first, last := d.seen()
	if first.IsZero() {
		switch {
		case d.About == AboutCase:
			return back
		case d.AllLines > 0:
			counts := "The archive has no event of it"
			if d.AdHoc {
				counts = "Reading ended before an event of it was counted" // by a person who had enough
			}
			return fmt.Sprintf("%s; the logs have %s. %s", counts, counted(d.AllLines, "line", "lines"), back)
		}
		return "No event of it is known. " + back
	}
	var events, failed uint64
	for _, s := range d.Stretches {
		events += s.Events
		failed += s.Failed
	}
	const layout = "Mon 2 Jan 15:04"
	from, to := first.In(d.location()), last.In(d.location())
	said := fmt.Sprintf("First seen %s, last seen %s: %s", from.Format(layout), to.Format(layout), counted(events, "event", "events"))
	if d.About == AboutAccount {
		said += fmt.Sprintf(" by %s", counted(len(d.Sources), "source", "sources"))
	}
	if failed > 0 {
		said += fmt.Sprintf(", %s of them failures or hostile", count(failed))
	}
	said += "."
	if !d.accused() {
		said += " No case accuses it."
	}
	return said + " " + back
}

func (d *Dossier) accused() bool { return len(d.Cases)+len(d.Past) > 0 }

// pastCases tells what the casebook alone remembers.
func (d *Dossier) pastCases() (out []string) {
	for _, c := range d.Past {
		state := "over"
		if c.Open {
			state = "open"
		}
		out = append(out, fmt.Sprintf("%s %s  %s  %s: %s. Began %s, last event %s; its report is not kept.", glyphs[c.Level], strings.ToUpper(c.Level.String()), c.ID, state,
			c.Headline, c.Began.In(d.location()).Format(dayLayout), c.Last.In(d.location()).Format(dayLayout)))
	}
	return out
}

// services says what was done on each service.
func (d *Dossier) services() (out []row) {
	of := map[string][]Stretch{}
	var names []string
	for _, s := range d.Stretches {
		if s.Service == "" || s.Events == 0 {
			continue
		}
		if of[s.Service] == nil {
			names = append(names, s.Service)
		}
		of[s.Service] = append(of[s.Service], s)
	}
	slices.Sort(names)
	for _, name := range names {
		s := union(of[name])
		var parts []string
		add := func(n uint64, one, many string) {
			if n > 0 {
				parts = append(parts, counted(n, one, many))
			}
		}
		if s.Web {
			add(s.Events, "request", "requests")
			if s.Good+s.Probes <= s.Events { // else what was hostile was answered well, too
				add(s.Good, "answered well", "answered well")
			}
			add(s.Bad, "refused", "refused")
			add(s.Errors, "answered 5xx", "answered 5xx")
			add(s.Probes, "with hostile content", "with hostile content")
		} else {
			add(s.Bad, "failure", "failures")
			add(s.Good, "login", "logins")
			add(s.Probes, "abuse", "abuses")
			if len(parts) == 0 {
				add(s.Events, "event", "events")
			}
		}
		out = append(out, row{name, []string{strings.Join(parts, ", ")}})
	}
	return out
}

// targets lists accounts and paths with how often.
func (d *Dossier) targets() (out []row) {
	of := map[string][]string{}
	var kinds []string
	for _, t := range d.Touched {
		if d.About == AboutAccount && t.Kind == "account" {
			continue
		}
		kind := t.Kind + "s"
		if of[kind] == nil {
			kinds = append(kinds, kind)
		}
		item := t.Name
		switch {
		case t.Failed > 0:
			item += " " + count(t.Failed)
		case t.Good > 0 && t.Kind == "account":
			item += " (signed in)"
		}
		of[kind] = append(of[kind], item)
	}
	for _, kind := range kinds {
		out = append(out, row{kind, []string{fewest(of[kind], shownSorts) + "."}})
	}
	return out
}

// visitors tells of each source of a network, an account or a case.
func (d *Dossier) visitors() (out []row) {
	if d.About == AboutAddress {
		return nil
	}
	for i, v := range d.Sources {
		if i == shownPeople {
			out = append(out, row{"", []string{"and " + count(len(d.Sources)-shownPeople) + " more; --json lists them"}})
			break
		}
		var did []string
		if v.Failed < v.Events {
			did = append(did, counted(v.Events, "event", "events"))
		}
		if v.Failed > 0 {
			did = append(did, counted(v.Failed, "failure", "failures"))
		}
		if v.Good > 0 && v.Good+v.Failed <= v.Events { // else what was hostile was answered well, too
			did = append(did, count(v.Good)+" good")
		}
		text := strings.Join(did, ", ") + " on " + strings.Join(v.Services, ", ") + ", " + d.between(v.First, v.Last)
		if v.Country != "" {
			text += "; " + v.Country
		}
		if len(v.Cases) > 0 {
			text += "; accused in " + strings.Join(v.Cases, ", ")
		} else if v.Honest {
			text += "; honest"
		}
		out = append(out, row{address(v.Source), []string{text}})
	}
	return out
}

func (d *Dossier) between(first, last time.Time) string {
	const layout = "2 Jan 15:04"
	a, b := first.In(d.location()), last.In(d.location())
	if b.Sub(a) < time.Minute {
		return a.Format(layout)
	}
	if a.Format(time.DateOnly) == b.Format(time.DateOnly) {
		return a.Format(layout) + " to " + b.Format(clockLayout)
	}
	return a.Format(layout) + " to " + b.Format(layout)
}

// likeness tells who did the same, and who lives beside it.
func (d *Dossier) likeness() (out []row) {
	for i, a := range d.Alike {
		if i == shownAlike {
			out = append(out, row{"", []string{"and " + count(len(d.Alike)-shownAlike) + " more"}})
			break
		}
		text := fmt.Sprintf("like it: %.0f %%. Also failed on %s", 100*a.Share, fewest(a.Common, fewNames))
		if len(a.Cases) > 0 {
			text += "; accused in " + strings.Join(a.Cases, ", ")
		}
		out = append(out, row{address(a.Source), []string{text + "."}})
	}
	if a := d.Around; a != nil {
		text := fmt.Sprintf("%s seen here", counted(a.Seen, "source", "sources"))
		if a.Seen == 1 && d.About == AboutAddress {
			text = "nobody else seen here"
		} else {
			text += fmt.Sprintf(", %s accused, %s honest", count(a.Accused), count(a.Honest))
		}
		out = append(out, row{a.Prefix.String(), []string{text + "."}})
	}
	return out
}

// decisions are the rules' reasons, the plan, what people said, and bans.
func (d *Dossier) decisions() (out []row) {
	if d.About != AboutCase {
		for i, r := range d.Cases {
			if i == toldCases {
				break
			}
			c := r.Cases[0]
			if i > 0 && len(c.Sources) == 0 {
				continue // it accuses nobody
			}
			out = append(out, row{c.ID, []string{fmt.Sprintf("%s, %s.", upperFirst(string(c.Verdict.Label)), sure(c.Confidence))}})
			for _, part := range r.tell(c).rows {
				if slices.Contains([]string{"why", "not", "fail2ban", "done", "ban", "held", "AI", "to do"}, part.Label) {
					out = append(out, part)
				}
			}
		}
	}
	if len(d.Cases)+len(d.Past) > 0 && !d.AdHoc {
		out = append(out, row{"people", d.sayings()})
	}
	if d.Fail2ban != nil {
		out = append(out, row{"fail2ban", []string{guardedWords(*d.Fail2ban)}})
	}
	if !d.AdHoc {
		out = append(out, row{"bans", d.bans()})
	}
	return out
}

func guardedWords(n int) string {
	if n == 0 {
		return "banned it never"
	}
	return "banned it " + counted(n, "time", "times")
}

func (d *Dossier) sayings() (out []string) {
	for _, s := range d.Words {
		text := fmt.Sprintf("%s: %s by %s on %s", s.Case, s.Word, s.By, s.At.In(d.location()).Format(dayLayout))
		if s.Reason != "" {
			text += ", “" + s.Reason + "”"
		}
		out = append(out, text+".")
	}
	if len(out) == 0 {
		out = append(out, "Nobody has spoken yet.")
	}
	return out
}

func (d *Dossier) bans() (out []string) {
	for i := range d.Bans {
		if i == shownBans {
			return append(out, "and "+count(len(d.Bans)-shownBans)+" more")
		}
		out = append(out, d.banned(&d.Bans[i]))
	}
	if len(out) == 0 {
		out = append(out, "None, ever.")
	}
	return out
}

func (d *Dossier) banned(b *ban.Ban) string {
	const layout = "2 Jan 15:04"
	state := "for good"
	switch {
	case !b.Lifted.IsZero():
		state = "lifted " + b.Lifted.In(d.location()).Format(layout) + " by " + b.LiftedBy
	case b.Extended != 0:
		state = fmt.Sprintf("prolonged by ban %d", b.Extended)
	case !b.Until.IsZero() && b.Until.Before(d.Now):
		state = "over since " + b.Until.In(d.location()).Format(layout)
	case !b.Until.IsZero():
		state = "until " + b.Until.In(d.location()).Format(layout)
	}
	return fmt.Sprintf("%s from %s, %s, by %s: %s.", address(b.Prefix), b.From.In(d.location()).Format(layout), state, b.By, strings.TrimRight(cmp.Or(b.Reason, "no reason given"), "."))
}

// commands are what to type next.
func (d *Dossier) commands() (out []row) {
	add := func(label, command string) { out = append(out, row{label, []string{command}}) }
	if d.AdHoc {
		return nil
	}
	active := slices.ContainsFunc(d.Bans, func(b ban.Ban) bool { return b.Active(d.Now) })
	switch {
	case active && (d.About == AboutAddress || d.About == AboutNetwork):
		add("let it in", "gumshoe bans remove "+d.Subject)
	case d.accused() && (d.About == AboutAddress || d.About == AboutNetwork):
		add("cut it off", "gumshoe bans add "+d.Subject)
	}
	if len(d.Alike) > 0 {
		add("who is like it", "gumshoe investigate "+address(d.Alike[0].Source))
	}
	for i, r := range d.Cases {
		if i == toldCases {
			break
		}
		id := r.Cases[0].ID
		if d.About != AboutCase {
			add("the whole case", "gumshoe investigate "+id)
		}
		if i == 0 && len(r.Cases[0].Sources) > 0 {
			add("abuse desk", "gumshoe cases export "+id)
		}
		add("it was me", "gumshoe cases ack "+id+` --reason "it was me"`)
	}
	return out
}

// footer says what the answer rests on.
func (d *Dossier) footer() (out []string) {
	for _, c := range d.Credits {
		out = append(out, "With "+c+".")
	}
	return append(out, "All times "+d.Now.In(d.location()).Format("MST")+".")
}
