package main

import (
	"math"
	"runtime/debug"
	"testing"
)

// The limit that the unit sets holds, whatever pace the collector is given; where
// there is none, the pace alone counts.
func TestPaceKeepsTheLimit(t *testing.T) {
	percent, before := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(before)
		hurried.Store(false)
	})
	for _, test := range []struct {
		name        string
		limit, want int64
		hurried     bool
	}{
		{"a small heap is left alone up to a limit", math.MaxInt64, calmLimit, false},
		{"but not beyond that of the process", 100 << 20, 100 << 20, false},
		{"which a paced heap has too", 800 << 20, 800 << 20, true},
		{"if there is one", math.MaxInt64, math.MaxInt64, true},
	} {
		hurried.Store(test.hurried)
		setPace(test.limit)
		if got := debug.SetMemoryLimit(-1); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}
