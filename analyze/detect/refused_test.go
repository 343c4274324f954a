package detect

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/analyze"
)

// line is a request with the name that came with it, and the size of what it got.
func (l *tape) line(at time.Duration, src, user, agent, method, target string, status uint16, size int64) {
	l.request(at, src, user, agent, method, target, status)
	l.events[len(l.events)-1].Bytes = size
}

const (
	chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
	script = "python-requests/2.32.3"
)

// protected is a site with a directory behind a password that two people use, and
// an API whose clients have keys.
func (l *tape) protected() {
	l.visitors(30)
	for i := range 6 {
		at, home := time.Duration(i)*3*hour, fmt.Sprintf("198.18.7.%d", 1+i%2)
		user := []string{"anna", "bert"}[i%2]
		l.line(at, home, "", firefox, "GET", "/admin/", 401, 590)
		l.line(at+5*time.Second, home, user, firefox, "GET", "/admin/", 200, 4_000)
		l.line(at+6*time.Second, home, user, firefox, "GET", "/admin/app.css", 200, 900)
		l.line(at+time.Minute, home, user, firefox, "GET", "/admin/orders", 200, 4_000)
	}
	for i := range 300 {
		l.line(time.Duration(i)*4*minute, fmt.Sprintf("198.18.8.%d", 1+i%5), "", "shop-sync/1.4", "GET", "/api/v1/orders", 200, 2_000)
	}
}

// Passwords of the server itself, by the names in its access log: in a hurry, below
// any rate, by many that try twice each.
func TestPasswordsOfTheServer(t *testing.T) {
	names := []string{"admin", "root", "tomcat", "anna", "manager", "webmaster", "user", "test", "operator", "jenkins", "grafana", "backup"}
	t.Run("in a hurry", func(t *testing.T) {
		var l tape
		l.protected()
		for i := range 200 {
			l.line(18*hour+time.Duration(i)*2*time.Second, attacker, "admin", script, "GET", "/admin/", 401, 590)
		}
		c := l.find(t, attacker+"/32", "password_guessing", analyze.High)
		if !hasTarget(c, "admin") {
			t.Errorf("the account is not named: %v", c.Targets)
		}
	})
	t.Run("every three quarters of an hour", func(t *testing.T) {
		var l tape
		l.protected()
		for i := range 24 {
			l.line(time.Duration(i)*43*minute+time.Duration(i*i%11)*minute, attacker, names[i%len(names)], chrome, "PROPFIND", "/webdav/", 401, 590)
		}
		l.find(t, attacker+"/32", "password_guessing", analyze.Low)
	})
	t.Run("one a day", func(t *testing.T) {
		var l tape
		for i := range 60 {
			owner := []string{"anna", "bert", "carla"}[i%3]
			l.line(time.Duration(i)*8*hour, "198.18.7."+fmt.Sprint(1+i%3), owner, firefox, "GET", "/admin/", 200, 4_000)
		}
		for i := range 8 {
			l.line(12*day+time.Duration(i)*(day-37*minute), attacker, names[i], chrome, "GET", "/admin/", 401, 590)
		}
		l.from = 18 * day
		l.find(t, attacker+"/32", "password_guessing", analyze.Low)
	})
	t.Run("twice each", func(t *testing.T) {
		var l tape
		l.protected()
		for i := range 40 {
			l.line(12*hour+time.Duration(i)*9*minute, fmt.Sprintf("203.0.%d.9", 64+i%20), "anna", chrome, "GET", "/admin/", 401, 590)
		}
		for _, c := range l.cases() {
			if c.Level >= analyze.Medium && len(c.Sources) >= 18 && hasTarget(c, "anna") {
				return
			}
		}
		t.Errorf("not one case of twenty: %q", l.accused())
	})
	t.Run("and found", func(t *testing.T) {
		var l tape
		l.protected()
		for i := range 60 {
			l.line(18*hour+time.Duration(i)*20*time.Second, attacker, names[i%3], script, "GET", "/v2/_catalog", 401, 590)
		}
		for i := range 30 {
			l.line(18*hour+21*minute+time.Duration(i)*time.Second, attacker, "root", script, "GET", "/v2/_catalog", 200, 3_000)
		}
		l.find(t, attacker+"/32", "break_in", analyze.Critical)
	})
}

// A key of an API leaves no name.
func TestKeysOfAnAPI(t *testing.T) {
	var l tape
	l.protected()
	for i := range 400 {
		l.line(18*hour+time.Duration(i)*1300*time.Millisecond, attacker, "", script, "GET", fmt.Sprintf("/api/v1/orders?key=%08d", i), 401, 45)
	}
	l.find(t, attacker+"/32", "key_guessing", analyze.High)

	var alone tape // nobody else asks there
	alone.visitors(30)
	for i := range 300 {
		alone.line(18*hour+time.Duration(i*i%7+3*i)*time.Second, attacker, "", "curl/8.5.0", "POST", "/ghost/session", 403, 45)
	}
	alone.find(t, attacker+"/32", "key_guessing", analyze.Low)
}

// What is said of keys that are tried does not depend on what only an archive tells.
func TestKeysOverFilesAndWithAnArchive(t *testing.T) {
	for _, target := range []string{"/media/catalogue", "/media/catalogue.jpg"} {
		var said [2]string
		for k, archived := range []bool{false, true} {
			l := tape{archived: archived}
			l.visitors(20)
			for i := range 60 {
				l.request(time.Duration(i)*10*minute, fmt.Sprintf("198.18.%d.9", 100+i), "", "shop-sync/1.4", "GET", target, 200)
				l.request(12*hour+time.Duration(i)*time.Second, attacker, "", script, "GET", target, 401)
			}
			for _, c := range l.cases() {
				said[k] += fmt.Sprintf("%s %s %v %+v\n", c.Level, c.Kind, c.Sources, c.Families)
			}
		}
		if said[0] != said[1] || said[0] == "" {
			t.Errorf("%s: over files\n%swith an archive\n%s", target, said[0], said[1])
		}
	}
}

// customers send a form of the site's own: most are led on, some mistype.
func (l *tape) customers(path string, n int) {
	for i := range n {
		at, home := time.Duration(i)*19*hour/time.Duration(n), fmt.Sprintf("198.18.%d.%d", 64+i%50, 1+i%200)
		l.visit(at, home)
		l.line(at+6*minute, home, "", firefox, "GET", path, 200, 5_200)
		if i%5 == 0 {
			l.line(at+7*minute, home, "", firefox, "POST", path, 200, 5_260)
		}
		l.line(at+8*minute, home, "", firefox, "POST", path, 302, 0)
		l.line(at+8*minute, home, "", firefox, "GET", "/my/orders", 200, 8_000)
	}
}

// Forms that no list knows, which answer a wrong password with themselves.
func TestFormsThatNobodyKnows(t *testing.T) {
	for _, path := range []string{"/members/enter", "/kundencenter", "/shop/customer/sign-in-post.do", "/index.php/portal/anmelden"} {
		t.Run("one source "+path, func(t *testing.T) {
			var l tape
			l.customers(path, 30)
			for i := range 80 {
				l.line(12*hour+time.Duration(i)*11*minute/2, attacker, "", chrome, "POST", path, 200, 5_240+int64(i%9))
			}
			l.find(t, attacker+"/32", "form_guessing", analyze.High)
		})
		t.Run("and found "+path, func(t *testing.T) {
			var l tape
			l.customers(path, 30)
			for i := range 40 {
				l.line(18*hour+time.Duration(i)*13*time.Second, attacker, "", chrome, "POST", path, 200, 5_240)
			}
			l.line(18*hour+10*minute, attacker, "", chrome, "POST", path, 302, 0)
			l.line(18*hour+11*minute, attacker, "", chrome, "GET", "/my/orders", 200, 8_000)
			l.find(t, attacker+"/32", "break_in", analyze.Critical)
		})
		t.Run("many "+path, func(t *testing.T) {
			var l tape
			l.customers(path, 30)
			for i := range 45 {
				bot := fmt.Sprintf("203.0.%d.77", 64+i%15)
				l.line(11*hour+time.Duration(i)*10*minute, bot, "", chrome, "GET", path, 200, 5_200)
				l.line(11*hour+time.Duration(i)*10*minute+2*time.Second, bot, "", chrome, "POST", path, 200, 5_248)
			}
			l.crowd(t, "form_crowd", 15, analyze.Medium)
		})
	}
	t.Run("a login that people do not use, found", func(t *testing.T) {
		var l tape
		l.visitors(30)
		for i := range 50 {
			l.line(18*hour+time.Duration(i*i%5+9*i)*time.Second, attacker, "", chrome, "POST", "/cms7/gate", 200, 2_310)
		}
		l.line(18*hour+9*minute, attacker, "", chrome, "POST", "/cms7/gate", 303, 0)
		l.find(t, attacker+"/32", "break_in", analyze.High)
	})
	t.Run("an API that says no, many", func(t *testing.T) {
		var l tape
		l.visitors(30)
		for i := range 30 {
			l.line(12*hour+time.Duration(i)*7*minute, fmt.Sprintf("203.0.%d.4", 64+i), "", chrome, "POST", "/rest/v3/login", 422, 61)
		}
		l.crowd(t, "form_crowd", 30, analyze.Medium)
	})
	for _, tries := range []int{12, 20, 36} {
		t.Run(fmt.Sprintf("many, %d times each", tries), func(t *testing.T) {
			var l tape
			l.customers("/members/enter", 30)
			for i := range 40 * tries {
				at := 4*hour + time.Duration(i/tries)*10*minute + time.Duration(i%tries*(5+i*i%7))*11*time.Second
				l.line(at, fmt.Sprintf("203.%d.113.77", i/tries), "", chrome, "POST", "/members/enter", 200, 5_248)
			}
			l.crowd(t, "form_crowd", 40, analyze.High)
			if cases := l.cases(); len(cases) != 1 {
				t.Errorf("one crowd is told in %d cases", len(cases))
			}
		})
	}
}

// crowd wants one case of at least so many sources.
func (l *tape) crowd(t *testing.T, detection string, least int, level analyze.Level) {
	t.Helper()
	for _, c := range l.cases() {
		for _, d := range c.Detections {
			if d == detection && len(c.Sources) >= least && c.Level >= level {
				return
			}
		}
	}
	t.Errorf("no %s of %d sources: %q", detection, least, l.accused())
}

// Honest people and programs that are refused, or that send one form all day.
func TestRefusedAndHonest(t *testing.T) {
	const one, two = "198.18.9.1", "198.18.9.2"
	for what, log := range map[string]func(l *tape){
		"clients whose every request is refused first": func(l *tape) {
			for i := range 300 {
				at := 9*hour + time.Duration(i)*3*time.Second
				l.line(at, one, "", "git/2.47.1", "GET", "/shop.git/info/refs", 401, 0)
				l.line(at+time.Second, one, "carla", "git/2.47.1", "GET", "/shop.git/info/refs", 200, 900)
				l.line(at, two, "", "docker/27.3.1 go/go1.22.7", "HEAD", "/v2/shop/manifests/N", 401, 0)
				l.line(at+time.Second, two, "", "docker/27.3.1 go/go1.22.7", "HEAD", "/v2/shop/manifests/N", 200, 0)
			}
		},
		"NTLM, behind a proxy that knows no names": func(l *tape) {
			for i := range 200 {
				for k, status := range []uint16{401, 401, 200} {
					l.line(9*hour+time.Duration(3*i+k)*time.Second, one, "", "Microsoft BITS/7.8", "GET", fmt.Sprintf("/intranet/files/%c%c", 'a'+i%26, 'a'+i/26), status, 900)
				}
			}
		},
		"a program whose token is over": func(l *tape) {
			for i := range 900 {
				status := uint16(200)
				if i > 300 {
					status = 401
				}
				l.line(time.Duration(i)*70*time.Second, one, "", "okhttp/4.12.0", "GET", "/api/v1/orders", status, 300)
			}
		},
		"a program that had lost its token before the log began, at a loose pace": func(l *tape) {
			for i := range 500 {
				l.line(time.Duration(i)*2*minute+time.Duration(i*i%90)*time.Second, one, "", "okhttp/4.12.0", "GET", "/api/v1/feed", 401, 60)
			}
		},
		"renewing a token in vain": func(l *tape) {
			for i := range 700 {
				l.line(time.Duration(i)*minute, one, "", script, "POST", "/oauth/token", 400, 90)
			}
			l.line(12*hour, one, "", script, "POST", "/oauth/token", 200, 900)
		},
		"a monitor that was given no password": func(l *tape) {
			for i := range 4000 {
				l.line(time.Duration(i)*15*time.Second, one, "", "curl/8.5.0", "GET", "/admin/", 401, 590)
			}
		},
		"a page that asks whether somebody is logged in": func(l *tape) {
			for i := range 40 {
				l.visit(time.Duration(i)*10*minute, fmt.Sprintf("198.18.5.%d", 1+i))
				l.line(time.Duration(i)*10*minute, fmt.Sprintf("198.18.5.%d", 1+i), "", firefox, "GET", "/api/me", 401, 40)
			}
			for i := range 800 {
				l.line(9*hour+time.Duration(i)*5*time.Second+time.Duration(i*i%3)*time.Second, one, "", firefox, "GET", "/api/me", 401, 40)
			}
		},
		"a crawler at a locked door": func(l *tape) {
			for i := range 20 {
				l.line(time.Duration(i)*17*minute, one, "", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "GET", "/admin/", 401, 590)
			}
		},
		"a password mistyped three times": func(l *tape) {
			for i := range 3 {
				l.line(9*hour+time.Duration(i)*10*time.Second, one, "anna", firefox, "GET", "/admin/", 401, 590)
			}
			l.line(9*hour+minute, one, "anna", firefox, "GET", "/admin/", 200, 4_000)
		},
		"a contact form": func(l *tape) {
			l.customers("/contact", 30)
			for i := range 6 {
				l.line(9*hour+time.Duration(i)*20*time.Second, one, "", firefox, "POST", "/contact", 200, 5_300)
			}
		},
		"a search by POST, GraphQL, a chat, an upload": func(l *tape) {
			for k, path := range []string{"/search", "/graphql", "/chat/poll", "/upload/chunk", "/wp-admin/admin-ajax.php", "/rpc"} {
				for i := range 300 {
					l.line(time.Duration(i)*3*minute, fmt.Sprintf("198.18.9.%d", 10+k), "", script, "POST", path, 200, 1_000)
					l.line(time.Duration(i)*3*minute, fmt.Sprintf("198.18.11.%d", 1+i%200), "", firefox, "POST", path, 200, 1_000)
				}
			}
		},
		"payments that call back": func(l *tape) {
			for i := range 120 {
				status := uint16(200)
				if i%40 == 7 {
					status = 500
				}
				l.line(time.Duration(i)*9*minute, fmt.Sprintf("198.18.12.%d", 1+i%12), "", "Stripe/1.0 (+https://stripe.com/docs/webhooks)", "POST", "/hooks/payment", status, 300)
			}
		},
		"payments that call back with a secret that was changed": func(l *tape) {
			for i := range 120 {
				l.line(time.Duration(i)*9*minute, fmt.Sprintf("198.18.%d.7", 130+i%12), "", "Stripe/1.0 (+https://stripe.com/docs/webhooks)", "POST", "/hooks/payment", 401, 300)
			}
		},
		"a page left open until its session ends": func(l *tape) {
			for i := range 400 {
				status, size := uint16(200), int64(700)
				if i > 300 {
					status, size = 302, 0
				}
				l.line(time.Duration(i)*minute, one, "", firefox, "POST", "/desk/news", status, size)
			}
		},
		"an application on many telephones": func(l *tape) {
			for i := range 200 {
				phone := fmt.Sprintf("198.18.%d.%d", 140+i%90, 1+i%200)
				if i%5 == 0 {
					l.line(time.Duration(i)*5*minute, phone, "", "okhttp/4.12.0", "POST", "/api/login", 401, 60)
				}
				if i%20 != 0 {
					l.line(time.Duration(i)*5*minute+20*time.Second, phone, "", "okhttp/4.12.0", "POST", "/api/login", 200, 900)
					l.line(time.Duration(i)*5*minute+30*time.Second, phone, "", "okhttp/4.12.0", "GET", "/api/feed", 200, 900)
				}
			}
		},
		"a login that is out of order": func(l *tape) {
			for i := range 300 {
				at, phone := time.Duration(i)*4*minute, fmt.Sprintf("198.%d.%d.7", 18+i/200, i%200)
				if i < 200 {
					l.line(at, phone, "", "okhttp/4.12.0", "POST", "/api/login", 200, 900)
					l.line(at+time.Second, phone, "", "okhttp/4.12.0", "GET", "/api/feed", 200, 900)
					l.line(at+2*time.Second, phone, "", "okhttp/4.12.0", "GET", "/api/basket", 200, 900)
				} else {
					l.line(at, phone, "", "okhttp/4.12.0", "POST", "/api/login", 401, 60)
				}
			}
		},
		"programs with a password that was changed": func(l *tape) {
			for i := range 40 * 12 {
				at := hour + time.Duration(i/12)*time.Minute + time.Duration(i%12)*20*minute + time.Duration(i*i%40)*time.Second
				l.line(at, fmt.Sprintf("198.%d.7.9", 18+i/12), "", chrome, "POST", "/api/login", 401, 60)
			}
		},
		"services that call a WordPress site": func(l *tape) {
			for i := range 90 {
				l.line(time.Duration(i)*11*minute, fmt.Sprintf("198.18.%d.9", 100+i%15), "", "Jetpack by WordPress.com", "POST", "/xmlrpc.php", 200, 700)
			}
		},
		"an editor who saves": func(l *tape) {
			l.customers("/desk/edit", 8)
			l.visit(8*hour, one)
			for i := range 60 {
				l.line(9*hour+time.Duration(i)*minute, one, "", firefox, "POST", "/desk/edit", 200, 9_000+int64(i)*70)
			}
			l.line(10*hour+minute, one, "", firefox, "POST", "/desk/edit", 302, 0)
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.protected()
			log(&l)
			l.quiet(t)
		})
	}
}

// An address at which somebody is let in now and then is no member of the botnet that
// guesses at the same form.
func TestOfficeBesideABotnet(t *testing.T) {
	const office, path = "198.18.200.9", "/members/enter"
	var l tape
	l.customers(path, 30)
	send := func(src string, at time.Duration, in bool) {
		if in {
			l.line(at, src, "", chrome, "POST", path, 302, 0)
		} else {
			l.line(at, src, "", chrome, "POST", path, 200, 5_248)
		}
	}
	for i := range 41 * 20 {
		src := fmt.Sprintf("203.%d.113.77", i/20)
		if i/20 == 40 {
			src = office
		}
		send(src, 4*hour+time.Duration(i/20)*10*minute+time.Duration(i%20*(5+i*i%7))*11*time.Second, src == office && i%20%9 == 5)
	}
	l.crowd(t, "form_crowd", 40, analyze.High)
	for _, c := range l.cases() {
		for _, s := range c.Sources {
			if c.Kind == "form_crowd" && s.Addr().String() == office {
				t.Errorf("%s is taken for one of %d", office, len(c.Sources))
			}
		}
	}
}

// A fleet of devices whose password was changed: each of them may be told for what it did,
// but they are no botnet, however long they wait in between.
func TestFleetWithAnOldPassword(t *testing.T) {
	for what, log := range map[string]func(l *tape){
		"pauses that grow and are drawn at random": func(l *tape) {
			for i := range 40 {
				at, pause := hour+time.Duration(i)*17*time.Second, 2*time.Second
				for k := range 20 {
					l.line(at, fmt.Sprintf("198.%d.7.9", 18+i), "", script, "POST", "/api/login", 401, 60)
					at += time.Second + pause*time.Duration((i*7+k*k*13)%100)/100
					pause = min(2*pause, hour)
				}
			}
		},
		"tills that log in for each customer": func(l *tape) {
			for i := range 40 * 20 {
				at := 8*hour + time.Duration(i%20*i*37%(11*60))*minute
				l.line(at, fmt.Sprintf("198.%d.7.9", 18+i/20), "", "Kiosk/3 Java/21", "POST", "/api/login", 401, 60)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.protected()
			log(&l)
			l.untold(t, "form_crowd")
			for _, c := range l.cases() {
				if c.Level >= analyze.High || len(c.Sources) > 1 {
					t.Errorf("%s %s of %d sources", c.Level, c.Kind, len(c.Sources))
				}
			}
		})
	}
}

// The error log and the access log of one server tell of one wrong password, and
// of two in a second where each has two.
func TestToldTwice(t *testing.T) {
	log := func(source int32, milli int64) try {
		return try{milli: milli, name: 7, source: source, count: 1, login: true, web: true}
	}
	for _, c := range []struct {
		what string
		all  []try
		want int
	}{
		{"in both logs", []try{log(0, 1_000), log(1, 1_400)}, 1},
		{"twice in both logs", []try{log(0, 1_000), log(0, 1_100), log(1, 1_200), log(1, 1_300)}, 2},
		{"twice in one log", []try{log(0, 1_000), log(0, 1_100)}, 2},
		{"later in the other", []try{log(0, 1_000), log(1, 9_000)}, 2},
	} {
		var kept []try
		for i := range c.all {
			if !toldTwice(kept, &c.all[i]) {
				kept = append(kept, c.all[i])
			}
		}
		if len(kept) != c.want {
			t.Errorf("%s: %d, want %d", c.what, len(kept), c.want)
		}
	}
}
