package archive

import (
	"maps"
	"slices"
	"testing"
	"time"
)

// kindsAt returns which kinds the archive holds of each day.
func kindsAt(t *testing.T, a *Archive) map[string][]Kind {
	t.Helper()
	out := map[string][]Kind{}
	for _, k := range Kinds {
		for d := range 400 {
			start := aDay.Add(time.Duration(d-390) * day)
			files, _, err := a.Files(k, start, start.Add(day))
			if err != nil {
				t.Fatal(err)
			}
			if len(files) > 0 {
				out[start.Format(dayLayout)] = append(out[start.Format(dayLayout)], k)
			}
		}
	}
	return out
}

// TestPrune keeps eight weeks of everything and half a year of services; a day is
// old when all of it is.
func TestPrune(t *testing.T) {
	a := openTest(t)
	var hours []int
	for _, d := range []int{-183, -182, -181, -57, -56, -55, 0} {
		hours = append(hours, 24*d)
	}
	mustAll(t, a, aWeek(hours...), folding(aDay.Add(-56*day)))
	before, _, _ := a.Stat()
	done, damage, err := a.Prune(aDay.Add(hour), DefaultPolicy)
	if err != nil || damage != nil {
		t.Fatal(damage, err)
	}
	service := []Kind{KindService}
	if got, want := kindsAt(t, a), map[string][]Kind{
		"2026-05-22": service, // 182 days ago: its last hour is younger than half a year
		"2026-05-23": service,
		"2026-09-24": service, // 57
		"2026-09-25": Kinds,   // 56: its last hour is younger than eight weeks
		"2026-09-26": Kinds,
		"2026-11-20": Kinds,
	}; !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("kept %v", got)
	}
	after, _, _ := a.Stat()
	if b, a := before.Total(), after.Total(); b.Files-done.Files != a.Files || b.Rows-done.Rows != a.Rows || b.Bytes-done.Bytes != a.Bytes {
		t.Errorf("removed %+v of %+v, left %+v", done, b, a)
	}
	if n := len(content(t, a)); int64(n) != after.Total().Files+6 {
		t.Errorf("%d files on disk, %d and six manifests are valid", n, after.Total().Files)
	}
}

// TestPruneBySize removes the oldest days first, of them the services last.
func TestPruneBySize(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, aWeek(0, 24, 48))
	s, _, _ := a.Stat()
	if _, _, err := a.Prune(aDay, Policy{MaxBytes: s.Total().Bytes / 2}); err != nil {
		t.Fatal(err)
	}
	service := []Kind{KindService}
	if got, want := kindsAt(t, a), map[string][]Kind{"2026-11-20": service, "2026-11-21": service, "2026-11-22": Kinds}; !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("kept %v", got)
	}
	if _, _, err := a.Prune(aDay, Policy{MaxBytes: 1}); err != nil {
		t.Fatal(err)
	}
	if got := content(t, a); len(got) != 0 {
		t.Errorf("kept %v", names(got))
	}
}

func TestPruneIsAtomic(t *testing.T) {
	killAtEveryStep(t, aWeek(0, 24), func(a *Archive) error {
		_, _, err := a.Prune(aDay.Add(30*day), Policy{MaxAge: 29 * day, ServiceAge: 60 * day})
		return err
	})
}

// TestHours tells quiet hours from hours that were never seen, and counts lines.
func TestHours(t *testing.T) {
	a := openTest(t)
	put(t, a, aDay, "/l", Batch{}, seen("begin", 0, 0), Added)
	put(t, a, aDay.Add(hour), "/l", Batch{Services: []Service{{}}}, append(seen("begin", 0, 100), seen("next", 0, 50)...), Added)
	put(t, a, aDay.Add(2*hour), "/l", Batch{}, nil, Unchanged)
	got, _, err := a.Hours(aDay, aDay.Add(day))
	want := []Hour{{Start: aDay, Log: "/l"}, {Start: aDay.Add(hour), Log: "/l", Lines: 15}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if got, _, _ := a.Hours(aDay.Add(hour), aDay.Add(day)); !slices.Equal(got, want[1:]) {
		t.Errorf("%v", got)
	}
}

func TestStat(t *testing.T) {
	a := openTest(t)
	if s, _, err := a.Stat(); err != nil || s.Total().Files != 0 || !s.Oldest.IsZero() {
		t.Errorf("of nothing: %+v, %v", s, err)
	}
	mustAll(t, a, aWeek(1, 24*11))
	s, _, err := a.Stat()
	if err != nil || !s.Oldest.Equal(aDay.Add(hour)) || !s.Newest.Equal(aDay.Add(11*day+hour)) || len(s.Usages) != 2*len(Kinds) {
		t.Fatalf("%+v, %v", s, err)
	}
	if u := s.Usages[0]; u.Kind != KindAddress || u.Month != "2026-11" || u.Files != 2 || u.Rows != 40 || u.BytesPerRow() <= 0 {
		t.Errorf("%+v", u)
	}
}
