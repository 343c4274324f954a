package quality

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gumshoe/analyze"
)

// record collects what was measured. Jobs end in any order; the tables do not.
type record struct {
	mu         sync.Mutex
	chronicles []*chronicle
	rows       []row
}

// row is a test's line.
type row struct {
	name, about, goal, measured string
	ok                          bool
}

func (b *record) chronicle(c *chronicle) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range c.nights { // the cases were read; their text is most of the memory
		c.nights[i].cases, c.nights[i].charges = nil, nil
	}
	b.chronicles = append(b.chronicles, c)
}

func (b *record) row(name, about, goal, measured string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows = append(b.rows, row{name, about, goal, measured, ok})
}

// write prints the tables.
func (b *record) write(w io.Writer, q *Quality) error {
	slices.SortFunc(b.chronicles, func(x, y *chronicle) int {
		return cmp.Or(cmp.Compare(x.suite.Name, y.suite.Name), cmp.Compare(x.size.Scale, y.size.Scale))
	})
	slices.SortFunc(b.rows, func(x, y row) int { return cmp.Compare(number(x.name), number(y.name)) })
	t := &tables{w: w}
	b.goals(t)
	b.slow(t)
	b.campaigns(t)
	b.deeds(t)
	b.honest(t)
	if len(b.rows) > 0 {
		t.head("The tests by number", "test", "what", "wanted", "measured", "passed")
		for _, r := range b.rows {
			t.line(r.name, r.about, r.goal, r.measured, yes(r.ok))
		}
	}
	return t.err
}

func number(name string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(name, "T"))
	return n
}

// of lists the pursuits of a group, at all sizes.
func (b *record) of(want string) (out []pursuit) {
	for _, c := range b.chronicles {
		for _, p := range c.pursuits {
			if group(p.Expect) == want {
				out = append(out, p)
			}
		}
	}
	return out
}

// goals is the first table: what is to be reached, what is, and what the peer reaches.
func (b *record) goals(t *tables) {
	t.head("The goals", "measure", "goal", "gumshoe", "passed", "fail2ban, small site")
	for _, g := range []struct {
		group, what string
		goal        float64
	}{{"20min", "slow, 20 minutes apart: found within 1 run", 99}, {"2h", "slow, 2 hours apart: found within 3 runs", 99}, {"1d", "slow, a day apart: found within 8 days", 95}} {
		b.goal(t, g.what, g.goal, b.of(g.group), func(p pursuit) bool { return p.level >= analyze.Low })
	}
	campaigns := b.of("campaign")
	b.goal(t, "campaigns: one case holds half of the sources", 95, campaigns, func(p pursuit) bool { return p.one })
	if len(campaigns) > 0 {
		found, all := 0.0, 0
		for _, p := range campaigns {
			found += p.share * float64(len(p.Sources))
			all += len(p.Sources)
		}
		share := 100 * found / float64(all)
		t.line("campaigns: their sources", "90 %", fmt.Sprintf("%.1f %% (%.0f of %d)", share, found, all), yes(share >= 90), "")
	}
	networks := slices.DeleteFunc(slices.Clone(campaigns), func(p pursuit) bool { return p.Prefix == "" })
	b.goal(t, "campaigns of one network: the right network", 95, networks, func(p pursuit) bool { return p.prefix })
	b.goalsOfHonesty(t)
	b.goal(t, "break-ins: critical in the next run", 100, b.of("breakin"), func(p pursuit) bool { return p.critical })
	b.goal(t, "200 to 500: critical, by endpoint", 100, b.of("flip"), func(p pursuit) bool { return p.critical && p.target })
}

// goal is one line of the first table.
func (b *record) goal(t *tables, what string, goal float64, of []pursuit, ok func(pursuit) bool) {
	if len(of) == 0 {
		return
	}
	n, peers, replayed := 0, 0, 0
	for _, p := range of {
		if ok(p) {
			n++
		}
		if b.replayed(p.size) {
			replayed++
			if p.peer {
				peers++
			}
		}
	}
	share := 100 * float64(n) / float64(len(of))
	peer := "-"
	if replayed > 0 {
		peer = fmt.Sprintf("bans any source of %d of %d", peers, replayed)
	}
	t.line(what, fmt.Sprintf("%.0f %%", goal), fmt.Sprintf("%.1f %% (%d of %d)", share, n, len(of)), yes(share >= goal), peer)
}

func (b *record) replayed(size string) bool {
	return slices.ContainsFunc(b.chronicles, func(c *chronicle) bool { return c.size.Name == size && c.whole != "" })
}

// goalsOfHonesty are the lines about those who did nothing.
func (b *record) goalsOfHonesty(t *tables) {
	var inside int
	for _, c := range b.chronicles {
		inside += len(c.honesty.inside)
	}
	t.line("honest addresses inside an accused network", "0", fmt.Sprint(inside), yes(inside == 0), "-")
	var weeks, userWeeks float64
	var planned, held, high, verify, accused, requests, flagged, anomalies int
	peer := "-"
	for _, c := range b.chronicles {
		if c.suite.Name != "honest" {
			continue
		}
		h := &c.honesty
		weeks += c.days / 7
		userWeeks += float64(c.size.Boxes+bigOffice) * c.days / 7
		planned, held, high, verify, anomalies = planned+len(h.planned), held+len(h.held), high+len(h.high), verify+len(h.verify), anomalies+len(h.anomaly)
		requests, flagged = requests+h.requests, flagged+h.flagged
		for _, sources := range h.accused {
			accused += len(sources)
		}
		if c.whole != "" {
			peer = fmt.Sprintf("bans %d", len(h.peer))
		}
	}
	if weeks == 0 {
		return
	}
	t.line("honest suite: bans planned", "0", fmt.Sprintf("%d (and %d held)", planned, held), yes(planned == 0), peer)
	t.line("honest suite: high or critical, in a site-week", "at most 1", fmt.Sprintf("%.2f (%d in %.0f)", float64(high)/weeks, high, weeks), yes(float64(high) <= weeks), "-")
	t.line("honest suite: sources accused at low or above", "0", fmt.Sprint(accused), yes(accused == 0), "-")
	t.line("honest suite: false break-ins in 1,000 user-weeks", "at most 1", fmt.Sprintf("%.2f (%d in %.0f)", 1000*float64(verify)/userWeeks, verify, userWeeks), yes(1000*float64(verify) <= userWeeks), "-")
	t.line("honest suite: alerts about unusual traffic, in a site-week", "-", fmt.Sprintf("%.2f", float64(anomalies)/weeks), "-", "-")
	t.line("honest requests taken for hostile", "0.1 %", fmt.Sprintf("%.3f %% (%d of %d)", 100*float64(flagged)/float64(max(1, requests)), flagged, requests), yes(1000*flagged <= requests), "-")
}

// bigOffice is how many people with mail the honest suite has beside its mailboxes.
const bigOffice = 200

// slow breaks the patient probers down by door and size.
func (b *record) slow(t *tables) {
	t.head("Patient probers, by door", "pace", "door", "small", "medium", "large", "levels", "detections")
	for _, g := range []string{"20min", "2h", "1d"} {
		b.breakdown(t, g, b.of(g), func(p pursuit) string { return p.Kind }, func(p pursuit) bool { return p.level >= analyze.Low })
	}
}

// breakdown prints a line per kind, with its share at each size.
func (b *record) breakdown(t *tables, first string, of []pursuit, kind func(pursuit) string, ok func(pursuit) bool) {
	var kinds []string
	for _, p := range of {
		if k := kind(p); !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	for _, k := range kinds {
		cells := []string{first, k}
		levels, said := map[string]int{}, map[string]int{}
		for _, size := range []string{"small", "medium", "large"} {
			n, all := 0, 0
			for _, p := range of {
				if kind(p) != k || p.size != size {
					continue
				}
				all++
				if ok(p) {
					n++
				}
				levels[levelName(p)]++
				for _, s := range p.said {
					said[s]++
				}
			}
			cell := "-"
			if all > 0 {
				cell = fmt.Sprintf("%d of %d", n, all)
			}
			cells = append(cells, cell)
		}
		t.line(append(cells, tally(levels), tally(said))...)
	}
}

func levelName(p pursuit) string {
	if p.found.IsZero() {
		return "not found"
	}
	return p.level.String()
}

// tally lists counts, the most first.
func tally(m map[string]int) string {
	type entry struct {
		name string
		n    int
	}
	var list []entry
	for k, n := range m {
		list = append(list, entry{k, n})
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Or(b.n-a.n, cmp.Compare(a.name, b.name)) })
	var out []string
	for _, e := range list {
		out = append(out, fmt.Sprintf("%d %s", e.n, e.name))
	}
	return strings.Join(out, ", ")
}

// campaigns lists each campaign with what was made of it at each size.
func (b *record) campaigns(t *tables) {
	of := b.of("campaign")
	if len(of) == 0 {
		return
	}
	t.head("Campaigns: sources accused, and whether one case holds them", "campaign", "bots", "small", "medium", "large", "levels", "detections")
	var names []string
	for _, p := range of {
		if !slices.Contains(names, p.Attack) {
			names = append(names, p.Attack)
		}
	}
	for _, name := range names {
		cells := []string{name, ""}
		levels, said := map[string]int{}, map[string]int{}
		for _, size := range []string{"small", "medium", "large"} {
			cell := "-"
			for _, p := range of {
				if p.Attack != name || p.size != size {
					continue
				}
				cells[1] = fmt.Sprint(len(p.Sources))
				levels[levelName(p)]++
				for _, s := range p.said {
					said[s]++
				}
				cell = p.cell()
			}
			cells = append(cells, cell)
		}
		t.line(append(cells, tally(levels), tally(said))...)
	}
}

// cell says of a campaign how much of it was found, and as what.
func (p pursuit) cell() string {
	out := fmt.Sprintf("%.0f %%", 100*p.share)
	switch {
	case p.share > 0 && !p.one:
		out += " in pieces"
	case p.one && p.Prefix != "" && !p.prefix:
		out += ", network " + cmp.Or(p.named, "not named")
	case p.one && p.Prefix != "":
		out += ", " + p.named
	}
	if p.one && p.others > 0 {
		out += fmt.Sprintf(" with %d others", p.others)
	}
	return out
}

// deeds breaks break-ins and flips down.
func (b *record) deeds(t *tables) {
	if len(b.of("breakin")) == 0 {
		return
	}
	t.head("Break-ins and endpoints that break", "attack", "kind", "small", "medium", "large", "levels", "detections")
	b.breakdown(t, "break-in", b.of("breakin"), func(p pursuit) string {
		return fmt.Sprintf("%s, %d addresses, %s", p.Kind, len(p.Sources), p.End.Sub(p.Start).Round(time.Minute))
	}, func(p pursuit) bool { return p.critical })
	b.breakdown(t, "200 to 500", b.of("flip"), func(p pursuit) string { return p.Kind + " on " + p.Targets[0] }, func(p pursuit) bool { return p.critical && p.target })
}

// honest lists whom the runs accused wrongly, and as what.
func (b *record) honest(t *tables) {
	t.head("Accused, and honest", "suite", "site", "lines a day", "who", "sources", "as")
	for _, c := range b.chronicles {
		h := &c.honesty
		lines := fmt.Sprintf("%.0f", float64(c.lines)/c.days)
		if len(h.accused) == 0 {
			t.line(c.suite.Name, c.size.Name, lines, "nobody", "0", "")
		}
		for _, actor := range sortedKeys(h.accused) {
			t.line(c.suite.Name, c.size.Name, lines, actor, fmt.Sprint(len(h.accused[actor])), strings.Join(sortedKeys(h.kinds[actor]), ", "))
		}
	}
	t.head("High or critical without an attack", "suite", "site", "case")
	for _, c := range b.chronicles {
		if c.suite.Name != "honest" {
			continue
		}
		for _, id := range sortedKeys(c.honesty.high) {
			t.line(c.suite.Name, c.size.Name, c.honesty.high[id])
		}
	}
}
