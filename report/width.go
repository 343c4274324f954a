package report

import (
	"strings"

	"github.com/rivo/uniseg"
)

// cells is the width of s on a terminal: a CJK letter takes two cells, a
// combining mark none.
func cells(s string) int { return uniseg.StringWidth(s) }

// cut shortens s to width cells, ending in … where something is lost.
func cut(s string, width int) string {
	if cells(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	head, _ := split(s, width-1)
	return strings.TrimRight(head, " ") + "…"
}

// nearName is how many cells before a name are shown with it, as long as they are one
// word: "user=<".
const nearName = 16

// cutAround shortens s so that the first of some names is still there that its end would
// take along: what a daemon says of everybody goes first, and then whom it says it of.
func cutAround(s string, width int, names []string) string {
	for _, name := range names {
		at := strings.Index(s, name)
		if name == "" || at < 0 || cells(s) <= width || cells(s[:at+len(name)]) < width {
			continue
		}
		from := strings.LastIndexByte(s[:at], ' ') + 1
		if cells(s[from:at]) > nearName {
			from = at
		}
		head, _ := split(s[:from], max(width/3, width-1-cells(s[from:])))
		head = strings.TrimRight(head, " ") + "…"
		return head + cut(s[from:], width-cells(head))
	}
	return cut(s, width)
}

// cutMiddle shortens a text whose end says as much as its beginning: browsers differ
// there.
func cutMiddle(s string, width int) string {
	if cells(s) <= width || width < 3 {
		return cut(s, width)
	}
	head, rest := split(s, width/2)
	_, tail := split(rest, cells(rest)-(width-1-cells(head)))
	for cells(tail) > width-1-cells(head) { // a wide letter was not split, and one may be wider than any number of cells
		_, tail, _, _ = uniseg.FirstGraphemeClusterInString(tail, -1)
	}
	return strings.TrimRight(head, " ") + "…" + tail
}

// split breaks s after at most width cells, between letters as people see them.
func split(s string, width int) (head, tail string) {
	used, rest, state := 0, s, -1
	for rest != "" {
		_, next, w, st := uniseg.FirstGraphemeClusterInString(rest, state)
		if used+w > width {
			break
		}
		used, rest, state = used+w, next, st
	}
	return s[:len(s)-len(rest)], rest
}

// fill pads s with spaces to width cells, or cuts it.
func fill(s string, width int) string {
	s = cut(s, width)
	return s + strings.Repeat(" ", max(0, width-cells(s)))
}

// wrap breaks a paragraph into lines of at most width cells, between words; a
// word that is longer than a line (a path, a payload) is broken where it must.
func wrap(s string, width int) []string {
	width = max(width, 2)
	var lines []string
	line, used := "", 0
	flush := func() {
		if line != "" {
			lines, line, used = append(lines, line), "", 0
		}
	}
	for _, word := range strings.Fields(s) {
		w := cells(word)
		if used > 0 && used+1+w > width {
			flush()
		}
		for w > width {
			head, tail := split(word, width)
			if head == "" {
				break // one letter wider than the line
			}
			lines = append(lines, head)
			word, w = tail, cells(tail)
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+w
	}
	flush()
	return lines
}
