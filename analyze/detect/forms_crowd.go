package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// FormCrowd finds a botnet at a login form: sources that send the form, are refused,
// and have never looked at anything else of the site. Whoever
// logs in by hand has seen the form first, with its pictures and style sheets. Of those
// that send it more than a few times programs are left out that may have an old password,
// and who was let in: many may share such an address.
//
// Counted are networks of such passers-by within a span. Usual are the mean of the
// quieter half of the days before, as for Stuffing, and no fewer than a tenth of
// those who sent the form just as bluntly and were let in: people with an
// application of their own give up, too. The number is geometric around it, so that
// P(K >= k) = (mu/(1+mu))^k. Where a third of the passers-by are let in it is no
// guessing, and nothing is said, nor where the form lets in nobody at all any more.
// Of a form that answers 200 it has to be known that
// it leads people on, and the pages that the crowd was shown are of one size. Where the
// size of the answer says no, everybody who was let in counts, on the day with most of
// them: applications of one's own look at nothing but the login when it refuses. Where
// the log holds little but logins, all are passers-by, and nothing is said of those.
type FormCrowd struct{}

// Name implements analyze.Detector.
func (FormCrowd) Name() string { return "form_crowd" }

const (
	crowdP       = 1e-6
	fewestInLine = 6          // networks
	mostOfOne    = guessLeast // refusals of one source that anybody has who passes by
	givingUp     = .1         // of those who are let in, how many more give up
	letIn        = 1. / 3     // share of passers-by who are let in from which it is no guessing
)

// passer is what a form answered a source that looks at nothing else.
type passer struct {
	unit  uint32
	in    bool // it was let in
	touch *window.Touch
}

// line is who passes by one form.
type line struct {
	path    uint64
	refused []passer // in order of time
	in      []passer
}

// Detect implements analyze.Detector.
func (d FormCrowd) Detect(in *analyze.Input) []*analyze.Finding {
	lines := linesOf(in)
	return analyze.Gather(len(lines), func(i int, out []*analyze.Finding) []*analyze.Finding {
		if f, ok := d.judge(in, &lines[i]); ok {
			out = append(out, new(f))
		}
		return out
	})
}

// linesOf lists the passers-by of all forms.
func linesOf(in *analyze.Input) []line {
	signs := analyze.Fact(in, "signs", signsOf)
	sends := func(i int) bool { return signs[i]&sender != 0 && !in.Standing(i).Is(analyze.Loads) }
	all := analyze.EachEventful(in, sends, func(i int, u *window.Unit, out []passer) []passer {
		if !passesBy(in, u) {
			return out
		}
		before := len(out)
		if out = appendPassed(in, out, i, u); len(out)-before >= mostOfOne && excused(in, u, out[before:]) {
			return out[:before]
		}
		return out
	})
	var out []line
	at := map[uint64]int{}
	for _, p := range all {
		k, ok := at[p.touch.Name]
		if !ok {
			k = len(out)
			at[p.touch.Name] = k
			out = append(out, line{path: p.touch.Name})
		}
		if p.in {
			out[k].in = append(out[k].in, p)
		} else {
			out[k].refused = append(out[k].refused, p)
		}
	}
	for k := range out {
		slices.SortStableFunc(out[k].refused, func(a, b passer) int {
			return cmp.Or(cmp.Compare(a.touch.Milli, b.touch.Milli), cmp.Compare(a.unit, b.unit), cmp.Compare(a.touch.Offset, b.touch.Offset))
		})
	}
	return out
}

// appendPassed appends what forms answered a source.
func appendPassed(in *analyze.Input, out []passer, i int, u *window.Unit) []passer {
	known, sized := knownForms(in), saysNoAt(in)
	for _, t := range posted(in, u) {
		switch k := known[t.Name]; {
		case refusedLogin(t.Status), t.Status == 200 && (showsAgain(in, t.Name, k) || sized[t.Name].says(t)):
			out = append(out, passer{unit: uint32(i), touch: t})
		case t.Status >= 200 && t.Status < 400:
			out = append(out, passer{unit: uint32(i), in: true, touch: t})
		}
	}
	return out
}

// excused reports who may send a form more than a few times without guessing: a program
// that repeats itself or never hurries, whose password is no good any more, and an address
// where somebody is let in, whom others may share it with. Of a fleet of devices all have
// the same password, and wait as long as chance or their users have it.
func excused(in *analyze.Input, u *window.Unit, all []passer) bool {
	var times []time.Time
	var paths []string
	for _, p := range all {
		if p.in {
			return true
		}
		times = append(times, moment(p.touch.Milli))
		paths = append(paths, in.Set.Name(p.touch.Name).Text)
	}
	_, own := asksOn(in, u, times, analyze.Unique(paths))
	return own || ticks(times) || unhurried(times) && !anyRow(u, func(r *window.Row) bool { return r.Has(ingest.ClientBrowser) })
}

// showsAgain reports a form that shows itself again to whom it does not let in.
// XML-RPC does not: the services that a WordPress site is linked to call it all day
// and are answered 200.
func showsAgain(in *analyze.Input, path uint64, k *form) bool {
	text := in.Set.Name(path).Text
	return k.leadsOn() || shownAgainBy(text) && !strings.HasSuffix(text, "xmlrpc.php")
}

// passesBy reports a source that was answered nothing well but forms and the page
// that one stands on, fetched no part of a page, is no application of somebody's,
// and no crawler that DNS confirms.
func passesBy(in *analyze.Input, u *window.Unit) bool {
	var pages distinct
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		if r.Flags&(window.Assets|window.Authenticated) != 0 || stale(r) {
			return false
		}
		names, few := u.GoodNames(r)
		if !few {
			return false
		}
		for _, id := range names {
			if in.Path(id)&(ingest.PathLogin|ingest.PathNeutral) == 0 && !knownForms(in)[id].leadsOn() {
				pages.add(id)
			}
		}
	}
	if len(pages.ids) > 1 {
		return false
	}
	_, crawler := in.Vouched(u.Prefix())
	return !crawler
}

func (d FormCrowd) judge(in *analyze.Input, l *line) (analyze.Finding, bool) {
	if float64(len(l.in)) >= letIn*float64(len(l.refused)+len(l.in)) || len(l.refused) < fewestInLine {
		return analyze.Finding{}, false
	}
	days := map[int64]map[hood]bool{}
	welcome := map[hood]bool{}
	units := in.Set.Units()
	for _, p := range l.refused {
		day := p.touch.Milli / dayMilli
		if days[day] == nil {
			days[day] = map[hood]bool{}
		}
		days[day][hoodOf(units[p.unit].Prefix())] = true
	}
	for _, p := range l.in {
		welcome[hoodOf(units[p.unit].Prefix())] = true
	}
	let := len(welcome)
	if no := sizedAt(in, l.path); no != nil {
		if 2*let > no.mostLet { // who is let in looks at nothing else either
			return analyze.Finding{}, false
		}
		let = no.mostLet
	}
	var best []passer
	bestP, bestMu, within := 1.0, 0.0, time.Duration(0)
	for _, w := range networkWindows {
		part, nets := fullestLine(in, l.refused, w)
		if nets < fewestInLine {
			continue
		}
		mu := max(usualPassers(in, days, part[0].touch.Milli), givingUp*float64(let)) * max(1, w.Hours()/24)
		if p := math.Pow(mu/(1+mu), float64(nets)); p < bestP {
			best, bestP, bestMu, within = part, p, mu, w
		}
	}
	if bestP >= crowdP || !alikeIn(best) || knownForms(in)[l.path].closed(moment(best[0].touch.Milli), moment(best[len(best)-1].touch.Milli)) {
		return analyze.Finding{}, false
	}
	return d.finding(in, l, best, bestP, bestMu, within), true
}

// fullestLine returns the span of length w with most networks, of those that end in
// the analyzed window.
func fullestLine(in *analyze.Input, all []passer, w time.Duration) (best []passer, most int) {
	lo := 0
	inside := map[hood]int{}
	units := in.Set.Units()
	for hi := range all {
		inside[hoodOf(units[all[hi].unit].Prefix())]++
		for all[hi].touch.Milli-all[lo].touch.Milli >= w.Milliseconds() {
			if n := hoodOf(units[all[lo].unit].Prefix()); inside[n] == 1 {
				delete(inside, n)
			} else {
				inside[n]--
			}
			lo++
		}
		if len(inside) >= most && in.Contains(uint32(all[hi].touch.Milli/3_600_000)) {
			most, best = len(inside), all[lo:hi+1]
		}
	}
	return best, most
}

// usualPassers is how many networks pass by on a day before a moment, and are
// refused; a default before enough days are known.
func usualPassers(in *analyze.Input, days map[int64]map[hood]bool, before int64) float64 {
	first, ok := firstDay(in, ingest.ServiceWeb)
	last := before/dayMilli - 1
	if !ok || last-first+1 < historyForToday {
		return strangersADay
	}
	var each []int
	for day := first; day <= last; day++ {
		each = append(each, len(days[day]))
	}
	slices.Sort(each)
	half, sum := each[:(len(each)+1)/2], 0
	for _, n := range half {
		sum += n
	}
	return min(mostADay, max(strangersADay, quietHalf*float64(sum)/float64(len(half))))
}

// alikeIn reports whether the pages among some refusals are of one size; what is
// refused with a 4xx need not be.
func alikeIn(all []passer) bool {
	var pages []*window.Touch
	for _, p := range all {
		if p.touch.Status == 200 {
			pages = append(pages, p.touch)
		}
	}
	return len(pages) == 0 || alike(pages)
}

// Where so many were to be let in by chance, and a quiet hour is at worst such a
// part of the mean one, nobody at all means that a form is out of order.
const (
	expectedIn = 7 // of Poisson's distribution, so that none has a chance of e^-7
	quietHour  = .2
)

// closed reports a form that lets nobody in any more within a span of time: it
// refuses its own people, who may be many.
func (f *form) closed(first, last time.Time) bool {
	if f == nil {
		return false
	}
	var began time.Time
	before := 0
	for _, milli := range f.let {
		switch at := moment(milli); {
		case at.Before(first):
			if before++; began.IsZero() || at.Before(began) {
				began = at
			}
		case !at.After(last):
			return false
		}
	}
	return before > 0 && float64(before)*quietHour*last.Sub(first).Hours() >= expectedIn*first.Sub(began).Hours()
}

func (d FormCrowd) finding(in *analyze.Input, l *line, part []passer, p, mu float64, within time.Duration) analyze.Finding {
	path := in.Set.Name(l.path).Text
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1110.004"}, Service: ingest.ServiceWeb, Key: "crowd at " + path, Impact: analyze.Generic,
		First: moment(part[0].touch.Milli), Last: moment(part[len(part)-1].touch.Milli), Events: uint64(len(part)), Targets: []analyze.Target{{Kind: analyze.Endpoint, Value: path}}}
	units := in.Set.Units()
	per, nets := map[prefix]int{}, map[hood]bool{}
	var marks []analyze.Mark
	var answers []*window.Touch
	for _, x := range part {
		source := units[x.unit].Prefix()
		per[source]++
		nets[hoodOf(source)] = true
		at := moment(x.touch.Milli)
		f.Times = append(f.Times, at)
		marks = append(marks, analyze.Mark{Origin: x.touch.Origin(), Time: at})
		answers = append(answers, x.touch)
	}
	f.Marks = analyze.Spread(marks, 5)
	f.Sources = sortedPrefixKeys(per)
	if len(f.Sources) >= manySources {
		f.Impact = analyze.Targeted
	}
	f.Evidence = []analyze.Evidence{
		{Family: analyze.Fanin, LogOdds: analyze.FromP(p), Trials: len(nets),
			Fact: fmt.Sprintf("%s that looked at nothing else were refused by one form within %s, where %.1f are usual", count(len(nets), "network"), hours(within), mu)},
		together(len(f.Sources), len(nets)),
	}
	explain(in, &f)
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("%s guess at %s, at most %s each", count(len(f.Sources), "address"), path, count(maxOf(per), "try")),
		Body: []string{fmt.Sprintf("%s of %s sent a login to %s, %s in all in %s, and were refused (%s).", upper(count(len(f.Sources), "address")), count(len(nets), "network"),
			path, count(len(part), "time"), span(f.Last.Sub(f.First)), saidOf(answers))},
		Why: []string{fmt.Sprintf("None of them looked at a page, a picture or a style sheet, before or after: whoever logs in by hand sees the form first. %.1f such networks are usual in that time.", mu)},
		Not: []string{"An access log does not name the accounts that were tried."},
		Do:  []string{"See the application's own log for the accounts, and give them a second factor; limit how often the form may be sent."},
	}
	if no := sizedAt(in, l.path); no.saysMost(answers) {
		f.Impact, f.Evidence = analyze.Generic, f.Evidence[:1]
		f.Evidence[0].LogOdds = min(f.Evidence[0].LogOdds, sizeOdds)
		f.Story.Why = append(f.Story.Why, no.why())
	}
	if n := len(l.in); n > 0 {
		f.Story.Not = append(f.Story.Not, fmt.Sprintf("%s that looked at nothing else either were let in: see in the application who that was.", upper(count(n, "login"))))
	}
	return f
}
