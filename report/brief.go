package report

import (
	"hash/maphash"
	"slices"

	"gumshoe/analyze"
)

// line is what is told in one line: a case, or several of a kind.
type line []*analyze.Case

// ofKind is how many cases of a kind are told at length, and drawn where not all have
// room: of three hundred bots that do the same, three show it.
const ofKind = 3

// kind is what cases have in common that share a line: their headlines differ in numbers
// alone, or one hole is to be mended for all of them, or hostile content was sent, of
// whatever mixture.
type kind struct {
	level  analyze.Level
	impact analyze.Impact
	story  uint64 // a hash: of thousands of cases each is asked several times
}

var stories = maphash.MakeSeed()

func kindOf(c *analyze.Case) kind {
	k := kind{level: c.Level, impact: c.Impact}
	switch {
	case breakIn(*c) || anomaly(*c):
		k.story = maphash.String(stories, c.Headline)
	case injectable(*c) && len(c.Do) > 0:
		k.story = maphash.String(stories, c.Do[0])
	case has(*c, analyze.Payload) && len(c.Do) > 0:
		k.story = maphash.String(stories, c.Kind) ^ maphash.String(stories, c.Do[0])
	default:
		k.story = wordsOf(c.Headline)
	}
	return k
}

// wordsOf is a hash of a headline without its numbers and what they count time in.
func wordsOf(s string) uint64 {
	var room [256]byte
	words := room[:0]
	for len(s) > 0 {
		if c := s[0]; '0' <= c && c <= '9' {
			s = s[1:]
			continue
		}
		end := 1
		for end < len(s) && s[end] != ' ' && (s[end] < '0' || s[end] > '9') {
			end++
		}
		if !slices.Contains(timeUnits, s[:end]) {
			words = append(words, s[:end]...)
		}
		s = s[end:]
	}
	return maphash.Bytes(stories, words)
}

var timeUnits = []string{" second", " seconds", " minute", " minutes", " hour", " hours", " day", " days"}

// lines are cases in brief, in the order in which the first of each kind came.
type lines struct {
	all []line
	at  map[kind]int
}

func newLines() *lines { return &lines{at: map[kind]int{}} }

// share adds a case to the line of its kind, if there is one.
func (l *lines) share(k kind, c *analyze.Case) bool {
	at, ok := l.at[k]
	if ok {
		l.all[at] = append(l.all[at], c)
	}
	return ok
}

// begin gives a case a line, which others of its kind share; nobody shares one that
// has nothing to say.
func (l *lines) begin(k kind, c *analyze.Case) {
	if c.Headline != "" {
		l.at[k] = len(l.all)
	}
	l.all = append(l.all, line{c})
}

// inBrief puts cases before lines that there are, and into those of their kind.
func inBrief(cases []*analyze.Case, rest []line) []line {
	l := newLines()
	for _, c := range slices.Concat(append([]line{cases}, rest...)...) {
		if k := kindOf(c); !l.share(k, c) {
			l.begin(k, c)
		}
	}
	return l.all
}

// view is the line as it is read: who, and what.
func (l line) view() overView {
	first := l[0]
	v := overView{Level: first.Level, ID: first.ID, Text: first.Headline}
	var who []string
	same := true
	for i, c := range l {
		who = append(who, fewest(addresses(c.Sources), 1))
		same = same && c.Headline == first.Headline
		if i < maxListed {
			v.Cases = append(v.Cases, c.ID)
		}
	}
	if len(l) > 1 {
		v.ID = counted(len(l), "case", "cases")
	}
	if !same {
		v.Text += ", and the like"
	}
	if who = nonempty(who...); len(who) > 0 {
		v.Text = fewest(who, 2) + ": " + v.Text
	}
	return v
}

// views are lines as they are read, and how many cases they tell.
func views(all []line) (out []overView, told int) {
	for _, l := range all {
		out = append(out, l.view())
		told += len(l)
	}
	return out, told
}
