package detect

import (
	"fmt"
	"math"
	"strings"

	"gumshoe/analyze"
)

// story tells a count in words.
func (c *counting) story(f *analyze.Finding, who string) analyze.Story {
	n, path, lasted := len(c.asked), f.Targets[0].Value, f.Last.Sub(f.First)
	first := &c.asked[0]
	switch {
	case first.author:
		return analyze.Story{
			Headline: fmt.Sprintf("Who writes here? %s of WordPress, one by one", upper(count(n, "author"))),
			Body: []string{fmt.Sprintf("%s asked for %s by number at %s, in %s: %s.",
				upper(who), count(n, "author"), path, span(lasted), c.answers())},
			Why: []string{"Readers follow names. Where a number is answered with a redirect or a document, the name that its owner logs in with is in it: this is how lists for guessing passwords are made."},
			Not: []string{"Names are no secret, and this tries no password."},
			Do:  []string{"See that the authors' passwords are strong, or let a plugin refuse to name them by number."},
		}
	case first.account:
		return analyze.Story{
			Headline: fmt.Sprintf("Which of %s exist? Asked at %s", count(n, "address"), path),
			Body:     []string{fmt.Sprintf("%s asked for %s at %s in %s: %s.", upper(who), count(n, "different address"), path, span(lasted), c.answers())},
			Why:      []string{"People ask for their own. An answer that differs for those who exist tells who does."},
			Not:      []string{"Those that were answered well are not counted here."},
			Do:       []string{"Let the page give the same answer whether an address exists or not, and limit how often one source may ask."},
		}
	}
	return analyze.Story{
		Headline: fmt.Sprintf("%s of %s, one after the other, and refused", upper(count(n, "number")), path),
		Body: []string{fmt.Sprintf("%s asked for %s at %s in %s, in order: %s.",
			upper(who), count(n, "number"), path, span(lasted), c.answers())},
		Why: []string{fmt.Sprintf("So does one look for what belongs to others. Old links come in no order: the chance of this one is %s.", chance(math.Exp(max(c.chance, -600))))},
		Not: []string{"What was refused did not leak. A program of yours with an error of its own looks the same; numbers that were answered well are not counted here."},
		Do:  []string{fmt.Sprintf("See that %s asks whose each number is, and not only whether it is there; and look through the log for numbers that this source was given.", path)},
	}
}

// answers says how the numbers were answered.
func (c *counting) answers() string {
	all := make([]contact, len(c.asked))
	for i := range all {
		all[i].status = c.asked[i].status
	}
	text := answered(all)
	return strings.ToLower(text[:1]) + text[1:]
}
