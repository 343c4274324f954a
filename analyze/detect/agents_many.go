package detect

import (
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// An application on the phones of many, or what a mirror of packages is read with, calls
// itself a library and hurries as a script does. It is known by its users: they are of
// many networks, nearly all of them are answered well, and several are as busy.
const (
	manyUsers = 20 // networks that the agent is answered well in
	wellShare = .8 // of the networks that it is used in
	alikeBusy = 5  // networks with an hour of at least a quarter as many requests
)

// usedBy is how an agent that declares itself a library is used in one network.
type usedBy struct {
	agent uint64
	net   hood
	well  bool
	most  uint32 // requests of an hour
}

// agentUse is how it is used in all of them.
type agentUse struct {
	networks, well int
	most           []uint32 // requests of an hour, of each network with good answers
}

// ofMany reports whether a burst is of an agent that many use, some of them as busily.
func ofMany(in *analyze.Input, u *window.Unit, b *burstOf) bool {
	used := analyze.Fact(in, "use of libraries", useOfLibraries)
	return !slices.ContainsFunc(b.rows, func(r *window.Row) bool {
		ids, _ := u.Agents(r)
		return slices.ContainsFunc(ids, func(id uint64) bool {
			a := used[id]
			if a == nil || a.well < manyUsers || float64(a.well) < wellShare*float64(a.networks) {
				return true
			}
			busy := -1 // besides this one
			for _, n := range a.most {
				if 4*int(n) >= b.events {
					busy++
				}
			}
			return busy < alikeBusy
		})
	})
}

// useOfLibraries looks at who uses each agent that declares itself a library.
func useOfLibraries(in *analyze.Input) map[uint64]*agentUse {
	all := analyze.EachUnit(in, analyze.Visitor, func(_ int, u *window.Unit, out []usedBy) []usedBy {
		before, net := len(out), hoodOf(u.Prefix())
		events, bad := 0, 0
		for i := range u.Rows {
			r := &u.Rows[i]
			if in.Set.Service(r.Service) != ingest.ServiceWeb || !r.Has(ingest.ClientLibrary) {
				continue
			}
			events, bad = events+int(r.Events), bad+troubles(u, r)
			ids, _ := u.Agents(r)
			for _, id := range ids {
				at := slices.IndexFunc(out[before:], func(by usedBy) bool { return by.agent == id })
				if at < 0 {
					at = len(out) - before
					out = append(out, usedBy{agent: id, net: net})
				}
				by := &out[before+at]
				by.most = max(by.most, r.Events)
			}
		}
		for i := range out[before:] {
			out[before+i].well = 2*bad <= events
		}
		return out
	})
	type key struct {
		agent uint64
		net   hood
	}
	nets := map[key]usedBy{}
	for _, by := range all {
		k := key{by.agent, by.net}
		if old, known := nets[k]; known {
			by.well, by.most = by.well || old.well, max(by.most, old.most)
		}
		nets[k] = by
	}
	out := map[uint64]*agentUse{}
	for _, by := range nets {
		a := out[by.agent]
		if a == nil {
			a = &agentUse{}
			out[by.agent] = a
		}
		a.networks++
		if by.well {
			a.well++
			a.most = append(a.most, by.most)
		}
	}
	return out
}
