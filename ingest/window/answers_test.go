package window

import "testing"

// Twice the bytes are sixteen more, and no size is less than a smaller one.
func TestLogSize(t *testing.T) {
	for _, c := range []struct {
		bytes uint32
		want  uint64
	}{{0, 0}, {1, 0}, {2, 16}, {3, 24}, {4, 32}, {1024, 160}, {1536, 168}, {2048, 176}, {1<<32 - 1, 31*16 + 15}} {
		if got := LogSize(c.bytes); got != c.want {
			t.Errorf("%d bytes: %d, want %d", c.bytes, got, c.want)
		}
	}
	last := uint64(0)
	for n := uint32(1); n < 1<<16; n++ {
		got := LogSize(n)
		if got < last {
			t.Fatalf("%d bytes: %d, and %d of one byte less", n, got, last)
		}
		last = got
	}
}
