package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"gumshoe/ban"
)

// RehearsalText writes the page that is read before bans are switched on: the
// answers to three questions, and then what they rest on.
func RehearsalText(w io.Writer, r Rehearsal, opt TextOptions) error {
	p := rehearsalPrinter(&r, opt)
	p.answers()
	if len(r.Bans) > 0 {
		p.course()
		p.reasons()
		p.reached()
	}
	p.heldBack()
	p.next()
	return p.flush(w, opt)
}

// RehearsalCase writes all that a rehearsal knows of one case; false if it knows
// nothing.
func RehearsalCase(w io.Writer, r Rehearsal, id string, opt TextOptions) (bool, error) {
	p := rehearsalPrinter(&r, opt)
	if !p.one(id) {
		return false, nil
	}
	return true, p.flush(w, opt)
}

// rehearser lays out a rehearsal whose strings are already escaped.
type rehearser struct {
	*printer
	of *Rehearsal
}

func rehearsalPrinter(r *Rehearsal, opt TextOptions) rehearser {
	if opt.Width <= 0 {
		opt.Width = defaultWidth
	}
	clean := escaped(*r, opt.ASCII)
	p := &printer{r: Report{From: r.From, To: r.To, Location: r.Location}, width: max(minWidth, min(maxWidth, opt.Width)), palette: palette(opt.Color)}
	return rehearser{p, &clean}
}

func (p rehearser) flush(w io.Writer, opt TextOptions) error {
	_, err := io.WriteString(w, opt.plain(p.b.String()))
	return err
}

func (p rehearser) day(t time.Time) string { return t.In(p.r.location()).Format("2 Jan") }

// answers are the three questions of whoever hesitates.
func (p rehearser) answers() {
	r := p.of
	on := ""
	if r.Host != "" {
		on = " on " + r.Host
	}
	p.para("", bold, fmt.Sprintf("What --auto-ban-critical would have done%s, %s to %s.", on, p.day(r.From), r.To.In(p.r.location()).Format("2 Jan 2006")))
	from := "the archive"
	if r.AdHoc {
		from = "the files"
	}
	p.para("", dim, fmt.Sprintf("%s replayed from %s in %s. Nothing was touched.", counted(r.Runs, "run", "runs"), from, seconds(r.Elapsed)))
	for _, n := range r.Notes {
		p.para("", "", n)
	}
	p.line()
	hits := len(r.reached())
	locked := fmt.Sprintf("No. None of the %s good logins came from an address that was banned at that moment.", count(r.Logins))
	if r.Logins == 0 {
		locked = "Not known. Nobody logged in with a password or a key in this time."
	} else if n := r.lost(); n > 0 {
		locked = fmt.Sprintf("Maybe you: %s of %s came from an address that was banned at that moment. They are below.", count(n), counted(r.Logins, "good login", "good logins"))
	}
	others := fmt.Sprintf("No. None of the %s lost a visit.", counted(r.People, "honest visitor", "honest visitors"))
	if r.People == 0 {
		others = "Not known. No visitor could be told to be honest."
	} else if hits > 0 {
		others = fmt.Sprintf("%s of %s, below. Read them.", counted(hits, "honest visitor", "honest visitors"), count(max(r.People, hits)))
	}
	use := "There was nothing to ban: no case was sure enough."
	if n := len(r.Bans); n > 0 {
		use = counted(n, "ban", "bans")
		if r.Guarded {
			use += fmt.Sprintf(", %s of them unknown to fail2ban", count(r.Unseen))
		}
		use += "."
	} else if len(r.Held) > 0 {
		use = "Nobody would have been banned: what was sure enough was held back."
	}
	for _, q := range []struct{ ask, say string }{
		{"Would it have locked you out?", locked}, {"Would it have hit others?", others}, {"Would it have been of use?", use},
	} {
		p.para("  "+p.paint(bold, fill(q.ask, 31)), "", q.say)
	}
}

// seconds writes how long a replay took.
func seconds(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return span(d.Round(time.Second))
}

// Titles of what the page of one case has too.
const (
	hitTitle  = "Honest visitors it would have hit"
	heldTitle = "Held back, and why"
)

// course is a line a week.
func (p rehearser) course() {
	p.section("Week by week")
	weeks := p.of.weeks()
	most := 1
	for _, w := range weeks {
		most = max(most, w.bans)
	}
	bars := p.width - 48
	row := func(week, cases, bans, bar, honest, history string) {
		p.line("  ", fill(week, 8), right(cases, 6), right(bans, 6), "  ", bar, strings.Repeat(" ", max(0, bars-cells(bar))), right(honest, 12), "  ", history)
	}
	row("week of", "cases", "bans", "", "honest hit", "history")
	cases := map[string]bool{}
	for i := range p.of.Bans {
		cases[p.of.Bans[i].Case] = true
	}
	for _, w := range weeks {
		row(right(p.day(w.from), 6), count(w.cases), count(w.bans), barOf(w.bans, most, bars), orNone(w.hits), past(w.history))
	}
	p.line("  ", p.paint(dim, strings.Repeat("─", p.width-4)))
	row(counted(len(weeks), "week", "weeks"), count(len(cases)), count(len(p.of.Bans)), "", orNone(len(p.of.reached())), "")
	p.line()
	addresses, networks := sizes(p.of.all())
	what := counted(addresses, "address", "addresses")
	if networks > 0 {
		what += ", " + counted(networks, "network", "networks")
	}
	runs, top := p.of.runsOf()
	s := fmt.Sprintf("%s, in %s of %s; never more than %s in one run (cap %s).", what, count(runs), counted(p.of.Runs, "run", "runs"), count(top), count(p.of.Policy.MaxBans))
	if d := p.of.delay(); d > 0 {
		s += fmt.Sprintf(" Half of the bans came within %s of the first event of their case", span(d.Round(time.Minute)))
		if d < 24*time.Hour {
			s += ": a report every 6 h is late by design. Keep fail2ban for the fast ones"
		}
		s += "."
	}
	p.para("  ", "", s)
}

// barOf draws n of most in at most width cells, to half a cell.
func barOf(n, most, width int) string {
	if n == 0 || most == 0 || width <= 0 {
		return ""
	}
	halves := max(1, 2*n*width/most)
	return strings.Repeat("█", halves/2) + strings.Repeat("▌", halves%2)
}

func orNone(n int) string {
	if n == 0 {
		return "-"
	}
	return count(n)
}

// past says how much history a week had to compare with.
func past(d time.Duration) string {
	switch {
	case d < time.Hour:
		return "none"
	case d < 48*time.Hour:
		return counted(int(d.Hours()), "h", "h")
	case d < 14*24*time.Hour:
		return counted(int(d.Hours()/24), "day", "days")
	}
	return counted(int(d.Hours()/24/7), "week", "weeks")
}

// days writes the length of a ban.
func days(d time.Duration) string {
	if d < 36*time.Hour {
		return counted(int((d+30*time.Minute)/time.Hour), "hour", "hours")
	}
	return counted(int((d+12*time.Hour)/(24*time.Hour)), "day", "days")
}

// reasons are the kinds of case behind the bans.
func (p rehearser) reasons() {
	p.section("For what")
	for _, k := range p.of.kinds() {
		length := days(k.longest)
		if low := days(k.shortest); low != length {
			n, unit, _ := strings.Cut(low, " ")
			if strings.HasSuffix(length, unit) {
				low = n
			}
			length = low + " to " + length
		}
		p.line("  ", fill(strings.ReplaceAll(k.kind, "_", " "), p.width-50), right(count(k.bans), 8), "  ", right(counted(k.cases, "case", "cases"), 12), "   ", length)
	}
}

// reached are the honest visitors whom a ban would have kept out, each with the
// way to spare it.
func (p rehearser) reached() {
	hits := p.of.reached()
	if len(hits) == 0 {
		return
	}
	p.section(hitTitle)
	for i, h := range hits {
		if i > 0 {
			p.line()
		}
		if i == rehearsedHits {
			p.line("  and ", count(len(hits)-i), " more; --json lists them all")
			break
		}
		p.hit(i+1, h)
	}
}

// rehearsedHits is how many honest visitors are told one by one.
const rehearsedHits = 20

func (p rehearser) hit(n int, h ban.Hit) {
	b := &p.of.Bans[h.Ban]
	who := address(h.Source)
	if b.Prefix != h.Source {
		who += " (with " + address(b.Prefix) + ")"
	}
	p.para(fmt.Sprintf("  %s  ", right(count(n), 2)), "", fmt.Sprintf("%s, %s, for %s, as %s (%s)", p.paint(yellow, who), p.at(b.From), days(b.Until.Sub(b.From)),
		article(strings.ReplaceAll(p.of.Kinds[b.Case], "_", " ")), b.Case))
	p.para("      ", "", fmt.Sprintf("During the ban: %s.", did(h.During)))
	indent := "      "
	if h.Before.Logins+h.Before.Visits > 0 {
		p.para(indent, "", fmt.Sprintf("Before it: %s. So it is likely the same person or program.", did(h.Before)))
		p.line(indent, "To spare it:")
		p.line(indent, "  ", "echo ", h.Source.String(), " >> ", p.of.AllowList)
		return
	}
	key, length := "ban.base", p.of.Policy.Base/2
	if b.Offence < 2 && b.Until.Sub(b.From) > p.of.Policy.Base*3/2 {
		key, length = "ban.slow", p.of.Policy.Base
	}
	p.para(indent, "", "Before it: nothing honest. So it is likely the next holder of the address.")
	p.line(indent, "To spare such:")
	p.line(indent, "  ", key, ": ", fmt.Sprintf("%dh", int(max(1, length.Hours()))))
}

func (p rehearser) at(t time.Time) string {
	return t.In(p.r.location()).Format("Mon 2 Jan 15:04")
}

// did says what an honest visitor did.
func did(g ban.Good) string {
	return strings.Join(nonempty(counts(g.Logins, "good login", "good logins"), counts(g.Visits, "page with its pictures", "pages with their pictures")), ", ")
}

// counts is counted, nothing of nothing.
func counts(n int, one, many string) string {
	if n == 0 {
		return ""
	}
	return counted(n, one, many)
}

func article(s string) string {
	if s != "" && strings.ContainsRune("aeiou", rune(s[0])) {
		return "an " + s
	}
	return "a " + s
}

// heldBack is what the guards prevented.
func (p rehearser) heldBack() {
	list := p.of.holds()
	if len(list) == 0 {
		return
	}
	p.section(heldTitle)
	for _, h := range list {
		s := h.first.Reason
		if h.others > 0 {
			s += " So it was with " + counted(h.others, "other", "others") + "."
		}
		p.para("  "+right(count(h.others+1), 4)+"  ", "", s)
	}
}

// next is what to type.
func (p rehearser) next() {
	p.section("Next")
	weeks := fmt.Sprintf("gumshoe bans rehearse --weeks %d --case ID", len(p.of.weeks()))
	if p.of.AdHoc {
		weeks = "gumshoe bans rehearse --case ID FILE..."
	}
	if len(p.of.Bans)+len(p.of.Held) > 0 {
		p.line("  See any of them   ", weeks)
		for _, id := range p.of.examples(3) {
			p.line("                    ", p.paint(dim, id+"  "+cut(p.of.headlineOf(id), p.width-30)))
		}
	}
	p.line("  Switch it on      ban.mode: critical     in /etc/gumshoe/gumshoe.yaml")
	p.para("  ", "", "The first armed runs ban for 1 hour only, until you say:  gumshoe bans confirm")
}

// examples are the first cases that led to a ban.
func (r *Rehearsal) examples(n int) (out []string) {
	seen := map[string]bool{}
	for i := range r.Bans {
		if id := r.Bans[i].Case; !seen[id] && len(out) < n {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

func (r *Rehearsal) headlineOf(id string) string {
	for i := range r.Bans {
		if r.Bans[i].Case == id {
			return r.Bans[i].Headline
		}
	}
	return ""
}

// one tells of a single case.
func (p rehearser) one(id string) bool {
	known := false
	for i := range p.of.Bans {
		b := &p.of.Bans[i]
		if b.Case != id {
			continue
		}
		if !known {
			p.para("", bold, b.Headline)
			p.para("", dim, fmt.Sprintf("case %s, %s, %s, %s", id, b.Level, sure(b.Confidence), strings.ReplaceAll(p.of.Kinds[id], "_", " ")))
			for _, e := range b.Families {
				p.para("  "+right(weight(e.LogOdds), 5)+"  ", "", e.Fact+".")
			}
			p.section("Bans")
		}
		known = true
		s := fmt.Sprintf("%s, %s to %s, %s", address(b.Prefix), p.at(b.From), p.at(b.Until), b.Action)
		if b.Extensions > 0 {
			s += ", prolonged " + counted(b.Extensions, "time", "times")
		}
		p.para("  ", "", s+". "+b.Reason)
		for line := range strings.SplitSeq(b.Evidence, `\n`) {
			if line != "" {
				p.line("    ", p.paint(dim, cut(line, p.width-4)))
			}
		}
	}
	held := false
	for _, h := range p.of.Held {
		if h.Case != id {
			continue
		}
		if !held {
			p.section(heldTitle)
		}
		held = true
		p.para("  ", "", fmt.Sprintf("%s, %s. %s", address(h.Prefix), p.at(h.At), h.Reason))
	}
	hit := false
	for i, h := range p.of.reached() {
		if p.of.Bans[h.Ban].Case != id {
			continue
		}
		if !hit {
			p.section(hitTitle)
		}
		hit = true
		p.hit(i+1, h)
	}
	return known || held
}
