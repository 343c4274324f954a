package pyre

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// printer writes a syntax tree in RE2's syntax.
type printer struct {
	strings.Builder
	not bool // RE2 cannot do it
}

// linear translates the tree for Go's regexp, whose time is linear in the length
// of the text, or returns nil. What it returns compiles when it is first asked,
// which is hardly ever; it returns nil where Go refuses.
func linear(tree *node, groups int) func() *regexp.Regexp {
	var w printer
	w.print(tree)
	if w.not {
		return nil
	}
	return sync.OnceValue(func() *regexp.Regexp {
		re, err := regexp.Compile(w.String())
		if err != nil || re.NumSubexp() != groups-1 {
			return nil
		}
		return re
	})
}

func (w *printer) print(n *node) {
	switch n.op {
	case opEmpty:
		w.WriteString("(?:)")
	case opLiteral:
		w.flagged(n.fold, "i", regexp.QuoteMeta(string(n.runes)))
	case opClass:
		w.flagged(n.fold, "i", n.class.String())
	case opAny:
		w.flagged(n.dotall, "s", ".")
	case opBegin:
		w.flagged(n.multi, "m", "^")
	case opEnd:
		w.end(n)
	case opTextBegin:
		w.WriteString(`\A`)
	case opTextEnd:
		w.WriteString(`\z`)
	case opBound:
		w.WriteString(`\b`)
	case opNoBound:
		w.WriteString(`\B`)
	case opConcat:
		w.concat(n)
	case opAlternate:
		w.alternate(n)
	case opRepeat:
		w.repeat(n)
	case opGroup:
		w.WriteByte('(')
		w.print(n.sub[0])
		w.WriteByte(')')
	default:
		w.not = true
	}
}

func (w *printer) flagged(on bool, flag, text string) {
	if !on {
		flag = ""
	}
	w.WriteString("(?" + flag + ":" + text + ")")
}

// end writes "$", which in Python also matches before a final newline. RE2 has
// no such assertion; there the newline is consumed, which nobody notices as long
// as nothing that needs it follows: see concat.
func (w *printer) end(n *node) {
	if n.multi {
		w.WriteString("(?m:$)")
		return
	}
	w.WriteString(`(?:\n?\z)`)
}

func (w *printer) concat(n *node) {
	ended := false
	for _, s := range n.sub {
		if ended && !s.nullable() {
			w.not = true
		}
		ended = ended || s.any(func(s *node) bool { return s.op == opEnd && !s.multi })
		w.WriteString("(?:")
		w.print(s)
		w.WriteString(")")
	}
}

func (w *printer) alternate(n *node) {
	for i, s := range n.sub {
		if i > 0 {
			w.WriteByte('|')
		}
		w.print(s)
	}
}

func (w *printer) repeat(n *node) {
	w.WriteString("(?:")
	w.print(n.sub[0])
	w.WriteString("){" + strconv.Itoa(n.min) + ",")
	if n.max != unlimited {
		w.WriteString(strconv.Itoa(n.max))
	}
	w.WriteByte('}')
	if n.lazy {
		w.WriteByte('?')
	}
}
