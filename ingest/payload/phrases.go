package payload

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// phrases are expressions on texts in lower case. Each is tried only where one of the
// words occurs that it cannot do without: all of them together, in one expression,
// take a thousand times as long as a look for the words.
type phrases struct {
	words *automaton
	each  []*regexp.Regexp
}

// newPhrases reads from each expression which words it needs. It panics on one that
// needs none, as the expressions are part of the program.
func newPhrases(exprs []string) *phrases {
	p := &phrases{}
	var words []literal
	for i, expr := range exprs {
		p.each = append(p.each, regexp.MustCompile(expr))
		parsed, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			panic(err)
		}
		need := needed(parsed)
		if len(need) == 0 {
			panic("payload: a phrase needs no word: " + expr)
		}
		for _, w := range need {
			words = append(words, literal{text: w, id: uint16(i), kind: ofRule})
		}
	}
	p.words = newAutomaton(words)
	return p
}

// Match reports whether any of the phrases occurs.
func (p *phrases) Match(text []byte) bool {
	var hits bitset
	p.words.find(text, &hits)
	for i, re := range p.each {
		if hits.has(uint16(i)) && re.Match(text) {
			return true
		}
	}
	return false
}

// needed returns words of which every match of an expression holds one; nil where
// there is no such list. Of several lists it is the one whose shortest word is longest.
func needed(re *syntax.Regexp) (words []string) {
	take := func(list []string) {
		if shortest(list) > shortest(words) {
			words = list
		}
	}
	take(texts(re))
	switch {
	case re.Op == syntax.OpCapture, re.Op == syntax.OpPlus, re.Op == syntax.OpRepeat && re.Min > 0:
		take(needed(re.Sub[0]))
	case re.Op == syntax.OpConcat:
		for i := range re.Sub {
			take(needed(re.Sub[i]))
			for j := i + 2; j <= len(re.Sub); j++ {
				list := joined(re.Sub[i:j])
				if list == nil {
					break // nor with what follows
				}
				take(list)
			}
		}
	case re.Op == syntax.OpAlternate && words == nil:
		var all []string
		for _, sub := range re.Sub {
			list := needed(sub)
			if list == nil {
				return nil
			}
			all = append(all, list...)
		}
		take(all)
	}
	return words
}

// Bounds of the texts that are listed of an expression, and of the letters of a class.
const (
	mostTexts   = 64
	mostLetters = 4
)

// texts lists all that an expression can match; nil where that is too much.
func texts(re *syntax.Regexp) (all []string) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpBeginText, syntax.OpEndText:
		return []string{""}
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case syntax.OpCapture:
		return texts(re.Sub[0])
	case syntax.OpQuest:
		if all = texts(re.Sub[0]); all != nil {
			all = append(all, "")
		}
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if all = append(all, string(r)); len(all) > mostLetters {
					return nil
				}
			}
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			list := texts(sub)
			if list == nil || len(all)+len(list) > mostTexts {
				return nil
			}
			all = append(all, list...)
		}
	case syntax.OpConcat:
		return joined(re.Sub)
	}
	return all
}

// joined is texts of expressions that follow each other.
func joined(parts []*syntax.Regexp) []string {
	all := []string{""}
	for _, part := range parts {
		var longer []string
		list := texts(part)
		if len(list) == 0 || len(all)*len(list) > mostTexts {
			return nil
		}
		for _, head := range all {
			for _, tail := range list {
				longer = append(longer, head+tail)
			}
		}
		all = longer
	}
	return all
}

// shortest is the length of the shortest of some words, 0 of none.
func shortest(words []string) int {
	if len(words) == 0 {
		return 0
	}
	return len(slices.MinFunc(words, func(a, b string) int { return len(a) - len(b) }))
}
