package analyze

import (
	"slices"
	"testing"
	"time"
)

// Thousands of sources take turns: the timeline of their case is in order, no longer
// than that of one, and reaches over all of the time.
func TestTimelineOfACrowd(t *testing.T) {
	begin := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	times := make([][]time.Time, 1000)
	for i := range times {
		for k := range 100 {
			times[i] = append(times[i], begin.Add(time.Duration(k*len(times)+i)*time.Second))
		}
	}
	got := timeline(times)
	if len(got) != MaxTimes || !slices.IsSortedFunc(got, time.Time.Compare) {
		t.Fatalf("%d times, in order: %v; want %d", len(got), slices.IsSortedFunc(got, time.Time.Compare), MaxTimes)
	}
	if first, last := got[0].Sub(begin), got[len(got)-1].Sub(begin); first > time.Hour || last < 27*time.Hour {
		t.Errorf("from %v to %v of 27h46m40s", first, last)
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct {
		all, more, want []string
	}{
		{nil, []string{"root", "admin", "root"}, []string{"root", "admin"}},
		{nil, []string{"a", "b", "c", "d"}, []string{"a", "b", "c"}},
		{[]string{"root"}, []string{"admin", "root", "test", "oracle"}, []string{"root", "admin", "test"}},
		{[]string{"a", "b", "c"}, []string{"d"}, []string{"a", "b", "c"}},
	} {
		if got := fill(c.all, c.more, 3); !slices.Equal(got, c.want) {
			t.Errorf("fill(%q, %q, 3) = %q, want %q", c.all, c.more, got, c.want)
		}
	}
}
