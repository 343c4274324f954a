package main

import (
	"slices"
	"testing"

	"gumshoe/ingest/window"
)

// Stretches join over the hole of a rotation, and not over a lost day.
func TestJoinedReaches(t *testing.T) {
	for _, test := range []struct{ of, want []reach }{
		{[]reach{{10, 20}}, []reach{{10, 20}}},
		{[]reach{{44, 60}, {10, 20}}, []reach{{10, 60}}},
		{[]reach{{10, 20}, {45, 60}}, []reach{{10, 20}, {45, 60}}},
		{[]reach{{10, 50}, {20, 30}, {51, 51}}, []reach{{10, 51}}}, // two files of one time
	} {
		if got := joined(slices.Clone(test.of)); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.of, got, test.want)
		}
	}
}

// Two logs tell of http. The second began later and was given up; in between an
// hour of it is lost. Nothing is known whole at an edge.
func TestCovered(t *testing.T) {
	c := newCoverage()
	for hour := int64(0); hour < 40; hour++ {
		c.know("/a.log", hour, 9)
		if hour >= 10 && hour < 30 && hour != 20 {
			c.know("/b.log", hour, 9)
		}
	}
	c.holds("/a.log", "http")
	c.holds("/b.log", "http")
	service := &window.Thing{Kind: window.ServiceObject, Name: window.Name{Text: "http"}}
	for hour, want := range map[uint32]bool{
		0: false, 1: true, 9: true, // before the second log
		10: false, 11: true, 18: true, 19: false, 20: false, 21: false, 22: true, // around the lost hour
		29: false, 30: true, 38: true, 39: false, 40: false,
	} {
		if got := c.Covered(service, hour); got != want {
			t.Errorf("hour %d of the service: %t, want %t", hour, got, want)
		}
	}
	if c.Covered(&window.Thing{Kind: window.ServiceObject, Name: window.Name{Text: "sshd"}}, 5) {
		t.Error("a service of which no log tells is covered")
	}

	log := &window.Thing{Kind: window.LogObject, Name: window.Name{Text: "/a.log"}, Hours: []window.Object{{Hour: 4, Events: 9}, {Hour: 5, Events: 1}}}
	c.know("/a.log", 7, 0)
	for hour, want := range map[uint32]bool{
		4: true,
		5: true,  // several lines tell of one happening
		6: false, // another log counts its lines
		7: true,  // it had none
	} {
		if got := c.Covered(log, hour); got != want {
			t.Errorf("hour %d of the log: %t, want %t", hour, got, want)
		}
	}
}
