package format

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

var surroundings = ingest.Context{Anchor: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}

// FuzzEveryParser feeds any bytes to the parser of every whole-line format and,
// behind an envelope, to every daemon's: two lines, so that what the first one
// left behind meets the second.
func FuzzEveryParser(f *testing.F) {
	var clock clock
	for _, files := range [...]string{"envelopes*.log", "container*.log", "journal*.log"} {
		seed(f, files, func(line []byte) []byte { return line })
	}
	seedSteps(f, "*.log", 2, func(line []byte) []byte { // behind the other envelopes the messages alone: all daemons get them behind one anyhow
		var ev ingest.Event
		if msg, ok := clock.open(line, &ev); ok {
			return msg
		}
		return line
	})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		for _, p := range everyParser() {
			check(t, p, first, second)
			same(t, p, second, second)
		}
		syslog := must(ByName("syslog")).NewParser(surroundings)
		for i, d := range daemons {
			says := func(pid int, msg []byte) []byte {
				return slices.Concat(fmt.Appendf(nil, "Nov 20 10:00:00 host %s[%d]: ", d.programs[0], pid+i), msg)
			}
			check(t, syslog, says(1000, first), says(1000, second))
			same(t, syslog, says(2000, second), says(3000, second))
		}
	})
}

// everyParser returns the parser of each format by itself, and the one that tries
// them all.
func everyParser() []ingest.Parser {
	ps := []ingest.Parser{must(ByName(genericName)).NewParser(surroundings)}
	for _, f := range formats {
		ps = append(ps, f.new(setup{Context: surroundings, known: unsampled, seen: new(traits)}))
	}
	return ps
}

// same asserts that two lines which differ by their process alone say the same.
// What one process says twice may differ: it has a state.
func same(t *testing.T, p ingest.Parser, line, other []byte) {
	var ev ingest.Event
	p.Parse(line, &ev)
	pid, one := string(ev.PID), told(&ev)
	p.Parse(other, &ev)
	two := told(&ev)
	if two.PID == pid && pid != "" {
		return
	}
	one.PID, two.PID = "", ""
	if !reflect.DeepEqual(one, two) {
		t.Errorf("another event of %q and %q:\n%s", line, other, cmp.Diff(one, two))
	}
}
