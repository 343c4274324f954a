package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Each hour's lines are located in the source, whoever read which chunk; a line
// that is late widens its hour's span.
func TestHours(t *testing.T) {
	var text strings.Builder
	line := func(at time.Time) { fmt.Fprintf(&text, "%d line\n", at.Unix()) } // 16 bytes
	start := noon.Add(-3 * time.Hour)
	for i := range 12 {
		line(start.Add(time.Duration(i) * 10 * time.Minute))
	}
	line(start.Add(59 * time.Minute)) // late
	line(start.Add(2 * time.Hour))
	hour := start.Unix() / 3600
	want := []HourSpan{
		{Hour: hour, From: 0, To: 13 * 16, Lines: 7},
		{Hour: hour + 1, From: 6 * 16, To: 12 * 16, Lines: 6},
		{Hour: hour + 2, From: 13 * 16, To: 14 * 16, Lines: 1},
	}
	for _, workers := range []int{1, 3} {
		_, h := record(t, workers, small, &memory{text: text.String(), format: dated{}})
		if d := cmp.Diff(want, h[0].Hours); d != "" {
			t.Errorf("%d workers (-want +got):\n%s", workers, d)
		}
	}
}
