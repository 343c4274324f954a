package archive

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

// aSite fills an archive with eight days of a small site: visitors and users who
// mistype, a scanner that asks once an hour, a botnet that tries one account, an
// intruder, an injection that went through, a library in a hurry, and a log that
// was silent for three hours.
func aSite(t testing.TB) *Archive {
	t.Helper()
	a := openTest(t)
	for d := range 8 {
		for h := range 24 {
			start := aDay.Add(time.Duration(d-7)*day + time.Duration(h)*hour)
			s := siteHour{rng: rand.New(rand.NewPCG(uint64(d), uint64(h))), start: start, day: d, hour: h}
			s.web()
			put(t, a, start, "/var/log/nginx/access.log", s.batch, seen("access", int64(1e6*d+1e4*h), int64(1e6*d+1e4*(h+1))), Added)
			if s.batch = (Batch{}); d == 5 && h >= 2 && h < 5 {
				continue // sshd's log was not there
			}
			s.shell()
			put(t, a, start, "/var/log/auth.log", s.batch, seen("auth", int64(1e6*d+1e4*h), int64(1e6*d+1e4*(h+1))), Added)
		}
	}
	mustAll(t, a, folding(aDay.Add(-2*day)))
	return a
}

// siteHour makes the rows of an hour.
type siteHour struct {
	rng       *rand.Rand
	start     time.Time
	day, hour int
	batch     Batch
}

func nameID(s string) uint64 { return testHash.String(s) }

func (s *siteHour) at() Milli { return MilliOf(s.start) + Milli(s.rng.IntN(3600))*1000 }

// row adds an address row and returns it.
func (s *siteHour) row(ip, service string, good, bad uint32) *Address {
	at := s.at()
	s.batch.Addresses = append(s.batch.Addresses, Address{Address: AddrOf(netip.MustParseAddr(ip)), Service: service, First: at, Last: at,
		Minutes: 1 << (int64(at) / 60_000 % 60), Events: good + bad, Good: good, Bad: bad})
	return &s.batch.Addresses[len(s.batch.Addresses)-1]
}

// touch adds a remembered event of a row.
func (s *siteHour) touch(r *Address, name string, t Touch) {
	r.Touches++
	t.Address, t.Time, t.Service, t.Count = r.Address, r.First, r.Service, 1
	if name != "" {
		t.Name = nameID(name)
	}
	s.batch.Touches = append(s.batch.Touches, t)
}

func (s *siteHour) login(ip, user string, ok bool) {
	r := s.row(ip, "sshd", 0, 1)
	set, count, action, words := &r.BadNames, &r.BadNamesCount, "auth_failure", "Failed"
	if ok {
		r.Good, r.Bad = 1, 0
		set, count, action, words = &r.GoodNames, &r.GoodNamesCount, "auth_success", "Accepted"
	}
	*set, *count = []uint64{nameID(user)}, 1
	s.touch(r, user, Touch{Action: action, Text: fmt.Sprintf("%s web1 sshd[710]: %s password for %s from %s port 40022 ssh2",
		r.First.Time().Format("Jan _2 15:04:05"), words, user, ip)})
}

// shell is the hour of sshd.
func (s *siteHour) shell() {
	if s.hour == 9 && s.day%7 < 5 {
		s.login("192.0.2.10", "alice", true)
	}
	if s.hour == 10 && s.day == 3 {
		s.login("192.0.2.10", "alice", false) // mistyped
	}
	if s.hour%2 == 0 { // a botnet, each of it seldom
		for i := range 3 {
			s.login(fmt.Sprintf("203.0.113.%d", 10+(s.day*37+s.hour*5+i)%90), "alice", false)
		}
	}
	if s.hour%3 == 1 {
		s.login("198.51.100.23", []string{"root", "admin", "test", "oracle"}[s.day%4], false)
	}
	if s.day == 7 && s.hour == 20 {
		s.login("198.51.100.77", "deploy", true)
	} else if s.day >= 5 && s.hour%2 == 1 {
		s.login("198.51.100.77", "deploy", false)
	}
	tally := Tally{ID: nameID("sshd"), Service: "sshd", Name: "sshd"}
	byName := map[string]*Account{}
	for _, r := range s.batch.Addresses {
		tally.Events, tally.Good, tally.Bad = tally.Events+r.Events, tally.Good+r.Good, tally.Bad+r.Bad
		for _, user := range []string{"alice", "root", "admin", "test", "oracle", "deploy"} {
			if len(r.BadNames) > 0 && r.BadNames[0] == nameID(user) || len(r.GoodNames) > 0 && r.GoodNames[0] == nameID(user) {
				acc := byName[user]
				if acc == nil {
					acc = &Account{Tally: Tally{ID: nameID(user), Service: "sshd", Name: user}, Exists: user != "oracle" && user != "test", Absent: user == "oracle" || user == "test"}
					byName[user] = acc
				}
				acc.Events, acc.Good, acc.Bad = acc.Events+1, acc.Good+r.Good, acc.Bad+r.Bad
				if r.Bad > 0 {
					acc.BadSources, acc.BadSourcesCount = append(acc.BadSources, sourceID(r.Address)), acc.BadSourcesCount+1
				}
			}
		}
	}
	for _, acc := range byName {
		s.batch.Accounts = append(s.batch.Accounts, *acc)
	}
	s.batch.Services = append(s.batch.Services, Service{Tally: tally})
}

// web is the hour of nginx.
func (s *siteHour) web() {
	tally := Tally{ID: nameID("http"), Service: "http", Name: "http"}
	for i := range 5 + 3*min(s.hour, 24-s.hour) + s.rng.IntN(6) {
		r := s.row(fmt.Sprintf("198.18.%d.%d", s.day%2, (i*7+s.hour)%250), "http", 2+s.rng.Uint32N(9), 0)
		r.Assets, r.Clients = true, 1<<1
		r.GoodNames, r.GoodNamesCount = []uint64{nameID("/"), nameID("/blog/N")}, 2
		r.Agents, r.AgentsCount = []uint64{nameID("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")}, 1
	}
	if s.hour%2 == 0 { // a scanner without haste
		r := s.row("2001:db8:bad::1", "http", 0, 1)
		which := (s.day + s.hour/2) % 4
		path := []string{"/.env", "/.git/config", "/wp-login.php", "/backup.zip"}[which]
		r.Probes, r.BadNames, r.BadNamesCount = 0, []uint64{nameID(path)}, 1
		r.Agents, r.AgentsCount, r.Clients = []uint64{nameID("python-requests/2.32")}, 1, 1<<5
		s.touch(r, path, Touch{Action: "http_request", Status: 404, Text: fmt.Sprintf(`2001:db8:bad::1 - - "GET %s HTTP/1.1" 404 153`, path)})
		s.batch.Paths = append(s.batch.Paths, Path{Tally: Tally{ID: nameID(path), Service: "http", Name: "shop.example" + path, Events: 1, Bad: 1,
			BadSources: []uint64{sourceID(r.Address)}, BadSourcesCount: 1}, Traits: []uint16{4 | 8, 4 | 8, 4, 4 | 8}[which]})
	}
	if s.day == 6 && s.hour >= 13 && s.hour < 16 { // an injection, and the error that answers it
		r := s.row("198.51.100.200", "http", 0, 0)
		r.Events, r.Probes, r.Errors = 1, 1, 1
		stage, status := uint8(s.hour-11), uint16(500)
		if s.hour == 15 {
			r.Errors, status = 0, 200
		}
		s.touch(r, "/item", Touch{Action: "probe", Status: status, Stage: stage, Class: "sqli", Shape: uint64(s.hour),
			Text: []string{`"GET /item?id=4%27 HTTP/1.1" 500 0`, `"GET /item?id=4%27+OR+1=1--+ HTTP/1.1" 500 0`, `"GET /item?id=4+UNION+SELECT+login,pw+FROM+users HTTP/1.1" 200 9120`}[s.hour-13]})
	}
	agents := []Agent{{Tally: Tally{ID: nameID("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"), Service: "http", Name: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}, Client: "browser"},
		{Tally: Tally{ID: nameID("python-requests/2.32"), Service: "http", Name: "python-requests/2.32"}, Client: "library"}}
	for _, r := range s.batch.Addresses {
		tally.Events, tally.Good, tally.Bad, tally.Errors = tally.Events+r.Events, tally.Good+r.Good, tally.Bad+r.Bad, tally.Errors+r.Errors
		for i := range agents {
			if ag := &agents[i]; len(r.Agents) > 0 && r.Agents[0] == ag.ID {
				ag.Events, ag.Good, ag.Bad = ag.Events+r.Events, ag.Good+r.Good, ag.Bad+r.Bad
			}
		}
	}
	for _, ag := range agents {
		if ag.Events > 0 {
			s.batch.Agents = append(s.batch.Agents, ag)
		}
	}
	s.batch.Services = append(s.batch.Services, Service{Tally: tally})
}
