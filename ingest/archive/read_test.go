package archive

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

// TestQuery asks random questions and compares with the plain way: read
// everything, then filter.
func TestQuery(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	mustAll(t, a, aWeek(1, 2, 3, 23, 24, 30, 47), folding(aDay.Add(day)))
	everything, everyTouch, everyAccount := all[Address](t, a, Query{}), all[Touch](t, a, Query{}), all[Account](t, a, Query{})
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 / campaign {
		from := aDay.Add(time.Duration(rng.IntN(48*60)) * time.Minute)
		q := Query{From: from, To: from.Add(time.Duration(rng.IntN(30*60)) * time.Minute)}
		if rng.IntN(3) == 0 {
			q.Logs = []string{"/var/log/auth.log"}
		}
		sources := func(Addr) bool { return true }
		if rng.IntN(3) > 0 {
			q.Sources = []netip.Prefix{}
			for range rng.IntN(5) {
				p := source(rng.IntN(40) * 3).Prefix()
				q.Sources = append(q.Sources, netip.PrefixFrom(p.Addr(), p.Bits()-rng.IntN(9)))
			}
			sources = func(a Addr) bool {
				return slices.ContainsFunc(q.Sources, func(p netip.Prefix) bool { return p.Contains(a.Prefix().Addr()) })
			}
		}
		in := func(from, to Milli) bool { return from < MilliOf(q.To) && to > MilliOf(q.From) }
		log := func(l string) bool { return q.Logs == nil || slices.Contains(q.Logs, l) }
		compare(t, q, all[Address](t, a, q), everything, func(r Address) bool {
			return in(r.Start, r.Start+Milli(r.Span)*1000) && sources(r.Address) && log(r.Log)
		})
		compare(t, q, all[Touch](t, a, q), everyTouch, func(r Touch) bool { return in(r.Time, r.Time+1) && sources(r.Address) && log(r.Log) })
		q.Sources, q.IDs = nil, []uint64{11, 13, 99}
		compare(t, q, all[Account](t, a, q), everyAccount, func(r Account) bool {
			return in(r.Start, r.Start+3600_000) && slices.Contains(q.IDs, r.ID) && log(r.Log)
		})
	}
}

func compare[T Row](t *testing.T, q Query, got, everything []T, wanted func(T) bool) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(everything), func(r T) bool { return !wanted(r) })
	if len(want) != len(got) || len(want) > 0 && !reflect.DeepEqual(want, got) {
		t.Fatalf("%+v: %d rows of kind %s, want %d", q, len(got), tableOf[T]().kind, len(want))
	}
}

// TestManyPages reads a file of many pages and two row groups, in which lists end
// in the middle of pages and keys are found on a few of them only.
func TestManyPages(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	const group = rowGroup / 5
	rows := make([]Address, group+5_000)
	for i := range rows {
		rows[i] = Address{Address: manySource(i), Events: uint32(i), Odd: i%3 == 0, GoodNames: someIDs(rng, rng.IntN(4)), Service: []string{"http", "sshd"}[i%2]}
	}
	sortRows(&addresses, rows)
	var b bytes.Buffer
	w := newWriter[Address](&b, inOrder[Address](), parquet.MaxRowsPerRowGroup(group))
	if err := errors.Join(writeRows(w, rows), w.Close()); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	for _, step := range []int{1, 7, 5000, len(rows) + 1} {
		var wanted []netip.Prefix
		var want []Address
		for i := step / 2; i < len(rows); i += step {
			wanted = append(wanted, rows[i].Address.Prefix())
			want = append(want, rows[i])
		}
		var got []Address
		sel := selection{keys: sourceRanges(wanted), wholly: true}
		if err := decode(file, sel, func(b []Address) error { got = append(got, b...); return nil }); err != nil {
			t.Fatal(err)
		}
		if len(want) != len(got) {
			t.Fatalf("every %d. row: %d rows, want %d", step, len(got), len(want))
		}
		for i := range want {
			w, g := want[i], got[i]
			if w.Address != g.Address || w.Events != g.Events || w.Odd != g.Odd || w.Service != g.Service || !slices.Equal(w.GoodNames, g.GoodNames) {
				t.Fatalf("every %d. row: %+v, want %+v", step, g, w)
			}
		}
	}
}

// TestColumns reads some columns: the others stay zero.
func TestColumns(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, aWeek(1))
	for _, r := range all[Address](t, a, Query{Columns: []string{"address", "events"}}) {
		if r.Address == (Addr{}) || r.Events == 0 || r.Start != 0 || r.GoodNames != nil {
			t.Fatalf("%+v", r)
		}
	}
}

func TestQueryRefuses(t *testing.T) {
	a := openTest(t)
	if _, err := Read(t.Context(), a, Query{Columns: []string{"colour"}}, func([]Address) error { return nil }); err == nil {
		t.Error("a column that does not exist")
	}
	if _, err := Read(t.Context(), a, Query{IDs: []uint64{1}}, func([]Address) error { return nil }); err == nil {
		t.Error("addresses by identifier")
	}
	if _, err := Read(t.Context(), a, Query{Sources: []netip.Prefix{}}, func([]Account) error { return nil }); err == nil {
		t.Error("accounts by source")
	}
}

// TestReadStops stops when the receiver or the context says so.
func TestReadStops(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, aWeek(1, 2, 3, 4, 5, 6, 7, 8))
	enough := errors.New("enough")
	if _, err := Read(t.Context(), a, Query{}, func([]Address) error { return enough }); err != enough {
		t.Errorf("the receiver's error is %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Read(ctx, a, Query{}, func([]Address) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("the error of a cancelled context is %v", err)
	}
}

// TestReadBesideWriter reads while hours are replaced and folded: every reading
// sees each hour once.
func TestReadBesideWriter(t *testing.T) {
	t.Parallel()
	a := openTest(t)
	mustAll(t, a, aWeek(1, 2, 3))
	reader, err := Open(a.dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	want := sumsOf(all[Address](t, a, Query{}))
	done := make(chan error)
	go func() {
		for i := range 5 {
			if _, err := a.Put(aDay.Add(5*hour), "/l", Batch{Services: []Service{{Tally: Tally{ID: 1, Events: uint32(i)}}}}, []Seen{{Lines: int64(i)}}); err != nil {
				done <- err
				return
			}
		}
		_, err := a.Fold(aDay.Add(day))
		done <- err
	}()
	for {
		if got := sumsOf(all[Address](t, reader, Query{})); !reflect.DeepEqual(want, got) {
			t.Fatal("a reader saw something in between")
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
	}
}

// TestOlderSchema reads a file from before some columns were added, and leaves a
// file from after alone.
func TestOlderSchema(t *testing.T) {
	type account struct {
		ID     uint64 `parquet:"id"`
		Start  Milli  `parquet:"start,timestamp(millisecond)"`
		Events uint32 `parquet:"events"`
		Later  string `parquet:"column_of_another_version"`
	}
	for version, want := range map[string]error{"1": nil, "2": errNewer} {
		var b bytes.Buffer
		w := parquet.NewGenericWriter[account](&b, parquet.KeyValueMetadata(schemaKey, version), parquet.KeyValueMetadata(kindKey, "account"), parquet.Compression(codec))
		if _, err := w.Write([]account{{ID: 7, Start: 5, Events: 3}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		var got []Account
		err := decode(b.Bytes(), selection{wholly: true}, func(rows []Account) error { got = append(got, rows...); return nil })
		if !errors.Is(err, want) {
			t.Errorf("version %s: %v", version, err)
		}
		if want == nil && (len(got) != 1 || !reflect.DeepEqual(got[0], Account{Tally: Tally{ID: 7, Start: 5, Events: 3}})) {
			t.Errorf("version %s: %+v", version, got)
		}
	}
}

// TestOtherType refuses a column of another type, which the library would read as
// something else.
func TestOtherType(t *testing.T) {
	type account struct {
		ID   string `parquet:"id"`
		Name uint64 `parquet:"name"`
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[account](&b, parquet.KeyValueMetadata(schemaKey, "1"), parquet.KeyValueMetadata(kindKey, "account"))
	if _, err := w.Write([]account{{}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := decode(b.Bytes(), selection{wholly: true}, func([]Account) error { return nil }); !errors.Is(err, errDamaged) {
		t.Errorf("error %v", err)
	}
}
