package analyze

import (
	"fmt"
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

func TestGathered(t *testing.T) {
	var many, most []string
	for i := range 100 {
		many = append(many, fmt.Sprint(i/2))
		most = append(most, fmt.Sprint(i))
	}
	for _, c := range []struct {
		all, more, want []string
	}{
		{nil, []string{"root", "admin", "root"}, []string{"root", "admin"}},
		{nil, []string{"a", "b", "c", "d"}, []string{"a", "b", "c"}},
		{[]string{"root"}, []string{"admin", "root", "test", "oracle"}, []string{"root", "admin", "test"}},
		{[]string{"a", "b", "c"}, []string{"d"}, []string{"a", "b", "c"}},
	} {
		g := gathered[string]{all: c.all, most: 3}
		if g.add(c.more); !slices.Equal(g.all, c.want) {
			t.Errorf("%q and %q: %q, want %q", c.all, c.more, g.all, c.want)
		}
	}
	g := gathered[string]{most: 60}
	for i := range 400 { // more often than it is looked through
		g.add(many[i/4 : i/4+1])
	}
	g.add(most)
	if !slices.Equal(g.all, most[:60]) {
		t.Errorf("each of fifty twice, and a hundred: %q, want %q", g.all, most[:60])
	}
}
