package report

import (
	"fmt"
	"io"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest/lazyregexp"
)

// TextOptions say what the terminal can do.
type TextOptions struct {
	Width int  // cells in a line; 0: 80. More than 100 reads badly and is not used
	Color bool // ANSI colours; without it the text holds no control but the line feed
	ASCII bool // a C locale: nothing beyond ASCII
}

// Widths of the page.
const (
	defaultWidth = 80
	minWidth     = 40
	maxWidth     = 100
)

// Text writes the report for a terminal: what a person must know first, the
// night in one picture, the cases, worst first, and what was read.
func Text(w io.Writer, r Report, opt TextOptions) error {
	if opt.Width <= 0 {
		opt.Width = defaultWidth
	}
	p := &printer{r: escaped(r.light(), opt.ASCII), width: max(minWidth, min(maxWidth, opt.Width)), palette: palette(opt.Color)}
	p.opening()
	p.night()
	p.cases()
	p.ended()
	p.bans()
	p.places()
	p.read()
	text := p.b.String()
	if opt.ASCII {
		text = asciiGlyphs.Replace(text)
	}
	_, err := io.WriteString(w, text)
	return err
}

// asciiGlyphs replaces our own marks one for one, so that columns stay.
var asciiGlyphs = strings.NewReplacer("◆", "*", "▲", "!", "●", "x", "○", "o", "·", ".", "✓", "+",
	"│", "|", "┃", ":", "█", "#", "░", "/", "─", "-", "■", "#", "□", "-", "…", "~", "“", `"`, "”", `"`, "→", ">", "−", "-",
	"▁", "_", "▂", ".", "▃", ":", "▄", "-", "▅", "=", "▆", "+", "▇", "*")

// printer lays out a report whose strings are already escaped.
type printer struct {
	r     Report
	width int
	palette
	b strings.Builder
}

// palette paints, or does not.
type palette bool

// The styles, as SGR codes.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (on palette) paint(style, s string) string {
	if !on || s == "" || style == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

// sgr matches our own colours, which take no cells.
var sgr = lazyregexp.New(`\x1b\[\d+m`)

// levelStyle is the colour of a level's mark and word.
func levelStyle(l analyze.Level) string {
	switch l {
	case analyze.Critical:
		return red
	case analyze.High:
		return yellow
	}
	return ""
}

func (p *printer) line(parts ...string) {
	p.b.WriteString(strings.TrimRight(strings.Join(parts, ""), " "))
	p.b.WriteByte('\n')
}

// para writes a paragraph; first stands before its first line, later lines are
// indented as far.
func (p *printer) para(first, style, s string) {
	indent := cells(sgr().ReplaceAllString(first, ""))
	for i, l := range wrap(s, p.width-indent) {
		if i > 0 {
			first = strings.Repeat(" ", indent)
		}
		p.line(first, p.paint(style, l))
	}
}

// section opens a part of the report with a rule through the whole width.
func (p *printer) section(title string) {
	title = "── " + cut(title, p.width-4) + " "
	p.line()
	p.line(p.paint(dim, title+strings.Repeat("─", max(0, p.width-cells(title)))))
	p.line()
}

// opening says what happened and what to do.
func (p *printer) opening() {
	r := p.r
	head := r.window()
	if r.Host != "" {
		head = r.Host + " · " + head
	}
	if v := "gumshoe " + r.Version; r.Version != "" && cells(head)+cells(v)+2 <= p.width {
		p.line(p.paint(dim, head+right(v, p.width-cells(head))))
	} else {
		p.para("", dim, head)
	}
	p.line()
	p.para("", bold, r.headline())
	if lead := r.lead(); lead != "" {
		p.line()
		p.para("", "", lead)
	}
	if c, ok := r.question(); ok {
		p.ask(c)
	}
	if list, more := r.needs(); len(list) > 0 {
		p.line()
		p.line(p.paint(bold, "Needs you"))
		for _, n := range list {
			p.need(n)
		}
		if more > 0 {
			p.line("    and ", count(more), " more below")
		}
	}
	if list := r.deeds(); len(list) > 0 {
		p.line()
		p.line(p.paint(bold, r.deedTitle()))
		mark := p.mark()
		for _, s := range list {
			p.para("  "+mark+" ", "", s)
			mark = " "
		}
	}
	if urgent, _ := r.notes(); len(urgent) > 0 {
		p.line()
		p.line(p.paint(bold, trouble))
		for _, n := range urgent {
			p.para("  "+p.paint(yellow, glyphs[analyze.High])+" ", "", n)
		}
	}
}

// mark is the tick before what gumshoe settled.
func (p *printer) mark() string { return p.paint(green, "✓") }

// ask puts the break-in to the reader as a question with two answers.
func (p *printer) ask(c analyze.Case) {
	p.line()
	p.line(p.paint(bold, "Was it you?"))
	no := "  No.   "
	for i, do := range c.Do {
		p.para(no+p.paint(red, fmt.Sprint(i+1))+"  ", "", do)
		no = "        "
	}
	p.para("  Yes.  ", "", "Then nothing more is needed. What led here is case "+c.ID+" below.")
}

func (p *printer) need(n need) {
	s := n.what + "."
	if n.id != "" {
		s = n.what + " (" + n.id + ")."
	}
	if n.do != "" {
		s += " " + n.do
	}
	p.para("  "+p.paint(levelStyle(n.level), glyphs[n.level])+" ", "", s)
}

// Columns of the picture of the night.
const (
	nightName  = 24
	nightState = 10
)

// night draws one row a case on the window's axis.
func (p *printer) night() {
	pic, ok := p.r.picture(pictureRows)
	if !ok {
		return
	}
	p.section(pic.title)
	n := p.width - nightName - nightState - 4
	silent, planned := false, p.r.Plan.Outcomes()
	for _, c := range pic.rows {
		silent = silent || silence(c)
		p.line(p.paint(levelStyle(c.Level), glyphs[c.Level]), " ", fill(pic.name(c), nightName), " ", p.strokes(pic.axis, c, n), " ",
			fill(p.r.deed(c, planned[c.ID]), nightState))
	}
	p.line(strings.Repeat(" ", nightName+3), p.paint(dim, scale(pic.axis, n, n+nightState)))
	legend := "│ 1 to 3 events  ┃ 4 to 9  █ more"
	if silent {
		legend += "  ░ no log"
	}
	p.line(p.paint(dim, legend))
	if pic.note != "" {
		p.para("", dim, pic.note)
	}
}

// strokes draws a case's events in n cells.
func (p *printer) strokes(a axis, c analyze.Case, n int) string {
	counts := a.buckets(c, n)
	if len(c.Timeline) == 0 {
		for i := a.cell(c.First, n); i <= a.cell(c.Last, n); i++ {
			counts[i] = max(1, float64(c.Events)/float64(a.cell(c.Last, n)-a.cell(c.First, n)+1))
		}
	}
	var b strings.Builder
	for _, k := range counts {
		switch {
		case k == 0:
			b.WriteString(p.paint(dim, "·"))
		case silence(c):
			b.WriteString(p.paint(dim, "░"))
		case k < 4:
			b.WriteString("│")
		case k < 10:
			b.WriteString("┃")
		default:
			b.WriteString("█")
		}
	}
	return b.String()
}

// scale writes the labels of an axis of n cells, at most width of them, leaving
// out a label that would touch the one before.
func scale(a axis, n, width int) string {
	line := ""
	for _, t := range a.ticks {
		at := int(a.at(t.at)*float64(n) + .5)
		if line != "" && at <= len(line) || at+len(t.label) > width {
			continue
		}
		line += strings.Repeat(" ", at-len(line)) + t.label
	}
	return line
}
