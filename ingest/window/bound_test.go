package window

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"

	"gumshoe/ingest"
)

// flood makes chunks of events by sources that are never seen again, each for a
// path, an account and with an agent of its own, between some of a few sources
// that come often. Every eighth is refused.
func (g traffic) flood(chunks, length int) [][]placed {
	var out [][]placed
	for c := range chunks {
		var chunk []placed
		for i := range length {
			n := uint32(c*length + i)
			var address [4]byte
			binary.BigEndian.PutUint32(address[:], 198<<24|18<<16+n)
			if g.IntN(10) == 0 {
				address = [4]byte{192, 0, 2, byte(g.IntN(20))}
			}
			p := placed{at: ingest.Origin{Source: int32(n & 1), Offset: int64(n) * 100}}
			p.ev = request(netip.AddrFrom4(address).String(), fmt.Sprint("/", n), 200)
			if g.IntN(8) == 0 {
				p.ev.Status = 404
			}
			p.ev.Time = noon + int64(n)*50
			p.ev.Agent = fmt.Append(nil, "agent/", n)
			p.ev.Client.ID = g.hash.Bytes(p.ev.Agent)
			if p.at.Source == 0 { // auth.log
				p.ev.Service, p.ev.Kind, p.ev.Method, p.ev.Request, p.ev.Client = ingest.ServiceSSH, ingest.KindAuthFailure, nil, ingest.Request{}, ingest.Client{}
				p.ev.User = fmt.Append(nil, "user", n)
			}
			if g.IntN(20) == 0 { // the web server's error log writes of the same service
				p.ev.Service, p.ev.Kind, p.ev.Method, p.ev.User = ingest.ServiceWeb, ingest.KindAuthSuccess, nil, []byte("alice")
			}
			chunk = append(chunk, p)
		}
		out = append(out, chunk)
	}
	return out
}

// What is beyond the limits does not depend on who counted what, and neither
// does what is left.
func TestLimits(t *testing.T) {
	for seed, limits := range []Limits{
		{Rows: 640, Loud: 480, Objects: 800, Things: 900},
		{Rows: 640, Loud: 160, Objects: 800, Things: 320},
		{Rows: 160, Loud: 960, Objects: 160, Things: 32},
	} {
		g := newTraffic(uint64(seed))
		chunks := g.flood(30, 400)
		opt := g.options(0)
		opt.Limits = limits
		var want string
		for _, workers := range []int{1, 1, 2, 8} {
			opt.Seed = g.Uint64()
			s := g.dealInto(opt, chunks, workers)
			got := dump(s) + fmt.Sprintf("%+v", s.Evicted())
			if want == "" {
				want = got
				checkLimits(t, s, limits, chunks)
			}
			differ(t, got, want)
		}
	}
}

func checkLimits(t *testing.T, s *Set, limits Limits, chunks [][]placed) {
	t.Helper()
	rows, loud, partial := 0, 0, 0
	for i := range s.Units() {
		u := &s.Units()[i]
		rows += len(u.Rows)
		for j := range u.Rows {
			r := &u.Rows[j]
			if len(u.Touches(r)) > 0 {
				loud++
			}
			if r.Flags&Partial == 0 {
				continue
			}
			partial++
			if u.Trouble(r) == (Trouble{}) && len(u.Touches(r)) == 0 && r.Events > 0 {
				continue // what was refused was dropped, the rest kept
			}
			if len(u.Touches(r)) == 0 || r.Good != 0 || u.GoodCount(r)+u.AgentCount(r) != 0 || r.Minutes == 0 || r.FirstAt() != u.Touches(r)[0].Origin() {
				t.Errorf("partial row %+v", r)
			}
		}
	}
	if rows > limits.Rows+limits.Loud || rows < limits.Rows*3/4 || loud > limits.Loud || loud < limits.Loud*3/4 || partial == 0 {
		t.Errorf("%d rows, %d of them loud, %d partial", rows, loud, partial)
	}
	for k := range ServiceObject {
		hours, things := 0, s.Things(k)
		for _, th := range things {
			hours += len(th.Hours)
			if th.Name.Text == "" || s.Name(th.ID) != th.Name {
				t.Errorf("%x of kind %d is named %q", th.ID, k, th.Name.Text)
			}
		}
		if hours > limits.Objects || len(things) > limits.Things || hours < limits.Objects*3/4 && len(things) < limits.Things*3/4 {
			t.Errorf("%d objects of kind %d, of %d things", hours, k, len(things))
		}
	}
	events := 0
	for _, th := range s.Things(ServiceObject) {
		for i := range th.Hours {
			events += int(th.Hours[i].Events)
		}
	}
	if want := len(chunks) * len(chunks[0]); events != want {
		t.Errorf("services count %d events, want %d", events, want)
	}
	made := map[string]map[string]bool{"row": {}, "unit": {}}
	for _, chunk := range chunks {
		for i := range chunk {
			ev := &chunk[i].ev
			made["row"][fmt.Sprint(ev.Src, ev.Service, ev.Time/3600_000)] = true
			made["unit"][ev.Src.String()] = true
		}
	}
	e := s.Evicted()
	near(t, "rows", e.Rows, len(made["row"])-limits.Rows)
	near(t, "units", e.Units, len(made["unit"])-len(s.Units()))
	if e.Objects == 0 {
		t.Error("no objects were evicted")
	}
}

// near allows an estimate from some hundred hashes to be off by a fifth.
func near(t *testing.T, what string, got, want int) {
	t.Helper()
	if got < want*4/5 || got > want*6/5 {
		t.Errorf("%d %s evicted, want about %d", got, what, want)
	}
}

// Below the limits nothing is missing, whatever the tables are filled with.
func TestNothingIsEvictedWithoutNeed(t *testing.T) {
	g := newTraffic(4)
	s := g.deal(g.flood(10, 200), 3)
	if got := s.Evicted(); got != (Evicted{}) {
		t.Errorf("evicted %+v", got)
	}
}
