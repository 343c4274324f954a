package archive

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestRoundTrip writes rows that use every field and reads the same rows.
func TestRoundTrip(t *testing.T) {
	a := openTest(t)
	a.disk = osDisk{}
	start := aDay.Add(18 * hour)
	b := aBatch(rand.New(rand.NewPCG(1, 2)), start, 300)
	put(t, a, start, "/var/log/auth.log", b, seen("begin", 0, 100), Added)
	at := place{start: MilliOf(start), hour: 18, host: "web1", log: "/var/log/auth.log"}
	roundTrip(t, a, b.Addresses, at)
	roundTrip(t, a, b.Accounts, at)
	roundTrip(t, a, b.Paths, at)
	roundTrip(t, a, b.Agents, at)
	roundTrip(t, a, b.Services, at)
	roundTrip(t, a, b.Touches, at)
}

func roundTrip[T Row](t *testing.T, a *Archive, written []T, at place) {
	t.Helper()
	want, err := tableOf[T]().arrange(written, at)
	if err != nil {
		t.Fatal(err)
	}
	got := all[T](t, a, Query{})
	everyField(t, got)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("kind %s (-written +read):\n%s", tableOf[T]().kind, diff)
	}
}

// A reading is what a run saw of the hour of a log: the file by its first bytes,
// and how far it was written.
var readings = []struct {
	name     string
	old, new []Seen
	want     Outcome
}{
	{"the same again", seen("begin", 0, 100), seen("begin", 0, 100), Unchanged},
	{"more lines came late", seen("begin", 0, 100), seen("begin", 0, 120), Replaced},
	{"only the end was read", seen("begin", 0, 100), seen("begin", 50, 120), KeptOld},
	{"another file under the name", seen("begin", 0, 100), seen("other", 0, 500), KeptOld},
	{"the file had hardly begun", seen("be", 0, 2), seen("begin", 0, 100), Replaced},
	{"the file is gone", seen("begin", 0, 100), nil, KeptOld},
	{"rotated: the hour stands in two files", seen("begin", 0, 100), append(seen("begin", 0, 100), seen("next", 0, 60)...), Replaced},
	{"the rotated part is gone", append(seen("begin", 0, 100), seen("next", 0, 60)...), seen("next", 0, 90), KeptOld},
	{"read in two pieces", seen("begin", 0, 100), append(seen("begin", 0, 50), seen("begin", 50, 100)...), Replaced},
	{"two pieces with a hole", seen("begin", 0, 100), append(seen("begin", 0, 50), seen("begin", 51, 100)...), KeptOld},
	{"journal: more entries", []Seen{{Lines: 10}}, []Seen{{Lines: 11}}, Replaced},
	{"journal: vacuumed", []Seen{{Lines: 10}}, []Seen{{Lines: 9}}, KeptOld},
	{"nothing was recorded", nil, seen("begin", 0, 100), Replaced},
}

// TestCovers shows which readings replace an hour. The rows of the new reading
// differ only where it saw something else.
func TestCovers(t *testing.T) {
	t.Parallel()
	for _, tt := range readings {
		t.Run(tt.name, func(t *testing.T) {
			a := openTest(t)
			b := Batch{Addresses: aBatch(rand.New(rand.NewPCG(1, 1)), aDay, 5).Addresses}
			put(t, a, aDay, "/var/log/auth.log", b, tt.old, Added)
			before := content(t, a)
			put(t, a, aDay, "/var/log/auth.log", b, tt.new, tt.want)
			if tt.want != Replaced && !maps.Equal(before, content(t, a)) {
				t.Error("the hour was left, and yet the archive changed")
			}
		})
	}
}

// TestAnyOrder runs readings of two logs and three hours in random order, many
// times over, some of them short or of files that are gone since. What is left
// equals one clean sequence, byte for byte.
func TestAnyOrder(t *testing.T) {
	t.Parallel()
	type reading struct {
		hour, upto int
		log        string
	}
	var every []reading
	for h := range 3 {
		for upto := range 4 {
			for _, log := range []string{"/var/log/auth.log", "journal"} {
				every = append(every, reading{h, upto, log})
			}
		}
	}
	do := func(a *Archive, r reading) {
		start := aDay.Add(time.Duration(22+r.hour) * hour) // past midnight
		all := aBatch(rand.New(rand.NewPCG(uint64(r.hour), uint64(r.upto))), start, 4)
		b := Batch{Addresses: all.Addresses, Touches: all.Touches} // what is done to a file does not depend on its kind
		s := seen("begin", int64(1000*r.hour), int64(1000*r.hour+100*r.upto+10))
		if r.log == "journal" {
			s = []Seen{{Lines: int64(10 + r.upto)}}
		}
		if _, err := a.Put(start, r.log, b, s); err != nil {
			t.Fatal(err)
		}
	}
	clean := openTest(t)
	for _, r := range every {
		if r.upto == 3 {
			do(clean, r)
		}
	}
	for seed := range uint64(max(2, 4/campaign)) {
		a := openTest(t)
		rng := rand.New(rand.NewPCG(seed, 3))
		for range 2 {
			for _, i := range rng.Perm(len(every)) {
				if rng.IntN(5) == 0 {
					a = reopen(t, a) // another run
				}
				do(a, every[i])
			}
		}
		if diff := cmp.Diff(names(content(t, clean)), names(content(t, a))); diff != "" {
			t.Fatalf("seed %d (-clean +any order):\n%s", seed, diff)
		}
		if !maps.Equal(content(t, clean), content(t, a)) {
			t.Fatalf("seed %d: other bytes", seed)
		}
	}
}

// TestPutIgnoresOrder gives the rows in another order.
func TestPutIgnoresOrder(t *testing.T) {
	b := aBatch(rand.New(rand.NewPCG(1, 1)), aDay, 50)
	one, two := openTest(t), openTest(t)
	put(t, one, aDay, "/l", b, nil, Added)
	slices.Reverse(b.Addresses)
	slices.Reverse(b.Touches)
	slices.Reverse(b.Accounts)
	slices.Reverse(b.Addresses[3].GoodNames)
	put(t, two, aDay, "/l", b, nil, Added)
	if !maps.Equal(content(t, one), content(t, two)) {
		t.Error("another order gives other bytes")
	}
}

// TestPutHeals writes an hour again of which a file is gone.
func TestPutHeals(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, putting(1, "/l", 100))
	want := content(t, a)
	for name := range want {
		if strings.HasPrefix(name, "kind=touch") {
			if err := os.Remove(a.path(name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	mustAll(t, a, putting(1, "/l", 100))
	if !maps.Equal(want, content(t, a)) {
		t.Error("the file is still missing")
	}
}

func TestPutRefuses(t *testing.T) {
	a := openTest(t)
	twice := Batch{Accounts: []Account{{Tally: Tally{ID: 1}}, {Tally: Tally{ID: 1}}}}
	large := Batch{Accounts: []Account{{Tally: Tally{ID: 1, GoodSources: make([]uint64, MaxMembers+1)}}}}
	for name, err := range map[string]error{
		"half an hour":      second(a.Put(aDay.Add(hour/2), "/l", Batch{}, nil)),
		"no log":            second(a.Put(aDay, "", Batch{}, nil)),
		"two rows of a key": second(a.Put(aDay, "/l", twice, nil)),
		"a list too long":   second(a.Put(aDay, "/l", large, nil)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if got := content(t, a); len(got) > 0 {
		t.Errorf("refused, and yet written: %v", names(got))
	}
}

func second(_ Outcome, err error) error { return err }
