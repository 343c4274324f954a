package detect

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

// blog is a site with 120 readers, of whom every fourth fills in a form.
func blog(form string) *tape {
	var l tape
	for i := range 120 {
		at, home := time.Duration(i)*10*minute, fmt.Sprintf("198.18.%d.20", i)
		l.visit(at, home)
		if i%4 == 0 {
			l.fill(at+6*minute, home, "/blog/coffee", form, 302)
		}
	}
	return &l
}

// fill is what a browser asks for when somebody comments: the page, the form, and the page
// again, if the form leads back there.
func (l *tape) fill(at time.Duration, src, page, form string, status uint16) {
	l.get(at, src, page, 200)
	l.line(at+30*time.Second, src, "", firefox, "POST", form, status, 900)
	if status == 302 {
		l.get(at+31*time.Second, src, page, 200)
	}
}

// proxies are n robots of as many networks, which do something at any time of the day.
func proxies(n int, do func(at time.Duration, src string)) {
	for i := range n {
		at := 2*hour + time.Duration(i*i*7%1200)*minute
		for k := range 1 + i%3 {
			do(at+time.Duration(k*k)*17*minute, fmt.Sprintf("203.0.%d.%d", i, 5+i%200))
		}
	}
}

// robots lists what is said of robots that fill in forms, as "level +n".
func (l *tape) robots() (out []string) {
	for _, c := range l.cases() {
		for _, f := range c.Findings {
			if f.Detector == (FormSpam{}).Name() {
				out = append(out, fmt.Sprintf("%s %d", c.Level, len(f.Sources)))
			}
		}
	}
	return out
}

// A crowd that fills in a form is one case, whether it looks at the form first or not.
func TestFormSpamOfACrowd(t *testing.T) {
	for _, c := range []struct {
		form    string
		answer  uint16
		page    string // that is asked for first
		robots  int
		want    string
		reading string
	}{
		{"/wp-comments-post.php", 302, "", 15, "low 15", "comments"},
		{"/wp-comments-post.php", 302, "/blog/coffee", 90, "low 90", "comments, each with its page"},
		{"/wp-comments-post.php", 302, "/blog/coffee", 240, "low 240", "more of them than readers"},
		{"/comment/reply/4711", 302, "", 15, "low 15", "Drupal's comments"},
		{"/guestbook.php", 200, "/guestbook.php", 90, "low 90", "a guestbook"},
		{"/blog/coffee/trackback/", 200, "", 15, "low 15", "trackbacks"},
		{"/wp-json/contact-form-7/v1/contact-forms/12/feedback", 200, "", 15, "low 15", "letters to the owner"},
		{"/contact", 200, "/contact", 40, "low 40", "letters to the owner, with the form"},
		{"/index.php?title=Talk:Tea&action=submit", 302, "", 15, "low 15", "a wiki whose people edit it"},
		{"/user/register", 302, "/user/register", 40, "medium 40", "accounts"},
		{"/forum/ucp.php?mode=register", 200, "/forum/ucp.php?mode=register", 40, "medium 40", "accounts of a forum"},
		{"/newsletter/subscribe", 200, "/newsletter", 40, "low 40", "strangers signed up for letters"},
	} {
		t.Run(c.reading, func(t *testing.T) {
			l := blog("/login")
			if strings.HasPrefix(c.form, "/index.php") {
				l = blog("/index.php?title=Coffee&action=submit")
				c.robots *= 3
				c.want = "low 45"
			}
			proxies(c.robots, func(at time.Duration, src string) {
				if c.page != "" {
					l.ask(at, src, "", chrome, c.page, 200)
				}
				l.line(at+2*time.Second, src, "", chrome, "POST", c.form, c.answer, 900)
			})
			if got := l.robots(); len(got) != 1 || got[0] != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}

// Comments to every page of a blog are one story.
func TestFormSpamOfEveryPageIsOneCase(t *testing.T) {
	l := blog("/login")
	proxies(30, func(at time.Duration, src string) {
		page := "/blog/" + []string{"coffee", "tea", "cake"}[int(at/minute)%3]
		l.line(at, src, "", chrome, "POST", page+"/trackback/", 200, 900)
	})
	if got := l.robots(); len(got) != 1 || got[0] != "low 30" {
		t.Errorf("told %q", got)
	}
}

// One address is told when it sends a form as no person can.
func TestFormSpamOfOne(t *testing.T) {
	loose := func(pause time.Duration) func(i int) time.Duration {
		return func(i int) time.Duration { return pause/4 + pause*time.Duration(i*i*i%17)/8 }
	}
	for what, c := range map[string]struct {
		form, page string
		n          int
		pause      func(i int) time.Duration
	}{
		"comments all day":      {"/wp-comments-post.php", "", 150, loose(6 * minute)},
		"comments in a hurry":   {"/wp-comments-post.php", "/blog/coffee", 100, loose(20 * time.Second)},
		"strangers for letters": {"/newsletter/subscribe", "", 100, loose(10 * time.Second)},
		"accounts":              {"/signup", "/signup", 100, loose(15 * time.Second)},
		"more than are kept":    {"/wp-comments-post.php", "", 800, loose(4 * time.Second)},
		"more, each asked for":  {"/wp-comments-post.php", "/blog/coffee", 800, loose(4 * time.Second)},
	} {
		t.Run(what, func(t *testing.T) {
			l := blog("/login")
			at := 2 * hour
			for i := range c.n {
				if c.page != "" {
					l.ask(at, attacker, "", chrome, c.page, 200)
				}
				l.line(at+time.Second, attacker, "", chrome, "POST", c.form, 302, 300)
				at += c.pause(i)
			}
			if got := l.robots(); len(got) != 1 || got[0] != "low 1" {
				t.Errorf("told %q", got)
			}
			l.find(t, attacker+"/32", "form_spam", analyze.Low)
		})
	}
}

// A spammer with a comment or two is not worth a line.
func TestFewSpammersAreNotTold(t *testing.T) {
	for what, people := range map[string]string{"beside people": "/wp-comments-post.php", "alone": "/login"} {
		t.Run(what, func(t *testing.T) {
			l := blog(people)
			proxies(7, func(at time.Duration, src string) {
				l.line(at, src, "", chrome, "POST", "/wp-comments-post.php", 302, 0)
			})
			if got := l.robots(); len(got) > 0 {
				t.Errorf("told %q", got)
			}
		})
	}
}

// Nor is what the site refuses.
func TestRefusedSpamIsNotTold(t *testing.T) {
	l := blog("/wp-comments-post.php")
	proxies(60, func(at time.Duration, src string) {
		l.line(at, src, "", chrome, "POST", "/wp-comments-post.php", 403, 300)
	})
	if got := l.robots(); len(got) > 0 {
		t.Errorf("told %q", got)
	}
}

// People who fill in forms, some of them in ways of robots.
func TestHonestForms(t *testing.T) {
	const comments = "/wp-comments-post.php"
	const telephone = "Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36"
	home := func(i int) string { return fmt.Sprintf("203.0.%d.%d", i%250, 5+i/250) }
	away := func(i int) string { return fmt.Sprintf("198.51.%d.9", i%250) }
	when := func(i int) time.Duration { return time.Duration(i*i*7%1300) * minute }
	for what, log := range map[string]func(l *tape){
		"a blog whose readers comment a lot": func(l *tape) {
			for i := range 300 {
				l.visit(when(i), home(i))
				l.fill(when(i)+5*minute, home(i), "/blog/coffee", comments, 302)
			}
		},
		"readers of every day, whose browsers have the style sheet": func(l *tape) {
			for i := range 45 {
				l.fill(when(i), home(i), "/blog/coffee", comments, 302)
			}
		},
		"readers of every day who go from page to page": func(l *tape) {
			for i := range 90 {
				l.get(when(i), home(i), "/blog/tea", 200)
				l.get(when(i)+minute, home(i), "/blog/coffee", 200)
				l.line(when(i)+2*minute, home(i), "", firefox, "POST", comments, 200, 900)
			}
		},
		"readers of every day who follow what others say": func(l *tape) {
			for i := range 90 {
				for k := range 4 {
					l.get(when(i)+time.Duration(k)*minute, home(i), "/blog/coffee", 200)
				}
				l.fill(when(i)+5*minute, home(i), "/blog/coffee", comments, 302)
			}
		},
		"a wiki's people, whose browsers have the style sheet": func(l *tape) {
			for i := range 10 {
				l.visit(when(i), away(i))
				l.fill(when(i)+5*minute, away(i), "/index.php?title=Tea", "/index.php?title=Tea&action=submit", 302)
			}
			for i := range 300 {
				l.fill(when(i), home(i), "/index.php?title=Coffee", "/index.php?title=Coffee&action=submit", 302)
			}
		},
		"people who register, whose browsers have the style sheet": func(l *tape) {
			for i := range 15 {
				l.fill(when(i), home(i), "/signup", "/signup", 302)
			}
		},
		"an intranet, whose people are logged in": func(l *tape) {
			for i := range 100 {
				l.ask(when(i), home(i), "anna", firefox, "/blog/coffee", 200)
				l.line(when(i)+minute, home(i), "anna", firefox, "POST", comments, 200, 900)
			}
		},
		"a search that stands on other sites": func(l *tape) {
			for i := range 200 {
				l.visit(when(i), home(i))
				l.fill(when(i)+5*minute, home(i), "/trains", "/trains", 302)
			}
			for i := range 240 {
				l.line(when(i), away(i), "", firefox, "POST", "/trains", 302, 0)
			}
		},
		"a script that logs in": func(l *tape) {
			for i := range 100 {
				l.line(9*hour+time.Duration(i*15+i*i*i%13)*time.Second, home(1), "", firefox, "POST", "/login", 302, 0)
			}
		},
		"a school behind one address": func(l *tape) {
			for i := range 200 {
				l.fill(9*hour+time.Duration(i)*10*time.Second, home(1), "/blog/coffee", comments, 302)
			}
			l.visit(9*hour, home(1))
		},
		"an application that comments by an interface": func(l *tape) {
			for i := range 300 {
				l.line(when(i), home(i), "", telephone, "POST", "/api/v2/comments", 200, 900)
				l.line(when(i), home(i), "", telephone, "POST", "/graphql/comments", 200, 900)
			}
		},
		"an application whose pages come with it": func(l *tape) {
			for i := range 300 {
				l.ask(when(i), home(i), "", telephone, "/settings.json", 200)
				l.line(when(i)+minute, home(i), "", telephone, "POST", "/register", 200, 900)
			}
		},
		"a conference that people come to by a link": func(l *tape) {
			for i := range 60 {
				l.get(9*hour+time.Duration(i*i*7%600)*time.Second, home(i), "/b/room", 200)
				l.line(9*hour+10*minute+time.Duration(i*i*7%600)*time.Second, home(i), "", firefox, "POST", "/b/room/join", 302, 0)
			}
		},
		"an application by its own name": func(l *tape) {
			for i := range 300 {
				l.line(when(i), home(i), "", "Reader/4.2 (build 77) okhttp/4.12.0", "POST", comments, 302, 0)
			}
		},
		"a newsletter that other sites offer, too": func(l *tape) {
			for i := range 300 {
				l.line(when(i), home(i), "", firefox, "POST", "/newsletter/subscribe", 302, 0)
			}
		},
		"accounts that a page elsewhere offers": func(l *tape) {
			for i := range 300 {
				l.line(when(i), home(i), "", firefox, "POST", "/signup", 302, 0)
			}
		},
		"a stand at a fair, where people sign up": func(l *tape) {
			for i := range 200 {
				l.line(9*hour+time.Duration(i)*2*minute+time.Duration(i*i*i%83)*time.Second, home(1), "", firefox, "POST", "/newsletter/subscribe", 302, 0)
			}
		},
		"mail programs that unsubscribe people": func(l *tape) {
			for i := range 300 {
				l.line(when(i), home(i), "", firefox, "POST", "/newsletter/unsubscribe", 302, 0)
			}
			for i := range 200 {
				l.line(9*hour+time.Duration(i*i%1800)*time.Second, "203.0.113.5", "", firefox, "POST", "/newsletter/unsubscribe", 302, 0)
			}
		},
		"a portal that signs people on with a form": func(l *tape) {
			for i := range 300 {
				l.visit(when(i), home(i))
				l.line(when(i)+5*minute, home(i), "", firefox, "POST", "/saml/acs", 302, 0)
			}
			for i := range 200 { // they have been here before
				l.line(when(i), away(i), "", firefox, "POST", "/saml/acs", 302, 0)
				l.get(when(i)+time.Second, away(i), "/", 200)
			}
		},
		"people whose pages come from one address and whose forms from another": func(l *tape) {
			for i := range 400 {
				l.visit(when(i), home(i))
				from := home(i)
				if i%40 == 0 {
					from = fmt.Sprintf("2001:db8:%x::7", i)
				}
				l.line(when(i)+5*minute, from, "", firefox, "POST", comments, 302, 0)
			}
		},
		"a network of telephones that share their addresses": func(l *tape) {
			for i := range 250 {
				l.visit(when(i), fmt.Sprintf("203.0.%d.9", i))
				l.line(when(i)+5*minute, fmt.Sprintf("203.0.%d.77", i), "", firefox, "POST", comments, 302, 0)
			}
		},
		"a clerk": func(l *tape) {
			for i := range 200 {
				l.visit(when(i), home(i))
				l.fill(when(i)+5*minute, home(i), "/orders/form", "/orders", 302)
			}
			for i := range 150 {
				l.fill(8*hour+time.Duration(i)*3*minute+time.Duration(i*i*i%83)*time.Second, away(1), "/orders/form", "/orders", 302)
			}
		},
		"a clerk with a pile": func(l *tape) {
			for i := range 200 {
				l.visit(when(i), home(i))
				l.fill(when(i)+5*minute, home(i), "/orders/form", "/orders", 302)
			}
			at := 8 * hour
			for i := range 120 {
				l.fill(at, away(1), "/orders/form", "/orders", 302)
				at += time.Duration(25+i*i*i%53) * time.Second
			}
		},
		"who answers in a forum all day": func(l *tape) {
			for i := range 90 {
				l.fill(8*hour+time.Duration(i)*7*minute+time.Duration(i*i*i%83)*time.Second, home(1), "/viewtopic.php?t=7", "/posting.php?mode=reply&t=7", 302)
			}
		},
		"a monitor by a browser's name": func(l *tape) {
			for i := range 200 {
				l.line(time.Duration(i)*5*minute, home(1), "", firefox, "POST", comments, 302, 0)
			}
		},
		"a bank that calls back": func(l *tape) {
			for i := range 300 {
				l.line(when(i), home(1), "", "Bank/1.0", "POST", "/payment/callback", 302, 0)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			l := blog("/login")
			log(l)
			if got := l.robots(); len(got) > 0 {
				t.Errorf("told %q", got)
			}
		})
	}
}

// Where the parts of pages, or the pages themselves, come from somewhere else, readers
// look like robots.
func TestFormsOfASiteWhosePartsAreElsewhere(t *testing.T) {
	for what, load := range map[string]func(l *tape, at time.Duration, src string, i int){
		"parts at another host": func(l *tape, at time.Duration, src string, _ int) { l.get(at, src, "/blog/tea", 200) },
		"an icon is all that is here, of those who are new": func(l *tape, at time.Duration, src string, i int) {
			l.get(at, src, "/blog/tea", 200)
			if i%2 == 0 {
				l.get(at, src, "/favicon.ico", 200)
			}
		},
		"pages in a cache, but for a few": func(l *tape, at time.Duration, src string, i int) {
			if i%9 == 0 {
				l.visit(at, src)
			} else if i%2 == 0 {
				l.get(at, src, "/blog/tea", 200)
			}
		},
		"another site's readers load parts": func(l *tape, at time.Duration, src string, _ int) { l.askAt(at, src, "cdn.example.org", "/blog/tea") },
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			host := ""
			if strings.HasPrefix(what, "another") {
				l.visitors(200)
				host = "cdn.example.org"
			}
			for i := range 400 {
				at, src := time.Duration(i)*3*minute, fmt.Sprintf("203.0.%d.%d", i%250, 5+i/250)
				load(&l, at, src, i)
				if i%2 == 1 {
					l.sendTo(at+minute, src, host, "/wp-comments-post.php")
				}
			}
			if got := l.robots(); len(got) > 0 {
				t.Errorf("told %q", got)
			}
		})
	}
}

// askAt and sendTo ask a host for a page, and send it a form.
func (l *tape) askAt(at time.Duration, src, host, target string) {
	l.toHost(at, src, host, "GET", target, 200)
}

func (l *tape) sendTo(at time.Duration, src, host, target string) {
	l.toHost(at, src, host, "POST", target, 302)
}

func (l *tape) toHost(at time.Duration, src, host, method, target string, status uint16) {
	l.request(at, src, "", firefox, method, target, status)
	l.events[len(l.events)-1].VHost = []byte(host)
}

// Where a log begins, pages stand open that were loaded before.
func TestFormsAtTheBeginningOfALog(t *testing.T) {
	var l tape
	for i := range 100 {
		at, src := time.Duration(i)*35*time.Second, fmt.Sprintf("203.0.%d.9", i)
		if i%2 == 0 {
			l.visit(at, src)
		} else {
			l.line(at, src, "", firefox, "POST", "/wp-comments-post.php", 200, 900)
		}
	}
	if got := l.robots(); len(got) > 0 {
		t.Errorf("told %q", got)
	}
}

func TestAimOf(t *testing.T) {
	for text, want := range map[string]aim{
		"/wp-comments-post.php":           writes,
		"www.example.org/comment/reply/N": writes,
		"comments.example.org/save":       0,
		"/forum/ucp.php":                  joins,
		"/user/sign-up":                   joins,
		"/users/sign_up":                  joins,
		"/wp-json/contact-form-N/vN/contact-forms/N/feedback": letters,
		"/api/v2/comments":        0,
		"/newsletter/unsubscribe": 0,
		"/newsletter":             mails,
		"/commentary":             0,
		"":                        0,
	} {
		if got, _ := aimOf(text); got != want {
			t.Errorf("aimOf(%q) = %d, want %d", text, got, want)
		}
	}
}

// The upper tail of the binomial distribution, against sums by hand.
func TestAtLeast(t *testing.T) {
	for _, c := range []struct {
		k, n int
		p    float64
		want float64
	}{
		{0, 10, .5, 1},
		{10, 10, .5, 1. / 1024},
		{9, 10, .5, 11. / 1024},
		{2, 3, .25, 10. / 64}, // 3 x 1/16 x 3/4 + 1/64
	} {
		if got := atLeast(c.k, c.n, c.p); got < c.want*(1-1e-9) || got > c.want*(1+1e-9) {
			t.Errorf("at least %d of %d at %g: %g, want %g", c.k, c.n, c.p, got, c.want)
		}
	}
}
