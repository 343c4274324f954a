package baseline

import (
	"math"
	"testing"
)

// The module behind these has changed its answers to empty and odd input from
// version to version; what the model relies on is written down here.
func TestOrderStatistics(t *testing.T) {
	for _, c := range []struct {
		name string
		got  float64
		want float64
	}{
		{"median of nothing", median(nil), 0},
		{"median of one", median([]float64{7}), 7},
		{"median of four", median([]float64{4, 1, 100, 2}), 3},
		{"agreed by nothing", agreed(nil), 0},
		{"agreed by all of three", agreed([]float64{9, 8, 1}), 1},
		{"agreed by three of four", agreed([]float64{9, 8, 1, 7}), 7},
		{"agreed by six of eight", agreed([]float64{9, 8, 1, 7, 9, 9, 2, 9}), 7},
		{"trimmed mean of nothing", trimmedMean(nil), 0},
		{"trimmed mean of five loses the ends", trimmedMean([]float64{0, 1, 2, 3, 1e9}), 2},
		{"range of nothing", sortedRange(nil), 0},
		{"range of one", sortedRange([]float64{7}), 0},
		{"range of constants", sortedRange([]float64{7, 7, 7, 7}), 0},
		{"range of eight", sortedRange([]float64{1, 2, 3, 4, 5, 6, 7, 8}), 4}, // 6.5 - 2.5
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	mean, sd := meanAndDeviation([]float64{2, 4, 4, 4, 5, 5, 7, 9}) // squares sum to 32, over n-1 = 7
	if mean != 5 || !near(sd, math.Sqrt(32./7), 1e-12) {
		t.Errorf("mean %v and deviation %v, want 5 and √(32/7)", mean, sd)
	}
}

func TestPlainZ(t *testing.T) {
	for _, c := range []struct {
		name  string
		same  []uint32
		count uint32
		want  float64
	}{
		{"one week has no deviation", []uint32{80}, 90, math.NaN()},
		{"(2847-80)/40", []uint32{40, 80, 120}, 2847, 69.175},
		{"weeks that agree by chance: √81 = 9", []uint32{81, 81, 81}, 99, 2},
		{"nothing ever: at least 1", []uint32{0, 0, 0}, 5, 5},
	} {
		got := plainZ(c.same, c.count)
		if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
