package detect

import (
	"net/netip"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// homes knows from which networks each account has logged in, and since when.
// A person's own network is a /24 or a /56: providers hand out another address
// of it every night.
type homes map[uint64]map[prefix]time.Time

func homesOf(in *analyze.Input) homes {
	out := homes{}
	units := in.Set.Units()
	for i := range units {
		u := &units[i]
		for j := range u.Rows {
			r := &u.Rows[j]
			if r.Good == 0 || in.Set.Service(r.Service) == ingest.ServiceWeb {
				continue
			}
			names, _ := u.GoodNames(r)
			for _, id := range names {
				out.add(id, network(u.Prefix), firstLogin(u, r, id))
			}
		}
	}
	return out
}

func (h homes) add(account uint64, net prefix, at time.Time) {
	if h[account] == nil {
		h[account] = map[prefix]time.Time{}
	}
	if old, ok := h[account][net]; !ok || at.Before(old) {
		h[account][net] = at
	}
}

// since reports whether the account had logged in from the network of a source
// before a moment.
func (h homes) since(account uint64, source prefix, before time.Time) bool {
	at, ok := h[account][network(source)]
	return ok && at.Before(before)
}

// firstLogin is when an account first logged in within an hour of a source; the
// end of the hour when the login was not kept singly.
func firstLogin(u *window.Unit, r *window.Row, account uint64) time.Time {
	for _, t := range u.Touches(r) {
		if t.Kind == ingest.KindAuthSuccess && t.Name == account {
			return time.UnixMilli(t.Milli).UTC()
		}
	}
	return time.Unix(int64(r.Last), 0).UTC()
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
