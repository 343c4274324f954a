package window

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"gumshoe/ingest"
)

const noon = int64(490_000*3600+12*60) * 1000 // twelve minutes past an hour

// login is an event of a daemon that asks for passwords.
func login(kind ingest.Kind, src, user string) ingest.Event {
	ev := ingest.Event{Time: noon, Service: ingest.ServiceSSH, Kind: kind, Count: 1, User: []byte(user)}
	if src != "" {
		ev.Src = netip.MustParseAddr(src)
	}
	return ev
}

// request is a web request for a path of its own.
func request(src, path string, status uint16) ingest.Event {
	return ingest.Event{Time: noon, Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest, Count: 1, Src: netip.MustParseAddr(src),
		Method: []byte("GET"), Status: status, Request: ingest.Request{Template: ingest.Hash{}.String(path), Text: path}}
}

// count gives the set of some events, one line a hundred bytes.
func count(events ...ingest.Event) *Set {
	store := NewStore(Options{Logs: []string{"log"}})
	b := store.Builder()
	b.Begin(0)
	for i := range events {
		b.Add(&events[i], ingest.Origin{Offset: int64(i) * 100})
	}
	return store.Set()
}

func only[T any](t *testing.T, what string, all []T) *T {
	t.Helper()
	if len(all) != 1 {
		t.Fatalf("%d %s, want one", len(all), what)
	}
	return &all[0]
}

func named(t *testing.T, s *Set, k ObjectKind, text string) *Thing {
	t.Helper()
	all := s.Things(k)
	for i := range all {
		if all[i].Name.Text == text {
			return &all[i]
		}
	}
	t.Fatalf("nothing is named %q", text)
	return nil
}

// Whoever holds one address of a /64 holds them all; a v4 address stands for
// itself however it is written.
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		addrs []string
		want  []string
	}{
		{[]string{"2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::"}, []string{"2001:db8::/64"}},
		{[]string{"2001:db8::1", "2001:db8:0:1::1"}, []string{"2001:db8::/64", "2001:db8:0:1::/64"}},
		{[]string{"192.0.2.1", "::ffff:192.0.2.1"}, []string{"192.0.2.1/32"}},
		{[]string{"192.0.2.1", "192.0.2.2"}, []string{"192.0.2.1/32", "192.0.2.2/32"}},
		{[]string{"::1", "0.0.0.0"}, []string{"::/64", "0.0.0.0/32"}},
	} {
		var events []ingest.Event
		for _, a := range c.addrs {
			events = append(events, login(ingest.KindAuthFailure, a, "root"))
		}
		var got []string
		s := count(events...)
		for i := range s.Units() {
			got = append(got, s.Units()[i].Prefix().String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: units %v, want %v", c.addrs, got, c.want)
		}
	}
}

// Letter case does not make another account, and neither does another daemon
// that asks for the same password. The lower-case spelling is shown.
func TestAccounts(t *testing.T) {
	for _, c := range []struct {
		service, user string
		same          bool // as "alice" on smtp
	}{
		{ingest.ServiceSMTP, "Alice", true},
		{ingest.ServiceSMTP, "ALICE", true},
		{ingest.ServiceIMAP, "alice", true},
		{ingest.ServiceSSH, "alice", false},
		{ingest.ServiceSMTP, "alic\u00e9", false},
		{ingest.ServiceSMTP, "alice ", false},
	} {
		a, b := login(ingest.KindAuthFailure, "192.0.2.1", "alice"), login(ingest.KindAuthFailure, "192.0.2.1", c.user)
		a.Service, b.Service = ingest.ServiceSMTP, c.service
		s := count(b, a)
		if got := len(s.Things(AccountObject)) == 1; got != c.same {
			t.Errorf("%q on %s: the same as alice on smtp is %v", c.user, c.service, got)
		}
		if named(t, s, AccountObject, "alice") == nil {
			t.Errorf("alice is missing")
		}
	}
	s := count(login(ingest.KindAuthFailure, "192.0.2.1", "administrator"))
	named(t, s, AccountObject, "administrator")
}

// An account exists where it logged in or a line says so.
func TestAccountFlags(t *testing.T) {
	for _, c := range []struct {
		kind    ingest.Kind
		account ingest.Account
		want    ObjectFlags
	}{
		{ingest.KindAuthFailure, ingest.AccountUnknown, 0},
		{ingest.KindAuthFailure, ingest.AccountExists, Exists},
		{ingest.KindAuthFailure, ingest.AccountAbsent, Absent},
		{ingest.KindAuthSuccess, ingest.AccountUnknown, Exists},
	} {
		ev := login(c.kind, "192.0.2.1", "bob")
		ev.Account = c.account
		if got := named(t, count(ev), AccountObject, "bob").Hours[0].Flags; got != c.want {
			t.Errorf("%v, %v: flags %b, want %b", c.kind, c.account, got, c.want)
		}
	}
}

// "message repeated 5 times" is five events of one line; a line that another
// one repeats is none; and who claims billions does not come round to few.
func TestRepeatedLines(t *testing.T) {
	for _, c := range []struct {
		counts []uint32
		bad    uint32
		lines  int
	}{
		{[]uint32{1, 5}, 6, 2},
		{[]uint32{1, 0}, 1, 1},
		{[]uint32{math.MaxUint32, 2}, math.MaxUint32, 2},
	} {
		var events []ingest.Event
		for _, n := range c.counts {
			ev := login(ingest.KindAuthFailure, "192.0.2.1", "root")
			ev.Count = n
			events = append(events, ev)
		}
		s := count(events...)
		u := only(t, "units", s.Units())
		r := only(t, "rows", u.Rows)
		if bad := u.Trouble(r).Bad; bad != c.bad || r.Events != c.bad || len(u.Touches(r)) != c.lines {
			t.Errorf("counts %v: %d events, %d bad, %d touches; want %d, %d", c.counts, r.Events, u.Trouble(r).Bad, len(u.Touches(r)), c.bad, c.lines)
		}
		for _, k := range []ObjectKind{AccountObject, ServiceObject, LogObject} {
			if o := &s.Things(k)[0].Hours[0]; o.Bad != c.bad {
				t.Errorf("counts %v: object of kind %d has %d bad", c.counts, k, o.Bad)
			}
		}
	}
}

// A line without an address is counted for its service and its log alone.
func TestLinesWithoutAddress(t *testing.T) {
	s := count(login(ingest.KindAuthFailure, "", "root"))
	if len(s.Units()) != 0 || len(s.Things(AccountObject)) != 0 {
		t.Errorf("%d units, %d accounts", len(s.Units()), len(s.Things(AccountObject)))
	}
	for _, k := range []ObjectKind{ServiceObject, LogObject} {
		th := only(t, "things", s.Things(k))
		if th.Hours[0].Bad != 1 || th.BadCount(&th.Hours[0]) != 0 {
			t.Errorf("kind %d: %+v", k, th.Hours[0])
		}
	}
}

// Payloads that the server choked on are counted apart: 502 to 504 are an
// outage, the others may be the payload's work.
func TestPayloadAndServerError(t *testing.T) {
	for _, c := range []struct {
		status                        uint16
		stage                         ingest.Stage
		bad, errors, probes, answered uint32
	}{
		{500, ingest.StageSyntax, 0, 1, 1, 1},
		{501, ingest.StageExtract, 0, 1, 1, 1},
		{502, ingest.StageExtract, 0, 1, 1, 0},
		{504, ingest.StageExtract, 0, 1, 1, 0},
		{599, ingest.StageExtract, 0, 1, 1, 1},
		{500, ingest.StageMarker, 0, 1, 0, 0},
		{500, ingest.StageNone, 0, 1, 0, 0},
		{404, ingest.StageExtract, 1, 0, 1, 0},
	} {
		ev := request("192.0.2.1", "/item", c.status)
		ev.Request.Stage, ev.Request.Shape = c.stage, 77
		s := count(ev)
		o := &named(t, s, PathObject, "/item").Hours[0]
		if o.Bad != c.bad || o.Errors != c.errors || o.Probes != c.probes || o.ProbeErrors != c.answered {
			t.Errorf("%d at stage %d: %+v", c.status, c.stage, o)
		}
		u := only(t, "units", s.Units())
		touches := u.Touches(&u.Rows[0])
		if touch := only(t, "touches", touches); touch.Stage != c.stage || touch.Aux != 77 || s.Name(touch.Name).Text != "/item" {
			t.Errorf("%d at stage %d: remembered as %+v", c.status, c.stage, touch)
		}
	}
}

// A request line that is no request has no template and is remembered still.
func TestGarbageIsRemembered(t *testing.T) {
	ev := request("192.0.2.1", "", 400)
	ev.Request, ev.Kind = ingest.Request{}, ingest.KindProbe
	s := count(ev)
	u := only(t, "units", s.Units())
	if got := only(t, "touches", u.Touches(&u.Rows[0])); got.Name != 0 || got.Status != 400 {
		t.Errorf("remembered as %+v", got)
	}
}

// A template folds digits away; what any of its paths is, the template is.
func TestPathFlagsAddUp(t *testing.T) {
	plain, backup := request("192.0.2.1", "/N.zip", 404), request("192.0.2.1", "/N.zip", 404)
	backup.Request.Flags = ingest.PathSensitive | ingest.PathQuery
	for _, events := range [][]ingest.Event{{plain, backup}, {backup, plain}} {
		s := count(events...)
		th := named(t, s, PathObject, "/N.zip")
		if th.Name.Path != ingest.PathSensitive || s.Name(th.ID).Path != ingest.PathSensitive {
			t.Errorf("flags %b, by id %b", th.Name.Path, s.Name(th.ID).Path)
		}
	}
}

// The first event is the earliest by second; of one second the one in the first
// source, and there the first line, whoever met them in whatever order.
func TestFirstEvent(t *testing.T) {
	type place struct {
		second int64
		at     ingest.Origin
	}
	places := []place{{5, ingest.Origin{Source: 0, Offset: 100}}, {5, ingest.Origin{Source: 0, Offset: 300}}, {5, ingest.Origin{Source: 1, Offset: 0}}, {6, ingest.Origin{}}}
	for range 20 {
		store := NewStore(Options{})
		builders := []*Builder{store.Builder(), store.Builder()}
		for _, i := range rand.Perm(len(places)) {
			ev := request("192.0.2.1", "/", 200)
			ev.Time = noon + places[i].second*1000
			builders[rand.IntN(2)].Add(&ev, places[i].at)
		}
		r := &store.Set().Units()[0].Rows[0]
		if r.FirstAt() != places[0].at || int64(r.First()) != noon/1000+5 || int64(r.Last()) != noon/1000+6 {
			t.Fatalf("first event at %d in %+v", r.First(), r.FirstAt())
		}
	}
}

// Same and Diff count neighbours of one chunk that are less than a minute
// apart, whatever the worker has read before.
func TestPairsOfAgents(t *testing.T) {
	type step struct {
		chunk  uint32
		second int64
		agent  uint64
	}
	for _, c := range []struct {
		name       string
		steps      []step
		same, diff uint16
	}{
		{"the first has no neighbour", []step{{0, 0, 1}}, 0, 0},
		{"same, same, other", []step{{0, 0, 1}, {0, 10, 1}, {0, 20, 1}, {0, 30, 2}}, 2, 1},
		{"a minute is too long", []step{{0, 0, 1}, {0, 60, 1}, {0, 119, 1}}, 1, 0},
		{"stamps out of order", []step{{0, 10, 1}, {0, 9, 1}}, 1, 0},
		{"a minute back", []step{{0, 70, 1}, {0, 10, 1}}, 0, 0},
		{"another chunk", []step{{0, 0, 1}, {1, 1, 1}, {1, 2, 2}}, 0, 1},
		{"an earlier chunk after a later one", []step{{5, 3000, 1}, {2, 10, 1}, {2, 11, 1}}, 1, 0},
	} {
		store := NewStore(Options{})
		b := store.Builder()
		for i, s := range c.steps {
			ev := request("192.0.2.1", "/", 200)
			ev.Time = noon/3600_000*3600_000 + s.second*1000
			ev.Client.ID = s.agent << 32
			b.Begin(s.chunk)
			b.Add(&ev, ingest.Origin{Offset: int64(i)})
		}
		r := &store.Set().Units()[0].Rows[0]
		if r.Same != c.same || r.Diff != c.diff {
			t.Errorf("%s: same %d, diff %d; want %d, %d", c.name, r.Same, r.Diff, c.same, c.diff)
		}
	}
}

// sudo has no address. Its line stands with the account that logs in by SSH,
// and the touch names the service by its number in the Set.
func TestSessions(t *testing.T) {
	sudo := login(ingest.KindSession, "", "Alice")
	sudo.Service = ingest.ServiceSudo
	mail := login(ingest.KindAuthFailure, "192.0.2.9", "x") // moves sudo's number
	mail.Service = ingest.ServiceIMAP
	s := count(sudo, mail, login(ingest.KindAuthSuccess, "192.0.2.1", "alice"))
	th := named(t, s, AccountObject, "alice")
	if len(th.Hours) != 2 {
		t.Fatalf("%d hours, want one of sshd and one of sudo", len(th.Hours))
	}
	for i := range th.Hours {
		o := &th.Hours[i]
		if s.Service(o.Service) != ingest.ServiceSudo {
			continue
		}
		touch := only(t, "touches", th.Touches(o))
		if touch.Kind != ingest.KindSession || s.Service(uint8(touch.Aux)) != ingest.ServiceSudo || o.Good != 0 || o.Bad != 0 {
			t.Errorf("session %+v on %s, counted %+v", touch, s.Service(uint8(touch.Aux)), o)
		}
		return
	}
	t.Error("sudo is missing")
}

// A connection makes no row: it proves nothing.
func TestBareConnections(t *testing.T) {
	for _, k := range []ingest.Kind{ingest.KindConnect, ingest.KindDisconnect, ingest.KindOther} {
		s := count(login(k, "192.0.2.1", ""))
		if len(s.Units()) != 0 {
			t.Errorf("%v makes a unit", k)
		}
		if th := only(t, "services", s.Things(ServiceObject)); th.Hours[0].Events != 1 || th.BadCount(&th.Hours[0])+th.GoodCount(&th.Hours[0]) != 0 {
			t.Errorf("%v: %+v", k, th.Hours[0])
		}
	}
}

// A byte numbers 256 services. Of more, the alphabetically last share a number,
// whoever met them in whatever order.
func TestManyServices(t *testing.T) {
	for _, n := range []int{255, 256, 257, 400} {
		var want string
		for turn := range 3 {
			store := NewStore(Options{Logs: []string{"log"}})
			builders := []*Builder{store.Builder(), store.Builder()}
			for i, j := range rand.New(rand.NewPCG(uint64(turn), 0)).Perm(n) {
				ev := login(ingest.KindAuthFailure, "192.0.2.1", "root")
				ev.Service = fmt.Sprintf("service %03d", j)
				builders[i%(turn%2+1)].Add(&ev, ingest.Origin{Offset: int64(j)})
			}
			s := store.Set()
			if rows := len(s.Units()[0].Rows); rows != min(n, 256) {
				t.Errorf("%d services: %d rows", n, rows)
			}
			if last := s.Service(uint8(min(n, 256) - 1)); (last == others) != (n > 256) {
				t.Errorf("%d services: the last is %q", n, last)
			}
			if len(s.Things(ServiceObject)) != n {
				t.Errorf("%d services: %d things", n, len(s.Things(ServiceObject)))
			}
			if turn == 0 {
				want = dump(s)
			}
			differ(t, dump(s), want)
		}
	}
}

// Origins outside the known logs and stamps at the ends of time break nothing.
func TestOddEvents(t *testing.T) {
	store := NewStore(Options{Logs: []string{"log"}})
	b := store.Builder()
	for _, milli := range []int64{math.MinInt64, -1, 0, math.MaxUint32 * 1000, math.MaxInt64} {
		for _, source := range []int32{math.MinInt32, -1, 0, 1, math.MaxInt32} {
			for k := range ingest.KindSession + 1 {
				for _, method := range [][]byte{nil, {}, []byte("GET")} {
					ev := ingest.Event{Time: milli, Kind: k, Count: 1, Method: method, User: []byte("\xff\x00"), Src: netip.MustParseAddr("fe80::1%eth0")}
					b.Add(&ev, ingest.Origin{Source: source, Offset: -1})
				}
			}
		}
	}
	if store.Set() == nil {
		t.Error("no set")
	}
}
