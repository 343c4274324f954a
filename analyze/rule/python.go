package rule

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Text of a log goes into patterns of other programs and into their configuration
// files, each with characters of its own that mean something. Letters, digits and
// the few others of plain are written as they are; of all the rest the number.
const plain = "/_- ,:@=~!&'"

// python writes text as part of a pattern in a configuration file of fail2ban: the
// percent sign would be interpolated, <...> is a tag, # and ; begin comments.
func python(text string) string {
	return quote(text, number)
}

// quote writes text for a pattern; number writes what is not plain.
func quote(text string, number func(rune) string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune(plain, r):
			b.WriteRune(r)
		case r == '.':
			b.WriteString(`\.`)
		default:
			b.WriteString(number(r))
		}
	}
	return b.String()
}

// knownClasses are the classes that have a name.
var knownClasses = []struct {
	ranges []rune
	name   string
}{
	{[]rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}, "."},
	{[]rune{'0', '9'}, "[0-9]"},
	{[]rune{'\t', '\n', '\f', '\r', ' ', ' '}, `\s`},
	{[]rune{0, '\b', '\v', '\v', 0x0e, 0x1f, '!', unicode.MaxRune}, `\S`},
}

// fail2ban is the pattern in Python's dialect, <HOST> in place of the address,
// without its anchors.
func (p *Pattern) fail2ban() string {
	var b strings.Builder
	for i := range p.parts {
		one := &p.parts[i]
		switch {
		case one.addr:
			b.WriteString("<HOST>")
		case one.literal != "":
			b.WriteString(python(one.literal))
		default:
			b.WriteString(one.python())
		}
	}
	return b.String()
}

// python writes a repeated class.
func (p *part) python() string {
	out := ""
	for _, k := range knownClasses {
		if slices.Equal(k.ranges, p.class) {
			out = k.name
		}
	}
	if out == "" {
		ranges, open := p.class, "["
		if n := len(ranges); ranges[n-1] == unicode.MaxRune { // what it leaves out is shorter
			ranges, open = complement(ranges), "[^"
		}
		out = open
		for i := 0; i < len(ranges); i += 2 {
			out += number(ranges[i])
			if ranges[i] < ranges[i+1] {
				out += "-" + number(ranges[i+1])
			}
		}
		out += "]"
	}
	switch {
	case p.min == 0 && p.max < 0:
		out += "*"
	case p.min == 1 && p.max < 0:
		out += "+"
	case p.min == 0 && p.max == 1:
		out += "?"
	case p.max < 0:
		out += fmt.Sprintf("{%d,}", p.min)
	case p.min != 1 || p.max != 1:
		out += fmt.Sprintf("{%d,%d}", p.min, p.max)
	default:
		return out
	}
	if p.lazy {
		out += "?"
	}
	return out
}

// number writes one end of a range.
func number(r rune) string {
	if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return string(r)
	}
	switch {
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

func complement(ranges []rune) (out []rune) {
	next := rune(0)
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i] > next {
			out = append(out, next, ranges[i]-1)
		}
		next = ranges[i+1] + 1
	}
	return out
}
