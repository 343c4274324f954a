package report

import (
	"fmt"
	"slices"
	"strings"
)

// bans writes the plan, joined by what entries share.
func (p *printer) bans() {
	add, hold := groupEntries(p.r.Plan.Add), groupEntries(p.r.Plan.Hold)
	if len(add)+len(hold)+len(p.r.standing()) == 0 {
		return
	}
	p.section("Bans")
	p.banGroups("ban", add)
	p.banGroups("held", hold)
	for i, s := range p.r.standing() {
		if i == 0 {
			p.line()
		}
		p.para("  ", dim, s)
	}
}

// places counts the accused by country and network.
func (p *printer) places() {
	rows := p.r.placeRows()
	if len(rows) == 0 {
		return
	}
	p.section("Where from")
	for _, row := range rows {
		p.para("  "+p.paint(dim, fill(row.Label, 9))+"  ", "", row.Items[0])
	}
}

// maxGroups bounds the list of bans; a bad night has one group a case.
const maxGroups = 30

func (p *printer) banGroups(word string, groups []group) {
	alike := 0
	for i, g := range groups {
		if i == maxGroups {
			p.para("  ", "", "and "+count(len(groups)-maxGroups)+" more: gumshoe analyze --json lists them")
			return
		}
		head := "  " + fill(word, 6) + p.paint(dim, fill(g.Case, 8))
		p.para(head, "", g.banLine())
		alike++
		if i+1 < min(len(groups), maxGroups) && groups[i+1].Reason == g.Reason {
			continue // a reason that several have stands once, below the last of them
		}
		reason := g.Reason
		if alike > 1 {
			reason = "All " + count(alike) + ": " + reason
		}
		p.para(strings.Repeat(" ", 16), dim, reason)
		alike = 0
	}
}

// Columns of the table of sources.
const (
	readName  = 30 // at most; a narrow terminal has less
	readLines = 11
	readGood  = 11
)

// read writes how well each log was understood, and which hours have events.
func (p *printer) read() {
	list, dir := p.r.readings()
	if len(list) == 0 {
		return
	}
	p.section("What was read")
	name := min(readName, p.width-2-readLines-readGood)
	p.line("  ", p.paint(dim, fill("source", name)+right("lines", readLines)+right("understood", readGood)))
	for _, g := range list {
		p.line(cut("  "+fill(g.label(), name)+right(count(g.lines), readLines)+right(share(g.good, g.lines), readGood)+"  "+g.format, p.width))
		for _, n := range g.notes {
			p.para("    ", dim, n)
		}
	}
	if dir != "" {
		p.para("  ", dim, "all in "+dir)
	}
	if slices.ContainsFunc(list, func(g reading) bool { return len(g.puzzles()) > 0 }) {
		p.para("  ", dim, "gumshoe parse --explain FILE says what was not understood, why, and what to do")
	}
	p.strips()
	p.para("  ", "", p.r.gapLine())
	_, notes := p.r.notes()
	for _, n := range notes {
		p.para("  ", dim, n)
	}
	p.line()
	for _, s := range p.r.asides() {
		p.para("  "+p.paint(dim, fill(s.Title, 4))+"  ", "", s.Text)
	}
	if !p.r.History.IsZero() && p.r.History.Before(p.r.From) {
		p.para("  ", dim, fmt.Sprintf("History since %s, %s.", p.r.History.In(p.r.location()).Format(dayLayout), span(p.r.From.Sub(p.r.History))))
	}
	for _, s := range p.r.credits() {
		p.para("  ", dim, s)
	}
	for _, s := range p.r.cold() {
		p.para("  ", dim, s)
	}
	p.para("  ", dim, p.r.due())
	p.para("  ", dim, "All times "+p.r.To.In(p.r.location()).Format("MST")+".")
}

// strips shows, service by service, which hours have events.
func (p *printer) strips() {
	names := services(p.r.Hours)
	if len(names) == 0 {
		return
	}
	p.line()
	boxes := 0
	for i, s := range names {
		if i == maxServices {
			p.line("  and ", count(len(names)-maxServices), " more services")
			break
		}
		ss := slots(p.r.Hours, s, p.r.From, p.r.To, p.width-16)
		var b strings.Builder
		for _, slot := range ss {
			if slot.count > 0 {
				b.WriteString("■")
			} else {
				b.WriteString(p.paint(red, "□"))
			}
			boxes = slot.hours
		}
		p.line("  ", fill(s, 12), "  ", b.String())
	}
	box := "one box is an hour"
	if boxes > 1 {
		box = fmt.Sprintf("one box is %d hours", boxes)
	}
	p.para("  ", dim, box+", empty where nothing was logged")
}

// maxServices bounds the strips; user formats may name any number.
const maxServices = 12

// right aligns s at the end of width cells.
func right(s string, width int) string {
	return strings.Repeat(" ", max(0, width-cells(s))) + s
}
