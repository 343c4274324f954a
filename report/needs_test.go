package report

import (
	"strings"
	"testing"

	"gumshoe/analyze"
)

// Whoever knocks for weeks and meets nothing is a case, but not one that a person has
// to do anything about: the first screen must not ask for nothing.
func TestNeedsNothing(t *testing.T) {
	patient := analyze.Case{ID: "aaaaa", Level: analyze.High, Impact: analyze.Targeted, Sources: prefixes("203.0.113.7/32"),
		Headline: "A little at every door", Do: []string{"Nothing to do. If the address is yours, put it on the allowlist."}}
	guessed := analyze.Case{ID: "bbbbb", Level: analyze.High, Impact: analyze.Targeted, Sources: prefixes("203.0.113.8/32"),
		Headline: "Guesses at anna", Do: []string{"Nothing to do if passwords are off for these accounts; else make sure that they are strong."}}
	r := Report{Now: midnight, Cases: []analyze.Case{patient, guessed}}
	list, more := r.needs()
	if len(list) != 1 || list[0].id != guessed.ID || more != 0 {
		t.Errorf("%+v and %d more", list, more)
	}
	if got := r.deed(patient, r.Plan.Outcomes()[patient.ID]); got != "-" {
		t.Errorf("its picture says %q", got)
	}
	var b strings.Builder
	r.Cases = r.Cases[:1]
	if err := Text(&b, r, TextOptions{}); err != nil || strings.Contains(b.String(), "Needs you") || !strings.Contains(b.String(), patient.Headline) {
		t.Errorf("%v:\n%s", err, b.String())
	}
}
