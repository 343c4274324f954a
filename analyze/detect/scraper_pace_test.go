package detect

import (
	"math/rand/v2"
	"testing"
)

// How many documents of an hour, or of many, were different.
func TestDifferentDocuments(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	kinds := func(n int) (out uint64) {
		for range n {
			out |= 1 << r.IntN(64)
		}
		return out
	}
	for _, c := range []struct {
		what     string
		hours    int
		pages    int
		again    bool // the same ones each hour
		min, max float64
	}{
		{"ten new ones an hour for a day", 24, 10, false, 200, 260},
		{"a hundred new ones an hour", 8, 100, false, 600, 960},
		{"more than the marks can tell", 8, 1000, false, 8000, 8000},
		{"the same ten each hour", 24, 10, true, 0, 30},
		{"the same hundred each hour", 8, 100, true, 0, 120},
	} {
		var hours []readHour
		first := kinds(c.pages)
		for i := range c.hours {
			h := readHour{hour: uint32(i), pages: uint32(c.pages), documents: first}
			if !c.again {
				h.documents = kinds(c.pages)
			}
			hours = append(hours, h)
		}
		if got := different(hours); got < c.min || got > c.max {
			t.Errorf("%s: %.0f, want %.0f to %.0f", c.what, got, c.min, c.max)
		}
	}
}

// Twelfths of an hour: 0-4, 5-9, ... minutes.
func TestSlots(t *testing.T) {
	for minutes, want := range map[uint64]int{0: 0, 1: 1, 0x1f: 1, 0x3f: 2, 1<<59 | 1: 2, 1<<60 - 1: 12} {
		if got := (&readHour{minutes: minutes}).slots(); got != want {
			t.Errorf("%x: %d, want %d", minutes, got, want)
		}
	}
}
