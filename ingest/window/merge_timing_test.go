package window

import (
	"fmt"
	"testing"
)

// Eight workers have read a site's log, chunk by chunk in turns.
func BenchmarkMerge(b *testing.B) {
	for _, addresses := range []int{50_000, 200_000} {
		b.Run(fmt.Sprint(addresses), func(b *testing.B) {
			opt := Options{Logs: []string{"log"}, Seed: 7}
			site := busySite(20*addresses, addresses, 11_000)
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				builders := make([]*Builder, 8)
				for i := range builders {
					builders[i] = NewBuilder(opt)
				}
				site.addTo(builders...)
				b.StartTimer()
				s := Merge(builders, opt)
				if len(s.Units()) != addresses {
					b.Fatalf("%d units", len(s.Units()))
				}
			}
		})
	}
}
