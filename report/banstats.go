package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gumshoe/ban"
)

// BanStats is how bans are spread.
type BanStats struct {
	By       string // country, jail, day, prefix, asn
	Now      time.Time
	Location *time.Location
	Active   []ban.Ban // all that are in force
	Last     string    // the time in which those of Rows began; "": Rows are in force
	Rows     []BanShare
	Honest   int      // addresses that were honest lately; 0: nobody knows where they come from
	Since    int      // days in which they were
	Credits  []string // whose data tells the countries
}

// BanShare is one line of the distribution.
type BanShare struct {
	Key    string `json:"key"` // "" where it is not known
	Bans   int    `json:"bans"`
	Change *int   `json:"change,omitempty"` // against seven days before
	Honest *int   `json:"honest,omitempty"` // addresses that were honest lately
}

// statRows is how many lines are drawn; the rest is one.
const statRows = 10

// unknownKey stands for what nobody could tell.
const unknownKey = "unknown"

// Text draws the distribution for a terminal.
func (s BanStats) Text(w io.Writer, opt TextOptions) error {
	if opt.Width <= 0 {
		opt.Width = defaultWidth
	}
	clean := escaped(s, opt.ASCII)
	p := &printer{r: Report{Location: s.Location}, width: max(minWidth, min(maxWidth, opt.Width)), palette: palette(opt.Color)}
	clean.head(p)
	if len(clean.Rows) > 0 {
		clean.table(p)
		clean.lesson(p)
	}
	p.line()
	p.para("", dim, "Also: "+strings.Join(nonempty(alsoBy(s.By)...), ", ")+", --json")
	for _, c := range clean.Credits {
		p.para("", dim, c)
	}
	_, err := io.WriteString(w, opt.plain(p.b.String()))
	return err
}

// plain replaces our own marks and half cells in a C locale.
func (o TextOptions) plain(s string) string {
	if !o.ASCII {
		return s
	}
	return asciiGlyphs.Replace(strings.ReplaceAll(s, "▌", "|"))
}

func alsoBy(by string) (out []string) {
	for _, k := range []string{"country", "jail", "day", "prefix", "asn"} {
		if k != by {
			out = append(out, "--by "+k)
		}
	}
	return out
}

func (s *BanStats) head(p *printer) {
	at := s.Now.In(p.r.location()).Format("Mon 2 Jan 2006, 15:04 MST")
	if len(s.Active) == 0 {
		p.para("", bold, "Nobody is banned on "+at+".")
	} else {
		addresses, networks := sizes(s.Active)
		p.para("", bold, fmt.Sprintf("%s active on %s: %s.", counted(len(s.Active), "ban", "bans"), at,
			strings.Join(nonempty(counts(addresses, "address", "addresses"), counts(networks, "prefix", "prefixes")), ", ")))
	}
	if s.Last != "" {
		p.para("", "", "Below are those that began in the last "+s.Last+".")
	}
}

// table draws the lines, the largest first; days in their order.
func (s *BanStats) table(p *printer) {
	rows := s.folded()
	total, change, honest, most := 0, 0, 0, 1
	name := cells(s.By)
	for _, r := range rows {
		total, most, name = total+r.Bans, max(most, r.Bans), max(name, min(cells(r.Key), 43))
		change, honest = change+value(r.Change), honest+value(r.Honest)
	}
	changes, visitors := s.Last == "", s.Honest > 0
	bars := p.width - name - 20
	if changes {
		bars -= 8
	}
	if visitors {
		bars -= 18
	}
	bars = max(4, bars)
	row := func(style, key, bans, bar, share, week, guests string) {
		l := "  " + fill(key, name) + right(bans, 7) + "  " + bar + strings.Repeat(" ", max(0, bars-cells(bar))) + right(share, 8)
		if changes {
			l += right(week, 8)
		}
		p.line(p.paint(style, l), guests)
	}
	guests := func(n *int) string {
		if !visitors {
			return ""
		}
		return right(percentOf(value(n), s.Honest), 18)
	}
	title := ""
	if visitors {
		title = right("honest visitors", 18)
	}
	p.line()
	row(dim, s.By, "bans", "", "share", "7 days", p.paint(dim, title))
	largest := slices.MaxFunc(rows, func(a, b BanShare) int { return value(a.Honest) - value(b.Honest) })
	for _, r := range rows {
		g := guests(r.Honest)
		if visitors && r.Key == largest.Key {
			g = p.paint(bold, g)
		}
		row("", r.Key, count(r.Bans), barOf(r.Bans, most, bars), percentOf(r.Bans, total), signed(value(r.Change)), g)
	}
	p.line("  ", p.paint(dim, strings.Repeat("─", p.width-4)))
	row("", "all", count(total), "", percentOf(total, total), signed(change), guests(&s.Honest))
	if visitors {
		p.line()
		p.para("  ", dim, fmt.Sprintf("honest visitors: where the addresses with a good login or ordinary visits in the last %d days come from (%s of them).", s.Since, count(s.Honest)))
	}
}

// folded are the lines that are drawn: the small ones as one, and at last what is
// not known.
func (s *BanStats) folded() []BanShare {
	var out []BanShare
	var rest, unknown BanShare
	add := func(to *BanShare, r BanShare) {
		to.Bans += r.Bans
		change, honest := value(to.Change)+value(r.Change), value(to.Honest)+value(r.Honest)
		to.Change, to.Honest = &change, &honest
	}
	others := 0
	for _, r := range s.Rows {
		switch {
		case r.Key == "":
			add(&unknown, r)
		case r.Bans == 0:
			if value(r.Honest) > 0 || value(r.Change) != 0 {
				add(&rest, r)
				others++
			}
		case s.By != "day" && len(out) == statRows:
			add(&rest, r)
			others++
		default:
			out = append(out, r)
		}
	}
	if others > 0 {
		rest.Key = counted(others, "other", "others")
		out = append(out, rest)
	}
	if unknown.Bans > 0 || value(unknown.Honest) > 0 {
		unknown.Key = unknownKey
		out = append(out, unknown)
	}
	return out
}

// lesson says what a reader of countries must not miss: where the visitors are.
func (s *BanStats) lesson(p *printer) {
	if s.Honest == 0 {
		return
	}
	total := 0
	for _, r := range s.Rows {
		total += r.Bans
	}
	r := slices.MaxFunc(s.Rows, func(a, b BanShare) int {
		return cmp.Or(cmp.Compare(min(1, a.Bans), min(1, b.Bans)), value(a.Honest)-value(b.Honest))
	})
	if r.Key == "" || r.Bans == 0 || value(r.Honest) == 0 {
		return
	}
	p.line()
	p.line("What this says")
	p.para("  ", "", fmt.Sprintf("%s holds %s of the bans and %s of your visitors: a country ban would shut out %s to stop %s. gumshoe bans no country by itself.",
		r.Key, percentOf(r.Bans, total), percentOf(value(r.Honest), s.Honest), counted(value(r.Honest), "honest address", "honest addresses"), count(r.Bans)))
}

func value(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// percentOf writes part of whole in whole percent; what there is of it is never 0 %.
func percentOf(part, whole int) string {
	switch n := 100 * part; {
	case whole == 0:
		return "-"
	case part > 0 && n < whole:
		return "<1 %"
	default:
		return fmt.Sprintf("%d %%", (n+whole/2)/whole)
	}
}

// signed writes a change, - for none.
func signed(n int) string {
	switch {
	case n == 0:
		return "-"
	case n > 0:
		return "+" + count(n)
	}
	return "−" + count(-n)
}
