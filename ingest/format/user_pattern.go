package format

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"gumshoe/ingest"
)

// kindAuth is the kind whose lines tell by event.outcome how the login ended.
const kindAuth = "auth"

// The usual words for the end of a login.
var (
	usualSuccess = []string{"success", "successful", "succeeded", "ok", "accepted", "granted", "allowed", "true", "pass", "passed"}
	usualFailure = []string{"failure", "failed", "fail", "error", "denied", "rejected", "refused", "invalid", "false", "unsuccessful"}
)

// userPattern is a UserLine, compiled.
//
// A client's text may imitate the rest of a line, so that a pattern fits in two
// ways. The pattern is therefore compiled a second time with every choice turned
// round: what was greedy is lazy, the last alternative comes first. Where the
// two readings find the address in different places there is no knowing which
// the daemon wrote, and the event has none.
type userPattern struct {
	literal []byte // without it there is no match
	one     *regexp.Regexp
	two     *regexp.Regexp // turned round
	fields  [2][]capture
	kind    ingest.Kind
	auth    bool
	success []string
	failure []string
	parts   func() []patternPart // of the pattern, for telling where it stops
}

// capture is a group and the field that it fills.
type capture struct {
	field string
	group int
}

func compileLine(l UserLine) (*userPattern, error) {
	source, expression, err := l.Pattern, l.Pattern, error(nil)
	switch {
	case l.Pattern != "" && l.Grok != "":
		return nil, errors.New("a line has a pattern or a grok, not both")
	case l.Pattern == "" && l.Grok == "":
		return nil, errors.New("a line needs a pattern or a grok")
	case l.Grok != "":
		source = l.Grok
		if expression, err = expandGrok(source); err != nil {
			return nil, err
		}
	}
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil, syntaxError(source, err)
	}
	u := &userPattern{literal: []byte(requiredLiteral(tree)), success: l.Success, failure: l.Failure}
	u.parts = sync.OnceValue(func() []patternPart { return partsOf(expression) })
	if u.one, err = regexp.Compile(`\A(?:` + expression + `)\z`); err != nil {
		return nil, syntaxError(source, err)
	}
	turnRound(tree)
	if u.two, err = regexp.Compile(`\A(?:` + tree.String() + `)\z`); err != nil {
		return nil, syntaxError(source, err)
	}
	for i, re := range [2]*regexp.Regexp{u.one, u.two} {
		for n, group := range re.SubexpNames() {
			field, ok := fieldOf(group)
			switch {
			case ok:
				u.fields[i] = append(u.fields[i], capture{field, n})
			case group != "":
				return nil, &PatternError{source, max(0, strings.Index(source, "<"+group+">")+1), unknownField(group)}
			}
		}
	}
	return u, u.setKind(l, source)
}

// setKind checks that the kind and the fields fit.
func (u *userPattern) setKind(l UserLine, source string) error {
	kind, ok := ingest.ParseKind(l.Kind)
	u.kind = kind
	switch u.auth = l.Kind == kindAuth; {
	case u.auth && !u.has("event.outcome"):
		return &PatternError{source, 0, "kind auth needs a group event_outcome, which tells how the login ended"}
	case !u.auth && len(l.Success)+len(l.Failure) > 0:
		return errors.New("an outcome belongs to kind auth")
	case !u.auth && !ok:
		return fmt.Errorf("no kind %q; known: %s, %s", l.Kind, kindAuth, strings.Join(ingest.KindNames(), ", "))
	case kind.Hostile() && !u.has("source.ip") && !u.has("source.domain"):
		return &PatternError{source, 0, "kind " + l.Kind + " needs a group source_ip, which tells whose deed it was"}
	}
	if u.auth && len(l.Success)+len(l.Failure) == 0 {
		u.success, u.failure = usualSuccess, usualFailure
	}
	return nil
}

// syntaxError finds the place of a regexp's complaint in what the person wrote.
func syntaxError(source string, err error) error {
	var s *syntax.Error
	if !errors.As(err, &s) {
		return &PatternError{source, 0, err.Error()}
	}
	return &PatternError{source, max(0, strings.Index(source, s.Expr)), fmt.Sprintf("%s: %q", s.Code, s.Expr)}
}

func (u *userPattern) has(field string) bool {
	return slices.ContainsFunc(u.fields[0], func(c capture) bool { return c.field == field })
}

// match returns where the groups stand, nil where the pattern does not match.
func (u *userPattern) match(msg []byte) []int {
	if !bytes.Contains(msg, u.literal) {
		return nil
	}
	return u.one.FindSubmatchIndex(msg)
}

// group returns the text of a field, nil where the pattern does not match.
func (u *userPattern) group(msg []byte, field string) []byte {
	from, to := place(u.fields[0], u.match(msg), field)
	if from < 0 {
		return nil
	}
	return msg[from:to]
}

// names reports whether the pattern finds another source in a message than src.
func (u *userPattern) names(msg []byte, src netip.Addr) bool {
	a, ok := address(u.group(msg, "source.ip"))
	return ok && a != src
}

// place returns where a field stands in a match, -1 where it does not.
func place(fields []capture, match []int, field string) (from, to int) {
	for _, c := range fields {
		if c.field == field && match != nil && match[2*c.group] >= 0 {
			return match[2*c.group], match[2*c.group+1]
		}
	}
	return -1, -1
}

// fill writes the groups of a match into the event. It returns why the line
// gives none.
func (u *userPattern) fill(p *userParser, match []int, ev *ingest.Event) string {
	for _, c := range u.fields[0] {
		from, to := match[2*c.group], match[2*c.group+1]
		if from >= 0 && !ecs[c.field](ev, p.msg[from:to]) && c.field != "source.ip" {
			return fmt.Sprintf("%.40q is no %s", p.msg[from:to], c.field)
		}
	}
	if from, _ := place(u.fields[0], match, "source.ip"); from >= 0 {
		if other, _ := place(u.fields[1], u.two.FindSubmatchIndex(p.msg), "source.ip"); other != from {
			ev.Src, ev.SrcHost = noAddr, nil
		}
	}
	if u.auth {
		from, to := place(u.fields[0], match, "event.outcome")
		if from < 0 || !u.outcome(p.msg[from:to], ev) {
			return "the outcome is neither a success nor a failure"
		}
	}
	from, to := place(u.fields[0], match, "@timestamp")
	if from < 0 {
		p.stamp(nil, ev)
	} else {
		p.stamp(p.msg[from:to], ev)
	}
	return ""
}

func (u *userPattern) outcome(word []byte, ev *ingest.Event) bool {
	is := func(w string) bool { return strings.EqualFold(w, string(word)) }
	switch {
	case slices.ContainsFunc(u.success, is):
		ev.Kind = ingest.KindAuthSuccess
	case slices.ContainsFunc(u.failure, is):
		ev.Kind = ingest.KindAuthFailure
	default:
		return false
	}
	return true
}

// turnRound makes what is greedy lazy and the other way round, and the last
// alternative the first.
func turnRound(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		re.Flags ^= syntax.NonGreedy
	case syntax.OpAlternate:
		slices.Reverse(re.Sub)
	}
	for _, sub := range re.Sub {
		turnRound(sub)
	}
}

// requiredLiteral is the longest text that stands in every match.
func requiredLiteral(re *syntax.Regexp) string {
	switch {
	case re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase == 0:
		return string(re.Rune)
	case re.Op == syntax.OpConcat, re.Op == syntax.OpCapture, re.Op == syntax.OpPlus, re.Op == syntax.OpRepeat && re.Min > 0:
		longest := ""
		for _, sub := range re.Sub {
			if l := requiredLiteral(sub); len(l) > len(longest) {
				longest = l
			}
		}
		return longest
	}
	return ""
}
