package detect

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"gumshoe/analyze"
)

// The same windows give the same cases, whichever detector is done first.
func TestDeterminism(t *testing.T) {
	var l tape
	l.visitors(40)
	for i, p := range adminPaths {
		l.get(time.Duration(i)*20*minute, "203.0.113.45", p, 404)
		l.get(time.Duration(i)*minute, "203.0.113.46", p+"?id=1+union+select+1,2", 500)
	}
	for i := range 24 {
		for k := range 3 {
			l.fail(time.Duration(i*10+k)*minute, imap, fmt.Sprintf("198.51.100.%d", i+1), "anna@example.org")
			l.miss(time.Duration(i*10+k)*minute, ssh, fmt.Sprintf("203.0.%d.9", i), fmt.Sprintf("name%d", k))
		}
	}
	l.ok(5*hour, imap, "198.51.100.24", "anna@example.org")
	in := l.input()
	first := l.cases()
	for range 10 {
		if again := (&tape{events: l.events}).cases(); !reflect.DeepEqual(first, again) {
			t.Fatalf("%d cases, then %d, or other ones", len(first), len(again))
		}
	}
	for _, d := range All() {
		if a, b := told(d.Detect(in)), told(d.Detect(in)); !reflect.DeepEqual(a, b) {
			t.Errorf("%s does not repeat itself", d.Name())
		}
	}
}

// told has findings tell what they put off.
func told(found []*analyze.Finding) []*analyze.Finding {
	for _, f := range found {
		if f.Tell != nil {
			f.Tell(f)
			f.Tell = nil
		}
	}
	return found
}
