package detect

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gumshoe/analyze"
)

const attacker = "203.0.113.118"

// Five steps on one parameter, and the answers change: the endpoint is named,
// and no other.
func TestInjectionFlip(t *testing.T) {
	var l tape
	for i := range 40 {
		src := fmt.Sprintf("198.18.0.%d", i+1)
		l.visit(time.Duration(i)*10*minute, src)
		l.get(time.Duration(i)*10*minute+6*minute, src, "/item?id=7", 200)
		l.get(time.Duration(i)*10*minute+7*minute, src, fmt.Sprintf("/list%c?page=2", 'a'+i%20), 200)
	}
	for i, step := range []struct {
		value  string
		status uint16
	}{{"1'", 200}, {"1%22", 200}, {"1%27%27", 500}, {"1+OR+1=1", 500}, {"1%20UNION%20SELECT%201,2,3", 500}} {
		l.get(7*hour+time.Duration(i)*2*minute, attacker, "/item?id="+step.value, step.status)
	}
	c := l.find(t, attacker+"/32", "injection", analyze.Critical)
	if c.Targets[0].Value != "/item" || c.Impact != analyze.Success || c.Weight(analyze.Response) < analyze.Strong {
		t.Errorf("targets %v, impact %d, families %+v", c.Targets, c.Impact, c.Families)
	}
}

// Payloads that meet no page are I2, on a live endpoint that does not change I3.
func TestInjectionImpact(t *testing.T) {
	payloads := []string{"1+OR+1=1", "1%20UNION%20SELECT%20a,b%20FROM%20users", "..%2f..%2f..%2f..%2fetc%2fpasswd"}
	for _, c := range []struct {
		status uint16
		impact analyze.Impact
		level  analyze.Level
	}{{404, analyze.Generic, analyze.Low}, {403, analyze.Generic, analyze.Low}, {200, analyze.Targeted, analyze.Medium}} {
		var l tape
		l.visitors(30)
		l.get(hour, "198.18.0.1", "/item?id=7", 200)
		for i, p := range payloads {
			l.get(7*hour+time.Duration(i)*minute, attacker, "/item?id="+p, c.status)
		}
		if got := l.find(t, attacker+"/32", "injection", c.level); got.Impact != c.impact {
			t.Errorf("answered %d: impact %d, want %d", c.status, got.Impact, c.impact)
		}
	}
}

// While a server fails for everybody, errors after payloads prove nothing.
func TestOutageIsNoFlip(t *testing.T) {
	var l tape
	for i := range 60 {
		src := fmt.Sprintf("198.18.0.%d", i+1)
		status := uint16(200)
		if i >= 40 && i < 50 {
			status = 500
		}
		l.get(time.Duration(i)*10*minute, src, "/item?id=7", status)
	}
	for i, p := range []string{"1'", "1+OR+1=1", "1+UNION+SELECT+1", "1%22"} {
		l.get(7*hour+time.Duration(i)*5*minute, attacker, "/item?id="+p, 500)
	}
	for _, c := range l.cases() {
		if c.Impact == analyze.Success || c.Weight(analyze.Response) > 0 {
			t.Errorf("an outage is told as a flip: %+v", c.Families)
		}
	}
}

// People search for what they like.
func TestHonestSearches(t *testing.T) {
	for _, q := range []string{"O'Brien", "rock+%27n%27+roll", "select+a+plan", "union+of+growers", "%22exact+phrase%22", "5%27+x+7%27", "drop+table+lamp", "a+or+b", "1=1"} {
		var l tape
		l.visitors(30)
		for i := range 5 {
			l.visit(time.Duration(i)*hour, "198.51.100.9")
			l.get(time.Duration(i)*hour+10*minute, "198.51.100.9", "/search?q="+q, 200)
		}
		t.Run(q, func(t *testing.T) { l.quiet(t) })
	}
}

const requests = "python-requests/2.28.0"

// Fifty identical requests in two minutes, wherever the hour ends.
func TestScriptInAHurry(t *testing.T) {
	run := func(at time.Duration, status uint16, user string, days int) *tape {
		var l tape
		l.visitors(30)
		for d := range days {
			for i := range 50 {
				l.ask(time.Duration(d)*day+at+time.Duration(i)*2400*time.Millisecond, attacker, user, requests, "/api/v1/products", status)
			}
		}
		l.from = time.Duration(days-1) * day
		return &l
	}
	for _, c := range []struct {
		what string
		log  *tape
		want analyze.Level
	}{
		{"answered well", run(4*hour+21*minute, 200, "", 1), analyze.Low},
		{"across the hour", run(4*hour+59*minute, 200, "", 1), analyze.Low},
		{"refused", run(4*hour+21*minute, 403, "", 1), analyze.Medium},
		{"authenticated", run(4*hour+21*minute, 200, "stock", 1), analyze.Info},
		{"on the fourth day", run(4*hour+21*minute, 200, "", 4), analyze.Info},
		{"on the third day", run(4*hour+21*minute, 200, "", 3), analyze.Low},
	} {
		t.Run(c.what, func(t *testing.T) {
			got := c.log.find(t, attacker+"/32", "automation", analyze.Info)
			if got.Level != c.want || !hasTarget(got, requests) {
				t.Errorf("%s, want %s; targets %v", got.Level, c.want, got.Targets)
			}
		})
	}
}

// A map's tiles exist for part of the world only. Whoever is refused what has the name of
// what he was shown knows the site; who is refused other things does not.
func TestTilesOfTheSea(t *testing.T) {
	for refused, want := range map[string]analyze.Level{"/tiles/12/%d/1346.pbf": analyze.Low, "/export/sheet-%d.csv": analyze.Medium} {
		var l tape
		l.visitors(30)
		for k := range 200 {
			path, status := "/tiles/12/%d/1346.pbf", uint16(200)
			if k%5 < 3 {
				path, status = refused, 404
			}
			l.ask(9*hour+time.Duration(k)*time.Second/2, attacker, "", "okhttp/4.12.0", fmt.Sprintf(path, k), status)
		}
		if c := l.find(t, attacker+"/32", "automation", analyze.Low); c.Level != want {
			t.Errorf("%s: %s, want %s", refused, c.Level, want)
		}
	}
}

// Who knocks at a service that is down is refused everything, and shows no knowledge of it.
func TestServiceThatIsDown(t *testing.T) {
	var l tape
	l.visitors(30)
	for k := range 150 {
		l.ask(9*hour+time.Duration(k)*time.Second/4, attacker, "", "python-urllib3/2.5.0", "/v1/statement", 502)
	}
	l.find(t, attacker+"/32", "automation", analyze.Medium)
}

// An application that many use calls itself a library, too, and some of them are busy. One
// who is far busier than all others, and an agent that nearly everybody fails with, are told.
func TestApplicationsOfMany(t *testing.T) {
	const app = "okhttp/4.12.0"
	crowd := func(status uint16) *tape {
		var l tape
		l.visitors(30)
		for i := range 40 {
			for k := range 5 + i {
				s := status
				if k == 0 {
					s = 401
				}
				l.ask(time.Duration(i)*20*minute+time.Duration(k)*2*time.Second, fmt.Sprintf("198.19.%d.9", i), "", app, []string{"/api/feed", "/api/cart", "/api/items/7"}[k%3], s)
			}
		}
		return &l
	}
	burst := func(l *tape, n int) {
		for k := range n {
			l.ask(9*hour+time.Duration(k)*time.Second/2, attacker, "", app, fmt.Sprintf("/api/items/%d", k), 200)
		}
	}
	busy := crowd(200)
	burst(busy, 60)
	busy.quiet(t)
	copier := crowd(200)
	burst(copier, 500)
	copier.find(t, attacker+"/32", "automation", analyze.Low)
	strange := crowd(404)
	burst(strange, 60)
	strange.find(t, attacker+"/32", "automation", analyze.Low)
}

func browser(i int) string {
	return fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:%d.0) Gecko/20100101 Firefox/%d.0", 90+i, 90+i)
}

// Forty people behind one address come in runs of one agent each; a script that
// draws a name for every request does not.
func TestRotation(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var nat, rotator tape
	for i := range 40 {
		for k := range 6 {
			nat.ask(time.Duration(i)*minute+time.Duration(k)*8*time.Second, attacker, "", browser(i), "/page"+string(rune('a'+k)), 200)
		}
		rotator.ask(time.Duration(i)*15*time.Second, attacker, "", browser(r.IntN(30)), "/page"+string(rune('a'+i%20)), 200)
	}
	nat.quiet(t)
	rotator.find(t, attacker+"/32", "agent_rotation", analyze.Low)
}

// A scanner that says so is told, whatever it asks for.
func TestScannerByName(t *testing.T) {
	var l tape
	l.ask(0, attacker, "", "Mozilla/5.0 zgrab/0.x", "/", 200)
	l.find(t, attacker+"/32", "scanner_agent", analyze.Low)
}
