package archive

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

var (
	benchDays = flag.Int("archive.days", 56, "days of history in the benchmarks")
	benchRows = flag.Int("archive.rows", 60_000, "address rows a day in the benchmarks")
)

// busyDay returns the address rows of a day of a busy site: most sources come
// once and see a few pages, every tenth does something worth remembering. A
// third of them come back on other days.
func busyDay(rng *rand.Rand, start time.Time, rows int) []Address {
	out := make([]Address, 0, rows)
	for range rows {
		from := manySource(rng.IntN(1 << 22))
		if rng.IntN(3) == 0 {
			from = regular(rng)
		}
		at := start.Add(time.Duration(rng.IntN(24)) * hour)
		second := Milli(rng.IntN(1800)) * 1000
		r := Address{
			Address: from, Start: MilliOf(at), Span: 3600, Hours: 1 << at.Hour(),
			Host: "web1", Log: "/var/log/nginx/access.log", Service: "http", First: MilliOf(at) + second, Last: MilliOf(at) + 2*second, Minutes: 1 << rng.IntN(60),
			Events: 1 + uint32(rng.ExpFloat64()*12), Good: uint32(rng.ExpFloat64() * 10),
			Same: uint32(rng.ExpFloat64() * 5), Clients: 1 << (1 + rng.IntN(4)), Agents: []uint64{uint64(rng.IntN(300)) * 0x9e3779b97f4a7c15},
		}
		for range min(1+int(rng.ExpFloat64()*2), 8) {
			r.GoodNames = append(r.GoodNames, uint64(rng.ExpFloat64()*400)*0x9e3779b97f4a7c15)
		}
		r.GoodNamesCount, r.AgentsCount = uint32(len(r.GoodNames)), 1
		if rng.IntN(10) == 0 {
			r.Bad, r.Touches, r.BadNames, r.BadNamesCount = 2, 2, []uint64{rng.Uint64() | 1, rng.Uint64() | 1}, 2
		}
		out = append(out, r)
	}
	return out
}

// regular returns one of 40,000 sources that come back.
func regular(rng *rand.Rand) Addr {
	n := rng.IntN(40_000)
	return AddrOf(netip.AddrFrom4([4]byte{198, 18, byte(n >> 8), byte(n)}))
}

// BenchmarkHistory reads the history of 10,000 addresses from 8 weeks of a busy
// site, 60,000 address rows a day.
func BenchmarkHistory(b *testing.B) {
	a := openTest(b)
	rng := rand.New(rand.NewPCG(1, 1))
	days := *benchDays
	if testing.Short() { // which only asks whether it runs
		days = 1
	}
	for d := range days {
		start := aDay.Add(-time.Duration(d) * day)
		putFolded(b, a, start, busyDay(rng, start, *benchRows))
	}
	var sources []netip.Prefix
	for range 10_000 {
		sources = append(sources, regular(rng).Prefix())
	}
	history := []string{"address", "start", "span", "hours", "service", "first", "last", "events", "good", "bad", "errors", "probes",
		"authenticated", "touches", "good_names", "bad_names", "bad_names_count", "clients"}
	for _, bm := range []struct {
		name string
		q    Query
	}{
		{"sources=10000/columns=18", Query{Sources: sources, Columns: history}},
		{"sources=10000/columns=all", Query{Sources: sources}},
		{"sources=10/columns=all", Query{Sources: sources[:10]}},
		{"sources=all/columns=18", Query{Columns: history}},
		{"sources=all/columns=all", Query{}},
	} {
		b.Run(bm.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = 0
				if _, err := Read(context.Background(), a, bm.q, func(rows []Address) error { n += len(rows); return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n), "rows")
		})
	}
}

// putFolded writes the rows of a day as Fold leaves them.
func putFolded(b *testing.B, a *Archive, start time.Time, rows []Address) {
	t := tableOf[Address]()
	merged := map[[20]byte]bool{}
	unique := rows[:0]
	for _, r := range rows {
		k := [20]byte(append(r.Address[:], byte(r.Start.Time().Hour()), 0, 0, 0))
		if !merged[k] {
			merged[k] = true
			unique = append(unique, r)
		}
	}
	unique = sortRows(t, unique)
	e := encoder{owner: dayOwner, start: start, span: day, data: map[string][]byte{}}
	if err := add(&e, unique); err != nil {
		b.Fatal(err)
	}
	m := newManifest(start, day)
	m.Files = e.files
	m.Entries = []entry{{Hour: start, Log: "/var/log/nginx/access.log"}}
	if err := a.commit(m, nil, e.data); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(e.files[0].Bytes)/float64(e.files[0].Rows), "B/row")
}

// BenchmarkEncode makes files of address rows of a busy site: what a row costs
// falls with their number.
func BenchmarkEncode(b *testing.B) {
	for _, n := range []int{10, 50, 500, 2_500, 60_000} {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			rows := busyDay(rand.New(rand.NewPCG(1, 1)), aDay, n)
			benchEncode(b, sortRows(tableOf[Address](), rows))
		})
	}
}

// BenchmarkEncodeTouches makes files of failed logins, five to a source, with and
// without their lines.
func BenchmarkEncodeTouches(b *testing.B) {
	for _, lines := range []bool{false, true} {
		b.Run(fmt.Sprintf("lines=%v", lines), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			var rows []Touch
			for range 4_000 {
				from := AddrOf(netip.AddrFrom4([4]byte{198, 18, byte(rng.Uint32()), byte(rng.Uint32())}))
				for range 5 {
					t := Touch{Address: from, Time: MilliOf(aDay) + Milli(rng.IntN(3600))*1000, Host: "web1", Log: "/var/log/auth.log",
						Service: "sshd", Name: uint64(rng.ExpFloat64()*40)*0x9e3779b97f4a7c15 | 1, Action: "auth_failure", Count: 1, Absent: true}
					if lines {
						t.Text = fmt.Sprintf("%s web1 sshd[%d]: Failed password for invalid user user%d from %s port %d ssh2",
							t.Time.Time().Format(time.RFC3339), 1000+rng.IntN(30000), t.Name%97, from, 1024+rng.IntN(60000))
					}
					rows = append(rows, t)
				}
			}
			benchEncode(b, sortRows(&touches, rows))
		})
	}
}

func benchEncode[T Row](b *testing.B, rows []T) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		content, err := encode(rows)
		if err != nil {
			b.Fatal(err)
		}
		n = len(content)
	}
	b.ReportMetric(float64(n)/float64(len(rows)), "B/row")
	b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
