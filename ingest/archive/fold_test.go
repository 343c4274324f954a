package archive

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// aWeek puts some hours of two days, of two logs.
func aWeek(hours ...int) change {
	return func(a *Archive) error {
		for _, h := range hours {
			start := aDay.Add(time.Duration(h) * hour)
			for _, log := range []string{"/var/log/auth.log", "/var/log/nginx/access.log"} {
				b := aBatch(rand.New(rand.NewPCG(uint64(h), uint64(len(log)))), start, 20)
				if _, err := a.Put(start, log, b, seen("begin "+log, int64(h)*100, int64(h)*100+100)); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func folding(before time.Time) change {
	return func(a *Archive) error {
		_, err := a.Fold(before)
		return err
	}
}

// sums are the totals that folding keeps.
type sums struct {
	Events, Good, Same, Diff, Bad, Errors, Probes, Touches uint64
	Hours                                                  int
	Names                                                  map[uint64]bool
}

func sumsOf(rows []Address) map[Addr]sums {
	out := map[Addr]sums{}
	for _, r := range rows {
		s := out[r.Address]
		s.Events += uint64(r.Events)
		s.Good += uint64(r.Good)
		s.Same += uint64(r.Same)
		s.Diff += uint64(r.Diff)
		s.Bad += uint64(r.Bad)
		s.Errors += uint64(r.Errors)
		s.Probes += uint64(r.Probes)
		s.Touches += uint64(r.Touches)
		for h := range 24 {
			s.Hours += int(r.Hours >> h & 1)
		}
		if s.Names == nil {
			s.Names = map[uint64]bool{}
		}
		for _, id := range slices.Concat(r.GoodNames, r.BadNames, r.Agents) {
			s.Names[id] = true
		}
		out[r.Address] = s
	}
	return out
}

// TestFold folds two days of hours: everything but plain visits is as it was, and
// of those the sums are.
func TestFold(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, aWeek(1, 2, 3, 23, 24, 47, 48))
	addresses, touches, services := all[Address](t, a, Query{}), all[Touch](t, a, Query{}), all[Service](t, a, Query{})
	hours, _, _ := a.Hours(aDay, aDay.Add(10*day))
	mustAll(t, a, folding(aDay.Add(2*day)))

	folded := all[Address](t, a, Query{})
	if !reflect.DeepEqual(sumsOf(addresses), sumsOf(folded)) {
		t.Error("folding changes the sums of addresses")
	}
	kept := func(r Address) bool { return r.Span == 3600 && !r.plain() }
	if want, got := slices.IndexFunc(addresses, kept), slices.IndexFunc(folded, kept); want < 0 || got < 0 {
		t.Error("the test has no row that keeps its hour")
	}
	for _, r := range addresses {
		if kept(r) && !slices.ContainsFunc(folded, func(o Address) bool { return reflect.DeepEqual(r, o) }) {
			t.Errorf("a row with a failure does not keep its hour: %+v", r)
		}
	}
	if n := len(slices.Collect(func(yield func(Address) bool) {
		for _, r := range folded {
			if r.Span == 86400 && !yield(r) {
				return
			}
		}
	})); n == 0 || len(folded) >= len(addresses) {
		t.Errorf("%d rows of days, %d rows of %d", n, len(folded), len(addresses))
	}
	byRow := func(a, b Touch) int { return compareTouches(&a, &b) }
	if want, got := slices.SortedFunc(slices.Values(touches), byRow), slices.SortedFunc(slices.Values(all[Touch](t, a, Query{})), byRow); !reflect.DeepEqual(want, got) {
		t.Error("folding changes touches")
	}
	byService := func(a, b Service) int { return compareTallies(&a.Tally, &b.Tally) }
	if want, got := slices.SortedFunc(slices.Values(services), byService), slices.SortedFunc(slices.Values(all[Service](t, a, Query{})), byService); !reflect.DeepEqual(want, got) {
		t.Error("folding changes services")
	}
	if after, _, _ := a.Hours(aDay, aDay.Add(10*day)); !reflect.DeepEqual(hours, after) {
		t.Errorf("folding changes what was seen:\n%v\n%v", hours, after)
	}
	s, _, _ := a.Stat()
	if total := s.Total(); total.Files != 2*6+2*6 { // a folded day has a file a kind, an hour one a log
		t.Errorf("%d files", total.Files)
	}

	before := content(t, a)
	mustAll(t, a, folding(aDay.Add(2*day)), aWeek(1, 24)) // known hours of folded days
	if !maps.Equal(before, content(t, a)) {
		t.Error("folding again or putting a folded hour changes the archive")
	}
}

// TestFoldJoins puts an hour of a new log into a folded day: it is read beside the
// day, and joins it with the next Fold.
func TestFoldJoins(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, aWeek(1, 2), folding(aDay.Add(day)))
	b := aBatch(rand.New(rand.NewPCG(9, 9)), aDay, 5)
	put(t, a, aDay.Add(hour), "/var/log/new.log", b, seen("new", 0, 10), Added)
	want := sumsOf(all[Address](t, a, Query{}))
	mustAll(t, a, folding(aDay.Add(day)))
	if got := all[Address](t, a, Query{}); !reflect.DeepEqual(want, sumsOf(got)) {
		t.Error("the hour that joined is lost or counted twice")
	}
	put(t, a, aDay.Add(hour), "/var/log/new.log", b, seen("new", 0, 20), KeptOld)
}

func TestFoldIsAtomic(t *testing.T) { killAtEveryStep(t, aWeek(1), folding(aDay.Add(day))) }

func TestFoldJoiningIsAtomic(t *testing.T) {
	killAtEveryStep(t, func(a *Archive) error {
		mustAll(t, a, aWeek(1), folding(aDay.Add(day)))
		_, err := a.Put(aDay.Add(2*hour), "/var/log/new.log", aBatch(rand.New(rand.NewPCG(1, 1)), aDay, 5), seen("new", 0, 10))
		return err
	}, folding(aDay.Add(day)))
}

func TestFoldOnFullDisk(t *testing.T) { fullAtEveryStep(t, aWeek(1), folding(aDay.Add(day))) }

// TestVisitSets keeps the hours of visits whose sets would be too large together.
func TestVisitSets(t *testing.T) {
	visit := func(h int, from, to uint64) Address {
		r := Address{Address: source(1), Start: MilliOf(aDay) + Milli(h)*3600_000, Span: 3600, Hours: 1 << h, Service: "http", Events: 1}
		for id := from; id < to; id++ {
			r.GoodNames = append(r.GoodNames, id)
		}
		r.GoodNamesCount = uint32(len(r.GoodNames))
		return r
	}
	got := sumVisits([]Address{visit(1, 0, 40), visit(2, 30, 64), visit(3, 60, 65), visit(4, 0, 1)})
	if len(got) != 2 || got[0].Hours != 1<<1|1<<2|1<<4 || got[0].GoodNamesCount != 64 || got[0].Events != 3 || got[1].Hours != 1<<3 {
		t.Errorf("%+v", got)
	}
}
