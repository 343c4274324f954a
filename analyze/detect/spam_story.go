package detect

import (
	"cmp"
	"fmt"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// alone tells of one source.
func (d FormSpam) alone(in *analyze.Input, form *fillable, s *sentForm) analyze.Finding {
	f := d.finding(in, form, []sentForm{*s})
	n, lasted := len(s.touches), f.Last.Sub(f.First)
	f.Key = f.Sources[0].String() + " " + f.Key
	f.Evidence = []analyze.Evidence{{Family: analyze.Agent, LogOdds: insistentOdds, Trials: n,
		Fact: fmt.Sprintf("a browser by name sent one form %s and never loaded a part of a page", count(n, "time"))}}
	f.Story.Headline = fmt.Sprintf("A robot fills in %s, %s in %s", form.name, count(n, "time"), span(lasted))
	f.Story.Body = append([]string{fmt.Sprintf("%s sent the form %s %s over %s (%s), by a browser's name, and never loaded a picture, a script or a style sheet.",
		bare(f.Sources[0]), form.name, count(n, "time"), span(lasted), saidOf(s.touches))}, f.Story.Body...)
	return f
}

// crowd tells of many.
func (d FormSpam) crowd(in *analyze.Input, form *fillable, robots []sentForm, chance float64, others int) analyze.Finding {
	f := d.finding(in, form, robots)
	nets, most := map[hood]bool{}, 0
	for _, s := range robots {
		nets[hoodOf(in.Set.Units()[s.unit].Prefix())] = true
		most = max(most, len(s.touches))
	}
	if form.aim == joins {
		f.Floor = new(analyze.Medium)
	}
	f.Evidence = []analyze.Evidence{
		{Family: analyze.Agent, LogOdds: analyze.FromP(chance), Trials: len(nets),
			Fact: fmt.Sprintf("browsers by name of %s sent one form and never loaded a part of a page; %s sent it as well", count(len(nets), "network"), count(others, "other network"))},
		together(len(robots), len(nets)),
	}
	explain(in, &f)
	f.Story.Headline = fmt.Sprintf("%s fill in %s, at most %s each", count(len(robots), "robot"), form.name, count(most, "time"))
	f.Story.Body = append([]string{fmt.Sprintf("%s of %s sent the form %s, %s in all in %s, by browsers' names, and none of them loaded a picture, a script or a style sheet.",
		upper(count(len(robots), "address")), count(len(nets), "network"), form.name, count(f.Events, "time"), span(f.Last.Sub(f.First)))}, f.Story.Body...)
	if others > 0 {
		f.Story.Not = append(f.Story.Not, fmt.Sprintf("%s sent it as well and may be people.", upper(count(others, "other network"))))
	}
	return f
}

// finding is what is told of one and of many alike.
func (d FormSpam) finding(in *analyze.Input, form *fillable, robots []sentForm) analyze.Finding {
	f := analyze.Finding{Detector: d.Name(), Techniques: form.techniques(), Service: ingest.ServiceWeb, Key: "spam at " + form.host + form.name, Impact: analyze.Nuisance, Floor: new(analyze.Low)}
	units := in.Set.Units()
	var touches []*window.Touch
	blunt, more := true, false
	for _, s := range robots {
		u := &units[s.unit]
		f.Sources = append(f.Sources, u.Prefix())
		touches = append(touches, s.touches...)
		blunt = blunt && s.blunt
		more = more || anyRow(u, func(r *window.Row) bool { return u.TouchesFull(r) })
	}
	slices.SortStableFunc(touches, func(a, b *window.Touch) int { return cmp.Compare(a.Milli, b.Milli) })
	f.Times, f.Events, f.Marks = timesSent(touches), uint64(len(touches)), analyze.Spread(linesOfSent(touches), 4)
	f.First, f.Last = f.Times[0], f.Times[len(touches)-1]
	for _, id := range form.paths[:min(3, len(form.paths))] {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.Endpoint, Value: in.Set.Name(id).Text})
	}
	n := form.readers(in)
	f.Story = analyze.Story{
		Why: []string{fmt.Sprintf("Of %s of the site's pages %s loaded pictures, scripts or style sheets.", count(n.all, "reader"), number(n.loading))},
		Not: []string{"What was written is not in an access log."},
		Do:  []string{form.advice() + " Ask for a CAPTCHA, and limit how often an address may send the form."},
	}
	if !form.fromHere() {
		f.Story.Not = append(f.Story.Not, "A page of another site that sends the form by a script, having asked whether it may, looks the same.")
	}
	if blunt {
		f.Story.Why = append(f.Story.Why, "The form was sent without being asked for: whoever fills it in by hand has to see it.")
	}
	if more {
		f.Story.Body = []string{"There were more than that: of an hour only the first are counted singly."}
	}
	return f
}

// techniques are MITRE's names for what the form is filled in for, where it has one:
// accounts that are made to be used, and floods of mail.
func (f *fillable) techniques() []string {
	switch f.aim {
	case joins:
		return []string{"T1585"}
	case mails:
		return []string{"T1667"}
	}
	return nil
}

// advice says what there is to look at, which depends on what the form is for.
func (f *fillable) advice() string {
	switch f.aim {
	case joins:
		return "Look at the accounts that were made in that time before others see what they write, and let new ones confirm an address."
	case mails:
		return "See to whom letters went: strangers are signed up so that mail floods them. Send one letter to confirm, and no more."
	case writes:
		return "See what was written there in that time and is shown to readers, and hold new texts back until somebody has looked."
	}
	return "See in the application what was sent there in that time."
}
