package template

import (
	"slices"
	"strings"
)

// Drain's parameters (He et al. 2017): half of the tokens must agree, and a node
// has at most 100 children. Its depth of 4 is the root, the number of tokens,
// the first token and the groups below it.
const (
	similar     = 0.5
	maxChildren = 100
)

// group is the masked lines that share a template.
type group struct {
	tokens []string
	shapes []*shape
}

// drain groups the shapes of one program, which come in the order of their text.
func drain(shapes []*shape) []*group {
	leaves := map[leaf][]*group{}
	first := map[int]int{} // children of the node for a number of tokens
	var out []*group
	for _, s := range shapes {
		tokens := strings.Fields(s.text)
		if len(tokens) == 0 {
			tokens = []string{wildcard}
		}
		at := leaf{len(tokens), tokens[0]}
		if _, ok := leaves[at]; !ok {
			if first[at.tokens] >= maxChildren {
				at.first = wildcard
			} else {
				first[at.tokens]++
			}
		}
		g := best(leaves[at], tokens)
		if g == nil {
			g = &group{tokens: slices.Clone(tokens)}
			leaves[at] = append(leaves[at], g)
			out = append(out, g)
		}
		g.take(s, tokens)
	}
	return joined(out)
}

// joined joins the groups that grew into the same template.
func joined(groups []*group) (out []*group) {
	known := map[string]*group{}
	for _, g := range groups {
		if same, ok := known[g.text()]; ok {
			same.shapes = append(same.shapes, g.shapes...)
			continue
		}
		known[g.text()] = g
		out = append(out, g)
	}
	return out
}

func (g *group) text() string { return strings.Join(g.tokens, " ") }

type leaf struct {
	tokens int
	first  string
}

// best finds the group that agrees with most tokens, the most general one of
// several.
func best(groups []*group, tokens []string) (found *group) {
	most, general := 0.0, 0
	for _, g := range groups {
		same, wild, fits := 0.0, 0, true
		for i, have := range g.tokens {
			switch {
			case have == wildcard || strings.HasSuffix(have, "="+wildcard):
				wild++
				if sameKey(have, tokens[i]) {
					same++
				}
			case have == tokens[i]:
				same++
			case sameKey(have, tokens[i]):
				same++
			case telling[plain(have)] || telling[plain(tokens[i])]:
				fits = false
			}
		}
		same /= float64(len(tokens))
		if fits && same >= similar && (same > most || same == most && wild > general) {
			found, most, general = g, same, wild
		}
	}
	return found
}

// take adds a masked line: what differs becomes a wildcard.
func (g *group) take(s *shape, tokens []string) {
	g.shapes = append(g.shapes, s)
	for i, have := range g.tokens {
		switch {
		case have == tokens[i]:
		case sameKey(have, tokens[i]):
			g.tokens[i] = have[:strings.IndexByte(have, '=')+1] + wildcard
		default:
			g.tokens[i] = wildcard
		}
	}
}

// sameKey reports whether two tokens are "key=value" with one key.
func sameKey(a, b string) bool {
	i := strings.IndexByte(a, '=')
	return i > 0 && strings.HasPrefix(b, a[:i+1])
}

// telling are words that make the difference between two messages, though all
// else in them is alike: they never become a wildcard.
var telling = map[string]bool{}

func init() {
	for _, w := range strings.Fields(`accepted allowed authenticated begin blocked bad closed closing connect connected connecting connection
		created deleted denied disabled disconnect disconnected disconnecting done enabled end ended err error exited failed failure fatal
		fail finished granted illegal incorrect info invalid login logout logged lost mismatch missing no not notice ok opened opening passed
		received refused rejected removed reset restarted sent started starting stopped stopping succeeded success successful successfully
		timeout unauthorized unexpected unknown valid warn warning wrong`) {
		telling[w] = true
	}
}

// plain is a word in lower case without the punctuation around it.
func plain(token string) string {
	return strings.ToLower(strings.Trim(token, `()[]{}<>.,:;!?"'*-`))
}
