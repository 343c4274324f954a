package detect

import (
	"cmp"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// A device is a program that goes on by itself with a password that is no good any
// more: a telephone whose owner changed it, a copier that nobody told, the mail
// program of somebody whose mailbox is gone. Nobody needs to have seen it log in:
//
//   - it tries one account, again and again, at pauses as even as a clock's; while
//     it is switched off or out of reach it pauses for long;
//   - it stays where it is, or goes from one network to the next and comes back, or
//     is given one address of its carrier's after the other;
//   - whatever shares its address behaves like that, too, but for a few typos.
//
// Several behind one address of a carrier each keep their own clock. A guesser who
// goes round a list of names at an even pace gives every name even pauses, but is
// the only one whose turns are even, too. A crowd that tries one account together,
// a name that every guesser tries and that nobody ever logged in to, an address
// that tries other doors, and a shell, where scripts have keys, are no device.
//
// One who guesses at one account of his choice with such patience looks the same.
type device struct {
	account uint64
	sources []int32 // in Set.Units, in address order
	tries   int
	pause   time.Duration // median
	awake   time.Duration // all pauses, without those in which it was off
	first   time.Time
	last    time.Time
	handed  bool // from one address of a carrier to the next
	marks   []analyze.Mark
}

const (
	fewestRepeats = 8    // failures
	byItself      = 1e-3 // chance of gaps that even, if they were a person's
	offAfter      = 5    // times the usual pause: a longer one is no pause, the program was off
	patience      = 12 * time.Hour
	ownDevices    = 3  // that one person forgets to tell at once
	oneAddress    = 16 // accounts of devices behind one
	carrierPool   = 4  // addresses that one device may be given by turns
	inTurn        = 4  // tries in one place to one change of place
	inTurnSlow    = 2  // at a carrier, of one that takes its time:
	fetches       = 9 * time.Minute
	shortStay     = 6 * time.Hour // at an address, on average
	metronome     = 1.1           // Greenwood of pauses that are half as long or half again at most
)

// repeat is a failed login that a device may have made.
type repeat struct {
	account uint64
	milli   int64
	origin  ingest.Origin
	unit    int32
	count   uint32
}

// devicesOf finds the devices. Only sources that try few accounts at one door are
// looked at.
func devicesOf(in *analyze.Input, owners *homes) []device {
	all := analyze.EachUnit(in, analyze.Failed, func(i int, u *window.Unit, found []repeat) []repeat {
		return repeatsOf(in, owners, int32(i), u, found)
	})
	slices.SortFunc(all, func(a, b repeat) int {
		return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.milli, b.milli), cmp.Compare(a.unit, b.unit), cmp.Compare(a.origin.Source, b.origin.Source), cmp.Compare(a.origin.Offset, b.origin.Offset))
	})
	var found []device
	for lo := 0; lo < len(all); {
		hi := lo
		for hi < len(all) && all[hi].account == all[lo].account {
			hi++
		}
		found = append(found, devicesOn(in, owners, all[lo:hi])...)
		lo = hi
	}
	return innocent(in, found, all)
}

// repeatsOf lists the failed logins of a source that no owner's mistake explains, or
// none where they cannot all be devices'.
func repeatsOf(in *analyze.Input, owners *homes, i int32, u *window.Unit, found []repeat) []repeat {
	before, door, net := len(found), "", hoodOf(u.Prefix())
	var accounts distinct
	if _, swarming := swarm(u, u.Rows); swarming {
		return found
	}
	for k := range u.Rows {
		r := &u.Rows[k]
		service := in.Set.Service(r.Service)
		touches := u.Touches(r)
		for n := range touches {
			t := &touches[n]
			switch {
			case service == ingest.ServiceWeb:
				if scannersOnly(in, t) && t.Status != 401 { // that asks for a password: it is the login
					return found[:before]
				}
			case t.Kind != ingest.KindAuthFailure && t.Kind != ingest.KindInvalidUser:
			case service == ingest.ServiceSSH, door != "" && door != accountsOf(service):
				return found[:before]
			case t.Name != 0 && !owners.excuses(t.Name, net):
				door = accountsOf(service)
				if accounts.add(t.Name); len(accounts.ids) > oneAddress {
					return found[:before]
				}
				found = append(found, repeat{t.Name, t.Milli, t.Origin(), i, t.Count})
			}
		}
	}
	return found
}

// devicesOn finds the devices that repeat the password of one account. all are in
// order of time.
func devicesOn(in *analyze.Input, owners *homes, all []repeat) []device {
	account := all[0].account
	if len(all) < fewestRepeats || !in.Exists(account) && isFamous(in, account) {
		return nil
	}
	units := in.Set.Units()
	exists := in.Exists(account) && !slices.ContainsFunc(all, func(r repeat) bool {
		at := owners.at(account, hoodOf(units[r.unit].Prefix()))
		return at != nil && at.fails > 0 // it may have been guessed
	})
	carried := roams(in, all)
	if carried || handedOn(in, all) {
		if d, ok := newDevice(all, exists); ok {
			d.handed = !carried
			return []device{d}
		}
	}
	bySource := slices.Clone(all)
	slices.SortStableFunc(bySource, func(a, b repeat) int { return cmp.Compare(a.unit, b.unit) })
	var found []device
	for lo := 0; lo < len(bySource); {
		hi := lo
		for hi < len(bySource) && bySource[hi].unit == bySource[lo].unit {
			hi++
		}
		if d, ok := newDevice(bySource[lo:hi], exists); ok {
			found = append(found, d)
		}
		lo = hi
	}
	if len(found) > ownDevices {
		return nil
	}
	return found
}

// newDevice judges the pauses of some tries. At an account that nobody is known to
// log in to it takes half a day of them, half of that to the second, or an hour of a clock's own at a pace at which
// nobody guesses who wants to get anywhere.
func newDevice(all []repeat, exists bool) (device, bool) {
	d := device{account: all[0].account, first: moment(all[0].milli), last: moment(all[len(all)-1].milli)}
	times := make([]time.Time, len(all))
	for i := range all {
		times[i] = moment(all[i].milli)
		d.tries += int(all[i].count)
		d.sources = append(d.sources, all[i].unit)
	}
	slices.Sort(d.sources)
	d.sources = slices.Compact(d.sources)
	pauses := gaps(visits(times))
	d.pause = median(pauses)
	n, even := evenPauses(&pauses)
	if n < fewestRepeats-1 || d.pause < time.Minute || tooRegular(n, even) >= byItself {
		return device{}, false
	}
	for _, r := range analyze.Spread(all, shownTries) {
		d.marks = append(d.marks, analyze.Mark{Origin: r.origin, Time: moment(r.milli)})
	}
	for _, p := range pauses {
		d.awake += p
	}
	long := patience
	if d.pause >= inNoHurry && even < metronome {
		long = time.Hour
	} else if even < timerEven {
		long = patience / 2
	}
	return d, exists || d.awake >= long
}

// roams reports whether the tries of several sources are those of one device that
// is carried about: it is in one place for a while, and goes back to places where it
// was. Turns that are dealt out, and proxies that are used up, are not. A carrier
// that has a few addresses in one network may give another to every connection.
func roams(in *analyze.Input, all []repeat) bool {
	units := in.Set.Units()
	been, addresses := map[hood]bool{}, map[int32]bool{}
	moves, returns := 0, 0
	for i := range all {
		at := hoodOf(units[all[i].unit].Prefix())
		addresses[all[i].unit] = true
		if i > 0 && all[i].unit != all[i-1].unit {
			moves++
			if been[at] {
				returns++
			}
		}
		been[at] = true
	}
	if len(been) == 1 {
		return moves > 0 && len(addresses) <= carrierPool
	}
	return moves*inTurn <= len(all) && (len(been) <= ownDevices || 2*returns >= moves)
}

// handedOn reports whether the tries of several sources are those of one telephone to
// which carriers give one address of theirs after the other: it is at one of them at a
// time, and looks for mail every quarter of an hour or so, where proxies that are used up
// one after the other hurry on. Of a crowd that takes turns each comes back for its own,
// and bots are not all customers of a few carriers.
func handedOn(in *analyze.Input, all []repeat) bool {
	units := in.Set.Units()
	carriers, addresses := map[prefix]bool{}, map[int32]bool{}
	stays := 0
	var times []time.Time
	for i := range all {
		if i == 0 || all[i].unit != all[i-1].unit {
			stays++
		}
		carriers[carrierOf(units[all[i].unit].Prefix())] = true
		addresses[all[i].unit] = true
		times = append(times, moment(all[i].milli))
	}
	return len(addresses) > 1 && len(carriers) <= ownDevices && inSuccession(stays, len(addresses)) && stays*inTurnSlow <= len(all) &&
		median(gaps(visits(times))) >= fetches
}

// hops reports a device that is handed on so often that proxies, each used for an hour or
// two, would look the same.
func (d *device) hops() bool {
	return d.handed && d.last.Sub(d.first) < shortStay*time.Duration(len(d.sources))
}

// inSuccession reports whether of some addresses hardly one was come back to after
// another had its turn.
func inSuccession(stays, addresses int) bool { return stays*10 <= addresses*12 }

// carrierOf is what one carrier has at the least.
func carrierOf(p prefix) prefix {
	bits := 16
	if p.Addr().Is6() {
		bits = 32
	}
	n, _ := p.Addr().Prefix(bits)
	return n
}

// innocent drops the devices of addresses that do more than devices do: go round a
// list, or try further accounts.
func innocent(in *analyze.Input, found []device, all []repeat) []device {
	bySource := map[int32][]repeat{}
	for i := range found {
		for _, s := range found[i].sources {
			bySource[s] = nil
		}
	}
	for _, r := range all {
		if mine, ok := bySource[r.unit]; ok {
			bySource[r.unit] = append(mine, r)
		}
	}
	accounts := map[int32][]uint64{}
	for i := range found {
		for _, s := range found[i].sources {
			accounts[s] = append(accounts[s], found[i].account)
		}
	}
	return slices.DeleteFunc(found, func(d device) bool {
		return slices.ContainsFunc(d.sources, func(s int32) bool { return guessesBeside(bySource[s], accounts[s]) })
	})
}

// guessesBeside reports whether a source tries accounts beside those of its
// devices, more often than people mistype, or takes the accounts by turns.
func guessesBeside(all []repeat, devices []uint64) bool {
	var times []time.Time
	others, turns := 0, 0
	perAccount := map[uint64][]time.Time{}
	for _, r := range all {
		if !slices.Contains(devices, r.account) {
			others += int(r.count)
			continue
		}
		times = append(times, moment(r.milli))
		perAccount[r.account] = append(perAccount[r.account], moment(r.milli))
	}
	for _, own := range perAccount {
		slices.SortFunc(own, time.Time.Compare)
		turns += len(visits(own))
	}
	slices.SortFunc(times, time.Time.Compare)
	together := visits(times)
	round := len(devices) > 2 && 10*len(together) >= 9*turns && greenwood(gaps(together)) < metronome
	return others > typos || round
}
