package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
)

// DossierText writes a dossier for a terminal: who it is, the story, what it
// touched, its lines, who is like it, what was decided and what to type next.
func DossierText(w io.Writer, d Dossier, opt TextOptions) error {
	if opt.Width <= 0 {
		opt.Width = defaultWidth
	}
	p := &dossierPrinter{d: escaped(d, opt.ASCII), printer: printer{width: max(minWidth, min(maxWidth, opt.Width)), palette: palette(opt.Color)}}
	p.r = Report{Location: p.d.Location, Now: p.d.Now, To: p.d.Now}
	p.opening()
	if p.d.Known() {
		p.cases()
		p.story()
		p.touched()
		p.lines()
		p.others()
		p.decided()
		p.next()
	}
	p.closing()
	text := p.b.String()
	if opt.ASCII {
		text = asciiGlyphs.Replace(text)
	}
	_, err := io.WriteString(w, text)
	return err
}

type dossierPrinter struct {
	printer
	d Dossier
}

// opening says who it is and whether anything is known.
func (p *dossierPrinter) opening() {
	p.para("", bold, p.d.title())
	for _, s := range p.d.identity() {
		p.para("", "", s)
	}
	p.line()
	p.para("", "", p.d.lead())
}

// cases names the cases in a line each; the case that was asked for is told whole.
func (p *dossierPrinter) cases() {
	for i, r := range p.d.Cases {
		c := r.Cases[0]
		p.line()
		if p.d.About == AboutCase {
			told := printer{r: r, width: p.width, palette: p.palette}
			told.story(c)
			p.b.WriteString(told.b.String())
			continue
		}
		p.line(p.paint(levelStyle(c.Level), glyphs[c.Level]+" "+strings.ToUpper(c.Level.String())), "  ", p.paint(dim, c.ID), "  ", sure(c.Confidence))
		p.para("  ", bold, c.Headline)
		if i == 0 || i < toldCases && len(c.Sources) > 0 { // what accuses nobody tells the same again
			for _, s := range r.tell(c).body {
				p.para("  ", "", s)
			}
		}
	}
	for _, s := range p.d.pastCases() {
		p.line()
		p.para("", "", s)
	}
}

// Columns of the story.
const (
	storyDay  = 11 // "Mon  9 Nov "
	storyTime = 6
)

func (p *dossierPrinter) story() {
	list := p.d.story()
	if len(list) == 0 {
		return
	}
	p.section("Story")
	zone, day := p.d.location(), ""
	for _, e := range list {
		if e.silence > 0 {
			p.line("  ", strings.Repeat(" ", storyDay+storyTime+2), p.paint(dim, span(e.silence)+" of silence"))
		}
		first := e.first.In(zone)
		label := first.Format("Mon _2 Jan")
		if label == day {
			label = ""
		} else {
			day = label
		}
		mark := "  "
		if e.alarming {
			mark = p.paint(red, glyphs[analyze.Critical]) + " "
		}
		text := e.sentence
		if last := e.last.In(zone); last.Format(time.DateOnly) != first.Format(time.DateOnly) {
			text += " Until " + last.Format("Mon 2 Jan 15:04") + "."
		}
		p.para("  "+fill(label, storyDay)+mark+fill(first.Format(clockLayout), storyTime), "", text)
	}
}

// touched lists services and what was tried on them.
func (p *dossierPrinter) touched() {
	services, names := p.d.services(), p.d.targets()
	if len(services)+len(names) == 0 {
		return
	}
	p.section("What it touched")
	for _, s := range append(services, names...) {
		p.para("  "+fill(s.Label, 10)+"  ", "", s.Items[0])
	}
}

// lines are written as they were logged.
func (p *dossierPrinter) lines() {
	if len(p.d.Lines) == 0 {
		return
	}
	title := "Its lines"
	if p.d.AllLines > len(p.d.Lines) {
		title += fmt.Sprintf(" (%s of %s; more: --lines %d)", count(len(p.d.Lines)), count(p.d.AllLines), p.d.AllLines)
	}
	p.section(title)
	from := ""
	for _, l := range p.d.Lines {
		if l.Source != from {
			from = l.Source
			p.para("  ", dim, from)
		}
		for i, part := range wrap(l.Text, p.width-4) {
			indent := "  "
			if i > 0 {
				indent = "    "
			}
			p.line(indent, part)
		}
	}
}

// others are the sources of a network, an account or a case, who did the same, and
// the neighbours.
func (p *dossierPrinter) others() {
	if rows := p.d.visitors(); len(rows) > 0 {
		p.section("Who")
		for _, r := range rows {
			p.para("  "+fill(r.Label, 24)+"  ", "", r.Items[0])
		}
	}
	rows := p.d.likeness()
	if len(rows) == 0 {
		return
	}
	p.section("Who else is like it")
	for _, r := range rows {
		p.para("  "+fill(r.Label, 18)+"  ", "", r.Items[0])
	}
}

func (p *dossierPrinter) decided() {
	rows := p.d.decisions()
	if len(rows) == 0 {
		return
	}
	p.section("What was decided")
	for _, r := range rows {
		label := "  " + p.paint(dim, fill(r.Label, labelWidth)) + "  "
		for _, item := range r.Items {
			p.para(label, "", item)
			label = strings.Repeat(" ", labelWidth+4)
		}
	}
}

func (p *dossierPrinter) next() {
	rows := p.d.commands()
	if len(rows) == 0 {
		return
	}
	p.section("Next")
	for _, r := range rows {
		p.line("  ", fill(r.Label, 16), r.Items[0])
	}
}

func (p *dossierPrinter) closing() {
	p.line()
	for _, s := range slices.Concat(p.d.Notes, p.d.footer()) {
		p.para("", dim, s)
	}
}
