package detect

import (
	"fmt"
	"math"
	"testing"
	"time"

	"gumshoe/analyze"
)

var adminPaths = []string{"/admin/", "/phpmyadmin/", "/wp-login.php", "/.env", "/.git/config", "/backup.sql", "/administrator/", "/pma/", "/adminer.php",
	"/wp-admin/", "/manager/html", "/xmlrpc.php", "/config.php.bak", "/phpinfo.php", "/.aws/credentials", "/cgi-bin/", "/solr/", "/owa/", "/actuator/env", "/dump.sql", "/old/"}

// T1: 18 probes, one every 20 minutes give or take 10 %.
func TestOneKnockEveryTwentyMinutes(t *testing.T) {
	var l tape
	l.visitors(30)
	for i := range 18 {
		l.get(14*hour+time.Duration(i)*20*minute+time.Duration(i*7%5-2)*minute, "203.0.113.45", adminPaths[i], 404)
	}
	c := l.find(t, "203.0.113.45/32", "slow_scan", analyze.Critical)
	for _, f := range []analyze.Family{analyze.Probing, analyze.Timing, analyze.Dictionary} {
		if c.Weight(f) < analyze.Strong {
			t.Errorf("%s weighs %.1f: %+v", f, c.Weight(f), c.Families)
		}
	}
	if !hasTarget(c, "/phpmyadmin/") {
		t.Errorf("targets %v", c.Targets)
	}
}

// T2: one probe a day is found by the eighth day, whatever it asks for. The run
// looks at the last day; the days before are history.
func TestOneKnockADay(t *testing.T) {
	for _, words := range []bool{true, false} {
		var l tape
		for i := range 8 {
			path := adminPaths[i]
			if !words {
				path = "/nothing-" + string(rune('a'+i))
			}
			l.get(time.Duration(i)*day+3*hour+time.Duration(i*11%7)*minute, "203.0.113.45", path, 404)
		}
		l.from = 7 * day
		l.find(t, "203.0.113.45/32", "slow_scan", analyze.Low)
	}
}

// The same door again and again: found, and never more than a nuisance.
func TestOneDoor(t *testing.T) {
	knock := func(every time.Duration, n int, path, agent string) *tape {
		var l tape
		l.visitors(30)
		for i := range n {
			l.ask(2*hour+time.Duration(i)*every+time.Duration(i*7%5)*10*time.Second, "2001:db8:5:77::a0", "", agent, path, 404)
		}
		return &l
	}
	if c := knock(47*minute, 16, "/admin", firefox).find(t, "2001:db8:5:77::/64", "slow_scan", analyze.Medium); c.Level != analyze.Medium {
		t.Errorf("level %s", c.Level)
	}
	knock(47*minute, 7, "/admin", firefox).quiet(t)
	knock(time.Minute, 16, "/admin", firefox).quiet(t) // eager, and soon gone
	knock(47*minute, 16, "/admin", "Uptime-Kuma/1.23.1").quiet(t)
	knock(47*minute, 16, "/old-page", firefox).quiet(t)
}

// T3: a visit to a page that exists with every probe buys nothing off.
func TestSuccessDoesNotLaunder(t *testing.T) {
	for _, good := range []string{"/", "/about"} {
		var l tape
		l.visitors(30)
		for i := range 18 {
			l.get(14*hour+time.Duration(i)*20*minute, "203.0.113.45", good, 200)
			l.get(14*hour+time.Duration(i)*20*minute+time.Second, "203.0.113.45", adminPaths[i], 404)
		}
		l.find(t, "203.0.113.45/32", "slow_scan", analyze.Critical)
	}
}

// A file that should never be served, and was, is told and not denied.
func TestServedSecretIsTold(t *testing.T) {
	var l tape
	for i, p := range adminPaths {
		status := uint16(404)
		if p == "/.env" {
			status = 200
		}
		l.get(time.Duration(i)*minute, "203.0.113.45", p, status)
	}
	c := l.find(t, "203.0.113.45/32", "scan", analyze.High)
	if c.Impact != analyze.Targeted || c.Targets[0].Value != "/.env" {
		t.Errorf("impact %d, first target %v", c.Impact, c.Targets[0])
	}
}

// Whoever scanned weeks ago and reads a page today is not accused again.
func TestOldScanIsHistory(t *testing.T) {
	var l tape
	for i, p := range adminPaths {
		l.get(time.Duration(i)*minute, "203.0.113.45", p, 404)
	}
	l.visit(20*day, "203.0.113.45")
	l.from = 20 * day
	l.quiet(t)
}

// Steps of the walk: ln(.8/.2) = 1.386 a failure, ln(.2/.8) = -1.386 a success.
func TestWalk(t *testing.T) {
	bad := func(w float64, word bool) contact { return contact{milli: monday.UnixMilli(), weight: w, word: word} }
	good := func(word bool) contact { return contact{milli: monday.UnixMilli(), good: true, word: word} }
	repeat := func(n int, c contact) (out []contact) {
		for range n {
			out = append(out, c)
		}
		return out
	}
	join := func(parts ...[]contact) (out []contact) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	late := bad(1, false)
	late.milli = monday.Add(halfLife).UnixMilli()
	for _, c := range []struct {
		what  string
		first []contact
		want  float64
	}{
		{"nothing", nil, 0},
		{"7 failures pass 9.2", repeat(7, bad(1, false)), 7 * math.Log(4)},
		{"6 do not", repeat(6, bad(1, false)), 6 * math.Log(4)},
		{"3 failures, 3 successes", join(repeat(3, bad(1, false)), repeat(3, good(false))), 0},
		{"30 successes first build up ln 99 at most", join(repeat(30, good(false)), repeat(7, bad(1, false))), 7*math.Log(4) - 4.6},
		{"vocabulary is not bought off", join(repeat(4, bad(1.5, true)), repeat(30, good(false))), 4 * 1.5 * math.Log(4)},
		{"a word that is served gives no credit", join(repeat(4, bad(1, false)), repeat(4, good(true))), 4 * math.Log(4)},
		{"a fortnight halves it", []contact{bad(1, false), late}, 1.5 * math.Log(4)},
	} {
		if got := walk(c.first, .2); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %.3f, want %.3f", c.what, got, c.want)
		}
	}
	if seven, six := walk(repeat(7, bad(1, false)), .2), walk(repeat(6, bad(1, false)), .2); seven < 9.2 || six >= 9.2 {
		t.Errorf("six make %.2f and seven %.2f; the published bound is 9.2", six, seven)
	}
}

// Five paths and 60 % of them from the lists of scanners make a dictionary.
func TestDictionary(t *testing.T) {
	for _, c := range []struct {
		words, others int
		want          bool
	}{{5, 0, true}, {6, 4, true}, {5, 4, false}, {4, 0, false}} {
		var l tape
		for i := range c.words {
			l.get(time.Duration(i)*minute, "203.0.113.45", adminPaths[i], 404)
		}
		for i := range c.others {
			l.get(time.Duration(c.words+i)*minute, "203.0.113.45", "/nothing-"+string(rune('a'+i)), 404)
		}
		got := false
		for _, f := range (Scan{}).Detect(l.input()) {
			for _, e := range f.Evidence {
				got = got || e.Family == analyze.Dictionary
			}
		}
		if got != c.want {
			t.Errorf("%d words, %d others: dictionary is %v", c.words, c.others, got)
		}
	}
}

// Honest clients that ask for what is not there.
func TestHonestMisses(t *testing.T) {
	const src = "198.51.100.9"
	ask := func(agent string, n int, path func(i int) string, status uint16) func(l *tape) {
		return func(l *tape) {
			for i := range n {
				l.ask(time.Duration(i)*5*minute, src, "", agent, path(i), status)
			}
		}
	}
	letters := func(i int) string { return string(rune('a'+i/26)) + string(rune('a'+i%26)) }
	page := func(i int) string { return "/archive/" + letters(i) }
	for what, log := range map[string]func(l *tape){
		"T4: a monitor with one broken address": ask("Uptime-Kuma/1.23.1", 280, func(int) string { return "/status-page" }, 404),
		"a monitor that calls itself a browser": ask(firefox, 280, func(i int) string { return []string{"/healthz", "/ready"}[i%2] }, 404),
		"a feed reader on a moved feed":         ask("Tiny Tiny RSS/21.05 (Unsupported)", 100, func(int) string { return "/old/blog/feed.xml" }, 410),
		"a crawler of stale addresses":          ask("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 200, page, 404),
		"a link checker":                        ask("LinkChecker/10.2 (+https://linkchecker.github.io/linkchecker/)", 150, page, 404),
		"a package manager":                     ask("Debian APT-HTTP/1.3 (2.6.1)", 60, func(i int) string { return "/dists/stable/main/i18n/Translation-" + letters(i) }, 404),
		"a hotlinking page of lost pictures":    ask(firefox, 90, func(i int) string { return "/images/" + letters(i) + ".png" }, 404),
		"a visitor who is told to slow down":    ask(firefox, 80, page, 429),
		"a visitor who closes the window":       ask(firefox, 80, page, 499),
		"a password manager": func(l *tape) {
			l.visit(0, src)
			l.get(hour, src, "/.well-known/change-password", 404)
			l.get(hour, src, "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200", 404)
		},
		"a mail program that looks for its settings": func(l *tape) {
			for i, p := range []string{"/autodiscover/autodiscover.xml", "/.well-known/autoconfig/mail/config-v1.1.xml", "/mail/config-v1.1.xml"} {
				l.get(time.Duration(i)*minute, src, p, 404)
			}
		},
		"a DAV client": func(l *tape) {
			for i := range 100 {
				at := time.Duration(i) * 30 * time.Second
				l.ask(at, src, "anna", "Mozilla/5.0 (Windows) mirall/3.13.0stable", "/remote.php/dav/files/anna/"+letters(i), 404)
				l.ask(at+time.Second, src, "anna", "Mozilla/5.0 (Windows) mirall/3.13.0stable", "/remote.php/dav/files/anna", 207)
			}
		},
		"a reader of pages whose pictures are gone": func(l *tape) {
			l.visit(0, src)
			for i := range 40 {
				l.get(10*minute, src, "/images/"+letters(i)+".jpg", 404)
			}
		},
		"a reader of an old post with four dead links": func(l *tape) {
			l.visit(0, src)
			for i := range 4 {
				l.get(10*minute+time.Duration(i)*minute, src, page(i), 404)
			}
		},
		"one who must log in first": func(l *tape) {
			for i := range 20 {
				l.ask(time.Duration(i)*minute, src, "", firefox, "/intranet/"+letters(i), 401)
				l.ask(time.Duration(i)*minute+time.Second, src, "anna", firefox, "/intranet/"+letters(i), 200)
			}
		},
	} {
		for _, others := range []int{0, 5, 60} { // the only visitor, on a small site, on a site with visitors
			t.Run(fmt.Sprintf("%s among %d", what, others), func(t *testing.T) {
				var l tape
				log(&l)
				if others > 0 {
					l.visitors(others)
				}
				l.quiet(t)
			})
		}
	}
}

// A page that is missing for everybody is the site's mistake.
func TestBrokenSite(t *testing.T) {
	var l tape
	for i := range 40 {
		src := fmt.Sprintf("198.51.100.%d", i+1)
		l.visit(time.Duration(i)*10*minute, src)
		for k := range 12 {
			l.get(time.Duration(i)*10*minute+5*minute+time.Duration(k)*time.Second, src, "/menu/"+string(rune('a'+k)), 404)
		}
	}
	l.quiet(t)
}

// After a move hardly anybody sees a page: what people remember is gone, and what loads is
// the page that says so. Who asks for such things and loads nothing is a scanner still.
func TestMovedSite(t *testing.T) {
	sections := []string{"forum", "article", "news", "topics", "guides", "recipes", "people", "events"}
	var l tape
	l.visitors(30)
	for i := range 60 {
		src := fmt.Sprintf("198.19.%d.9", i)
		for k := range 7 {
			at := time.Duration(i)*15*minute + time.Duration(k)*20*time.Second
			l.get(at, src, fmt.Sprintf("/%s/harbor-%d.html", sections[(i+k)%len(sections)], 100*i+k), 404)
			l.get(at, src, "/style.css", 200)
		}
	}
	l.quiet(t)
	for k := range 12 {
		l.ask(9*hour+time.Duration(k)*minute, attacker, "", "Mozilla/5.0", "/intern/"+string(rune('a'+k)), 404)
	}
	l.find(t, attacker+"/32", "scan", analyze.Low)
}

// One request is enough for who is given a secret. A site that answers everything gives
// none away, nor does one page for all that is not there, nor is what visitors read one.
func TestServedSecrets(t *testing.T) {
	shut := func() *tape {
		var l tape
		l.visitors(30)
		for i, p := range []string{"/wp-config.php.bak", "/.svn/entries", "/.aws/credentials"} {
			l.ask(time.Duration(i)*hour, fmt.Sprintf("198.19.%d.9", i), "", "Mozilla/5.0", p, 404)
		}
		return &l
	}
	get := func(l *tape, src, path string, bytes int64) {
		l.answer(9*hour, src, path, 200, bytes, 0)
	}
	t.Run("served", func(t *testing.T) {
		l := shut()
		get(l, attacker, "/.env", 812)
		get(l, attacker, "/.git/config", 266)
		if c := l.find(t, attacker+"/32", "scan", analyze.High); c.Level != analyze.High || !hasTarget(c, "/.env") || !hasTarget(c, "/.git/config") {
			t.Errorf("%s, targets %v", c.Level, c.Targets)
		}
	})
	t.Run("parts, names and files of one size", func(t *testing.T) {
		for _, c := range []struct {
			status uint16
			paths  [2]string
		}{{206, [2]string{"/.env", "/.git/config"}}, {200, [2]string{"/.env", "/a/../.env"}}, {200, [2]string{"/.env", "/.env;x"}}, {200, [2]string{"/.git/refs/heads/main", "/.git/ORIG_HEAD"}}} {
			l := shut()
			for _, p := range c.paths {
				l.answer(9*hour, attacker, p, c.status, 512, 0)
			}
			l.find(t, attacker+"/32", "scan", analyze.High)
		}
	})
	t.Run("a scanner by the name of a crawler", func(t *testing.T) {
		l := shut()
		for i := range 12 {
			l.ask(9*hour+time.Duration(i)*minute, attacker, "", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 3 subscribers)", fmt.Sprintf("/%s.sql", alphabet(i)), 404)
		}
		l.ask(9*hour+30*minute, attacker, "", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 3 subscribers)", "/.env", 200)
		if c := l.find(t, attacker+"/32", "scan", analyze.Low); c.Impact != analyze.Targeted || !hasTarget(c, "/.env") {
			t.Errorf("impact %d, targets %v", c.Impact, c.Targets)
		}
	})
	t.Run("what people publish", func(t *testing.T) {
		for _, p := range []string{"/cgit/site/plain/.gitignore", "/anna/site/media/branch/main/.env.example", "/hg/site/file/tip/.hgignore", "/dotfiles/.bashrc", "/npm/pkg@1.0/.eslintrc"} {
			l := shut()
			l.ask(9*hour, attacker, "", "curl/8.5.0", p, 200)
			l.none(t, attacker+"/32")
		}
	})
	t.Run("one page for everything", func(t *testing.T) {
		l := shut()
		get(l, attacker, "/.env", 4_812)
		get(l, attacker, "/.git/config", 4_815)
		l.none(t, attacker+"/32")
	})
	t.Run("a site that says no to nothing", func(t *testing.T) {
		var l tape
		l.visitors(30)
		get(&l, attacker, "/.env", 4_812)
		l.none(t, attacker+"/32")
	})
	t.Run("a reader", func(t *testing.T) {
		l := shut()
		l.visit(8*hour, attacker)
		get(l, attacker, "/.profile", 1_204)
		l.none(t, attacker+"/32")
	})
	t.Run("what is there to be fetched", func(t *testing.T) {
		l := shut()
		get(l, attacker, "/keys/release.pem", 1_204)
		l.ask(9*hour, "198.51.100.7", "", "git/2.43.0", "/team/site/.git/info/refs", 200)
		l.none(t, attacker+"/32")
		l.none(t, "198.51.100.7/32")
	})
}

// A log that holds only scanners still tells them.
func TestOnlyScanners(t *testing.T) {
	var l tape
	for i := range 12 {
		for k, p := range adminPaths {
			l.ask(time.Duration(i)*hour+time.Duration(k)*time.Second, fmt.Sprintf("203.0.113.%d", i+1), "", "-", p, 404)
		}
	}
	sources := 0
	for _, c := range l.cases() { // one list, one network: it may be one case
		sources += len(c.Sources)
	}
	if sources != 12 {
		t.Errorf("accused: %q", l.accused())
	}
}

func TestRefusal(t *testing.T) {
	for status, want := range map[uint16]bool{200: false, 301: false, 400: true, 401: true, 403: true, 404: true, 408: false, 410: true, 429: false, 499: false, 500: false} {
		if refusal(status) != want {
			t.Errorf("%d: %v", status, !want)
		}
	}
}

// An application whose right to come in is over asks for the same things all day, and so
// does one that was not told what is gone. A scanner asks for each thing once, and what
// scanners look for is no habit.
func TestAskedForAllDay(t *testing.T) {
	wanted := []string{"/api/server/version", "/api/assets/device", "/api/sync/full", "/api/users/views", "/api/albums/shared", "/api/people/faces", "/api/map/markers"}
	for what, paths := range map[string]func(hour int) []string{
		"an application": func(int) []string { return wanted },
		"a scan": func(hour int) []string {
			return []string{fmt.Sprintf("/api/%c%c/list", 'a'+hour, 'b'+hour), fmt.Sprintf("/%c%c/about", 'a'+hour, 'c'+hour)}
		},
		"a scanner's list": func(int) []string {
			return []string{"/.env", "/.git/config", "/phpmyadmin/", "/backup.sql", "/wp-config.php.bak"}
		},
	} {
		var l tape
		l.visitors(30)
		for hour := range 20 {
			for i, p := range paths(hour) {
				l.request(time.Duration(hour)*time.Hour+time.Duration(i)*7*time.Second, attacker, "", "okhttp/4.12.0", "GET", p, 404)
			}
		}
		if got := l.accused(); (len(got) == 0) != (what == "an application") {
			t.Errorf("%s: accused %q", what, got)
		}
	}
}

// A list of words is no application's habit, however often a scanner goes through it.
func TestAListOfWordsAllDay(t *testing.T) {
	var l tape
	l.visitors(30)
	for hour := range 20 {
		for i := range 40 {
			l.ask(time.Duration(hour)*time.Hour+time.Duration(i)*7*time.Second, attacker, "", chrome, fmt.Sprintf("/%c%cxo/%cyd", 'a'+i%26, 'a'+i/2, 'z'-i%26), 404)
		}
	}
	l.find(t, attacker+"/32", "scan", analyze.High)
}
