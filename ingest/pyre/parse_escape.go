package pyre

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// escape reads what a backslash begins, outside a set.
func (p *parser) escape() (*node, error) {
	if p.at+1 >= len(p.text) {
		return nil, p.errorf("pattern ends in a backslash")
	}
	switch c := p.text[p.at+1]; c {
	case 'A', 'Z', 'b', 'B':
		p.at += 2
		return p.node(map[byte]op{'A': opTextBegin, 'Z': opTextEnd, 'b': opBound, 'B': opNoBound}[c]), nil
	case 'd', 'D', 's', 'S', 'w', 'W':
		p.at += 2
		n := p.node(opClass)
		n.class = shorthand(c)
		return n, nil
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if p.octal(p.at + 1) {
			break
		}
		end := p.at + 2
		if end < len(p.text) && p.text[end] >= '0' && p.text[end] <= '9' {
			end++
		}
		name := p.text[p.at+1 : end]
		p.at = end
		return p.reference(name)
	}
	r, err := p.character()
	if err != nil {
		return nil, err
	}
	n := p.node(opLiteral)
	n.runes = []rune{r}
	return n, nil
}

// character reads an escape that stands for one rune, inside or outside a set.
func (p *parser) character() (rune, error) {
	p.at++
	if !p.more() {
		return 0, p.errorf("pattern ends in a backslash")
	}
	r := p.rune()
	switch r {
	case 'a':
		return '\a', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'v':
		return '\v', nil
	case 'x':
		return p.code(2, 16)
	case 'u':
		return p.code(4, 16)
	case 'U':
		return p.code(8, 16)
	case '0':
		digits := 0
		for digits < 2 && p.at+digits < len(p.text) && p.text[p.at+digits] >= '0' && p.text[p.at+digits] <= '7' {
			digits++
		}
		if digits == 0 {
			return 0, nil
		}
		return p.code(digits, 8)
	}
	if p.octal(p.at - 1) {
		p.at--
		return p.code(3, 8)
	}
	if r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '1' && r <= '9' {
		return 0, p.errorf("bad escape \\%c", r)
	}
	return r, nil
}

// octal reports whether three octal digits stand at a place: a rune, where fewer
// digits refer to a group.
func (p *parser) octal(at int) bool {
	return at+3 <= len(p.text) && p.text[at] <= '3' && strings.Trim(p.text[at:at+3], "01234567") == ""
}

// code reads the digits of a rune's number.
func (p *parser) code(digits, base int) (rune, error) {
	if p.at+digits > len(p.text) {
		return 0, p.errorf("incomplete escape")
	}
	v, err := strconv.ParseUint(p.text[p.at:p.at+digits], base, 32)
	if err != nil || v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
		return 0, p.errorf("bad number in an escape")
	}
	p.at += digits
	return rune(v), nil
}

// set reads "[...]".
func (p *parser) set() (*node, error) {
	n := p.node(opClass)
	p.at++
	n.class.not = p.take("^")
	for first := true; ; first = false {
		if !p.more() {
			return nil, p.errorf("missing ]")
		}
		if !first && p.take("]") {
			return n, nil
		}
		lo, short, err := p.member()
		if err != nil {
			return nil, err
		}
		if short != 0 {
			n.class.escape(short)
			continue
		}
		hi := lo
		if rest := p.text[p.at:]; strings.HasPrefix(rest, "-") && len(rest) > 1 && rest[1] != ']' {
			p.at++
			if hi, short, err = p.member(); err != nil {
				return nil, err
			}
			if short != 0 || hi < lo {
				return nil, p.errorf("bad range in a set")
			}
		}
		n.class.ranges = append(n.class.ranges, lo, hi)
	}
}

// member reads one rune of a set, or the letter of a shorthand such as \d.
func (p *parser) member() (r rune, short byte, err error) {
	if !p.more() {
		return 0, 0, p.errorf("missing ]")
	}
	if p.text[p.at] != '\\' {
		return p.rune(), 0, nil
	}
	if p.at+1 < len(p.text) {
		switch c := p.text[p.at+1]; c {
		case 'd', 'D', 's', 'S', 'w', 'W':
			p.at += 2
			return 0, c, nil
		case 'b':
			p.at += 2
			return '\b', 0, nil
		}
	}
	r, err = p.character()
	return r, 0, err
}
