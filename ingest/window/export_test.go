package window

import (
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/archive"
)

// manyLogs is traffic of which services are met in several logs. It returns the
// options of a store that keeps them apart.
func manyLogs(seed uint64) (traffic, Options) {
	g := newTraffic(seed)
	g.logs = []string{"auth.log", "access.log", "access.log", "mail.log", "auth.log"}
	opt := g.options(g.Uint64())
	opt.Logs = []string{"auth.log", "www/access.log", "shop/access.log", "mail.log", "secure"}
	opt.PerLog = true
	return g, opt
}

// counted is a store that has counted the chunks, and is open still.
func (g traffic) counted(opt Options, chunks [][]placed, workers int) *Store {
	store := NewStore(opt)
	builders := make([]*Builder, workers)
	for i := range builders {
		builders[i] = store.Builder()
	}
	for _, i := range g.Perm(len(chunks)) {
		b := builders[g.IntN(workers)]
		b.Begin(uint32(i))
		for j := range chunks[i] {
			b.Add(&chunks[i][j].ev, chunks[i][j].at)
		}
	}
	return store
}

// exportedHour is an hour with its rows.
type exportedHour struct {
	*LogHour
	Batch   archive.Batch
	Origins []ingest.Origin
}

// exported is all that a store exports.
func exported(s *Store) (hours []exportedHour) {
	for _, h := range s.Export(time.Time{}, time.Time{}) {
		b, origins := h.Batch()
		hours = append(hours, exportedHour{h, b, origins})
	}
	return hours
}

// Logs that are kept apart are one in the end.
func TestLogsKeptApartGiveTheSameSet(t *testing.T) {
	for seed := range uint64(seeds) {
		g, opt := manyLogs(seed)
		chunks := g.chunks(20, 500)
		want := plain(chunks, opt)
		for _, workers := range []int{1, 3, 8} {
			opt.Seed = g.Uint64()
			differ(t, dump(g.dealInto(opt, chunks, workers)), want)
		}
	}
}

// Above the limits too neither the set nor what is exported depends on who
// counted what, and exporting does not change the set.
func TestLimitsOfLogsKeptApart(t *testing.T) {
	g, opt := manyLogs(1)
	opt.Limits = Limits{Rows: 640, Loud: 160, Objects: 800, Things: 320}
	chunks := g.flood(30, 400)
	for _, chunk := range chunks { // what auth.log and access.log said, now in two of each
		for i := range chunk {
			chunk[i].at.Source = []int32{0, 1, 4, 2}[i%4]
		}
	}
	var want, wantFiles string
	for i, workers := range []int{1, 2, 8} {
		opt.Seed = g.Uint64()
		store := g.counted(opt, chunks, workers)
		files := ""
		if i != 1 {
			files = contents(t, archived(t, exported(store)))
		}
		got := dump(store.Set())
		if i == 0 {
			want, wantFiles = got, files
		}
		differ(t, got, want)
		if i != 1 && files != wantFiles {
			t.Errorf("%d workers export other files", workers)
		}
	}
}

// archived puts what was exported into an archive and returns its directory.
func archived(t *testing.T, hours []exportedHour) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "archive")
	a, err := archive.Open(dir, archive.Options{Host: "web1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hours {
		if _, err := a.Put(h.Start, h.Log, h.Batch, []archive.Seen{{Lines: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contents is every file of a directory.
func contents(t *testing.T, dir string) (out string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out += fmt.Sprintf("%s %x\n", rel, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Only the hours asked for are handed out, in order, once.
func TestExportOfSomeHours(t *testing.T) {
	g, opt := manyLogs(2)
	store := g.counted(opt, g.chunks(20, 200), 2)
	all := exported(store)
	sorted := slices.IsSortedFunc(all, func(a, b exportedHour) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		if a.Log < b.Log {
			return -1
		}
		return 1
	})
	if !sorted || len(all) < 10 {
		t.Fatalf("%d hours of logs, in order: %v", len(all), sorted)
	}
	from, to := all[0].Start.Add(time.Hour), all[0].Start.Add(3*time.Hour)
	want := 0
	for _, h := range all {
		if !h.Start.Before(from) && h.Start.Before(to) {
			want++
		}
		if len(h.Origins) != len(h.Batch.Touches) {
			t.Errorf("%d origins of %d touches", len(h.Origins), len(h.Batch.Touches))
		}
		i := 0
		for from, touch := range h.Touches() {
			if b := h.Batch.Touches[i]; from != b.Address || touch.Name != b.Name || touch.Origin() != h.Origins[i] {
				t.Errorf("touch %d is not that of the batch", i)
			}
			i++
		}
	}
	if got := len(store.Export(from, to)); got != want || want == 0 || want == len(all) {
		t.Errorf("%d of %d hours, want %d", got, len(all), want)
	}
}

// A store that does not keep logs apart has nothing to say of one.
func TestExportNeedsPerLog(t *testing.T) {
	g, opt := manyLogs(3)
	opt.PerLog = false
	if got := exported(g.counted(opt, g.chunks(5, 100), 1)); len(got) != 0 {
		t.Errorf("exported %d hours", len(got))
	}
}

// The ids in address rows are those of the other kinds' rows, so that tables can
// be joined; a set beyond 64 members is a sketch of its size.
func TestExportedIDs(t *testing.T) {
	g, opt := manyLogs(4)
	sketches := 0
	for _, h := range exported(g.counted(opt, g.chunks(20, 500), 2)) {
		ids := map[uint64]bool{0: true}
		sources := map[uint64]bool{}
		for _, r := range h.Batch.Accounts {
			ids[r.ID] = true
		}
		for _, r := range h.Batch.Paths {
			ids[r.ID] = true
		}
		for _, r := range h.Batch.Agents {
			ids[r.ID] = true
		}
		for _, r := range h.Batch.Addresses {
			sources[g.hash.Bytes(r.Address[:])] = true
			for _, id := range slices.Concat(r.GoodNames, r.BadNames, r.Agents) {
				if !ids[id] {
					t.Errorf("%s has an id %x that no row explains", r.Address, id)
				}
			}
		}
		for _, r := range h.Batch.Services {
			if n := len(r.BadSourcesSketch); n != 0 {
				sketches++
				if n != archive.Registers || r.BadSourcesCount <= archive.MaxMembers*8/10 || r.BadSources != nil {
					t.Errorf("a sketch of %d registers and %d members", n, r.BadSourcesCount)
				}
			}
			for _, id := range slices.Concat(r.GoodSources, r.BadSources) {
				if !sources[id] {
					t.Errorf("%s has a source %x that no row explains", r.Name, id)
				}
			}
		}
		for _, r := range h.Batch.Touches {
			if !ids[r.Name] || (r.Action == ingest.KindSession.String()) != (r.Via != "") {
				t.Errorf("touch %+v", r)
			}
		}
	}
	if sketches == 0 {
		t.Error("no sketches")
	}
}

// Keys lists everything in some hours, or the worst of it.
func TestKeys(t *testing.T) {
	guess := func(src, user string, n uint32, hours int64) ingest.Event {
		ev := login(ingest.KindAuthFailure, src, user)
		ev.Count, ev.Time = n, noon+hours*3600_000
		return ev
	}
	store := NewStore(Options{Logs: []string{"log"}, PerLog: true})
	b := store.Builder()
	page := request("198.51.100.9", "/", 200)
	page.Client.ID = 99
	for i, ev := range []ingest.Event{
		guess("192.0.2.2", "root", 1, 0), guess("192.0.2.10", "root", 1, 0), guess("192.0.2.10", "root", 5, 1), guess("2001:db8::1", "admin", 3, 1), page,
		guess("192.0.2.77", "old", 9, -1),
	} {
		b.Add(&ev, ingest.Origin{Offset: int64(i)})
	}
	from := time.UnixMilli(noon).UTC().Truncate(time.Hour)
	sources := func(k Keys) string { return fmt.Sprint(k.Sources) }
	all := store.Keys(from, time.Time{}, 0)
	if got, want := sources(all), "[192.0.2.2/32 192.0.2.10/32 198.51.100.9/32 2001:db8::/64]"; got != want {
		t.Errorf("sources %s, want %s", got, want)
	}
	if len(all.Accounts) != 2 || len(all.Paths) != 1 || len(all.Agents) != 1 || all.Agents[0] != agentID(99) {
		t.Errorf("%+v", all)
	}
	if got, want := sources(store.Keys(from, time.Time{}, 2)), "[192.0.2.10/32 2001:db8::/64]"; got != want {
		t.Errorf("the worst two are %s, want %s", got, want)
	}
	if got, want := sources(store.Keys(from.Add(time.Hour), from.Add(2*time.Hour), 0)), "[192.0.2.10/32 2001:db8::/64]"; got != want {
		t.Errorf("of the second hour %s, want %s", got, want)
	}
}

// Of a log that tells of several services one can be dropped: another log tells of
// it better. What else the log said of the hour stays, and that it was read.
func TestDropOneService(t *testing.T) {
	store := NewStore(Options{Logs: []string{"/var/log/messages"}, PerLog: true})
	b := store.Builder()
	b.Begin(0)
	for i, service := range []string{"sshd", "smtp", "sshd"} {
		b.Add(&ingest.Event{Time: 3600_000, Service: service, Kind: ingest.KindAuthFailure, Src: netip.MustParseAddr("203.0.113.7"), User: []byte("anna"), Count: 1},
			ingest.Origin{Offset: int64(i)})
	}
	said := func() map[string]uint32 { return maps.Collect(store.Export(time.Time{}, time.Time{})[0].Services()) }
	if got, want := said(), map[string]uint32{"sshd": 2, "smtp": 1}; !maps.Equal(got, want) {
		t.Fatalf("said %v, want %v", got, want)
	}
	store.Drop(func(_, service string, _ time.Time) bool { return service == "sshd" })
	if got, want := said(), map[string]uint32{"smtp": 1}; !maps.Equal(got, want) {
		t.Errorf("says %v, want %v", got, want)
	}
	set := store.Set()
	if rows := set.Units()[0].Rows; len(rows) != 1 || set.Service(rows[0].Service) != "smtp" {
		t.Errorf("%d rows of the source", len(rows))
	}
	if logs := set.Things(LogObject); len(logs) != 1 || logs[0].Hours[0].Events != 3 {
		t.Errorf("the log counts %+v", logs)
	}
}
