package detect

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

// somebodys is one of many browsers.
func somebodys(r *rand.Rand) string {
	v := 128 + r.IntN(12)
	return []string{
		fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:%d.0) Gecko/20100101 Firefox/%d.0", v, v),
		fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", v),
		fmt.Sprintf("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", v),
	}[r.IntN(3)]
}

// follow lets n strangers ask for one of some paths each, in the course of two days.
func (l *tape) follow(r *rand.Rand, n int, paths ...string) {
	for i := range n {
		l.ask(hour+time.Duration(r.IntN(2*86400))*time.Second, bot(i), "", somebodys(r), paths[i%len(paths)], 404)
	}
}

// People who follow a link that is broken, and fetch nothing else.
func TestBrokenLink(t *testing.T) {
	slugs := make([]string, 30)
	for i := range slugs {
		slugs[i] = fmt.Sprintf("/recipes/%s-%s", alphabet(i), alphabet(2*i+1))
	}
	for what, log := range map[string]func(l *tape, r *rand.Rand){
		"of a newsletter":    func(l *tape, r *rand.Rand) { l.follow(r, 200, "/offers/spring.html") },
		"of a few":           func(l *tape, r *rand.Rand) { l.follow(r, 12, "/offers/spring") },
		"of half a dozen":    func(l *tape, r *rand.Rand) { l.follow(r, 6, "/offers/spring") },
		"to two pages":       func(l *tape, r *rand.Rand) { l.follow(r, 80, "/offers/spring.html", "/offers/summer.html") },
		"to a document":      func(l *tape, r *rand.Rand) { l.follow(r, 80, "/downloads/manual-v2.pdf") },
		"to what a site had": func(l *tape, r *rand.Rand) { l.follow(r, 300, slugs...) },
		"to what a site had that was in ASP": func(l *tape, r *rand.Rand) {
			for i := range 60 {
				at, who := hour+time.Duration(r.IntN(2*86400))*time.Second, somebodys(r)
				l.ask(at, bot(i), "", who, []string{"/articles/garden.html", "/articles/kitchen.html", "/manual.pdf"}[i%3], 404)
				if i%2 == 0 {
					l.ask(at+20*time.Second, bot(i), "", who, "/forum/topic.asp", 404)
				}
			}
		},
		"of a site in PHP": func(l *tape, r *rand.Rand) { l.follow(r, 80, "/shop/article.php") },
		"seen by mail filters": func(l *tape, r *rand.Rand) {
			l.follow(r, 60, "/offers/spring")
			for i := range 15 {
				l.ask(hour+time.Duration(r.IntN(86400))*time.Second, bot(100+i), "", "python-requests/2.32.3", "/offers/spring", 404)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.visitors(60)
			for i, p := range []string{"/shop/list.php", "/shop/cart.php", "/shop/item.php"} {
				l.get(time.Duration(i)*hour, "198.18.0.1", p, 200)
			}
			log(&l, rand.New(rand.NewPCG(5, 6)))
			l.quiet(t)
			if what != "to what a site had" && what != "to a document" && !slices.ContainsFunc(l.cases(), func(c analyze.Case) bool {
				return c.Kind == "broken_link" && c.Level <= analyze.Low && len(c.Sources) == 0
			}) {
				t.Error("nobody tells of the link")
			}
		})
	}
}

// A botnet that asks for a script, and for a page beside it, is told as people who follow
// links would be, and is worth a look.
func TestBrokenLinkToAScript(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var l tape
	l.visitors(60)
	for i := range 60 {
		at, who := hour+time.Duration(r.IntN(2*86400))*time.Second, somebodys(r)
		l.ask(at, bot(i), "", who, "/radio/gelf9.php", 404)
		l.ask(at+time.Duration(5+r.IntN(100))*time.Second, bot(i), "", who, "/radio/about.html", 404)
	}
	if !slices.ContainsFunc(l.cases(), func(c analyze.Case) bool { return c.Level >= analyze.Low }) {
		t.Error("nobody looks")
	}
}

// Alike, and no link that people are sent.
func TestNoBrokenLink(t *testing.T) {
	for what, log := range map[string]func(l *tape, r *rand.Rand){
		"a door of scanners": func(l *tape, r *rand.Rand) { l.follow(r, 60, "/cgi-bin/luci") },
		"scripts":            func(l *tape, r *rand.Rand) { l.follow(r, 60, "/upload/topic.asp", "/harbor/quartz.asp") },
		"a program":          func(l *tape, r *rand.Rand) { l.follow(r, 60, "/dvr/settings.cgi") },
		"a payload": func(l *tape, r *rand.Rand) {
			l.follow(r, 60, "/item?id=1+UNION+SELECT+1,user,3+FROM+users")
		},
		"a form that is sent": func(l *tape, r *rand.Rand) {
			for i := range 60 {
				l.request(hour+time.Duration(r.IntN(86400))*time.Second, bot(i), "", somebodys(r), "POST", "/harbor/quartz-417", 404)
			}
		},
		"one agent": func(l *tape, r *rand.Rand) {
			for i := range 60 {
				l.get(hour+time.Duration(r.IntN(86400))*time.Second, bot(i), "/harbor/quartz-417", 404)
			}
		},
		"turns that are dealt out": func(l *tape, r *rand.Rand) {
			for i := range 60 {
				l.ask(hour+time.Duration(i)*20*minute, bot(i), "", somebodys(r), "/harbor/quartz-417", 404)
			}
		},
		"one network": func(l *tape, r *rand.Rand) {
			for i := range 40 {
				l.ask(hour+time.Duration(r.IntN(86400))*time.Second, fmt.Sprintf("203.0.113.%d", 1+6*i), "", somebodys(r), "/harbor/quartz-417", 404)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.visitors(60)
			log(&l, rand.New(rand.NewPCG(5, 6)))
			if len(l.accused()) == 0 {
				t.Error("nobody is accused")
			}
		})
	}
}

// A campaign says what is shared, and how often that happens among others.
func TestYardstick(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var l tape
	l.visitors(60)
	for i := range 30 { // of a program that nobody here has
		l.get(hour+time.Duration(i)*20*minute, bot(i), "/harbor/quartz-417.cgi", 404)
	}
	for i := range 60 { // and what strangers ask for by chance
		l.ask(time.Duration(r.IntN(86400))*time.Second, bot(300+i), "", somebodys(r), fmt.Sprintf("/%s.asp", alphabet(i%40)), 404)
	}
	var why string
	for _, f := range (Campaign{}).Detect(l.input()) {
		if len(f.Sources) == 30 {
			why = strings.Join(f.Story.Why, " ")
		}
	}
	if !strings.Contains(why, "30 of the 30 have one path in common; of the 40 other paths that strangers tried in these days, 95 of 100 were tried by no more than 2 of them") {
		t.Errorf("%q", why)
	}
}

// Four who load one style sheet each and then ask for the same list of names are no
// visitors whom links fail: a style sheet is cheap.
func TestStyleSheetBuysNoSilence(t *testing.T) {
	var l tape
	l.visitors(30)
	for i := range 4 {
		src := fmt.Sprintf("203.0.%d.7", 1+i)
		l.get(9*hour, src, "/style.css", 200)
		for k := range 20 {
			l.get(9*hour+time.Duration(k+1)*20*time.Second, src, fmt.Sprintf("/%s-%s", alphabet(k), alphabet(7*k+3)), 404)
		}
	}
	for i := range 4 {
		l.find(t, fmt.Sprintf("203.0.%d.7/32", 1+i), "scan", analyze.Low)
	}
}
