package traffic

import (
	"fmt"
	"net/netip"
	"time"
)

const attackBrowser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/151.0.0.0 Safari/537.36"

// adminPaths is one request each of the slow scan; none exists.
var adminPaths = []string{"/admin/", "/administrator/", "/phpmyadmin/", "/wp-admin/", "/wp-login.php", "/admin/login.php", "/manager/html", "/pma/",
	"/cpanel/", "/admin.php", "/console/", "/backend/", "/adminer.php", "/user/login", "/webadmin/", "/sysadmin/", "/controlpanel/", "/.env"}

// SlowScan is one address that asks for an admin path every twenty minutes,
// slower than any per-address limit looks back.
func SlowScan(start time.Time) Part {
	const attack, addr = "slow_scan", "203.0.113.45"
	return func(w *World) {
		w.Truth.Claim(addr, Hostile, "slow scanner", attack)
		w.Truth.Expect(Expect{
			Attack: attack, Sources: []string{addr}, Detections: []string{"slow_scan", "scan"},
			SeverityMin: "high", Ban: "planned", Targets: []string{"/phpmyadmin/", "/wp-login.php"},
			MustSay: []string{addr, "18", "404", "20 min|20-minute|twenty min|minutes apart"}, MustNotAccuse: []string{"all others"},
		})
		rng := w.Rand(attack)
		at := At(start)
		for _, path := range adminPaths {
			hit := Hit{Src: netip.MustParseAddr(addr), Target: path, Status: 404, Bytes: 153, Agent: attackBrowser}
			w.Once(at, func(w *World) { w.Hit(&hit) })
			at = at.Add(between(rng, 18*time.Minute+30*time.Second, 21*time.Minute+30*time.Second))
		}
	}
}

// payloads grow from a quote to reading tables. The server swallows the first
// ones and then breaks: somebody is building a query that works.
var payloads = []struct {
	value  string
	status int
}{
	{`1`, 200}, {`1'`, 200}, {`1"`, 200}, {`1%27`, 200}, {`1%27%27`, 200}, {`1+OR+1=1`, 200}, {`1%27+AND+%271%27=%271`, 500},
	{`1+ORDER+BY+5--+`, 200}, {`1+ORDER+BY+9--+`, 500}, {`1%20UNION%20SELECT%20NULL--`, 500}, {`1%20UNION%20SELECT%20NULL,NULL,NULL--`, 500},
	{`-1%20UNION%20SELECT%201,version(),3,4,5--`, 500}, {`-1%20UNION%20SELECT%201,table_name,3,4,5%20FROM%20information_schema.tables--`, 500},
	{`1%20AND%20SLEEP(5)--`, 500}, {`-1%20UNION%20ALL%20SELECT%20user,password,3,4,5%20FROM%20customers--`, 500},
}

// Injection is one address that works on one parameter of one endpoint.
func Injection(start time.Time) Part {
	const attack, addr = "injection", "203.0.113.118"
	return func(w *World) {
		w.Truth.Claim(addr, Hostile, "someone probing "+injectable+" for SQL injection", attack)
		w.Truth.Expect(Expect{
			Attack: attack, Sources: []string{addr}, Detections: []string{"injection"},
			SeverityMin: "critical", Ban: "planned", Targets: []string{injectable},
			MustSay: []string{addr, injectable, "500", "200", "UNION|SQL"}, MustNotAccuse: []string{"all others"},
		})
		rng := w.Rand(attack)
		at := At(start)
		for _, p := range payloads {
			hit := Hit{Src: netip.MustParseAddr(addr), Target: injectable + "?id=" + p.value, Status: p.status, Bytes: 9_053, Agent: attackBrowser}
			if p.status == 500 {
				hit.Bytes = 612
			}
			w.Once(at, func(w *World) { w.Hit(&hit) })
			at = at.Add(between(rng, 50*time.Second, 3*time.Minute))
		}
	}
}

// AgentFlood is a script that fetches fifty pages of the catalogue in two
// minutes, always with the same user agent.
func AgentFlood(start time.Time) Part {
	const attack, addr, agent = "agent", "203.0.113.201", "python-requests/2.28.0"
	return func(w *World) {
		w.Truth.Claim(addr, Hostile, "a script that copies the catalogue", attack)
		w.Truth.Expect(Expect{
			Attack: attack, Sources: []string{addr}, Detections: []string{"automation", "user_agent"},
			SeverityMin: "low", Ban: "none", Targets: []string{agent},
			MustSay: []string{addr, agent, "50", "2 min|two min|120 s|118 s|117 s"}, MustNotAccuse: []string{"all others"},
		})
		rng := w.Rand(attack)
		for i := range 50 {
			hit := Hit{Src: netip.MustParseAddr(addr), Target: fmt.Sprintf("/api/v1/products?page=%d", i+1), Status: 200, Bytes: 4_800 + rng.IntN(600), Agent: agent}
			at := At(start).Add(time.Duration(i)*2400*time.Millisecond + between(rng, 0, 900*time.Millisecond))
			w.Once(at, func(w *World) { w.Hit(&hit) })
		}
	}
}

// FakeGooglebot reads and probes under a search engine's name from an address
// that is not the engine's.
func FakeGooglebot(start time.Time) Part {
	const attack, addr, agent = "fake_googlebot", "203.0.113.90", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
	return func(w *World) {
		w.Truth.Claim(addr, Hostile, "a scraper that calls itself Googlebot", attack)
		w.Truth.Expect(Expect{
			Attack: attack, Sources: []string{addr}, Detections: []string{"fake_crawler", "automation", "user_agent", "scan"},
			SeverityMin: "low", Ban: "none|planned", Targets: []string{agent},
			MustSay: []string{addr, "Google"}, MustNotAccuse: []string{"all others"},
		})
		rng := w.Rand(attack)
		at := At(start)
		for i := range 160 {
			hit := Hit{Src: netip.MustParseAddr(addr), Target: site.next(rng).target, Status: 200, Bytes: 9_000, Agent: agent}
			if i%8 == 7 {
				hit.Target, hit.Status, hit.Bytes = pick(rng, scannerPaths), 404, 153
			}
			w.Once(at, func(w *World) { w.Hit(&hit) })
			at = at.Add(between(rng, time.Second, 12*time.Second))
		}
	}
}
