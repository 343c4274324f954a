package window

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// setOf returns a set of the given hashes in an arena of its own.
func setOf(hashes []uint64) (Distinct, *table) {
	var d Distinct
	a := &table{}
	for _, h := range hashes {
		d.add(&a.words, h)
	}
	return d, a
}

func hashes(seed uint64, n int) []uint64 {
	r := rand.New(rand.NewPCG(seed, 2))
	out := make([]uint64, n)
	for i := range out {
		out[i] = r.Uint64() | 1
	}
	return out
}

// Up to 64 members a set is exact, beyond that it is a sketch whose error is
// normal with a standard deviation of 3.25 %.
func TestDistinctCounts(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 31, 32, 33, 63, 64} {
		d, a := setOf(append(hashes(1, n), hashes(1, n)...))
		members, exact := d.members(&a.words)
		if !exact || len(members) != n || d.count(&a.words) != n {
			t.Errorf("%d members: counted %d, exact %v", n, d.count(&a.words), exact)
		}
	}
	for _, n := range []int{65, 66, 100, 500, 1000, 2500, 3000, 5000, 10_000, 100_000} {
		const tries = 20
		sum := 0.0
		for seed := range uint64(tries) {
			d, a := setOf(hashes(seed, n))
			if _, exact := d.members(&a.words); exact {
				t.Fatalf("%d members are kept exactly", n)
			}
			off := float64(d.count(&a.words))/float64(n) - 1
			if math.Abs(off) > 4*.0325 {
				t.Errorf("%d members, seed %d: off by %+.1f %%", n, seed, 100*off)
			}
			sum += off
		}
		if mean := sum / tries; math.Abs(mean) > 4*.0325/math.Sqrt(tries) {
			t.Errorf("%d members: biased by %+.2f %%", n, 100*mean)
		}
	}
}

// Sets are the same however their members came together: in any order, cut in
// any way, merged in any order, exact with exact, exact with sketch, sketch with
// sketch.
func TestDistinctMerges(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{0, 1, 5, 40, 64, 65, 66, 130, 400, 5000, 20_000} {
		all := hashes(uint64(n), n)
		p := plainSet{}
		for _, h := range all {
			p[h] = true
		}
		want := p.String()
		for range 20 {
			r.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
			i := r.IntN(n + 1)
			j := i + r.IntN(n+1-i)
			from := max(0, i-r.IntN(20)) // the parts overlap
			x, y, z := all[:i], all[from:j], all[j:]

			left, a := setOf(x)
			for _, part := range [][]uint64{y, z} {
				o, b := setOf(part)
				left.merge(&a.words, &o, &b.words)
			}
			right, c := setOf(y)
			oz, bz := setOf(z)
			right.merge(&c.words, &oz, &bz.words)
			ox, bx := setOf(x)
			right.merge(&c.words, &ox, &bx.words)
			if got := written(left, a); got != want {
				t.Fatalf("%d members: (x+y)+z is\n%s, want\n%s", n, got, want)
			}
			if got := written(right, c); got != want {
				t.Fatalf("%d members: (y+z)+x is\n%s, want\n%s", n, got, want)
			}
			if n <= Exact {
				continue
			}
			for _, got := range [][]byte{left.archived(&a.words), right.archived(&c.words)} {
				if !bytes.Equal(got, p.sketch()) {
					t.Fatalf("%d members: the registers are\n%x, want\n%x", n, got, p.sketch())
				}
			}
		}
	}
}

// A sketch is narrow, unless a register holds more than that allows.
func TestSketchWidens(t *testing.T) {
	d, a := setOf(hashes(6, 200))
	if d.wide() {
		t.Fatal("the sketch of 200 members is wide")
	}
	before := d.archived(&a.words)
	for _, value := range []uint64{maxNarrow, maxNarrow + 1, maxRegister - 1, 3} {
		const register = 1 << 9
		d.observe(&a.words, register<<54|1<<(54-value))
		before[register] = max(before[register], byte(value))
		if got := d.archived(&a.words); !bytes.Equal(got, before) {
			t.Fatalf("a register was raised to %d: the sketch is\n%x, want\n%x", value, got, before)
		}
		if wide := before[register] > maxNarrow; d.wide() != wide {
			t.Errorf("a register was raised to %d: wide %v", value, d.wide())
		}
	}
	if n := d.count(&a.words); n != ertl(before) {
		t.Errorf("%d members, want %d", n, ertl(before))
	}
}

// add may say "perhaps new" of what it knows, never "known" of what is new.
func TestDistinctAddTellsNews(t *testing.T) {
	var d Distinct
	var a arena[uint64]
	for i, h := range hashes(4, 200) {
		if !d.add(&a, h) {
			t.Fatalf("member %d was taken for known", i)
		}
		if i < Exact && d.add(&a, h) {
			t.Fatalf("member %d was forgotten", i)
		}
	}
}

func TestMaxBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 10_000 {
		x, y := r.Uint64()&0x3f3f3f3f3f3f3f3f, r.Uint64()&0x3f3f3f3f3f3f3f3f
		if r.IntN(4) == 0 {
			y = x
		}
		got := maxBytes(x, y)
		for s := 0; s < 64; s += 8 {
			if want := max(x>>s&0xff, y>>s&0xff); got>>s&0xff != want {
				t.Fatalf("maxBytes(%x, %x) = %x", x, y, got)
			}
		}
	}
}

// Sizes decide how many address-hours fit into memory.
func TestSizes(t *testing.T) {
	for _, s := range []struct {
		name      string
		got, want uintptr
	}{
		{"Row", unsafe.Sizeof(Row{}), 80},
		{"Object", unsafe.Sizeof(Object{}), 80},
		{"Touch", unsafe.Sizeof(Touch{}), 64},
		{"Distinct", unsafe.Sizeof(Distinct{}), 8},
		{"trouble", unsafe.Sizeof(trouble{}), 32},
		{"Touches", unsafe.Sizeof(Touches{}), 8},
		{"index slot", unsafe.Sizeof(slot{}), 8},
		{"Unit", unsafe.Sizeof(Unit{}), 32},
	} {
		t.Logf("%-10s %3d bytes", s.name, s.got)
		if s.got > s.want {
			t.Errorf("%s has %d bytes, was meant to have at most %d", s.name, s.got, s.want)
		}
	}
}
