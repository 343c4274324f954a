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
					list = append(list, arrival{residence{t.Name, hoodOf(u.Prefix())}, t.Milli, t.Milli})
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

// deeds are what accounts did with root rights and to their timetables, each in
// order of time, and what was done to the machine's accounts, by whomever.
type deeds struct {
	of      map[uint64][]window.Touch
	machine []window.Touch
}

func deedsOf(in *analyze.Input) deeds {
	things := in.Set.Things(window.AccountObject)
	all := analyze.Gather(len(things), func(i int, found []window.Touch) []window.Touch {
		th := &things[i]
		for k := range th.Hours {
			for _, t := range th.Touches(&th.Hours[k]) {
				if s := in.Set.Service(uint8(t.Aux)); t.Kind == ingest.KindSession && (s == ingest.ServiceSudo || s == ingest.ServiceAdmin) {
					found = append(found, t)
				}
			}
		}
		return found
	})
	out := deeds{of: map[uint64][]window.Touch{}}
	for _, t := range all {
		out.of[t.Name] = append(out.of[t.Name], t)
		if in.Set.Service(uint8(t.Aux)) == ingest.ServiceAdmin {
			out.machine = append(out.machine, t)
		}
	}
	for _, list := range out.of {
		slices.SortStableFunc(list, earlierTouch)
	}
	slices.SortStableFunc(out.machine, earlierTouch)
	return out
}

func earlierTouch(a, b window.Touch) int {
	return cmp.Or(cmp.Compare(a.Milli, b.Milli), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
}

// after lists what the account did within a day of the login, and of a login at
// the shell, what was done to the machine's accounts. news reports that the account
// had not been seen to do such things before, changed that something was done to
// another account.
func (d *deeds) after(l login) (out []window.Touch, news, changed bool) {
	did := d.of[l.Name]
	from, to := l.Milli, l.Milli+followUp.Milliseconds()
	first := touchedBefore(did, from)
	out = slices.Clip(did[first:touchedBefore(did, to+1)])
	news = first == 0 && len(out) > 0
	if l.service != ingest.ServiceSSH && l.service != ingest.ServiceLogin {
		return out, news, false
	}
	for _, t := range d.machine[touchedBefore(d.machine, from):touchedBefore(d.machine, to+1)] {
		if t.Name != l.Name {
			out, changed = append(out, t), true
		}
	}
	if changed {
		slices.SortStableFunc(out, earlierTouch)
	}
	return out, news, changed
}

func touchedBefore(all []window.Touch, milli int64) int {
	i, _ := slices.BinarySearchFunc(all, milli, func(t window.Touch, milli int64) int { return cmp.Compare(t.Milli, milli) })
	return i
}
