package detect

import (
	"cmp"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// past is what is known of an account's logins, in Unix milliseconds: of all of
// them, and of the first from each network.
type past struct{ logins, networks []int64 }

// before counts the logins before a moment, and the networks they came from.
func (p past) before(milli int64) (logins, networks int) {
	logins, _ = slices.BinarySearch(p.logins, milli)
	networks, _ = slices.BinarySearch(p.networks, milli)
	return logins, networks
}

// pastOf collects the logins of the accounts that were broken into.
func pastOf(in *analyze.Input, found []breach) map[uint64]past {
	out := map[uint64]past{}
	for i := range found {
		out[found[i].Name] = past{}
	}
	if len(out) == 0 {
		return out
	}
	all := analyze.EachUnit(in, analyze.SignedIn, func(_ int, u *window.Unit, list []arrival) []arrival {
		for i := range u.Rows {
			r := &u.Rows[i]
			if r.Good == 0 || in.Set.Service(r.Service) == ingest.ServiceWeb {
				continue
			}
			for _, t := range u.Touches(r) {
				if t.Kind != ingest.KindAuthSuccess {
					continue
				}
				if _, asked := out[t.Name]; asked {
					list = append(list, arrival{residence{t.Name, hoodOf(u.Prefix)}, t.Milli, t.Milli})
				}
			}
		}
		return list
	})
	slices.SortFunc(all, func(a, b arrival) int { return cmp.Compare(a.kept, b.kept) })
	seen := map[residence]bool{}
	for _, a := range all {
		p, from := out[a.account], a.residence
		p.logins = append(p.logins, a.kept)
		if !seen[from] {
			seen[from] = true
			p.networks = append(p.networks, a.kept)
		}
		out[a.account] = p
	}
	return out
}

// deedsOf lists what accounts did with root rights, each in order of time.
func deedsOf(in *analyze.Input) map[uint64][]window.Touch {
	things := in.Set.Things(window.AccountObject)
	all := analyze.Gather(len(things), func(i int, found []window.Touch) []window.Touch {
		th := &things[i]
		for k := range th.Hours {
			for _, t := range th.Touches(&th.Hours[k]) {
				if t.Kind == ingest.KindSession && in.Set.Service(uint8(t.Aux)) == ingest.ServiceSudo {
					found = append(found, t)
				}
			}
		}
		return found
	})
	out := map[uint64][]window.Touch{}
	for _, t := range all {
		out[t.Name] = append(out[t.Name], t)
	}
	return out
}

// after lists what the account did with root rights within a day of the login.
// news reports that it had not been seen to use them before.
func after(l login, did []window.Touch) (out []window.Touch, news bool) {
	at := func(milli int64) int {
		i, _ := slices.BinarySearchFunc(did, milli, func(t window.Touch, milli int64) int { return cmp.Compare(t.Milli, milli) })
		return i
	}
	first := at(l.Milli)
	return did[first:at(l.Milli+followUp.Milliseconds()+1)], first == 0
}
