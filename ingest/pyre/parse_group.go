package pyre

import "strings"

// group reads what a parenthesis opens.
func (p *parser) group() (*node, error) {
	if _, rest, ok := flagLetters(p.text[p.at:]); ok {
		p.at = len(p.text) - len(rest)
		return empty, nil // globalFlags has applied them
	}
	p.at++
	if !p.take("?") {
		return p.capture("")
	}
	look := p.node(opLook)
	switch {
	case p.take(":"):
		return p.closing(func(n *node) *node { return n })
	case p.take(">"):
		return p.closing(func(n *node) *node { return p.node(opAtomic, n) })
	case p.take("#"):
		i := strings.IndexByte(p.text[p.at:], ')')
		if i < 0 {
			return nil, p.errorf("missing ) of a comment")
		}
		p.at += i + 1
		return empty, nil
	case p.take("P<"):
		name, err := p.name('>')
		if err != nil {
			return nil, err
		}
		if _, twice := p.byName[name]; twice {
			return nil, p.errorf("group name %q is used twice", name)
		}
		return p.capture(name)
	case p.take("P="):
		name, err := p.name(')')
		if err != nil {
			return nil, err
		}
		return p.reference(name)
	case p.take("="):
	case p.take("!"):
		look.not = true
	case p.take("<="):
		look.behind = true
	case p.take("<!"):
		look.behind, look.not = true, true
	case p.take("("):
		return p.condition()
	default:
		return p.scoped()
	}
	return p.closing(func(n *node) *node { look.sub = []*node{n}; return look })
}

// closing reads the inside of a group and its closing parenthesis.
func (p *parser) closing(wrap func(*node) *node) (*node, error) {
	n, err := p.alternate()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.errorf("missing )")
	}
	if n == empty { // a copy: unlike empty itself it takes a quantifier
		n = p.node(opEmpty)
	}
	return wrap(n), nil
}

func (p *parser) capture(name string) (*node, error) {
	number := len(p.groups)
	p.groups = append(p.groups, name)
	if name != "" {
		p.byName[name] = number
	}
	return p.closing(func(n *node) *node {
		p.closed[number] = true
		g := p.node(opGroup, n)
		g.number = number
		return g
	})
}

// name reads a group's name up to the mark that ends it.
func (p *parser) name(end byte) (string, error) {
	i := strings.IndexByte(p.text[p.at:], end)
	if i < 0 {
		return "", p.errorf("missing %c after a group name", end)
	}
	name := p.text[p.at : p.at+i]
	if !identifier(name) {
		return "", p.errorf("bad group name %q", name)
	}
	p.at += i + 1
	return name, nil
}

func identifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9' || i == 0) {
			return false
		}
	}
	return s != ""
}

// reference makes a reference to a group by its name or number.
func (p *parser) reference(name string) (*node, error) {
	number, err := p.number(name)
	if err != nil {
		return nil, err
	}
	if !p.closed[number] {
		return nil, p.errorf("reference to the open group %q", name)
	}
	n := p.node(opBackref)
	n.number = number
	return n, nil
}

func (p *parser) number(name string) (int, error) {
	number, ok := p.byName[name]
	if !ok {
		number, ok = decimal(name)
	}
	if !ok || number < 1 || number >= len(p.groups) {
		return 0, p.errorf("unknown group %q", name)
	}
	return number, nil
}

// condition reads "(?(name)yes|no)"; its two parentheses are passed.
func (p *parser) condition() (*node, error) {
	i := strings.IndexByte(p.text[p.at:], ')')
	if i < 0 {
		return nil, p.errorf("missing ) of a condition")
	}
	number, err := p.number(p.text[p.at : p.at+i])
	if err != nil {
		return nil, err
	}
	p.at += i + 1
	return p.closing(func(n *node) *node {
		yes, no := n, p.node(opEmpty)
		if n.op == opAlternate {
			yes, no = n.sub[0], n.sub[1]
			if len(n.sub) > 2 { // Python refuses it; the rest belongs to no branch
				no = p.node(opAlternate, n.sub[1:]...)
			}
		}
		c := p.node(opCondition, yes, no)
		c.number = number
		return c
	})
}

// scoped reads "(?i:...)" and "(?-i:...)".
func (p *parser) scoped() (*node, error) {
	end := strings.IndexByte(p.text[p.at:], ':')
	if end < 0 {
		return nil, p.errorf("unknown extension of a group")
	}
	on, off, _ := strings.Cut(p.text[p.at:p.at+end], "-")
	if strings.Trim(on+off, "aiLmsux") != "" {
		return nil, p.errorf("unknown extension of a group")
	}
	p.at += end + 1
	fold, multi, dotall, verbose := p.fold, p.multi, p.dotall, p.verbose
	p.setFlags(on, true)
	p.setFlags(off, false)
	n, err := p.closing(func(n *node) *node { return n })
	p.fold, p.multi, p.dotall, p.verbose = fold, multi, dotall, verbose
	return n, err
}
