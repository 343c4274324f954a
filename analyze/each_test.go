package analyze

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Who looks ahead sees the same sources in the same order, however many there are and
// wherever those lie that it picks.
func TestEachEventful(t *testing.T) {
	for _, n := range []int{0, 1, ahead - 1, ahead, ahead + 1, 5000} {
		var events []ingest.Event
		for i := range n {
			src := fmt.Sprintf("198.51.%d.%d", i>>8, i&0xff)
			events = append(events, page(time.Hour, src, "/", 0, 200))
			if i%3 == 0 {
				events = append(events, page(time.Hour, src, "/gone", 0, 404))
			}
		}
		in := watched(events...)
		for what, is := range map[string]func(i int) bool{
			"all":      func(int) bool { return true },
			"none":     func(int) bool { return false },
			"some":     func(i int) bool { return i%7 == 3 },
			"troubled": func(i int) bool { return in.Standing(i).Is(Troubled) },
		} {
			var want []int
			for i := range n {
				if is(i) {
					want = append(want, i)
				}
			}
			got := EachEventful(in, is, func(i int, u *window.Unit, found []int) []int {
				if u != &in.Set.Units()[i] {
					t.Errorf("%d sources, %s: not the unit of source %d", n, what, i)
				}
				return append(found, i)
			})
			if !slices.Equal(got, want) {
				t.Errorf("%d sources, %s: %d were seen, want %d, or in another order", n, what, len(got), len(want))
			}
		}
	}
}
