package window

import (
	"fmt"
	"testing"
)

// Eight workers have read a site's log, chunk by chunk in turns.
func BenchmarkSet(b *testing.B) {
	for _, addresses := range []int{sized(50_000), sized(200_000)} {
		b.Run(fmt.Sprint(addresses), func(b *testing.B) {
			opt := Options{Logs: []string{"log"}, Seed: 7}
			site := busySite(20*addresses, addresses, sized(11_000))
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				store := NewStore(opt)
				builders := make([]*Builder, 8)
				for i := range builders {
					builders[i] = store.Builder()
				}
				site.addTo(builders...)
				b.StartTimer()
				s := store.Set()
				if len(s.Units()) != addresses {
					b.Fatalf("%d units", len(s.Units()))
				}
			}
		})
	}
}
