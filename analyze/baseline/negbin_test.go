package baseline

import (
	"math"
	"testing"
)

// near compares to a relative tolerance.
func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*math.Abs(want)
}

func TestIncompleteBeta(t *testing.T) {
	for _, c := range []struct{ a, b, x, want float64 }{
		{2, 3, .5, 11. / 16}, // binomial: P(at least 2 of 4 coins) = (6+4+1)/16
		{.5, .5, .25, 1. / 3},
		{1, 7, .1, 1 - math.Pow(.9, 7)}, // I_x(1,b) = 1-(1-x)^b
		{7, 1, .1, 1e-7},                // I_x(a,1) = x^a
		{5, 10, .1, 0.00923021245585},
		{20, 2, .9, 0.36472996377170786},
		{3, 4, 0, 0},
		{3, 4, 1, 1},
	} {
		if got := incompleteBeta(c.a, c.b, c.x, 1-c.x); !near(got, c.want, 1e-12) {
			t.Errorf("I_%v(%v, %v) = %.17g, want %.17g", c.x, c.a, c.b, got, c.want)
		}
	}
}

// The expectations were computed with 40 digits (mpmath's betainc).
func TestNegBinTails(t *testing.T) {
	for _, c := range []struct {
		y            uint32
		mean, size   float64
		upper, lower float64
	}{
		{0, 5, 3, 1, math.Pow(3./8, 3)}, // P(Y=0) = (size/(size+mean))^size
		{4, 1, 1, 1. / 16, 31. / 32},    // geometric: P(Y>=y) = (mean/(1+mean))^y
		{23, 2, 2.5, 3.1030032684450727e-7, 0.99999985375658765},
		{116, 20, 4, 9.434300545833398e-7, 0.99999919455563141},
		{300, 300, 10, 0.45997647222344058, 0.54412601070292319},
		{1500, 300, .8, 0.011514444892081211, 0.98851744872915127},
		{2847, 310, 8, 6.7099944090431335e-23, 1},
		{1_000_000, 900_000, 50, 0.21039699525536837, 0.78960511723386644},
		{2847, 80, 66, smallestP, 1}, // 5.3e-633 is no float64
		{100, 1e-6, .8, smallestP, 1},
		{1, 0, 5, smallestP, 1}, // mean 0
	} {
		d := negBin{c.mean, c.size}
		if got := d.upper(c.y); !near(got, c.upper, 1e-7) {
			t.Errorf("P(Y >= %d) of %+v = %.17g, want %.17g", c.y, d, got, c.upper)
		}
		if got := d.lower(c.y); !near(got, c.lower, 1e-7) {
			t.Errorf("P(Y <= %d) of %+v = %.17g, want %.17g", c.y, d, got, c.lower)
		}
	}
}

func TestQuantileIsTheInverseOfTheTail(t *testing.T) {
	for _, d := range []negBin{{.01, 1}, {2, 3}, {20, .8}, {310, 8}, {5e6, 66}, {4e9, 10}} {
		for _, p := range []float64{.01, .5, .99} {
			q := d.quantile(p)
			if q < math.MaxUint32 && d.lower(q) < p {
				t.Errorf("%+v: P(Y <= %d) = %v, below %v", d, q, d.lower(q), p)
			}
			if q > 0 && d.lower(q-1) >= p {
				t.Errorf("%+v: %d is not the smallest with P(Y <= y) >= %v", d, q, p)
			}
		}
	}
}

// Clipping needs a few per cent, and of small counts to be off by two.
func TestRoughQuantile(t *testing.T) {
	for _, d := range []negBin{{1, 2}, {5, 3}, {80, 5}, {2847, 10}, {1e6, 50}} {
		exact := float64(d.quantile(.999))
		if got := d.roughQuantile(clipAt); math.Abs(got-exact) > 2.5+.06*exact {
			t.Errorf("%+v: 99.9th percentile %.1f, exactly %.0f", d, got, exact)
		}
	}
}

// Upper tail of the normal distribution, as tabled.
func TestSigmas(t *testing.T) {
	for _, c := range []struct{ p, want float64 }{
		{.5, 0}, {.158655253931457, 1}, {1e-6, 4.7534243088229}, {1e-9, 5.99780701500769},
		{1e-20, 9.26234008979841}, {1e-100, 21.2734535609653}, {1e-300, 37.0470962993612},
	} {
		if got := sigmas(c.p); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v is %.12f sigma, want %.12f", c.p, got, c.want)
		}
	}
}
