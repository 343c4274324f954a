package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds one string of a Report when it is shown to a person, in runes:
// a request of 100 KB must not push the next case off the screen. NDJSON keeps
// everything.
const maxText = 1000

// maxMarks is how many combining marks may stand on one letter. Real text needs
// two or three; a tower of them paints over the lines above.
const maxMarks = 3

// escapeRune writes r so that it can be seen but does nothing: \n, \x1b, \u202e.
func escapeRune(b *strings.Builder, r rune) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < 0x80:
		fmt.Fprintf(b, `\x%02x`, r)
	case r <= 0xffff:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}

// visible reports whether r shows itself and moves nothing else. Controls,
// bidirectional overrides, zero-width and other format characters, private use
// and unassigned code points do not; neither do the letters that draw nothing,
// such as the Hangul fillers, nor variation selectors.
func visible(r rune) bool {
	if r < 0x80 {
		return ' ' <= r && r <= '~'
	}
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// Visible makes hostile text fit for a terminal, at most limit runes of it.
func Visible(s string, limit int) string { return escape(s, limit, false) }

// escape makes hostile text fit to be shown: what is not visible becomes a
// backslash sequence, bytes that are no UTF-8 become \xNN, and the text ends
// with … after limit runes. With ascii, nothing beyond ASCII is left.
func escape(s string, limit int, ascii bool) string {
	if harmless(s, limit) {
		return s
	}
	var b strings.Builder
	marks, runes := 0, 0
	for len(s) > 0 {
		if runes++; runes > limit {
			if ascii {
				b.WriteString("...")
			} else {
				b.WriteString("…")
			}
			break
		}
		r, n := utf8.DecodeRuneInString(s)
		invalid := r == utf8.RuneError && n == 1
		if unicode.IsMark(r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case invalid:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case !visible(r) || marks > maxMarks:
			escapeRune(&b, r)
		case ascii && r >= 0x80:
			b.WriteString(asciiFor(r))
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// harmless is the fast answer for ordinary text: short printable ASCII.
func harmless(s string, limit int) bool {
	if len(s) > limit {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// asciiFor is the stand-in in a C locale for a rune of a sentence.
func asciiFor(r rune) string {
	switch r {
	case '…':
		return "..."
	case '–', '—', '−':
		return "-"
	case '×':
		return "x"
	case 'σ':
		return "sigma"
	case '‘', '’':
		return "'"
	case '“', '”':
		return `"`
	}
	var b strings.Builder
	escapeRune(&b, r)
	return b.String()
}
