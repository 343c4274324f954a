package format

import (
	"regexp"
	"regexp/syntax"
	"strconv"
)

// patternPart is a beginning of a pattern, and what the pattern expects next.
type patternPart struct {
	head *regexp.Regexp
	next string
}

const endOfLine = "the end of the line"

// partsOf compiles the beginnings of a pattern, the longest first. What takes
// anything is lazy in them, so that they stop where it must.
func partsOf(expression string) []patternPart {
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil
	}
	subs := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpConcat {
		subs = tree.Sub
	}
	var heads []string
	var next []string
	head := ""
	for _, sub := range subs {
		heads, next = append(heads, head), append(next, describe(sub))
		lazy(sub)
		head += sub.String()
	}
	heads, next = append(heads, head), append(next, endOfLine)
	var out []patternPart
	for i := len(heads) - 1; i >= 0; i-- {
		if re, err := regexp.Compile(`\A(?:` + heads[i] + `)`); err == nil {
			out = append(out, patternPart{re, next[i]})
		}
	}
	return out
}

func lazy(re *syntax.Regexp) {
	if len(re.Sub) > 0 && (re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL) {
		re.Flags |= syntax.NonGreedy
	}
	for _, sub := range re.Sub {
		lazy(sub)
	}
}

// describe says what a part of a pattern takes.
func describe(re *syntax.Regexp) string {
	switch {
	case re.Op == syntax.OpEndText, re.Op == syntax.OpEndLine:
		return endOfLine
	case re.Op == syntax.OpLiteral:
		return strconv.Quote(string(re.Rune))
	case re.Op == syntax.OpCapture && re.Name != "":
		if field, ok := fieldOf(re.Name); ok {
			return field
		}
	}
	return re.String()
}

// stop finds where the pattern stops in a message that it does not match, and
// what it expected there.
func (u *userPattern) stop(msg []byte) (at int, expected string) {
	for _, p := range u.parts() {
		if loc := p.head.FindIndex(msg); loc != nil {
			return loc[1], p.next
		}
	}
	return 0, "another beginning"
}
