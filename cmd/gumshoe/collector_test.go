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
		live        uint64
		hurried     bool
	}{
		{"a small heap is left alone up to a limit", math.MaxInt64, calmLimit, 10 << 20, false},
		{"but not beyond that of the process", 100 << 20, 100 << 20, 10 << 20, false},
		{"which a paced heap has too", 800 << 20, 800 << 20, 10 << 20, true},
		{"if there is one", math.MaxInt64, math.MaxInt64, 10 << 20, true},
		{"and a large heap is collected as it grows", math.MaxInt64, math.MaxInt64, calmLive, false},
	} {
		hurried.Store(test.hurried)
		setPace(test.limit, test.live)
		if got := debug.SetMemoryLimit(-1); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// While memory is taken for the heap a collection sets no pace.
func TestNoPaceWhileTheHeapIsMade(t *testing.T) {
	percent, before := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(before)
		unpaced.Store(false)
	})
	for _, test := range []struct {
		unpaced bool
		want    int64
	}{{true, math.MaxInt64}, {false, calmLimit}} {
		unpaced.Store(test.unpaced)
		setPace(math.MaxInt64, 0)
		if got := debug.SetMemoryLimit(-1); got != test.want {
			t.Errorf("unpaced %t: the limit is %d, want %d", test.unpaced, got, test.want)
		}
	}
}
