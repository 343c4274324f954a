// Package rule checks, tries and exports the control strings by which kinds of
// line are watched that no parser understands.
//
//	proposal ─▶ Compile ─▶ Check (evidence, benign lines) ─▶ shadow ─▶ active ─▶ weak evidence
//	                                                                     └─▶ fail2ban filter
//	events of a case ─▶ what tells them from others ─▶ fail2ban filter, rules of nginx and Apache
//
// A proposal may come from a language model that has read an attacker's lines, so
// that it is believed nothing. A pattern is flat: literals and classes in a row, no
// alternatives, no nesting; what that cannot say is refused. The package writes no
// file and keeps nothing.
package rule

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// Bounds of a pattern.
const (
	maxPattern   = 400 // bytes
	fewestFixed  = 12  // characters outside of classes and the address: less is no message of a daemon's
	mostVariable = 10  // classes
	mostWide     = 2   // of them, those without an end that take blanks: Python tries each of them at each place
)

// AddrGroup is the group for the address in the form in which a model is asked for it.
const AddrGroup = `(?P<addr>[0-9A-Fa-f:.]+)`

// Pattern is a compiled control string. It is safe for concurrent use.
type Pattern struct {
	text  string
	re    *regexp.Regexp
	group int
	parts []part
	needs string // the longest literal: a text without it cannot match
}

// part is a literal, a repeated class, or the place of the address.
type part struct {
	literal string
	class   []rune // ranges, ascending
	min     int
	max     int // -1: without an end
	lazy    bool
	addr    bool
}

// Compile reads a pattern. The error says in a few words why it is refused; it
// quotes nothing of it.
func Compile(text string) (*Pattern, error) {
	if len(text) > maxPattern {
		return nil, fmt.Errorf("it is longer than %d bytes", maxPattern)
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, errors.New("it is no RE2 pattern")
	}
	p := &Pattern{text: text}
	if err := p.flatten(tree); err != nil {
		return nil, err
	}
	if err := p.judge(); err != nil {
		return nil, err
	}
	if p.re, err = regexp.Compile(text); err != nil {
		return nil, errors.New("it is too large")
	}
	p.group = p.re.SubexpIndex("addr")
	return p, nil
}

// flatten turns the tree into parts, if it is flat and anchored.
func (p *Pattern) flatten(tree *syntax.Regexp) error {
	n := len(tree.Sub)
	if tree.Op != syntax.OpConcat || n < 3 || tree.Sub[0].Op != syntax.OpBeginText || tree.Sub[n-1].Op != syntax.OpEndText {
		return errors.New("it is not anchored by ^ and $ alone")
	}
	for _, sub := range tree.Sub[1 : n-1] {
		one, err := partOf(sub)
		if err != nil {
			return err
		}
		p.parts = append(p.parts, one)
	}
	return nil
}

func partOf(re *syntax.Regexp) (part, error) {
	one := part{min: 1, max: 1, lazy: re.Flags&syntax.NonGreedy != 0}
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return one, errors.New("it has flags, such as (?i)")
		}
		one.literal = string(re.Rune)
		return one, nil
	case syntax.OpCapture:
		if re.Name != "addr" {
			return one, errors.New("it has a group that is not the address: there is one group, named addr")
		}
		if !isAddr(re.Sub[0]) {
			return one, errors.New("the address group takes more than addresses are made of: " + AddrGroup)
		}
		one.addr = true
		return one, nil
	case syntax.OpStar:
		one.min, one.max = 0, -1
	case syntax.OpPlus:
		one.min, one.max = 1, -1
	case syntax.OpQuest:
		one.min, one.max = 0, 1
	case syntax.OpRepeat:
		one.min, one.max = re.Min, re.Max
	}
	if one.min != 1 || one.max != 1 {
		re = re.Sub[0]
	}
	switch {
	case re.Op == syntax.OpCharClass:
		one.class = re.Rune
	case re.Op == syntax.OpAnyCharNotNL:
		one.class = []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	case re.Op == syntax.OpLiteral && len(re.Rune) == 1 && re.Flags&syntax.FoldCase == 0:
		one.class = []rune{re.Rune[0], re.Rune[0]}
	default:
		return one, errors.New("it has alternatives, nested groups, flags or look-arounds: only text, classes, repeated classes and the address may stand in it")
	}
	return one, nil
}

// isAddr reports whether an expression takes nothing but what addresses are made of.
func isAddr(re *syntax.Regexp) bool {
	const letters = "0123456789abcdefABCDEF:."
	switch re.Op {
	case syntax.OpLiteral:
		return re.Flags&syntax.FoldCase == 0 && !slices.ContainsFunc(re.Rune, func(r rune) bool { return !strings.ContainsRune(letters, r) })
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i+1] > 'f' {
				return false
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if !strings.ContainsRune(letters, r) {
					return false
				}
			}
		}
		return true
	case syntax.OpConcat, syntax.OpAlternate, syntax.OpPlus, syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !isAddr(s) })
	}
	return false
}

// judge refuses what would match too much, too slowly, or an address that a
// stranger wrote.
func (p *Pattern) judge() error {
	fixed, addrs, variable, wide := 0, 0, 0, 0
	freeBefore, wideAfter := false, false
	for i := range p.parts {
		one := &p.parts[i]
		if one.literal != "" {
			fixed += len([]rune(strings.ReplaceAll(one.literal, " ", "")))
			if len(one.literal) > len(p.needs) {
				p.needs = one.literal
			}
			continue
		}
		if i == 0 && one.wide() {
			return errors.New("it begins with a class that takes anything: text has to stand on both sides of it")
		}
		if i > 0 && p.parts[i-1].literal == "" {
			return errors.New("two classes, or a class and the address, stand side by side: text has to stand between them")
		}
		if one.addr {
			addrs++
			continue
		}
		if variable++; one.wide() && one.max < 0 {
			wide++
		}
		freeBefore = freeBefore || addrs == 0 && one.free()
		wideAfter = wideAfter || addrs > 0 && one.wide()
	}
	switch {
	case addrs != 1:
		return fmt.Errorf("it has %d address groups, not one: %s", addrs, AddrGroup)
	case fixed < fewestFixed:
		return fmt.Errorf("it has %d characters of text that have to be there, not %d: it would match almost everything", fixed, fewestFixed)
	case variable > mostVariable:
		return fmt.Errorf("it has more than %d classes", mostVariable)
	case wide > mostWide:
		return fmt.Errorf("it has more than %d parts without an end that take blanks: it may take a long time", mostWide)
	case freeBefore && wideAfter:
		return errors.New("text of a stranger's choice may stand before the address and a whole sentence behind it: the stranger could write the address")
	}
	return nil
}

// wide reports a class by which a sentence can pass.
func (p *part) wide() bool { return p.literal == "" && !p.addr && p.has(' ') && p.free() }

// free reports a class that takes more than digits and blanks.
func (p *part) free() bool {
	for i := 0; i < len(p.class); i += 2 {
		lo, hi := p.class[i], p.class[i+1]
		if !(lo >= '0' && hi <= '9') && !(lo >= '\t' && hi <= '\r') && !(lo == ' ' && hi == ' ') {
			return true
		}
	}
	return false
}

func (p *part) has(r rune) bool {
	for i := 0; i < len(p.class); i += 2 {
		if p.class[i] <= r && r <= p.class[i+1] {
			return true
		}
	}
	return false
}

// String returns the pattern as it was written.
func (p *Pattern) String() string { return p.text }

// Match returns the address in a message, if the pattern matches it.
func (p *Pattern) Match(message string) (netip.Addr, bool) {
	if !strings.Contains(message, p.needs) {
		return netip.Addr{}, false
	}
	at := p.re.FindStringSubmatchIndex(message)
	if at == nil {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(message[at[2*p.group]:at[2*p.group+1]])
	if err != nil || a.IsUnspecified() || a.IsLoopback() {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}
