package pyre

import (
	"slices"
	"strings"
	"unicode"
)

// class is a set of runes: ranges, and the big sets by name, because their
// ranges would make a pattern unreadable and slow to compile.
type class struct {
	ranges []rune // pairs of first and last
	word   bool   // letters, numbers and the underscore
	number bool   // decimal digits
	not    bool   // all other runes instead
}

// space is what Python calls white space; RE2's \s lacks most of it.
var space = []rune{'\t', '\r', 0x1c, ' ', 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000}

// escape adds what \d, \w, \s and their opposites stand for.
func (c *class) escape(letter byte) {
	switch letter {
	case 'd':
		c.number = true
	case 'w':
		c.word = true
	case 's':
		c.ranges = append(c.ranges, space...)
	case 'S':
		c.ranges = append(c.ranges, complement(space)...)
	case 'D':
		c.ranges = append(c.ranges, complement(tableRanges(unicode.Nd))...)
	case 'W':
		c.ranges = append(c.ranges, complement(append(tableRanges(unicode.L, unicode.N), '_', '_'))...)
	}
}

// shorthand is the class of a lone escape such as \W.
func shorthand(letter byte) class {
	lower := letter | 0x20
	c := class{not: lower != letter}
	c.escape(lower)
	return c
}

// has reports whether the class holds r.
func (c *class) has(r rune) bool {
	in := c.word && (r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)) || c.number && unicode.Is(unicode.Nd, r)
	for i := 0; i < len(c.ranges) && !in; i += 2 {
		in = r >= c.ranges[i] && r <= c.ranges[i+1]
	}
	return in != c.not
}

// few lists the runes of a class of at most max, or nothing.
func (c *class) few(max int) (out []rune) {
	if c.not || c.word || c.number {
		return nil
	}
	for i := 0; i < len(c.ranges); i += 2 {
		if int(c.ranges[i+1]-c.ranges[i]) >= max-len(out) {
			return nil
		}
		for r := c.ranges[i]; r <= c.ranges[i+1]; r++ {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// String writes the class as both engines read it.
func (c *class) String() string {
	var b strings.Builder
	b.WriteByte('[')
	if c.not {
		b.WriteByte('^')
	}
	if c.number {
		b.WriteString(`0-9\p{Nd}`)
	}
	if c.word {
		b.WriteString(`0-9A-Z_a-z\p{L}\p{N}`)
	}
	for i := 0; i < len(c.ranges); i += 2 {
		writeClassRune(&b, c.ranges[i])
		if c.ranges[i+1] != c.ranges[i] {
			b.WriteByte('-')
			writeClassRune(&b, c.ranges[i+1])
		}
	}
	b.WriteByte(']')
	return b.String()
}

func writeClassRune(b *strings.Builder, r rune) {
	if r < 0x80 && !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z') {
		const hex = "0123456789abcdef"
		b.WriteString(`\x`)
		b.WriteByte(hex[r>>4])
		b.WriteByte(hex[r&15])
		return
	}
	b.WriteRune(r)
}

// complement returns all runes that are in none of the ranges.
func complement(ranges []rune) (out []rune) {
	type span struct{ lo, hi rune }
	var spans []span
	for i := 0; i < len(ranges); i += 2 {
		spans = append(spans, span{ranges[i], ranges[i+1]})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(a.lo - b.lo) })
	next := rune(0)
	for _, s := range spans {
		if s.lo > next {
			out = append(out, next, s.lo-1)
		}
		next = max(next, s.hi+1)
	}
	if next <= unicode.MaxRune {
		out = append(out, next, unicode.MaxRune)
	}
	return out
}

// tableRanges lists the runes of Unicode tables as ranges.
func tableRanges(tables ...*unicode.RangeTable) (out []rune) {
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			out = append(out, lo, hi)
			return
		}
		for r := lo; r <= hi; r += stride {
			out = append(out, r, r)
		}
	}
	for _, t := range tables {
		for _, r := range t.R16 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			add(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return out
}
