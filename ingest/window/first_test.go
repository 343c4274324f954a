package window

import (
	"slices"

	"gumshoe/ingest"
)

// first is the plain way to choose what is kept of touches in order of time: while
// there are too many the last goes, unless it is one of the first eight ways in or
// of the first sixteen payloads with an effect.
func first(all []Touch) []Touch {
	for len(all) > 64 {
		gone := len(all) - 1
		ways, effects := 0, 0 // visits are never more than are kept: see fewVisits
		for _, t := range all {
			switch {
			case wayIn(t):
				ways++
			case works(t):
				effects++
			}
		}
		for again(all[gone]) || ways <= 8 && wayIn(all[gone]) || effects <= 16 && works(all[gone]) && !wayIn(all[gone]) {
			gone--
		}
		all = slices.Delete(all, gone, gone+1)
	}
	return all
}

// again is a further request of an account that is logged in.
func again(t Touch) bool { return t.Kind == ingest.KindAuthSuccess && t.Status/100 == 2 }

func wayIn(t Touch) bool {
	return t.Kind == ingest.KindAuthSuccess && t.Status/100 != 2 || t.Kind == ingest.KindHTTPRequest && t.Post && t.Status/100 == 3
}

func works(t Touch) bool {
	late := t.Wait > 0 && float64(t.Took)/100 >= float64(t.Wait)-.2
	return t.Stage >= ingest.StageSyntax && (t.Status/100 == 5 && t.Status != 502 && t.Status != 503 && t.Status != 504 || late || t.Reads && t.Status < 300)
}
