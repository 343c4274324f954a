package detect

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// What is said of keys that are tried does not depend on what only an archive tells.
func TestKeysOverFilesAndWithAnArchive(t *testing.T) {
	for _, target := range []string{"/media/catalogue", "/media/catalogue.jpg"} {
		var said [2]string
		for k, perLog := range []bool{false, true} {
			var l tape
			l.visitors(20)
			for i := range 60 {
				l.request(time.Duration(i)*10*minute, fmt.Sprintf("198.18.%d.9", 100+i), "", "shop-sync/1.4", "GET", target, 200)
			}
			for i := range 60 {
				l.request(12*hour+time.Duration(i)*time.Second, attacker, "", script, "GET", target, 401)
			}
			slices.SortStableFunc(l.events, func(a, b ingest.Event) int { return int(a.Time - b.Time) })
			store := window.NewStore(window.Options{Logs: []string{"log"}, PerLog: perLog})
			b := store.Builder()
			b.Begin(0)
			for i := range l.events {
				b.Add(&l.events[i], ingest.Origin{Offset: int64(i) * 100})
			}
			to := time.UnixMilli(l.events[len(l.events)-1].Time + 1).UTC()
			for _, c := range analyze.Run(analyze.NewInput(store.Set(), monday, to, to, time.UTC), All(), silentJudge{}) {
				said[k] += fmt.Sprintf("%s %s %v %+v\n", c.Level, c.Kind, c.Sources, c.Families)
			}
		}
		if said[0] != said[1] || said[0] == "" {
			t.Errorf("%s: over files\n%swith an archive\n%s", target, said[0], said[1])
		}
	}
}
