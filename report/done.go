package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
)

// Done is what the run carried out.
type Done struct {
	Bans    []ban.Ban // made by this run, in the order of the plan
	Lifts   []ban.Ban // lifted by this run, each with its reason
	Drivers []Driver  // who carries bans out, by name
	Active  int       // bans in force now
	Expired int       // that ended by themselves since the last run
	Trial   bool      // the bans last an hour, until a person confirms that they shut nobody out
}

// Driver is one way in which bans are carried out, and how it went.
type Driver struct {
	Name    string // nftables, nginx deny list, ...
	InForce int    // bans that it holds now
	Error   string // why it does not hold all of them; "" if it does
}

// broken are the drivers that could not be made equal to the ledger.
func (d *Done) broken() (out []Driver) {
	for _, v := range d.Drivers {
		if v.Error != "" {
			out = append(out, v)
		}
	}
	return out
}

// shortfall says what a broken driver lacks, without a final stop.
func (v Driver) shortfall(active int) string {
	return fmt.Sprintf("%s holds %s of %s bans: %s", v.Name, count(v.InForce), count(active), strings.TrimRight(v.Error, ". "))
}

// missing is how many active bans nobody carries out, at worst.
func (d *Done) missing() int {
	least := d.Active
	for _, v := range d.broken() {
		least = min(least, v.InForce)
	}
	return d.Active - least
}

// of returns the bans of a case.
func (d *Done) of(id string) (out []ban.Ban) {
	for _, b := range d.Bans {
		if b.Case == id {
			out = append(out, b)
		}
	}
	return out
}

// deedTitle heads what was done, or what would be.
func (r Report) deedTitle() string {
	if r.Done != nil {
		return "Done for you"
	}
	return "The plan"
}

// deeds says what was done and how to undo it, or else what was planned. The
// commands stand between backticks.
func (r Report) deeds() []string {
	if r.Done == nil {
		return nonempty(r.planSentence())
	}
	d := r.Done
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, count(n)+" "+what)
		}
	}
	add(len(d.Bans), "banned"+breakdown(d.Bans))
	add(len(r.Plan.Hold), "held back")
	add(len(d.Lifts), "lifted")
	var out []string
	if len(parts) > 0 {
		out = append(out, strings.Join(parts, ", ")+".")
	}
	if n := d.missing(); n > 0 {
		out = append(out, fmt.Sprintf("But %s of the %s active are not in force.", count(n), count(d.Active)))
	}
	if len(d.Bans) == 0 {
		return out
	}
	if d.Trial {
		out = append(out, "They last one hour, until you say that nobody was shut out: `gumshoe bans confirm`")
	}
	if r.Run != "" {
		out = append(out, "Undo all of it: `gumshoe bans undo --run "+r.Run+"`")
	}
	return out
}

// breakdown counts bans by jail, most first: " (24 on imap, 1 on http)".
func breakdown(bans []ban.Ban) string {
	n := map[string]int{}
	for _, b := range bans {
		n[b.Jail]++
	}
	if len(n) < 2 {
		return ""
	}
	return " (" + strings.Join(mostFirst(n, " on "), ", ") + ")"
}

// standing says how the ledger and those who carry it out agree.
func (r Report) standing() (out []string) {
	d := r.Done
	if d == nil {
		return nil
	}
	s := counted(d.Active, "ban is active", "bans are active")
	var hold []string
	for _, v := range d.Drivers {
		if v.Error == "" {
			hold = append(hold, v.Name)
		}
	}
	if len(hold) > 0 {
		s += ", held by " + strings.Join(hold, " and ")
	}
	if d.Expired > 0 {
		s += "; " + count(d.Expired) + " ended by themselves"
	}
	out = append(out, s+".")
	for _, v := range d.broken() {
		out = append(out, v.shortfall(d.Active)+".")
	}
	for i, b := range d.Lifts {
		if i == mostLifts {
			out = append(out, "and "+counted(len(d.Lifts)-i, "more lift", "more lifts")+".")
			break
		}
		out = append(out, fmt.Sprintf("Lifted: %s (%s).", address(b.Prefix), orElse(b.LiftedOn, "no reason given")))
	}
	return out
}

// mostLifts is how many lifted bans get a line each.
const mostLifts = 6

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// doneWith says what was done about a case, "" for nothing.
func (r Report) doneWith(c analyze.Case) string {
	if r.Done == nil {
		return ""
	}
	bans := r.Done.of(c.ID)
	if len(bans) == 0 {
		return ""
	}
	who := counted(len(bans), "source", "sources")
	if len(bans) == 1 {
		who = address(bans[0].Prefix)
	}
	s := who + " banned" + r.term(bans)
	if n := bans[0].Offence; n > 1 {
		s += fmt.Sprintf(", its %s offence", ordinal(n))
	}
	return s + "."
}

// term says for how long and until when, as a range where the bans differ.
func (r Report) term(bans []ban.Ban) string {
	if slices.ContainsFunc(bans, func(b ban.Ban) bool { return b.Until.IsZero() }) {
		return " for good"
	}
	byEnd := func(a, b ban.Ban) int { return a.Until.Compare(b.Until) }
	first, last := slices.MinFunc(bans, byEnd), slices.MaxFunc(bans, byEnd)
	end := last.Until.In(r.location()).Format("Mon 2 Jan 15:04")
	if last.Until.Sub(first.Until) >= time.Minute {
		end = first.Until.In(r.location()).Format("Mon 2 Jan 15:04") + " to " + end
	}
	return " for " + span(first.Until.Sub(first.From).Round(time.Minute)) + ", until " + end
}

// ordinal is 1st, 2nd, 3rd, 4th.
func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return count(n) + suffix
}
