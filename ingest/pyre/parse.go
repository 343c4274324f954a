package pyre

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of a pattern. Filters of a few hundred alternatives stay far below.
const (
	maxPattern = 64 << 10
	maxDepth   = 100
	maxRepeat  = 1 << 16
)

// parser reads Python's syntax (docs.python.org/3/library/re.html, as of 3.11).
type parser struct {
	text  string
	at    int
	depth int

	fold, multi, dotall, verbose bool

	groups []string       // names by number; "" for one without; group 0 is the whole match
	byName map[string]int // numbers of groups
	closed map[int]bool   // groups that may be referred to
}

// parse returns the syntax tree and the names of the groups.
func parse(text string, multiline bool) (*node, []string, error) {
	switch {
	case len(text) > maxPattern:
		return nil, nil, fmt.Errorf("pattern is longer than %d bytes", maxPattern)
	case !utf8.ValidString(text):
		return nil, nil, errors.New("pattern is not UTF-8")
	}
	p := &parser{text: text, multi: multiline, groups: []string{""}, byName: map[string]int{}, closed: map[int]bool{}}
	p.globalFlags()
	n, err := p.alternate()
	if err == nil && p.at < len(p.text) {
		err = p.errorf("unbalanced parenthesis")
	}
	if err != nil {
		return nil, nil, err
	}
	return n, p.groups, nil
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("%s at position %d", fmt.Sprintf(format, args...), p.at)
}

// globalFlags applies every "(?i)" of the pattern from its beginning on: before
// 3.11 Python took them so wherever they stood, and filters rely on it.
func (p *parser) globalFlags() {
	for i := 0; i+3 < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			i++
		case '(':
			if letters, _, ok := flagLetters(p.text[i:]); ok {
				p.setFlags(letters, true)
			}
		}
	}
}

// flagLetters reads "(?im)".
func flagLetters(s string) (letters, rest string, ok bool) {
	s, ok = strings.CutPrefix(s, "(?")
	end := strings.IndexByte(s, ')')
	if !ok || end < 1 || strings.Trim(s[:end], "aiLmsux") != "" {
		return "", "", false
	}
	return s[:end], s[end+1:], true
}

func (p *parser) setFlags(letters string, on bool) {
	for _, c := range letters {
		switch c {
		case 'i':
			p.fold = on
		case 'm':
			p.multi = on
		case 's':
			p.dotall = on
		case 'x':
			p.verbose = on
		}
	}
}

func (p *parser) more() bool { return p.at < len(p.text) }

func (p *parser) take(prefix string) bool {
	if strings.HasPrefix(p.text[p.at:], prefix) {
		p.at += len(prefix)
		return true
	}
	return false
}

func (p *parser) rune() rune {
	r, n := utf8.DecodeRuneInString(p.text[p.at:])
	p.at += n
	return r
}

// node makes a node with the flags of this place.
func (p *parser) node(o op, sub ...*node) *node {
	return &node{op: o, sub: sub, fold: p.fold, multi: p.multi, dotall: p.dotall}
}

// alternate reads "a|b" up to the end or a closing parenthesis.
func (p *parser) alternate() (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.errorf("nested too deeply")
	}
	defer func() { p.depth-- }()
	var branches []*node
	for {
		n, err := p.concat()
		if err != nil {
			return nil, err
		}
		branches = append(branches, n)
		if !p.take("|") {
			break
		}
	}
	if len(branches) == 1 {
		return branches[0], nil
	}
	return p.node(opAlternate, branches...), nil
}

func (p *parser) concat() (*node, error) {
	var items []*node
	for p.more() && p.text[p.at] != '|' && p.text[p.at] != ')' {
		if p.verbose && p.blank() {
			continue
		}
		n, err := p.item()
		if err != nil {
			return nil, err
		}
		if n == empty {
			continue
		}
		if n, err = p.repeat(n); err != nil {
			return nil, err
		}
		if last := len(items) - 1; last >= 0 && n.op == opLiteral && items[last].op == opLiteral && n.fold == items[last].fold {
			items[last].runes = append(items[last].runes, n.runes...)
			continue
		}
		items = append(items, n)
	}
	switch len(items) {
	case 0:
		return empty, nil
	case 1:
		return items[0], nil
	}
	return p.node(opConcat, items...), nil
}

// blank passes over what the verbose flag makes a comment.
func (p *parser) blank() bool {
	if strings.IndexByte(" \t\n\r\f\v", p.text[p.at]) >= 0 {
		p.at++
		return true
	}
	if p.text[p.at] != '#' {
		return false
	}
	if i := strings.IndexByte(p.text[p.at:], '\n'); i >= 0 {
		p.at += i
	} else {
		p.at = len(p.text)
	}
	return true
}

// item reads one unit without its quantifier. It returns empty for what matches
// nothing at all and takes no quantifier.
func (p *parser) item() (*node, error) {
	switch p.text[p.at] {
	case '(':
		return p.group()
	case '[':
		return p.set()
	case '\\':
		return p.escape()
	case '*', '+', '?':
		return nil, p.errorf("nothing to repeat")
	case '.':
		p.at++
		return p.node(opAny), nil
	case '^':
		p.at++
		return p.node(opBegin), nil
	case '$':
		p.at++
		return p.node(opEnd), nil
	}
	n := p.node(opLiteral)
	n.runes = []rune{p.rune()}
	return n, nil
}

// repeat reads the quantifier of n, if there is one.
func (p *parser) repeat(n *node) (*node, error) {
	for quantified := false; p.more(); quantified = true {
		start, lo, hi := p.at, 0, unlimited
		switch {
		case p.take("*"):
		case p.take("+"):
			lo = 1
		case p.take("?"):
			hi = 1
		case p.text[p.at] == '{':
			var ok bool
			var err error
			if lo, hi, ok, err = p.counts(); err != nil {
				return nil, err
			} else if !ok {
				return n, nil // an ordinary brace
			}
		default:
			return n, nil
		}
		if quantified {
			p.at = start
			return nil, p.errorf("multiple repeat")
		}
		r := p.node(opRepeat, n)
		r.min, r.max = lo, hi
		switch {
		case p.take("?"):
			r.lazy = true
		case p.take("+"):
			r = p.node(opAtomic, r)
		}
		n = r
	}
	return n, nil
}

// counts reads "{2}", "{2,}", "{,5}" and "{2,5}"; any other brace is a literal.
func (p *parser) counts() (lo, hi int, ok bool, err error) {
	end := strings.IndexByte(p.text[p.at:], '}')
	if end < 0 {
		return 0, 0, false, nil
	}
	low, high, both := strings.Cut(p.text[p.at+1:p.at+end], ",")
	lo, hi = 0, unlimited
	if low != "" {
		if lo, ok = decimal(low); !ok {
			return 0, 0, false, nil
		}
	}
	switch {
	case !both && low == "":
		return 0, 0, false, nil
	case !both:
		hi = lo
	case high != "":
		if hi, ok = decimal(high); !ok {
			return 0, 0, false, nil
		}
	}
	if lo > maxRepeat || hi > maxRepeat || hi != unlimited && hi < lo {
		return 0, 0, false, p.errorf("bad repetition")
	}
	p.at += end + 1
	return lo, hi, true, nil
}

func decimal(s string) (int, bool) {
	if strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
