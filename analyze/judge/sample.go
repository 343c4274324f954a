package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest/lazyregexp"
)

// Bounds of what a card says in words that strangers chose.
const (
	maxSample  = 40 // characters
	maxSamples = 3
	maxWords   = 5
	maxFact    = 110 // characters of one fact
)

// samples are the first few things that a case asked for or called itself, each
// masked, escaped and short.
func samples(targets []analyze.Target, m *masker) (out []string) {
	for _, t := range targets {
		text := ""
		switch t.Kind {
		case analyze.Endpoint:
			_, text = splitEndpoint(t.Value)
		case analyze.AgentName:
			text = versions().ReplaceAllString(t.Value, "/$1")
		}
		if text == "" {
			continue
		}
		if s := sample(m.clean(text)); s != "" && !slices.Contains(out, s) {
			if out = append(out, s); len(out) == maxSamples {
				break
			}
		}
	}
	return out
}

// versions looks like an address in most browsers' names; the first number is enough.
var versions = lazyregexp.New(`/(\d+)[.\d]*`)

// sample escapes a masked text: letters, digits and . _ / - stay, each other
// character becomes a question mark. What reads like a sentence is told by its length
// alone, for a card is no place for sentences that strangers wrote.
func sample(text string) string {
	text = strings.TrimSpace(text)
	if isProse(text) {
		return fmt.Sprintf("prose%d", len(text))
	}
	text = escape(text)
	if len(text) <= maxSample {
		return text
	}
	return half().ReplaceAllString(text[:maxSample], "")
}

// half is a pseudonym that may have been cut.
var half = lazyregexp.New(`(?:src|net|acct|host)_?\d*$`)

func escape(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._/-", r) {
			return r
		}
		return '?'
	}, text)
}

// So many words, none of them a thing that scanners ask for, make a sentence. A page that is named like one is told by its length as well.
const (
	proseFrom = 3 // in one segment of a path
	proseAll  = 5 // in all of it
)

func isProse(text string) bool {
	row, all := 0, 0
	for _, w := range strings.FieldsFunc(pseudonym().ReplaceAllString(text, "/"), func(r rune) bool { return r != '/' && r < 0x80 && !isWord(byte(r)) }) {
		for i, part := range strings.Split(w, "/") {
			if i > 0 {
				row = 0
			}
			switch {
			case len(part) < 2 || isNumber(part):
			case inVocabulary(strings.ToLower(part)) || slices.Contains(endings, strings.ToLower(part)):
				row = 0
			default:
				row++
				all++
			}
			if row >= proseFrom || all >= proseAll {
				return true
			}
		}
	}
	return len(text) > 0 && strings.IndexFunc(text, func(r rune) bool { return r >= 0x80 }) >= 0
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// vocabulary returns the words of the scanners' vocabulary that a case's targets
// use most.
func vocabulary(targets []analyze.Target) []string {
	count := map[string]int{}
	for _, t := range targets {
		if t.Kind != analyze.Endpoint && t.Kind != analyze.AgentName {
			continue
		}
		_, text := splitEndpoint(t.Value)
		if t.Kind == analyze.AgentName {
			text = t.Value
		}
		for _, w := range strings.FieldsFunc(strings.ToLower(withoutQuery(text)), func(r rune) bool {
			return r != '-' && r != '_' && (r >= 0x80 || !isWord(byte(r)))
		}) {
			if inVocabulary(w) {
				count[w]++
			}
		}
	}
	out := make([]string, 0, len(count))
	for w := range count {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return out[:min(len(out), maxWords)]
}

// fact returns what a detector says of its evidence: its words and numbers stay,
// and what it quotes from the log does not.
func fact(text string) string {
	text, quoted, _ := strings.Cut(text, calls)
	out := passing(nil, text, func(w string) bool { return inFacts(w) || figure().MatchString(w) })
	if quoted != "" { // a stranger could make a sentence of the words that facts are made of
		out = passing(append(out, calls), quoted, inVocabulary)
	}
	size := 0
	for i, w := range out {
		if size += len(w) + 1; size > maxFact {
			out = out[:i]
			break
		}
	}
	return strings.Join(out, " ")
}

// calls stands before the name that a client gives itself.
const calls = "calls itself"

// passing appends the words of a text that may pass, and one question mark for
// those in a row that may not.
func passing(out []string, text string, may func(string) bool) []string {
	for w := range strings.FieldsSeq(text) {
		w = strings.Trim(w, ".,;:()'\"")
		switch {
		case may(strings.ToLower(w)):
			out = append(out, w)
		case len(out) == 0 || out[len(out)-1] != "?":
			out = append(out, "?")
		}
	}
	return out
}

// figure is a number as detectors write it; an address or a version is none.
var figure = lazyregexp.New(`^(?:\d{1,3}(?:,\d{3})*|\d{1,9})(?:\.\d{1,3})?%?$|^/\d{1,3}$`)
