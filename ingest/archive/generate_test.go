package archive

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"gumshoe/ingest"
)

var testHash = ingest.Hash{Seed: 7}

// aDay is a Friday.
var aDay = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

func openTest(t testing.TB) *Archive {
	t.Helper()
	return reopen(t, &Archive{dir: t.TempDir(), opt: Options{Host: "web1", Hash: testHash}})
}

// reopen opens an archive as the next run does.
func reopen(t testing.TB, a *Archive) *Archive {
	t.Helper()
	b, err := Open(a.dir, a.opt)
	if err != nil {
		t.Fatal(err)
	}
	b.disk = quickDisk{}
	return b
}

// source returns the n-th of the test sources: v4 for the most part, some v6.
func source(n int) Addr {
	if n%10 == 9 {
		return manySource(n)
	}
	return AddrOf(netip.AddrFrom4([4]byte{198, 18 + byte(n>>16&1), byte(n >> 8), byte(n)}))
}

// manySource returns the n-th of many sources.
func manySource(n int) Addr {
	a := netip.MustParseAddr("2001:db8::").As16()
	binary.BigEndian.PutUint32(a[4:], uint32(n))
	return AddrOf(netip.AddrFrom16(a))
}

// sourceID is the id of a source in the sets of others.
func sourceID(a Addr) uint64 { return testHash.Bytes(a[:]) }

// aBatch returns what a log said of an hour: rows of every kind, with sets of
// every form.
func aBatch(rng *rand.Rand, start time.Time, sources int) Batch {
	var b Batch
	at := func() Milli { return MilliOf(start) + Milli(rng.IntN(3600_000)) }
	for i := range sources {
		r := Address{Address: source(i * 3), Service: []string{"http", "sshd"}[i%2], First: at(), Last: at(), Minutes: rng.Uint64() >> 4,
			Events: 1 + rng.Uint32N(30), Good: rng.Uint32N(30), Same: rng.Uint32N(3),
			Clients: 1 << rng.IntN(9), Documents: 1 << rng.IntN(64), Parts: uint8(i), Claimed: i%17 == 0, Assets: i%2 == 0, GoodNames: someIDs(rng, 3), Agents: someIDs(rng, 1)}
		r.GoodNamesCount, r.AgentsCount = uint32(len(r.GoodNames)), uint32(len(r.Agents))
		if i%5 == 0 {
			r.Bad, r.Errors, r.Probes, r.Diff, r.Touches, r.TouchesFull = 70, 3, 2, 1, 1, true
			r.Authenticated, r.Odd, r.Wrote, r.Partial = true, true, true, true
			r.BadNamesSketch, r.BadNamesCount = aSketch(rng), 69
			if i%10 == 0 {
				r.BadNames, r.BadNamesSketch, r.BadNamesCount = []uint64{11, 12}, nil, 2
			}
			b.Touches = append(b.Touches, Touch{Address: r.Address, Time: at(), Service: r.Service, Name: 11 + uint64(i), Action: "probe", Status: 404,
				Stage: 4, Class: "sqli,lfi", Shape: rng.Uint64(), Param: "id", Bytes: 1 << i % 32, Took: 17, Wait: 5, Reads: true, Via: "sshd", Count: 1, Key: true, Absent: true, Post: true,
				Text: fmt.Sprintf(`%s - - "GET /?id=%d' UNION SELECT 1 HTTP/1.1" 404`, r.Address, i)})
		}
		b.Addresses = append(b.Addresses, r)
	}
	for i := range 3 {
		if i == 2 {
			b.Addresses[0].GoodNamesSketch, b.Addresses[0].AgentsSketch = aSketch(rng), aSketch(rng)
		}
		t := Tally{ID: 11 + uint64(i), Service: "sshd", Name: fmt.Sprintf("user%d", i), First: at(), Last: at(), Events: 9, Good: 1, Bad: 7, Errors: 1,
			Probes: 2, ProbeErrors: 1, Static: 3, GoodSources: []uint64{sourceID(source(0)), 5}, GoodSourcesCount: 2, BadSourcesSketch: aSketch(rng), BadSourcesCount: 80}
		if i == 1 {
			t.GoodSourcesSketch, t.BadSources = t.BadSourcesSketch, t.GoodSources
			t.GoodSources, t.BadSourcesSketch = nil, nil
		}
		b.Accounts = append(b.Accounts, Account{Tally: t, Exists: true, Absent: i == 1})
		b.Paths = append(b.Paths, Path{Tally: t, Traits: uint16(1 << i), Slow: 3, Sized: 9, SizeLogs: 1700, SizeSquares: 340_000})
		b.Agents = append(b.Agents, Agent{Tally: t, Client: "crawler", Claim: "google"})
		b.Services = append(b.Services, Service{Tally: t, Whole: i == 2})
	}
	return b
}

func someIDs(rng *rand.Rand, n int) []uint64 {
	ids := make([]uint64, 0, n)
	for range n {
		ids = append(ids, uint64(rng.IntN(500))|1)
	}
	return ids
}

func aSketch(rng *rand.Rand) []byte {
	b := make([]byte, Registers)
	for i := range b {
		b[i] = byte(rng.IntN(8))
	}
	return b
}

// seen returns a reading of the bytes from..to of a file.
func seen(content string, from, to int64) []Seen {
	return []Seen{{First: []byte(content), From: from, To: to, Lines: (to - from) / 10}}
}

func put(t testing.TB, a *Archive, start time.Time, log string, b Batch, s []Seen, want Outcome) {
	t.Helper()
	got, err := a.Put(start, log, b, s)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Fatalf("%s of %s: %s, want %s", start.Format(hourLayout), log, got, want)
	}
}

// all reads everything of a kind and insists that nothing is damaged.
func all[T Row](t testing.TB, a *Archive, q Query) (rows []T) {
	t.Helper()
	damage, err := Read(t.Context(), a, q, func(batch []T) error { rows = append(rows, batch...); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if len(damage) > 0 {
		t.Fatal(damage)
	}
	return rows
}

// everyField fails for a field that is zero in all rows: a test of all fields
// tests nothing of it.
func everyField[T Row](t *testing.T, rows []T) {
	t.Helper()
	for _, c := range columnsOf[T]() {
		used := false
		for i := range rows {
			used = used || !reflect.ValueOf(&rows[i]).Elem().FieldByIndex(c.index).IsZero()
		}
		if !used {
			t.Errorf("no row of kind %s uses column %q", tableOf[T]().kind, c.name)
		}
	}
}
