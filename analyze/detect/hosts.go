package detect

import (
	"fmt"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// swarm is the evidence that a v6 /64 guesses with many addresses: somebody's
// telephone takes a new one a day, and a network at home has a few; who uses
// another for every try or two wants not to be counted.
func swarm(u *window.Unit, rows []window.Row) (analyze.Evidence, bool) {
	if u.Prefix().Addr().Is4() {
		return analyze.Evidence{}, false
	}
	hosts := map[uint64]bool{}
	days := map[uint32]bool{}
	for i := range rows {
		r := &rows[i]
		touches := u.Touches(r)
		for k := range touches {
			if t := &touches[k]; t.Aux != 0 && (t.Kind == ingest.KindAuthFailure || t.Kind == ingest.KindInvalidUser) {
				hosts[t.Aux] = true
				days[r.Hour/24] = true
			}
		}
	}
	return analyze.Evidence{Family: analyze.Subnet, LogOdds: 2, Trials: len(hosts),
		Fact: fmt.Sprintf("%s of one /64 take turns", count(len(hosts), "address"))}, len(hosts) >= fewestStrangers*len(days)
}
