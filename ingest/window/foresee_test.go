package window

import (
	"fmt"
	"net/netip"
	"testing"

	"gumshoe/ingest"
)

// Hours of which the limits let nothing in take no memory: whoever writes stamps has
// hundreds of thousands of hours to choose from.
func TestNoHourIsMadeForWhatIsDropped(t *testing.T) {
	s := NewStore(Options{Hash: ingest.Hash{Seed: 1}, Logs: []string{"log"}, Limits: Limits{Rows: 160, Loud: 160, Objects: 160, Things: 160}})
	b := s.Builder()
	b.Begin(0)
	for i := range 20_000 {
		source := netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
		ev := request(source.String(), fmt.Sprint("/", i), 200)
		ev.Time = noon + int64(i)*3600_000
		b.Add(&ev, ingest.Origin{Offset: int64(i) * 100})
		if i%500 == 0 {
			b.flush()
		}
	}
	b.flush()
	for i := range s.shards {
		empty := 0
		for _, h := range s.shards[i].hours {
			if h.rows.n+h.objects.n == 0 {
				empty++
			}
		}
		if empty > 0 {
			t.Errorf("shard %d has %d hours of nothing, beside %d", i, empty, len(s.shards[i].hours)-empty)
		}
	}
}
