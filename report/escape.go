package report

import (
	"fmt"
	"reflect"
	"strings"
	"time"
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

// escaped returns a deep copy of r in which every string is escaped, so that a
// renderer for people cannot forget a field and a field added later is covered.
func escaped(r Report, ascii bool) Report { return escapedTo(r, maxText, ascii) }

// escapedTo is escaped with a limit of its own for one string.
func escapedTo(r Report, limit int, ascii bool) Report {
	v := reflect.ValueOf(&r).Elem()
	out := reflect.New(v.Type()).Elem()
	copyEscaped(out, v, func(s string) string { return escape(s, limit, ascii) })
	return out.Interface().(Report)
}

// copyEscaped copies src to dst with every string passed through clean. Types
// with private fields (times, addresses) hold no log text and are copied whole.
// What is behind a pointer is copied too, but for a time zone, which is known by its place.
func copyEscaped(dst, src reflect.Value, clean func(string) string) {
	switch src.Kind() {
	case reflect.Pointer:
		dst.Set(src)
		if !src.IsNil() && src.Type() != reflect.TypeFor[*time.Location]() {
			dst.Set(reflect.New(src.Type().Elem()))
			copyEscaped(dst.Elem(), src.Elem(), clean)
		}
	case reflect.String:
		dst.SetString(clean(src.String()))
	case reflect.Slice:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			copyEscaped(dst.Index(i), src.Index(i), clean)
		}
	case reflect.Map:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
		for it := src.MapRange(); it.Next(); {
			key, val := reflect.New(src.Type().Key()).Elem(), reflect.New(src.Type().Elem()).Elem()
			copyEscaped(key, it.Key(), clean)
			copyEscaped(val, it.Value(), clean)
			dst.SetMapIndex(key, val)
		}
	case reflect.Struct:
		dst.Set(src)
		if src.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range src.NumField() {
			if src.Type().Field(i).IsExported() {
				copyEscaped(dst.Field(i), src.Field(i), clean)
			}
		}
	default:
		dst.Set(src)
	}
}
