package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

// paces are how fast somebody counts: no limit sees the slow ones.
var paces = map[string]time.Duration{"a second": time.Second, "a minute": minute, "half an hour": 30 * minute}

// Whoever counts up what belongs to others, and is refused.
func TestCounting(t *testing.T) {
	for _, c := range []struct {
		target string // with the place of the number
		status uint16
		level  analyze.Level
	}{
		{"/invoice/%d", 403, analyze.High},
		{"/api/accounts/%d/orders", 401, analyze.Medium},
		{"/account.php?id=%d", 403, analyze.High},
		{"/invoices/INV-%d.pdf", 403, analyze.High},
		{"/index.php?action=show&order=%d&lang=en", 403, analyze.High},
		{"/download.php?file=%d", 404, analyze.Medium},
		{"/report/2026/%d", 404, analyze.Medium},
	} {
		for pace, pause := range paces {
			for _, step := range []int{1, -1, 10} {
				t.Run(fmt.Sprintf("%s %d by %d, %s", c.target, c.status, step, pace), func(t *testing.T) {
					var l tape
					l.visitors(40)
					for i := range 40 {
						l.get(2*hour+time.Duration(i)*pause, attacker, fmt.Sprintf(c.target, 2000+i*step), c.status)
					}
					if got := l.find(t, attacker+"/32", "enumeration", c.level); got.Level > c.level {
						t.Errorf("%s, %v", got.Level, got.Families)
					}
				})
			}
		}
	}
}

// Some numbers are there, and who asks in four threads asks nearly in order.
func TestCountingWithGapsAndThreads(t *testing.T) {
	var l tape
	l.visitors(40)
	for i := range 60 {
		status, n := uint16(403), 1000+i^1
		if i%7 == 0 {
			status = 200
		}
		l.get(5*hour+time.Duration(i)*minute, attacker, fmt.Sprintf("/invoice/%d", n), status)
	}
	l.find(t, attacker+"/32", "enumeration", analyze.High)
}

// Each of eight workers walks a part of the numbers, up or down.
func TestCountingByWorkers(t *testing.T) {
	for _, step := range []int{1, -1} {
		var l tape
		l.visitors(40)
		for i := range 200 {
			l.get(hour+time.Duration(i)*5*minute, attacker, fmt.Sprintf("/invoice/%d", 2000+step*(i%8*25+i/8)), 403)
		}
		l.find(t, attacker+"/32", "enumeration", analyze.High)
	}
}

// A scanner that asks for several authors at once is answered in nearly that order.
func TestWordPressAuthorsInThreads(t *testing.T) {
	for _, order := range [][]int{{2, 1, 3, 5, 4, 6, 8, 7, 10, 9}, {9, 10, 8, 7, 5, 6, 4, 3, 1, 2}} {
		var l tape
		l.visitors(40)
		for i, n := range order {
			l.get(hour+time.Duration(i)*time.Second, attacker, fmt.Sprintf("/?author=%d", n), 301)
		}
		l.find(t, attacker+"/32", "enumeration", analyze.Medium)
	}
}

// The front page in between excuses nobody.
func TestCountingWithTheFrontPage(t *testing.T) {
	var l tape
	l.visitors(40)
	for i := range 40 {
		l.get(5*hour+time.Duration(i)*minute, attacker, "/", 200)
		l.get(5*hour+time.Duration(i)*minute+time.Second, attacker, fmt.Sprintf("/invoice/%d", 1000+i), 403)
	}
	l.find(t, attacker+"/32", "enumeration", analyze.High)
}

// One walk that is dealt out to twenty sources is one case, of all of them.
func TestCountingTogether(t *testing.T) {
	var l tape
	l.visitors(40)
	l.get(minute, "198.18.0.1", "/files/7", 200)
	for i := range 60 {
		l.ask(hour+time.Duration(i)*10*minute, fmt.Sprintf("203.%d.113.9", i%20), "", chrome, fmt.Sprintf("/files/%d", 500+i), 404)
	}
	if got := l.find(t, "203.0.113.9/32", "enumeration", analyze.Medium); len(got.Sources) != 20 {
		t.Errorf("%d sources", len(got.Sources))
	}
}

// It is found of the same sources where customers are refused what they just ordered.
func TestCountingTogetherAmongCustomers(t *testing.T) {
	var l tape
	l.visitors(40)
	for i := range 60 {
		l.ask(hour+time.Duration(i)*10*minute, fmt.Sprintf("203.%d.113.9", i%20), "", chrome, fmt.Sprintf("/files/%d", 500+i), 403)
		l.ask(hour+time.Duration(i)*10*minute+time.Second, fmt.Sprintf("198.19.%d.7", i), "", chrome, fmt.Sprintf("/files/%d", 900+i), 403)
	}
	found := Enumeration{}.Detect(l.input())
	if len(found) != 1 || len(found[0].Sources) != 20 || found[0].Sources[0].String() != "203.0.113.9/32" {
		t.Errorf("%+v", found)
	}
}

// Authors of WordPress by number, in whichever spelling: a few are enough, and it is
// medium at most.
func TestWordPressAuthors(t *testing.T) {
	for _, target := range []string{"/?author=%d", "/blog/index.php?author=%d", "/wp-json/wp/v2/users/%d", "/?rest_route=/wp/v2/users/%d", "/blog/?rest_route=%%2Fwp%%2Fv2%%2Fusers%%2F%d"} {
		for _, status := range []uint16{301, 200, 404, 403, 401} {
			for pace, pause := range paces {
				for n, level := range map[int]analyze.Level{4: analyze.Low, 10: analyze.Medium} {
					t.Run(fmt.Sprintf("%s %d, %d, %s", target, status, n, pace), func(t *testing.T) {
						var l tape
						l.visitors(40)
						for i := range n {
							l.get(2*hour+time.Duration(i)*pause, attacker, fmt.Sprintf(target, i+1), status)
						}
						if got := l.find(t, attacker+"/32", "enumeration", level); got.Level > analyze.Medium {
							t.Errorf("%s, %v", got.Level, got.Families)
						}
					})
				}
			}
		}
	}
}

// Addresses that are tried where the answer tells which exist.
func TestAskingWhoExists(t *testing.T) {
	for _, target := range []string{"/forgot?email=user%c@example.org", "/api/exists?mail=user%c%%40example.org&x=1", "/.well-known/webfinger?resource=acct:user%c@example.org"} {
		var l tape
		l.visitors(40)
		for i := range 40 {
			status := uint16(404)
			if i%9 == 0 {
				status = 200
			}
			l.get(3*hour+time.Duration(i)*minute, attacker, fmt.Sprintf(target, 'a'+rune(i)), status)
		}
		l.find(t, attacker+"/32", "enumeration", analyze.Medium)
	}
}

// Whatever counts, and means no harm.
func TestHonestCounting(t *testing.T) {
	const one = "198.19.9.1"
	// count has somebody ask for n numbers.
	count := func(l *tape, from, pause time.Duration, src, agent, target string, n int, status func(i int) uint16) {
		for i := range n {
			l.ask(from+time.Duration(i)*pause, src, "", agent, fmt.Sprintf(target, 1000+i), status(i))
		}
	}
	always := func(status uint16) func(int) uint16 { return func(int) uint16 { return status } }
	every := func(k int, status uint16) func(int) uint16 {
		return func(i int) uint16 {
			if i%k == 0 {
				return status
			}
			return 200
		}
	}
	const (
		googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
		safari    = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
	)
	for what, log := range map[string]func(l *tape){
		"a crawler and a catalogue that is gone": func(l *tape) { count(l, hour, minute, one, googlebot, "/item/%d", 60, always(404)) },
		"pictures that another site shows":       func(l *tape) { count(l, hour, time.Second/4, one, safari, "/image.php?photo=%d", 60, always(403)) },
		"an upload in parts whose key is too old": func(l *tape) {
			for i := range 60 {
				l.request(hour+time.Duration(i)*time.Second, one, "", "aws-cli/2.15", "PUT", fmt.Sprintf("/bucket/file?id=%d", i), 403)
			}
		},
		"an interface of a small team, which asks whether each project may be changed": func(l *tape) {
			for k := range 4 {
				count(l, hour+time.Duration(k)*3*hour, 50*time.Millisecond, fmt.Sprintf("198.19.%d.7", k), safari, "/api/projects/%d/permissions", 40, always(403))
			}
		},
		"an interface on a host of its own, for one": func(l *tape) {
			for i := range 40 {
				l.ask(hour+time.Duration(i)*time.Second, one, "", safari, fmt.Sprintf("/api/list/section-%c", 'a'+i%26), 200)
				l.ask(hour+time.Duration(i)*time.Second, one, "", safari, fmt.Sprintf("/api/projects/%d/permissions", 100+i), 403)
			}
		},
		"a crawler of WordPress":                  func(l *tape) { count(l, hour, minute, one, googlebot, "/?author=%d", 20, always(301)) },
		"a link checker that reads the site":      func(l *tape) { count(l, hour, 20*time.Second, one, "LinkChecker/10.2", "/item/%d", 200, every(3, 404)) },
		"a link checker by a browser's name":      func(l *tape) { count(l, hour, 20*time.Second, one, chrome, "/item/%d", 200, every(3, 404)) },
		"a monitor of pages that are gone":        func(l *tape) { count(l, hour, 5*minute, one, "UptimeRobot/2.0", "/status/%d", 60, always(404)) },
		"a feed that is read page by page":        func(l *tape) { count(l, hour, time.Second, one, chrome, "/feed/?paged=%d", 40, always(404)) },
		"a pager without an end":                  func(l *tape) { count(l, hour, time.Second, one, chrome, "/list?page=%d", 40, always(404)) },
		"pages of a list":                         func(l *tape) { count(l, hour, time.Second, one, chrome, "/news/page/%d/", 40, always(404)) },
		"tiles of a map":                          func(l *tape) { count(l, hour, time.Second, one, chrome, "/tiles/12/2200/%d.png", 60, always(404)) },
		"tiles without a suffix":                  func(l *tape) { count(l, hour, time.Second, one, chrome, "/map/12/2200/%d", 60, always(403)) },
		"segments of a film":                      func(l *tape) { count(l, hour, 4*time.Second, one, chrome, "/live/seg-%05d.ts", 60, always(404)) },
		"segments without a suffix":               func(l *tape) { count(l, hour, 4*time.Second, one, chrome, "/live/chunk/%d", 60, always(404)) },
		"the parts of an archive":                 func(l *tape) { count(l, hour, 4*time.Second, one, chrome, "/files/film.part%02d.rar", 60, always(403)) },
		"pictures of a gallery":                   func(l *tape) { count(l, hour, time.Second, one, chrome, "/photos/DSC_%04d.jpg", 60, always(404)) },
		"a calendar":                              func(l *tape) { days(l, one, "/calendar/%d/%d/%d") },
		"rates of the day":                        func(l *tape) { days(l, one, "/rates/%d%02d%02d.csv") },
		"a screen that polls, and was logged out": func(l *tape) { count(l, hour, 5*time.Second, one, chrome, "/poll?seq=%d", 300, always(401)) },
		"a screen that outwits a cache":           func(l *tape) { count(l, hour, 5*time.Second, one, chrome, "/api/me?_=178000000%d", 300, always(401)) },
		"what was asked is asked again": func(l *tape) {
			for i := range 300 {
				l.get(hour+time.Duration(i)*5*time.Second, one, fmt.Sprintf("/job/%d", 70+i/40), 404)
			}
		},
		"a mirror of packages": func(l *tape) {
			count(l, hour, time.Second, one, "Debian APT-HTTP/1.3 (2.6.1)", "/pool/main/f/foo/foo_1.2-%d.deb", 60, always(404))
		},
		"an application's own client": func(l *tape) {
			count(l, hour, time.Second, one, "Shop/4.2 (build 77) okhttp/4.12.0", "/api/users/%d/avatar", 60, always(404))
		},
		"a script of the day before that lost its key": func(l *tape) {
			count(l, hour, minute, one, "python-requests/2.32.3", "/api/orders/%d", 10, always(200))
			count(l, day+hour, minute, one, "python-requests/2.32.3", "/api/orders/%d", 60, always(401))
		},
		"somebody who is signed in": func(l *tape) {
			for i := range 60 {
				l.ask(hour+time.Duration(i)*time.Second, one, "anna", firefox, "/orders", 200)
				l.ask(hour+time.Duration(i)*time.Second, one, "", firefox, fmt.Sprintf("/orders/%d/note", 100+i), 404)
			}
		},
		"somebody who is signed in, on a host without pages": func(l *tape) {
			l.ask(hour, one, "anna", chrome, "/orders", 200)
			count(l, hour+minute, time.Second, one, chrome, "/orders/%d/note", 60, always(404))
		},
		"somebody who reads his mail here": func(l *tape) {
			l.ok(hour, imap, one, "anna@example.org")
			count(l, 2*hour, time.Second, one, chrome, "/orders/%d/note", 60, always(404))
		},
		"what is sold out": func(l *tape) {
			for k := range 12 {
				l.visit(hour+time.Duration(k)*minute, fmt.Sprintf("198.19.%d.7", k))
				for i := range 3 {
					status := uint16(200)
					if i == 0 && k < 4 {
						status = 404
					}
					l.get(hour+time.Duration(k)*minute, fmt.Sprintf("198.19.%d.7", k), fmt.Sprintf("/offers/%d", 1000+i*k), status)
				}
			}
			count(l, 2*hour, time.Second, one, chrome, "/offers/%d", 60, always(404))
		},
		"a program that tries everything four times": func(l *tape) {
			for i := range 80 {
				l.ask(hour+time.Duration(i)*time.Second, one, "", "Sync/2.0", fmt.Sprintf("/records/%d", 100+i/4), 404)
			}
		},
		"a program that waits for the next number": func(l *tape) {
			for i := range 60 {
				for k := range 1 + i%2 {
					l.ask(hour+time.Duration(3*i+k)*10*time.Second, one, "", "Ticker/1.0", fmt.Sprintf("/block/%d", 100+i), 404)
				}
				l.ask(hour+time.Duration(3*i+2)*10*time.Second, one, "", "Ticker/1.0", fmt.Sprintf("/block/%d", 100+i), 200)
			}
		},
		"a program that tries everything twice": func(l *tape) {
			for i := range 80 {
				l.ask(hour+time.Duration(i)*time.Second, one, "", "Sync/2.0", fmt.Sprintf("/records/%d", 100+i/2), 404)
			}
		},
		"an office whose programs look for the settings of their accounts": func(l *tape) {
			for i := range 40 {
				for _, target := range []string{"/autodiscover/autodiscover.json?Email=user%d@example.org&Protocol=ActiveSync", "/mail/config-v1.1.xml?emailaddress=user%d%%40example.org", "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=user%d%%40example.org"} {
					l.ask(hour+time.Duration(i)*10*minute, one, "", "MacOutlook/16.78.3.23102801 (Intelx64 Mac OS X Version 13.6 (Build 22G120))", fmt.Sprintf(target, i), 404)
				}
			}
		},
		"people who forgot whether they have an account": func(l *tape) {
			for i := range 60 {
				l.get(hour+time.Duration(i)*10*minute, fmt.Sprintf("198.19.%d.7", i), fmt.Sprintf("/forgot?email=user%d@example.org", i), 404)
			}
		},
		"programs that wait for the next release": func(l *tape) {
			for i := range 30 {
				for k := range 3 {
					n := (i*4 + k) % 15
					l.ask(hour+time.Duration(i)*hour/2+time.Duration(k)*minute, fmt.Sprintf("198.19.%d.7", n), "", fmt.Sprintf("Updater/%d.0", n), fmt.Sprintf("/release/%d", 100+i), 404)
				}
			}
		},
		"a page that asks for everybody's picture": func(l *tape) {
			l.visit(hour, one)
			count(l, 2*hour, 100*time.Millisecond, one, firefox, "/api/users/%d/avatar", 60, always(404))
		},
		"an interface that asks for everybody's picture, on a host of its own": func(l *tape) {
			for k := range 12 {
				count(l, hour+time.Duration(k)*5*minute, 100*time.Millisecond, fmt.Sprintf("198.19.%d.7", k), safari, "/api/users/%d/avatar", 40, always(404))
			}
		},
		"old bookmarks of many": func(l *tape) {
			for i := range 80 {
				l.ask(hour+time.Duration(i)*5*minute, fmt.Sprintf("198.19.%d.7", i), "", safari, fmt.Sprintf("/topic/%d", 1000+i*37%83), 404)
			}
		},
		"recipients of a newsletter, as they read it": func(l *tape) {
			for i := range 200 {
				l.ask(hour+time.Duration(i)*minute, fmt.Sprintf("198.19.%d.7", i%40), "", safari, fmt.Sprintf("/unsubscribe/%d", 5000+i*71%200), 404)
			}
		},
		"a gateway that opens what some recipients are sent": func(l *tape) {
			n := 5000
			for i := range 80 {
				n += 1 + i*i*i%5
				l.ask(hour+time.Duration(i)*10*time.Second, fmt.Sprintf("198.19.%d.7", i%8), "", chrome, fmt.Sprintf("/unsubscribe/%d", n), 403)
			}
		},
		"customers who may not see what they just ordered": func(l *tape) {
			for i := range 60 {
				l.ask(hour+time.Duration(i)*3*minute, fmt.Sprintf("198.19.%d.7", i), "", safari, fmt.Sprintf("/order/%d/status", 1000+i), 403)
			}
		},
		"readers of a newsletter, of whom each is sent two numbers in his turn": func(l *tape) {
			for i := range 120 {
				l.ask(hour+time.Duration(i)*minute, fmt.Sprintf("198.19.%d.7", i%60), "", safari, fmt.Sprintf("/nl/view/%d", 1000+i), 404)
			}
		},
		"an archive's list of a forum that is gone": func(l *tape) {
			for i := range 120 {
				l.ask(hour+time.Duration(i)*minute, one, "", chrome, fmt.Sprintf("/showthread.php?threadid=%d", 1000+i*1009%4001), 404)
			}
		},
		"a service that calls back": func(l *tape) {
			for i := range 60 {
				l.request(hour+time.Duration(i)*minute, one, "", "Payments/1.0", "POST", fmt.Sprintf("/callback/%d", 100+i), 404)
			}
		},
		"a site that fetches its authors itself": func(l *tape) {
			for i := range 30 {
				l.ask(hour+time.Duration(i)*minute, one, "", "node", fmt.Sprintf("/wp-json/wp/v2/posts/%d", 100+i), 200)
				l.ask(hour+time.Duration(i)*minute, one, "", "node", "/blog/post-of-the-day", 200)
				l.ask(hour+time.Duration(i)*minute, one, "", "node", fmt.Sprintf("/wp-json/wp/v2/users/%d", 1+i%6), 200)
			}
		},
		"a program that fetches an author whenever it meets him": func(l *tape) {
			for i, n := range []int{7, 2, 9, 1, 5, 10, 3, 8, 6, 4} {
				l.ask(hour+time.Duration(i)*minute, one, "", "node", fmt.Sprintf("/wp-json/wp/v2/users/%d", n), 200)
			}
		},
		"a reader of a blog without names in its addresses": func(l *tape) {
			for i := range 12 {
				l.get(hour+time.Duration(i)*minute, one, fmt.Sprintf("/story-%c", 'a'+i), 200)
				l.get(hour+time.Duration(i)*minute+5*time.Second, one, fmt.Sprintf("/?author=%d", 1+i/2), 200)
			}
		},
		"a person who looks for an old invoice": func(l *tape) { count(l, hour, 20*time.Second, one, firefox, "/invoice/%d", 6, always(404)) },
		"somebody who forgot which address it was": func(l *tape) {
			for i := range 6 {
				l.get(hour+time.Duration(i)*20*time.Second, one, fmt.Sprintf("/forgot?email=anna%d@example.org", i), 404)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.visitors(40)
			log(&l)
			for _, c := range l.cases() {
				for _, kind := range c.Detections {
					if kind == "enumeration" {
						t.Errorf("%s %s of %v: %v", c.Level, kind, c.Sources, c.Families)
					}
				}
			}
		})
	}
}

// days asks for one day after the other, of three months.
func days(l *tape, src, target string) {
	for i := range 90 {
		d := monday.AddDate(0, 0, i)
		l.ask(hour+time.Duration(i)*time.Second, src, "", chrome, fmt.Sprintf(target, d.Year(), d.Month(), d.Day()), 404)
	}
}
