package window

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/archive"
)

// withoutOrigins makes two sets comparable that were counted from different
// places: only where lines stand is taken out.
func withoutOrigins(s *Set) *Set {
	blind := func(list []Touch) {
		for i := range list {
			list[i].Source, list[i].Offset = ArchiveSource, noText
		}
		slices.SortFunc(list, func(a, b Touch) int { return compareTouch(&a, &b) })
	}
	for i := range s.units {
		u := &s.units[i]
		for j := range u.Rows {
			u.Rows[j].place = nowhere
			blind(u.Touches(&u.Rows[j]))
		}
	}
	for _, th := range s.things[AccountObject] {
		for j := range th.Hours {
			blind(th.Touches(&th.Hours[j]))
		}
	}
	return s
}

// loadAll reads an archive into a store.
func loadAll(t *testing.T, s *Store, dir string) {
	t.Helper()
	a, err := archive.Open(dir, archive.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	loadKind(t, a, func(rows []archive.Address) { s.Load(archive.Batch{Addresses: rows}) })
	loadKind(t, a, func(rows []archive.Account) { s.Load(archive.Batch{Accounts: rows}) })
	loadKind(t, a, func(rows []archive.Path) { s.Load(archive.Batch{Paths: rows}) })
	loadKind(t, a, func(rows []archive.Agent) { s.Load(archive.Batch{Agents: rows}) })
	loadKind(t, a, func(rows []archive.Service) { s.Load(archive.Batch{Services: rows}) })
	loadKind(t, a, func(rows []archive.Touch) { s.Load(archive.Batch{Touches: rows}) })
}

func loadKind[T archive.Row](t *testing.T, a *archive.Archive, load func([]T)) {
	t.Helper()
	damage, err := archive.Read(t.Context(), a, archive.Query{}, func(rows []T) error { load(rows); return nil })
	if err != nil || len(damage) > 0 {
		t.Fatal(err, damage)
	}
}

// What was archived and is loaded again is what was counted: history is judged
// as if its lines had been read today.
func TestArchiveAndBack(t *testing.T) {
	for seed := range uint64(seeds) {
		g, opt := manyLogs(seed)
		chunks := g.chunks(20, 300)
		store := g.counted(opt, chunks, 3)
		dir := archived(t, exported(store))
		want := dump(withoutOrigins(store.Set()))

		again := NewStore(Options{Hash: opt.Hash, Seed: g.Uint64()})
		loadAll(t, again, dir)
		set := again.Set()
		for i := range set.units {
			if at := set.units[i].Rows[0].FirstAt(); at != (ingest.Origin{Source: ArchiveSource, Offset: -1}) {
				t.Fatalf("the first line stands at %+v", at)
			}
		}
		differ(t, dump(withoutOrigins(set)), want)
	}
}

// Some hours of some logs may come from the archive, the others from the logs.
func TestDropAndLoad(t *testing.T) {
	for seed := range uint64(seeds) {
		g, opt := manyLogs(seed)
		chunks := g.chunks(20, 300)
		store := g.counted(opt, chunks, 3)
		hours := exported(store)
		want := dump(withoutOrigins(store.Set()))

		opt.Seed = g.Uint64()
		store = g.counted(opt, chunks, 2)
		type logHour struct {
			log   string
			start time.Time
		}
		old := map[logHour]bool{}
		var batches []archive.Batch
		for _, h := range hours {
			if g.IntN(2) == 0 {
				old[logHour{h.Log, h.Start}] = true
				for i := range h.Batch.Touches {
					h.Batch.Touches[i].Text = "a line"
				}
				batches = append(batches, stamped(h))
			}
		}
		store.Drop(func(log, _ string, start time.Time) bool { return old[logHour{log, start}] })
		for _, h := range exported(store) {
			if old[logHour{h.Log, h.Start}] {
				t.Errorf("%s of %s is there still", h.Start, h.Log)
			}
		}
		for _, b := range batches {
			store.Load(b)
		}
		differ(t, dump(withoutOrigins(store.Set())), want)
	}
}

// stamped is a batch with the columns that the archive fills in.
func stamped(h exportedHour) archive.Batch {
	b := h.Batch
	for i := range b.Addresses {
		r := &b.Addresses[i]
		r.Start, r.Span, r.Hours, r.Log = archive.MilliOf(h.Start), 3600, 1<<h.Start.Hour(), h.Log
	}
	stamp := func(t *archive.Tally) { t.Start, t.Span, t.Log = archive.MilliOf(h.Start), 3600, h.Log }
	for i := range b.Accounts {
		stamp(&b.Accounts[i].Tally)
	}
	for i := range b.Paths {
		stamp(&b.Paths[i].Tally)
	}
	for i := range b.Agents {
		stamp(&b.Agents[i].Tally)
	}
	for i := range b.Services {
		stamp(&b.Services[i].Tally)
	}
	return b
}

// An evidence line comes back with its event, and not with another.
func TestLoadedText(t *testing.T) {
	at := archive.Milli(noon)
	row := archive.Address{Address: archive.AddrOf(netip.MustParseAddr("192.0.2.1")), Start: archive.Milli(noon - noon%3600_000), Span: 3600,
		Service: ingest.ServiceSSH, First: at, Last: at, Events: 3, Bad: 3, Touches: 3}
	touch := archive.Touch{Address: row.Address, Time: at, Service: ingest.ServiceSSH, Action: "auth_failure", Count: 1}
	silent, second, stray, later := touch, touch, touch, touch
	touch.Text, second.Text, stray.Text, later.Text = "Failed password for root\x1b[31m", "Failed password for admin", "of an unknown source", "of an unknown kind"
	second.Time++
	silent.Time += 2
	stray.Address = archive.AddrOf(netip.MustParseAddr("192.0.2.2"))
	later.Action = "teleport"

	store := NewStore(Options{})
	store.Load(archive.Batch{Addresses: []archive.Address{row}})
	store.Load(archive.Batch{Touches: []archive.Touch{stray, later, silent, second, touch}})
	s := store.Set()
	u := only(t, "units", s.Units())
	var got []string
	for _, x := range u.Touches(&u.Rows[0]) {
		text, ok := s.Text(x.Origin())
		if ok != (text != "") || x.Source != ArchiveSource {
			t.Errorf("%q, %v at %+v", text, ok, x.Origin())
		}
		got = append(got, text)
	}
	if want := []string{touch.Text, second.Text, ""}; !slices.Equal(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
	for _, at := range []ingest.Origin{{}, {Source: ArchiveSource, Offset: -1}, {Source: ArchiveSource, Offset: 2}, u.Rows[0].FirstAt()} {
		if text, ok := s.Text(at); ok {
			t.Errorf("%+v has the text %q", at, text)
		}
	}
}

// ::1 is a source like any other, though its row looks like none in the archive.
func TestLoadedLoopback(t *testing.T) {
	store := NewStore(Options{Logs: []string{"log"}, PerLog: true})
	b := store.Builder()
	ev := login(ingest.KindAuthFailure, "::1", "root")
	b.Add(&ev, ingest.Origin{})
	hours := exported(store)
	again := NewStore(Options{})
	again.Load(stamped(hours[0]))
	s := again.Set()
	u := only(t, "units", s.Units())
	if u.Prefix().String() != "::/64" || len(u.Touches(&u.Rows[0])) != 1 {
		t.Errorf("%s with %d touches", u.Prefix(), len(u.Touches(&u.Rows[0])))
	}
}

// A folded day is one row at the first hour in which the source was there.
func TestLoadedDay(t *testing.T) {
	day := archive.MilliOf(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
	hour := archive.Milli(3600_000)
	store := NewStore(Options{})
	store.Load(archive.Batch{Addresses: []archive.Address{{
		Address: archive.AddrOf(netip.MustParseAddr("192.0.2.1")), Start: day, Span: 86400, Hours: 1<<7 | 1<<20, Service: ingest.ServiceWeb,
		First: day + 7*hour + 61_000, Last: day + 20*hour, Minutes: 1<<1 | 1, Events: 40, Good: 38, Same: 70_000, Clients: 1 << ingest.ClientBrowser,
	}}})
	u := only(t, "units", store.Set().Units())
	r := only(t, "rows", u.Rows)
	if r.Hour != uint32((day+7*hour)/hour) || r.First() != r.Hour*3600+61 || r.Last() != r.Hour*3600+3599 || r.Events != 40 || r.Same != math.MaxUint16 {
		t.Errorf("%+v, first %d, last %d", r, r.First(), r.Last())
	}
}

// An account whose name was stored as a hash is called by its name where a line
// tells it.
func TestLoadedNames(t *testing.T) {
	hashed := archive.HashedPrefix + strings.Repeat("0", 32)
	for _, c := range []struct {
		archived []string
		scanned  string
		want     string
	}{
		{[]string{hashed}, "", hashed},
		{[]string{hashed}, "alice", "alice"},
		{[]string{hashed, "Alice"}, "", "Alice"},
		{[]string{"Alice", hashed, "alice"}, "", "alice"},
		{[]string{"alice"}, "ALICE", "alice"},
	} {
		store := NewStore(Options{Logs: []string{"log"}})
		b := store.Builder()
		ev := login(ingest.KindAuthFailure, "192.0.2.1", "alice")
		id := b.accountID(ev.Service, ev.User)
		if c.scanned != "" {
			ev.User = []byte(c.scanned)
			b.Add(&ev, ingest.Origin{})
		}
		for i, name := range c.archived {
			start := archive.Milli(noon-noon%3600_000) - archive.Milli(i)*3600_000
			store.Load(archive.Batch{Accounts: []archive.Account{{Tally: archive.Tally{ID: id, Start: start, Service: ev.Service, Name: name, Events: 1}}}})
		}
		if got := store.Set().Name(id).Text; got != c.want {
			t.Errorf("archived as %q, scanned as %q: %q, want %q", c.archived, c.scanned, got, c.want)
		}
	}
}

// Nothing that a damaged archive holds breaks a run.
func FuzzLoad(f *testing.F) {
	f.Add(uint64(1), int64(noon), uint32(3600), []byte("\xff\x00"))
	f.Add(uint64(2), int64(math.MinInt64), uint32(math.MaxUint32), slices.Repeat([]byte{0xff}, registers))
	f.Fuzz(func(t *testing.T, seed uint64, at int64, n uint32, blob []byte) {
		rng := rand.New(rand.NewPCG(seed, 0))
		ids := make([]uint64, rng.IntN(80))
		for i := range ids {
			ids[i] = rng.Uint64()
		}
		text, ms := string(blob), archive.Milli(at)
		var addr archive.Addr
		copy(addr[rng.IntN(16):], blob)
		tally := archive.Tally{ID: rng.Uint64(), Start: ms, Span: n, Service: text, Name: text, First: ms, Last: -ms, Events: n, Bad: n, GoodSources: ids, GoodSourcesSketch: blob}
		b := archive.Batch{
			Addresses: []archive.Address{{Address: addr, Start: ms, Span: n, Hours: n, Service: text, First: -ms, Last: ms, Minutes: rng.Uint64(),
				Events: n, Bad: n, Same: n, Clients: uint16(n), Partial: true, Touches: n, BadNames: ids, AgentsSketch: blob}},
			Accounts: []archive.Account{{Tally: tally}},
			Paths:    []archive.Path{{Tally: tally, Traits: uint16(n), Sized: uint64(n), SizeLogs: rng.Uint64(), SizeSquares: rng.Uint64()}},
			Agents:   []archive.Agent{{Tally: tally, Client: text}},
			Services: []archive.Service{{Tally: tally}, {Tally: tally, Whole: true}},
		}
		for _, k := range append(ingest.KindNames(), text) {
			b.Touches = append(b.Touches, archive.Touch{Address: addr, Time: ms, Service: text, Name: tally.ID, Action: k, Stage: uint8(n), Class: text, Text: text})
		}
		store := NewStore(Options{Limits: Limits{Rows: 1, Loud: 1, Objects: 1, Things: 1}})
		store.Load(b)
		store.Load(b)
		dump(store.Set())
	})
}
