package detect

import (
	"math"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest/window"
)

// FormSpam finds robots that fill in forms: comments and guestbooks, registrations,
// letters to the owner, newsletters that others shall get (OWASP OAT-017 and 019).
// What they write is in no access log. That they are no people shows in what they leave
// out: by name they are browsers, and none of them ever loads a picture, a script or a
// style sheet, where readers of the same site do. Some are blunter and send the form
// without having asked for it.
//
// People do the one and the other, too. A reader of every day has the style sheet, and
// whose address changes sends the form from another one than he read it with; of those
// none counts whose network anybody loads parts of pages from. How many of all senders
// may be like that is assumed generously, and the number of networks has
// to be beyond it by the binomial distribution. Comments are sent from the page that they
// stand under; a newsletter, a letter or a registration may be sent from another site, and
// there who is blunt counts for a person. One address alone has to send a form as
// often as no person does. Left alone are applications, programs by name, who is logged
// in, crawlers that DNS confirms, and what calls as a clock strikes; and where a site's
// readers load nothing either, because its parts or its pages come from somewhere else,
// nothing is said.
//
// It is a nuisance: of level low, and medium where accounts are made. One case tells all
// who fill in a form.
type FormSpam struct{}

// Name implements analyze.Detector.
func (FormSpam) Name() string { return "form_spam" }

// How many people may send a form like a robot does.
const (
	bluntPeople = .05 // of those who send a form of a page, without asking for anything else: addresses change
	oldPeople   = .8  // without loading parts of pages: they have been here before, and have them
	newPeople   = .5  // the same, of those who send what one sends once

	spamP          = 1e-6
	fewestRobots   = 8    // networks
	inOneHour      = 60   // forms that one source sends
	inAll          = 100  // of those of a page, without asking for it
	asksPerForm    = 4    // requests, at the most, for each form that a robot sends
	openPage       = 3600 // seconds that a page stands open before its form is sent
	fewestOfReader = 3    // parts of pages: a lone icon is asked for where all else is elsewhere
	insistentOdds  = 9.5  // log-odds of one address: a nuisance
)

// Detect implements analyze.Detector.
func (d FormSpam) Detect(in *analyze.Input) (found []*analyze.Finding) {
	for _, f := range filledIn(in) {
		if robots, chance, others := f.crowd(in); chance < spamP && f.shows(in) {
			found = append(found, new(d.crowd(in, f, robots, chance, others)))
			continue
		}
		for i := range f.sent {
			if s := &f.sent[i]; f.insists(s) && f.shows(in) {
				found = append(found, new(d.alone(in, f, s)))
			}
		}
	}
	return found
}

// insists reports a robot that sends a form as often as no person does. What is called by
// no name that tells, clerks may fill in all day.
func (f *fillable) insists(s *sentForm) bool {
	if !s.robot || len(s.touches) < inOneHour || f.aim == unnamed && !s.blunt || ticks(timesSent(s.touches)) {
		return false
	}
	return f.fromHere() && s.blunt && len(s.touches) >= inAll || densestTimes(linesOfSent(s.touches), time.Hour) >= inOneHour
}

func linesOfSent(all []*window.Touch) (out []analyze.Mark) {
	for _, t := range all {
		out = append(out, analyze.Mark{Origin: t.Origin(), Time: moment(t.Milli)})
	}
	return out
}

// crowd returns the robots at a form if they are too many to be people, by what chance
// people do the same, and how many other networks sent it.
func (f *fillable) crowd(in *analyze.Input) (robots []sentForm, chance float64, others int) {
	here := f.fromHere()
	if len(f.sent) < fewestRobots {
		return nil, 1, 0
	}
	units := in.Set.Units()
	all, some, blunt := map[hood]bool{}, map[hood]bool{}, map[hood]bool{}
	people := map[hood]bool{}
	for _, s := range f.sent {
		p := units[s.unit].Prefix()
		net := hoodOf(p)
		all[net] = true
		if !s.robot || s.blunt && !here {
			continue
		}
		if _, known := people[net]; !known {
			people[net] = loadedFrom(in, network(p))
		}
		if people[net] {
			continue
		}
		robots = append(robots, s)
		some[net] = true
		if s.blunt {
			blunt[net] = true
		}
	}
	careless := newPeople
	if here {
		careless = oldPeople
	}
	if f.aim != unnamed && len(some) >= fewestRobots {
		if p := atLeast(len(some), len(all), careless); p < spamP {
			return robots, p, len(all) - len(some)
		}
	}
	if len(blunt) >= fewestRobots {
		robots = slices.DeleteFunc(robots, func(s sentForm) bool { return !s.blunt })
		return robots, atLeast(len(blunt), len(all), bluntPeople), len(all) - len(blunt)
	}
	return nil, 1, 0
}

// atLeast is the chance that of n at least k do what each does with probability p: the
// upper tail of the binomial distribution.
func atLeast(k, n int, p float64) (sum float64) {
	for i := k; i <= n; i++ {
		term := math.Exp(lchoose(n, i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
		if sum += term; float64(i) > p*float64(n) && term < sum*1e-9 {
			break
		}
	}
	return min(1, sum)
}
