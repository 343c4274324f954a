package detect

import (
	"net/netip"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// homes knows from which networks each account has logged in. A person's own
// network is a /24 or a /56: providers hand out another address of it every night.
type homes map[uint64]map[prefix]*home

// home is one network of an account.
type home struct {
	since time.Time // first good login
	fails int       // failed logins to the account from the network before it
}

func homesOf(in *analyze.Input) homes {
	out := homes{}
	eachRow(in, func(u *window.Unit, r *window.Row) {
		if r.Good == 0 {
			return
		}
		names, _ := u.GoodNames(r)
		for _, id := range names {
			out.add(id, network(u.Prefix), firstLogin(u, r, id))
		}
	})
	eachRow(in, func(u *window.Unit, r *window.Row) {
		names, _ := u.BadNames(r)
		if !slices.ContainsFunc(names, func(id uint64) bool { return out[id] != nil }) {
			return
		}
		net := network(u.Prefix)
		if !slices.ContainsFunc(names, func(id uint64) bool { return out[id][net] != nil }) {
			return
		}
		for _, t := range u.Touches(r) {
			if h := out[t.Name][net]; h != nil && t.Kind == ingest.KindAuthFailure && time.UnixMilli(t.Milli).Before(h.since) {
				h.fails += int(t.Count)
			}
		}
	})
	return out
}

// eachRow visits the rows of all services that ask for passwords.
func eachRow(in *analyze.Input, visit func(*window.Unit, *window.Row)) {
	units := in.Set.Units()
	for i := range units {
		for j := range units[i].Rows {
			if r := &units[i].Rows[j]; in.Set.Service(r.Service) != ingest.ServiceWeb {
				visit(&units[i], r)
			}
		}
	}
}

func (h homes) add(account uint64, net prefix, at time.Time) {
	if h[account] == nil {
		h[account] = map[prefix]*home{}
	}
	if old := h[account][net]; old == nil || at.Before(old.since) {
		h[account][net] = &home{since: at}
	}
}

// of returns the account's home in the network of a source; nil for none.
func (h homes) of(account uint64, source prefix) *home {
	if nets, ok := h[account]; ok { // most accounts that are guessed at have none
		return nets[network(source)]
	}
	return nil
}

// mistyped reports whether failures of the source on the account are its
// owner's: the account logs in from that network, and did so without more
// failures before than a person makes. A login that was guessed excuses nothing.
func (h homes) mistyped(account uint64, source prefix) bool {
	at := h.of(account, source)
	return at != nil && at.fails <= typos
}

// guilty keeps the tries that no owner's mistake explains.
func (h homes) guilty(source prefix, all []try) []try {
	out := make([]try, 0, len(all))
	for _, t := range all {
		if !h.mistyped(t.name, source) {
			out = append(out, t)
		}
	}
	return out
}

// firstLogin is when an account first logged in within an hour of a source; the
// end of the hour when the login was not kept singly.
func firstLogin(u *window.Unit, r *window.Row, account uint64) time.Time {
	for _, t := range u.Touches(r) {
		if t.Kind == ingest.KindAuthSuccess && t.Name == account {
			return time.UnixMilli(t.Milli).UTC()
		}
	}
	return time.Unix(int64(r.Last()), 0).UTC()
}

// loggedInto lists the accounts that a source itself logged in to.
func loggedInto(in *analyze.Input, u *window.Unit) map[uint64]bool {
	out := map[uint64]bool{}
	for i := range u.Rows {
		r := &u.Rows[i]
		if r.Good == 0 || in.Set.Service(r.Service) == ingest.ServiceWeb {
			continue
		}
		names, _ := u.GoodNames(r)
		for _, id := range names {
			out[id] = true
		}
	}
	return out
}

// typos is how many failures a person with a keyboard makes before giving up
// or getting in.
const typos = 5

// network is the neighbourhood in which strangers are counted.
func network(p netip.Prefix) netip.Prefix {
	bits := 24
	if p.Addr().Is6() {
		bits = 56
	}
	n, _ := p.Addr().Prefix(bits)
	return n
}
