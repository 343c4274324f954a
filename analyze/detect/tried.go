package detect

import (
	"slices"
	"sync"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// tried is what every source tried, hour by hour. Half a dozen detectors read it, and
// most of the work is to look up what is known of each account: it is made once, on
// all cores, and points to nothing.
type tried struct {
	numbers []uint32 // by index in Set.Units: the source's number + 1; 0: it tried nothing
	units   []uint32 // by number
	shelves []shelf
}

// shelf is what some sources tried who follow each other in number.
type shelf struct {
	first [shelfUnits + 1]uint32 // where the hours of each begin
	hours []triedHour
	all   []try
}

const shelfUnits = 64

// triedHour is an hour of a source on a service that asks for passwords, in which not
// everything went well.
type triedHour struct {
	row     uint32 // of the unit
	lo, hi  uint32 // in shelf.all, in order of time
	kept    uint32 // happenings that were kept singly
	more    uint32 // further ones, of hours too busy
	listed  uint32 // happenings of the tries: mail that an hour before told of is kept, and not listed
	exists  bool   // a failed login is on an account that does
	lived   bool   // one is on an account that logged in from the network
	twice   bool   // two logs tell of one
	bad     bool   // anything is counted as failed
	guilty  bool   // a failed login is neither an owner's mistake nor a device's
	only    bool   // all of it is such logins
	excused bool   // something is explained

	whispered bool // one speaks to a language model
}

// total counts all happenings.
func (h *triedHour) total() int { return int(h.kept + h.more) }

// triedOf lists the failed logins and refusals of all sources; nothing is excused yet.
func triedOf(in *analyze.Input, owners *homes) *tried {
	units := in.Set.Units()
	out := &tried{numbers: make([]uint32, len(units))}
	out.units = analyze.EachUnit(in, analyze.Failed, func(i int, _ *window.Unit, found []uint32) []uint32 { return append(found, uint32(i)) })
	for n, i := range out.units {
		out.numbers[i] = uint32(n) + 1
	}
	room := sync.Pool{New: func() any { return new(shelving) }}
	out.shelves = analyze.Gather((len(out.units)+shelfUnits-1)/shelfUnits, func(i int, made []shelf) []shelf {
		s := room.Get().(*shelving)
		defer room.Put(s)
		s.hours, s.all = s.hours[:0], s.all[:0]
		var first [shelfUnits + 1]uint32
		mine := out.on(i)
		in.Foresee(mine)
		for k, unit := range mine {
			first[k] = uint32(len(s.hours))
			s.unit(in, owners, &units[unit])
		}
		for k := len(mine); k <= shelfUnits; k++ {
			first[k] = uint32(len(s.hours))
		}
		return append(made, shelf{first, slices.Clone(s.hours), slices.Clone(s.all)})
	})
	return out
}

// on returns the sources on a shelf, by index in Set.Units.
func (t *tried) on(shelf int) []uint32 {
	return t.units[shelf*shelfUnits : min((shelf+1)*shelfUnits, len(t.units))]
}

// shelving is room for the making of a shelf.
type shelving struct {
	hours          []triedHour
	all            []try
	mailed, failed distinct
	known          [1 << 8]try // of accounts that were met, at the low bits of their ids
}

// unit adds what a source tried.
//
// A server that takes no passwords says only that a name is invalid: such a line
// counts where no failure on the name follows in the hour. Mail to a recipient
// who does not exist counts once a recipient: honest senders try again. A wrong
// password that a web server writes into its error log and, as a 401 with a name,
// into its access log counts once.
func (s *shelving) unit(in *analyze.Input, owners *homes, u *window.Unit) {
	net := hoodOf(u.Prefix())
	from := 0 // where the service begins
	for i := range u.Rows {
		r := &u.Rows[i]
		if i == 0 || r.Service != u.Rows[i-1].Service {
			from = len(s.all)
			s.mailed.clear()
		}
		if calm(u, r) || in.Set.Service(r.Service) == ingest.ServiceWeb {
			continue
		}
		s.hour(in, u, r, from)
		h := &s.hours[len(s.hours)-1]
		h.row = uint32(i)
		h.lived = slices.ContainsFunc(s.all[h.lo:h.hi], func(t try) bool { return owners.at(t.name, net) != nil })
	}
}

func (s *shelving) hour(in *analyze.Input, u *window.Unit, r *window.Row, from int) {
	touches := u.Touches(r)
	h := triedHour{lo: uint32(len(s.all)), bad: u.Trouble(r).Bad > 0}
	announced, hostile := false, 0
	for k := range touches {
		h.whispered = h.whispered || whispers(&touches[k])
		if t := &touches[k]; t.Kind == ingest.KindInvalidUser {
			announced = true
		} else if t.Kind.Hostile() {
			hostile += int(t.Count)
		}
	}
	s.failed.clear()
	for k := range touches {
		if announced && touches[k].Kind == ingest.KindAuthFailure {
			s.failed.add(touches[k].Name)
		}
	}
	again := distinct{}
	for k := range touches {
		t := &touches[k]
		counts := true
		switch t.Kind {
		case ingest.KindAuthFailure, ingest.KindRelayDenied, ingest.KindReject, ingest.KindAbuse, ingest.KindProbe:
		case ingest.KindUserUnknown:
			if !again.add(t.Name) {
				continue
			}
			counts = s.mailed.add(t.Name)
		case ingest.KindInvalidUser:
			if s.failed.has(t.Name) {
				continue
			}
		default:
			continue
		}
		if !counts { // an hour before did
			h.kept += t.Count
			continue
		}
		one := try{milli: t.Milli, name: t.Name, offset: t.Offset, source: t.Source, count: t.Count, web: t.Status == 401,
			login: t.Kind == ingest.KindAuthFailure || t.Kind == ingest.KindInvalidUser, named: t.Kind == ingest.KindInvalidUser}
		s.know(in, &one)
		one.absent = one.absent || t.Absent
		h.exists = h.exists || one.login && one.exists
		if toldTwice(s.all[from:], &one) {
			h.twice = true
			continue
		}
		s.all = append(s.all, one)
		h.kept += t.Count
		h.listed += t.Count
	}
	if u.TouchesFull(r) {
		h.more = uint32(max(0, int(u.Trouble(r).Bad)-hostile))
	}
	h.hi = uint32(len(s.all))
	if mine := s.all[h.lo:h.hi]; !slices.IsSortedFunc(mine, earlierTry) {
		slices.SortStableFunc(mine, earlierTry)
	}
	s.hours = append(s.hours, h)
}

// know fills in what is known of the account.
func (s *shelving) know(in *analyze.Input, t *try) {
	if t.name == 0 {
		return
	}
	known := &s.known[t.name%uint64(len(s.known))]
	if known.name != t.name {
		*known = try{name: t.name, absent: in.Absent(t.name), exists: in.Exists(t.name), famous: isFamous(in, t.name)}
	}
	t.absent, t.exists, t.famous = known.absent, known.exists, known.famous
}

// hours returns the hours of a source, by index in Set.Units, and the tries that they
// point into.
func (t *tried) hours(unit int) ([]triedHour, []try) {
	n := t.numbers[unit]
	if n == 0 {
		return nil, nil
	}
	s, k := &t.shelves[(n-1)/shelfUnits], (n-1)%shelfUnits
	return s.hours[s.first[k]:s.first[k+1]], s.all
}

// excuse marks the tries that an owner's mistake or a device explains. Each shelf is
// one goroutine's.
func (t *tried) excuse(in *analyze.Input, owners *homes) {
	units := in.Set.Units()
	devices := map[uint32]bool{}
	for _, d := range owners.devices {
		for _, s := range d.sources {
			devices[uint32(s)] = true
		}
	}
	analyze.Gather(len(t.shelves), func(i int, _ []struct{}) []struct{} {
		for _, unit := range t.on(i) {
			source := units[unit].Prefix()
			net := hoodOf(source)
			hours, all := t.hours(int(unit))
			device := devices[unit]
			for k := range hours {
				h := &hours[k]
				h.only = true
				for n := h.lo; n < h.hi; n++ {
					x := &all[n]
					x.excused = h.lived && owners.excuses(x.name, net) || device && owners.repeats(x.name, source)
					h.guilty, h.only, h.excused = h.guilty || x.guilty(), h.only && x.guilty(), h.excused || x.excused
				}
			}
		}
		return nil
	})
}

// failures visits the failed logins of an hour, each as often as a log tells of it.
func (h *triedHour) failures(in *analyze.Input, u *window.Unit, of []try, visit func(*try)) {
	if !h.twice {
		for i := h.lo; i < h.hi; i++ {
			if t := &of[i]; t.login && !t.named {
				visit(t)
			}
		}
		return
	}
	touches := u.Touches(&u.Rows[h.row])
	for i := range touches {
		if t := &touches[i]; t.Kind == ingest.KindAuthFailure {
			visit(&try{milli: t.Milli, name: t.Name, offset: t.Offset, source: t.Source, count: t.Count, login: true, exists: in.Exists(t.Name)})
		}
	}
}

// within returns the hours of a source in some of its rows, and the tries that they
// point into.
func (t *tried) within(unit, lo, hi int) ([]triedHour, []try) {
	hours, of := t.hours(unit)
	for len(hours) > 0 && int(hours[0].row) < lo {
		hours = hours[1:]
	}
	for len(hours) > 0 && int(hours[len(hours)-1].row) >= hi {
		hours = hours[:len(hours)-1]
	}
	return hours, of
}

// inOneGoOf returns the tries of hours that follow each other, if they are in order of
// time: nearly always those of one service are.
func inOneGoOf(hours []triedHour, of []try) ([]try, bool) {
	if len(hours) == 0 {
		return nil, true
	}
	for i := range hours[1:] {
		if at := hours[i].hi; at > hours[0].lo && at < hours[i+1].hi && earlierTry(of[at-1], of[at]) > 0 {
			return nil, false
		}
	}
	return of[hours[0].lo:hours[len(hours)-1].hi], true
}

// guilty lists the failed logins of a source in some of its rows that neither an
// owner's mistake nor a device explains, in order of time, to be read only; the list
// is used again by the next.
func (t *tried) guilty(unit, lo, hi int, list *[]try) []try {
	hours, of := t.within(unit, lo, hi)
	if all, asTheyAre := inOneGoOf(hours, of); asTheyAre && !slices.ContainsFunc(hours, func(h triedHour) bool { return !h.only }) {
		return all
	}
	all := (*list)[:0]
	for k := range hours {
		all = hours[k].guiltyLogins(of, all)
	}
	*list = all
	if !slices.IsSortedFunc(all, earlierTry) {
		slices.SortStableFunc(all, earlierTry)
	}
	return all
}

// guiltyLogins appends those of an hour.
func (h *triedHour) guiltyLogins(of, to []try) []try {
	if h.only {
		return append(to, of[h.lo:h.hi]...)
	}
	for i := h.lo; i < h.hi && h.guilty; i++ {
		if t := &of[i]; t.guilty() {
			to = append(to, *t)
		}
	}
	return to
}
