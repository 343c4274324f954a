package window

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// traffic makes chunks of random events of a few sources, so that every rule of
// the builder is met often: hours, services, vhosts, accounts in two spellings,
// agents, payloads, sessions, lines without an address, repeated lines.
type traffic struct {
	*rand.Rand
	hash ingest.Hash
	logs []string
}

func newTraffic(seed uint64) traffic {
	return traffic{rand.New(rand.NewPCG(seed, 1)), ingest.Hash{Seed: seed}, []string{"auth.log", "access.log", "access.log", "mail.log"}}
}

func (g traffic) options(seed uint64) Options {
	return Options{Hash: g.hash, Logs: g.logs, Seed: seed}
}

func (g traffic) chunks(n, length int) [][]placed {
	var out [][]placed
	offsets := make([]int64, len(g.logs))
	start := int64(490_000) * 3600_000
	for range n {
		source := g.IntN(len(g.logs))
		var chunk []placed
		at := start + g.Int64N(4*3600_000)
		for range length {
			offsets[source] += 1 + g.Int64N(200)
			at += g.Int64N(9_000) - 1_000 // stamps may go back a little
			p := placed{at: ingest.Origin{Source: int32(source), Offset: offsets[source]}}
			p.ev.Reset()
			p.ev.Time = at
			g.event(&p.ev, source)
			chunk = append(chunk, p)
		}
		out = append(out, chunk)
	}
	return out
}

func pick[T any](g traffic, of ...T) T { return of[g.IntN(len(of))] }

func (g traffic) event(ev *ingest.Event, source int) {
	switch n := g.IntN(200); {
	case n < 60: // few busy sources
		ev.Src = netip.AddrFrom4([4]byte{192, 0, 2, byte(g.IntN(3))})
	case n < 180: // many quiet ones
		ev.Src = netip.AddrFrom4([4]byte{198, 18, byte(g.IntN(2)), byte(g.IntN(256))})
	case n < 195: // some IPv6, several hosts of one /64
		a := netip.MustParseAddr("2001:db8::").As16()
		a[7], a[15] = byte(g.IntN(4)), byte(g.IntN(4))
		ev.Src = netip.AddrFrom16(a)
	}
	ev.Count = pick[uint32](g, 1, 1, 1, 1, 1, 2, 5, 0)
	if g.IntN(500) == 0 {
		ev.Count = 1<<32 - 2
	}
	if g.logs[source] == "access.log" {
		g.web(ev)
		return
	}
	g.auth(ev, g.logs[source])
}

func (g traffic) web(ev *ingest.Event) {
	ev.Service = ingest.ServiceWeb
	ev.Kind = ingest.KindHTTPRequest
	ev.Method = []byte(pick(g, "GET", "GET", "GET", "POST", "PUT", "HEAD"))
	ev.Status = pick[uint16](g, 0, 101, 200, 200, 200, 302, 401, 404, 404, 499, 500, 503, 504, 599)
	ev.Bytes, ev.Duration = pick[int64](g, -1, 0, 700, 5_000, 5_100, 40_000), pick[int32](g, -1, 3, 1_990, 2_010, 5_200)
	ev.VHost = []byte(pick(g, "", "www.example.org", "mail.example.org"))
	if g.IntN(3) == 0 {
		ev.Referer = []byte("https://www.example.org/")
	}
	if g.IntN(20) == 0 {
		ev.User = []byte("alice")
	}
	if g.IntN(20) != 0 {
		n := g.IntN(100)
		if g.IntN(3) == 0 {
			n = 0
		}
		ev.Agent = fmt.Appendf(nil, "agent/%d", n)
		ev.Client.ID = g.hash.Bytes(ev.Agent)
		ev.Client.Kind = ingest.ClientKind(n % 9)
		ev.Client.Odd = n%7 == 0
		if n%10 == 1 {
			ev.Client.Claim = "google"
		}
	}
	if g.IntN(20) != 0 {
		n := g.IntN(150)
		ev.Request.Text = fmt.Sprintf("/page%c/N", 'a'+n)
		ev.Request.Template = g.hash.String(ev.Request.Text)
		ev.Request.Flags = ingest.PathFlags(1) << (n % 7)
		if g.IntN(8) == 0 { // digits that the template hides
			ev.Request.Flags |= ingest.PathSensitive
		}
	}
	if g.IntN(6) == 0 {
		ev.Request.Stage = ingest.Stage(g.IntN(6))
		ev.Request.Class = ingest.ClassSQLi
		ev.Request.Shape = g.Uint64()
		ev.Request.Param = pick(g, "", "id", "q", "page")
		ev.Request.Wait, ev.Request.Reads = pick[uint8](g, 0, 0, 2, 5), g.IntN(3) == 0
		if ev.Request.Stage >= ingest.StageLogic {
			ev.Kind = ingest.KindProbe
		}
	}
}

func (g traffic) auth(ev *ingest.Event, log string) {
	if log == "mail.log" {
		ev.Service = pick(g, ingest.ServiceSMTP, ingest.ServiceIMAP)
	} else {
		ev.Service = pick(g, ingest.ServiceSSH, ingest.ServiceSSH, ingest.ServiceSudo, ingest.ServiceFTP, "gitea")
	}
	ev.Kind = ingest.Kind(g.IntN(int(ingest.KindSession) + 1))
	if ev.Kind == ingest.KindHTTPRequest || g.IntN(2) == 0 {
		ev.Kind = ingest.KindAuthFailure
	}
	ev.Account = ingest.Account(g.IntN(3))
	ev.Key = g.IntN(2) == 0
	ev.User = []byte(pick(g, "", "root", "Root", "ROOT", "alice", "Alice"))
	if g.IntN(2) == 0 {
		ev.User = fmt.Appendf(nil, "%cser%d", pick(g, 'u', 'U'), g.IntN(120))
	}
}

// deal hands the chunks out to some workers, in any order, who merge what they
// counted whenever they like.
func (g traffic) deal(chunks [][]placed, workers int) *Set {
	return g.dealInto(g.options(g.Uint64()), chunks, workers)
}

func (g traffic) dealInto(opt Options, chunks [][]placed, workers int) *Set {
	store := NewStore(opt)
	builders := make([]*Builder, workers)
	for i := range builders {
		builders[i] = store.Builder()
	}
	for _, i := range g.Perm(len(chunks)) {
		b := builders[g.IntN(workers)]
		b.Begin(uint32(i))
		for some := range slices.Chunk(chunks[i], 1+g.IntN(ingest.Batch)) {
			evs := make([]ingest.Event, len(some))
			for j := range some {
				evs[j] = some[j].ev
			}
			if g.IntN(4) > 0 {
				b.Foresee(evs)
			}
			for j := range some {
				b.Add(&evs[j], some[j].at)
			}
		}
		switch g.IntN(4) {
		case 0:
			b.flush()
		case 1:
			b.flushRows()
		}
	}
	return store.Set()
}

// One worker and eight, in whatever order they meet the chunks and whatever
// their tables hash with, give the same set, and it is what maps and lists give.
func TestWhoeverCountsTheSetIsTheSame(t *testing.T) {
	for seed := range uint64(seeds) {
		g := newTraffic(seed)
		chunks := g.chunks(20, 600)
		for _, perLog := range []bool{false, true} {
			opt := g.options(g.Uint64())
			opt.PerLog = perLog
			want := plain(chunks, opt)
			for _, workers := range []int{1, 1, 2, 5, 8} {
				opt.Seed = g.Uint64()
				differ(t, dump(g.dealInto(opt, chunks, workers)), want)
			}
		}
	}
}

func FuzzDealing(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(2))
	f.Add(uint64(2), uint8(40), uint8(7))
	f.Fuzz(func(t *testing.T, seed uint64, chunks, workers uint8) {
		g := newTraffic(seed)
		all := g.chunks(int(chunks%50), 1+g.IntN(100))
		differ(t, dump(g.deal(all, 1+int(workers%16))), plain(all, g.options(0)))
	})
}

// Set promises safe concurrent reading and an order of its own.
func TestSetFindsWhatItLists(t *testing.T) {
	g := newTraffic(9)
	s := g.deal(g.chunks(10, 500), 3)
	if len(s.Units()) == 0 {
		t.Fatal("no units")
	}
	listed := map[uint64]bool{}
	for i := range s.Units() {
		listed[unitOf(s.Units()[i].Prefix().Addr()).id(g.hash)] = true
	}
	for k := range LogObject + 1 {
		for _, th := range s.Things(k) {
			if got := s.Name(th.ID); got != th.Name {
				t.Errorf("Name of %x is %+v, want %+v", th.ID, got, th.Name)
			}
			for i := range th.Hours {
				units, _ := th.BadUnits(&th.Hours[i])
				for _, id := range units {
					if !listed[id] {
						t.Errorf("%q names a source that the set does not list", th.Name.Text)
					}
				}
			}
		}
	}
	if n := len(Empty().Units()); n != 0 {
		t.Errorf("the empty set has %d units", n)
	}
}

// Of too many objects and too many names at once the same are left, whoever counted what,
// also where an event of a source that is kept asks for the name of what is not.
func TestLimitsOfObjectsAndNamesTogether(t *testing.T) {
	for _, limits := range []Limits{
		{Rows: 2000, Loud: 500, Objects: 1500, Things: 300},
		{Rows: 2000, Loud: 2000, Objects: 300, Things: 5000},
	} {
		for seed := range uint64(12) {
			g := newTraffic(5012 + seed)
			chunks := g.chunks(20, 500)
			want := ""
			for _, workers := range []int{1, 3, 8} {
				opt := g.options(g.Uint64())
				opt.Limits = limits
				set := g.dealInto(opt, chunks, workers)
				got := dump(set) + touched(set)
				if want == "" {
					want = got
				}
				differ(t, got, want)
			}
		}
	}
}

// touched names what the remembered events are about.
func touched(s *Set) string {
	var out strings.Builder
	for i := range s.units {
		u := &s.units[i]
		for j := range u.Rows {
			for _, t := range u.Touches(&u.Rows[j]) {
				fmt.Fprintf(&out, "%x is %q\n", t.Name, s.Name(t.Name).Text)
			}
		}
	}
	return out.String()
}
