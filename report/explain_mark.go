package report

import (
	"math"
	"strings"
)

// shownLine bounds a log line in an explanation, in cells: about a screen.
const shownLine = 800

// start is as much of a line as can be shown.
func start(text string) string { return text[:min(len(text), 4*shownLine)] }

// column is the cell at which byte at of a line stands once it is escaped.
func (x *explainer) column(text string, at int) int {
	text = start(text)
	return cells(escape(text[:min(max(at, 0), len(text))], math.MaxInt, x.ascii))
}

// rows breaks an escaped line at the width of the page, wherever that is: what
// stands under a line must stay under it.
func (x *explainer) rows(text string) (rows []string) {
	rest := cut(escape(start(text), math.MaxInt, x.ascii), shownLine)
	for {
		head, tail := split(rest, x.width)
		if tail == "" || head == "" {
			return append(rows, rest)
		}
		rows, rest = append(rows, head), tail
	}
}

// caret writes a line with a caret where reading stopped.
func (x *explainer) caret(text string, stopped int) {
	at, column := 0, -1
	if stopped >= 0 {
		column = min(x.column(text, stopped), shownLine)
	}
	rows := x.rows(text)
	for i, row := range rows {
		n := cells(row)
		x.line(row)
		last := i == len(rows)-1
		if column >= at && (column < at+n || last && column == at+n) {
			x.line(strings.Repeat(" ", min(column-at, x.width-1)), x.paint(red, "^"))
		}
		at += n
	}
}

// columns is a mark in cells.
type columns struct {
	from, to int
	name     string
}

// marked writes a line with its fields named beneath:
//
//	sshd[11]: Failed password for root from 192.0.2.7
//	└─┬┘                          └┬─┘      └───┬───┘
//	process.name               user.name    source.ip
func (x *explainer) marked(text string, marks []Mark) {
	var all []columns
	for _, m := range marks {
		all = append(all, columns{x.column(text, m.From), x.column(text, m.To), m.Name})
	}
	at := 0
	for _, row := range x.rows(text) {
		n := cells(row)
		x.line(row)
		var here []columns
		for _, m := range all {
			if m.from < m.to && m.from < at+n && m.to > at {
				name := m.name
				if m.from < at {
					name = "" // named where it begins
				}
				here = append(here, columns{max(m.from-at, 0), min(m.to-at, n), name})
			}
		}
		x.brackets(here)
		at += n
	}
}

// brackets draws what stands beneath one row.
func (x *explainer) brackets(marks []columns) {
	if len(marks) == 0 {
		return
	}
	under := blank(x.width)
	for _, m := range marks {
		bracket(under[m.from:m.to])
	}
	x.line(x.paint(blue, strings.TrimRight(string(under), " ")))
	for _, names := range nameRows(marks, x.width) {
		x.line(x.paint(blue, strings.TrimRight(string(names), " ")))
	}
}

func (c columns) middle() int { return (c.from + c.to - 1) / 2 }

func bracket(cells []rune) {
	for i := range cells {
		cells[i] = '─'
	}
	if len(cells) > 1 {
		cells[0], cells[len(cells)-1] = '└', '┘'
	}
	if len(cells) != 2 {
		cells[(len(cells)-1)/2] = '┬'
	}
}

// nameRows puts each name under the middle of its bracket, in the first row that
// has room for it.
func nameRows(marks []columns, width int) (rows [][]rune) {
	for _, m := range marks {
		if m.name == "" {
			continue
		}
		name := []rune(m.name)
		from := max(0, min(m.middle()-len(name)/2, width-len(name)))
		r := 0
		for r < len(rows) && !room(rows[r], from, from+len(name)) {
			r++
		}
		if r == len(rows) {
			rows = append(rows, blank(width))
		}
		copy(rows[r][from:], name)
		for above := range r {
			if rows[above][m.middle()] == ' ' {
				rows[above][m.middle()] = '│'
			}
		}
	}
	return rows
}

// room reports whether a name fits with a blank on both sides.
func room(row []rune, from, to int) bool {
	for i := max(from-1, 0); i < min(to+1, len(row)); i++ {
		if row[i] != ' ' {
			return false
		}
	}
	return true
}

func blank(width int) []rune { return []rune(strings.Repeat(" ", width)) }
