package detect

import (
	"fmt"
	"testing"

	"gumshoe/analyze"
)

// The quiet majority costs the detectors nothing but a look at its traits: the
// allocations of a run do not grow with people who read pages and log in.
func TestQuietPeopleAllocateNothing(t *testing.T) {
	quiet := func(people int) *analyze.Input {
		var l tape
		for i := range people {
			src := fmt.Sprintf("198.18.%d.%d", i/250, 1+i%250)
			l.get(0, src, "/about", 200)
			l.ok(minute, imap, src, fmt.Sprintf("user%d@example.org", i))
		}
		return l.input()
	}
	few, many := quiet(1000), quiet(8000)
	for _, d := range All() {
		d.Detect(few) // what detectors share is made once
		d.Detect(many)
		a := testing.AllocsPerRun(3, func() { d.Detect(few) })
		b := testing.AllocsPerRun(3, func() { d.Detect(many) })
		if b > a+700 {
			t.Errorf("%s: %.0f allocations for 1,000 people, %.0f for 8,000", d.Name(), a, b)
		}
	}
}
