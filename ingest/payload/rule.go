package payload

import (
	"fmt"
	"regexp"
	"slices"
	"sync"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// form is a set of renderings of a value. Each undoes one family of evasions.
type form uint8

const (
	plain form = 1 << iota // decoded, lower case, single spaces, no SQL comments
	shell                  // plain without the quotes and empty expansions of a shell
	tight                  // plain without spaces and string concatenations
	pair                   // plain, preceded by "&", the parameter's name and "="
)

// place is a set of the places where a value stands.
type place uint8

const (
	inValue   place = 1 << iota // parameter value, fragment
	inName                      // parameter name
	inPath                      // the path as a whole
	inAgent                     // user agent
	inReferer                   // referer
	inLogin                     // user name of a login
)

const (
	inTarget   = inValue | inName | inPath
	inQuery    = inValue | inName
	anywhere   = inTarget | inAgent | inReferer
	notReferer = inTarget | inAgent
)

// rule is one way an attack looks. It is tried where one of its literals occurs,
// and holds where the expression matches and the check agrees; an absent one
// always does.
type rule struct {
	class ingest.Class
	stage ingest.Stage
	on    form     // 0: plain
	at    place    // 0: inTarget
	any   []string // literals in lower case, at least one
	odd   bool     // holds only where the target has bytes that make it odd; the scan for clean ones need not look for its literals
	expr  string   // RE2, on text in lower case
	check func(v *value) (ingest.Class, ingest.Stage)

	// dear: where its literals occur is no rarity, and each time costs microseconds. It is
	// tried on no more operators than a request has to offer: see sparing.
	dear bool

	re func() *regexp.Regexp // nil without an expression
}

// value is what a rule's check sees.
type value struct {
	raw     []byte // as it stands in the request
	decoded []byte // before folding
	plain   []byte
	at      place
	name    []byte // of the parameter, as it stands in the request; nil: none

	question  bool // somebody asks about something: no rule but those on language models holds
	inside    bool // of a document, whose strings are looked at one by one
	statement bool // of a query language, where one is taken: no rule on SQL holds, nor on commands, for it quotes names as a shell does programs
}

// rules is the table of all rules, and literals finds the literals of all of them in
// one pass. They take a while to make: see Prepare.
var (
	rules = sync.OnceValue(func() []rule {
		return prepare(slices.Concat(sqlRules, scriptRules, fileRules, commandRules, codeRules, templateRules, networkRules, sessionRules, markerRules, whisperRules()))
	})

	literals = sync.OnceValue(func() *automaton {
		var all []literal
		for i := range rules() {
			r := &rules()[i]
			for _, text := range r.any {
				l := literal{text: text, id: uint16(i), kind: ofRule}
				if !r.odd && r.at&inTarget != 0 && cleanText(text) {
					l.kind |= ofClean
				}
				if r.class == ingest.ClassLLM {
					l.kind |= ofWhisper
				}
				all = append(all, l)
			}
		}
		return newAutomaton(all)
	})
)

// Prepare makes, on other cores, what the first looks at a request would have to
// wait for. Whoever opens logs has something else to do meanwhile.
func Prepare() {
	go literals()
	go vocabulary()
}

// prepare fills in what the rules leave out.
func prepare(rules []rule) []rule {
	if len(rules) > maxRules {
		panic(fmt.Sprintf("payload: %d rules, room for %d", len(rules), maxRules))
	}
	for i := range rules {
		r := &rules[i]
		if r.on == 0 {
			r.on = plain
		}
		if r.at == 0 {
			r.at = inTarget
		}
		if r.expr != "" {
			// Compiled when first needed: most logs need few of them, and all
			// together cost more than the start of the program.
			r.re = lazyregexp.New(r.expr)
		}
	}
	return rules
}

// cleanText reports whether a literal can occur in a clean target at all: "&" is
// there only in front of a parameter.
func cleanText(s string) bool {
	for i := range len(s) {
		if escapedBytes[s[i]] != byteClean && (s[i] != '&' || i > 0 || len(s) == 1) {
			return false
		}
	}
	return true
}
