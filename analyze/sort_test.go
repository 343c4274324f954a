package analyze

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
)

func TestInOrder(t *testing.T) {
	for _, n := range []int{0, 1, fewestSorted - 1, fewestSorted, fewestSorted + 1, 10_007} {
		for what, of := range map[string]func(i int) int{
			"scattered": func(i int) int { return i * 7919 % 10_009 },
			"backwards": func(i int) int { return -i },
			"in order":  func(i int) int { return i },
			"alike":     func(i int) int { return i % 3 },
		} {
			var all []int
			for i := range n {
				all = append(all, of(i))
			}
			want := slices.Sorted(slices.Values(all))
			if got := inOrder(all, cmp.Compare[int]); !slices.Equal(got, want) {
				t.Errorf("%d numbers, %s: not in order, or not the same: %v", n, what, fmt.Sprint(got)[:min(80, len(fmt.Sprint(got)))])
			}
		}
	}
}
