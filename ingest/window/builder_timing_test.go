package window

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"

	"gumshoe/ingest"
)

// visits are a log as an Enricher leaves it, kept small: what differs from event
// to event.
type visits struct {
	event   ingest.Event // what they share
	each    []visit
	agents  [][]byte
	clients []uint64
	paths   []ingest.Request
	users   [][]byte
}

type visit struct {
	milli       int64
	address     [4]byte
	path, agent uint16
	status      uint16
	referred    bool
}

// addTo counts all events; the builders take chunks in turns.
func (v *visits) addTo(builders ...*Builder) {
	var b *Builder
	ev := v.event
	referer := []byte("https://www.example.org/")
	for i := range v.each {
		e := &v.each[i]
		if i%20_000 == 0 {
			b = builders[i/20_000%len(builders)]
			b.Begin(uint32(i / 20_000))
		}
		ev.Time, ev.Src, ev.Status = e.milli, netip.AddrFrom4(e.address), e.status
		if v.users != nil {
			ev.User = v.users[e.path]
		} else {
			ev.Request, ev.Agent, ev.Client.ID = v.paths[e.path], v.agents[e.agent], v.clients[e.agent]
			ev.Referer = nil
			if e.referred {
				ev.Referer = referer
			}
		}
		b.Add(&ev, ingest.Origin{Offset: int64(i) * 200})
	}
}

// busySite is the traffic of one large site in six hours: Zipf over addresses and
// paths, one agent of 200 an address, one line in twenty refused, and every address at least once.
func busySite(lines, addresses, paths int) *visits {
	r := rand.New(rand.NewPCG(1, 1))
	h := ingest.Hash{}
	byAddress := rand.NewZipf(r, 1.1, 20, uint64(addresses-1))
	byPath := rand.NewZipf(r, 1.1, 10, uint64(paths-1))
	v := &visits{event: ingest.Event{Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest, Count: 1, Method: []byte("GET"),
		VHost: []byte("www.example.org"), Client: ingest.Client{Kind: ingest.ClientBrowser}}}
	for i := range 200 {
		agent := fmt.Appendf(nil, "Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0", i, i)
		v.agents, v.clients = append(v.agents, agent), append(v.clients, h.Bytes(agent))
	}
	for i := range paths {
		text := fmt.Sprintf("/section/%c/page%d", 'a'+i%26, i)
		req := ingest.Request{Template: h.String(text), Text: text}
		if i%2 == 0 {
			req.Flags = ingest.PathStatic
		}
		v.paths = append(v.paths, req)
	}
	tour := r.Perm(addresses)
	for i := range lines {
		address := byAddress.Uint64()
		if n := i * addresses / lines; n != (i+1)*addresses/lines {
			address = uint64(tour[n])
		}
		e := visit{milli: stamp(i, lines), path: uint16(byPath.Uint64()), agent: uint16(address * 2654435761 >> 16 % 200), status: 200, referred: i%3 == 0}
		binary.BigEndian.PutUint32(e.address[:], 0xc6120000+uint32(address))
		if i%20 == 0 {
			e.status = 404
		}
		v.each = append(v.each, e)
	}
	return v
}

// guesses are six hours of password guessing.
func guesses(lines, addresses, accounts int) *visits {
	r := rand.New(rand.NewPCG(2, 2))
	byAddress := rand.NewZipf(r, 1.1, 20, uint64(addresses-1))
	v := &visits{event: ingest.Event{Service: ingest.ServiceSSH, Kind: ingest.KindAuthFailure, Count: 1, Account: ingest.AccountAbsent}}
	for i := range accounts {
		v.users = append(v.users, fmt.Appendf(nil, "user%d", i))
	}
	for i := range lines {
		e := visit{milli: stamp(i, lines), path: uint16(r.IntN(accounts))}
		binary.BigEndian.PutUint32(e.address[:], 0xc6120000+uint32(byAddress.Uint64()))
		v.each = append(v.each, e)
	}
	return v
}

// stamp spreads lines over six hours.
func stamp(i, lines int) int64 { return 490_000*3600_000 + int64(i)*6*3600_000/int64(lines) }

// sized is a number of the benchmarks' logs; with -short, which only asks whether they
// run, a hundredth of it.
func sized(n int) int {
	if testing.Short() {
		return n / 100
	}
	return n
}

func benchmarkAdd(b *testing.B, v *visits) {
	b.ReportAllocs()
	for b.Loop() {
		store := NewStore(Options{Logs: []string{"log"}, Seed: 7})
		v.addTo(store.Builder())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(v.each)), "ns/event")
}

// One op is a whole log into a fresh builder.
func BenchmarkAddWeb(b *testing.B) {
	benchmarkAdd(b, busySite(sized(1_000_000), sized(50_000), sized(11_000)))
}

func BenchmarkAddAuth(b *testing.B) {
	benchmarkAdd(b, guesses(sized(1_000_000), sized(20_000), sized(5_000)))
}

// Memory of the tables, in all and of a quiet row: one page view in an hour. A
// quiet row takes 88 bytes: 72 of the row itself, in which its only agent and its
// only page stand, 10 to 15 of the index and what the last pages have left over.
// A second page takes 16 more, the first failure 32 and 56 for its touch.
func BenchmarkMemory(b *testing.B) {
	quiet := busySite(sized(200_000), sized(200_000), 100)
	for i := range quiet.each { // every address once, in one hour
		quiet.each[i].milli, quiet.each[i].status = stamp(0, 1), 200
	}
	for _, c := range []struct {
		name string
		log  *visits
	}{{"site", busySite(sized(1_000_000), sized(50_000), sized(11_000))}, {"quiet", quiet}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				before := live()
				store := NewStore(Options{Logs: []string{"log"}, Seed: 7})
				builder := store.Builder()
				c.log.addTo(builder)
				builder.flush()
				*builder = Builder{}
				used := live() - before
				rows, objects := 0, 0
				for i := range store.shards {
					rows += store.shards[i].rows.len()
					objects += store.shards[i].objects.len()
				}
				b.ReportMetric(float64(used)/(1<<20), "MiB")
				b.ReportMetric(float64(used)/float64(rows), "B/row")
				b.ReportMetric(float64(rows), "rows")
				b.ReportMetric(float64(objects), "objects")
				runtime.KeepAlive(store)
			}
		})
	}
}

// live returns the bytes that are reachable.
func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
