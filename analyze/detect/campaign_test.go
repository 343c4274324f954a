package detect

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"gumshoe/analyze"
)

// sharedList is a botnet that guesses by a list of its own, of which the first
// names are everybody's: each bot has five of them.
func (l *tape) sharedList(r *rand.Rand, first int, start time.Duration) {
	list := []string{"root", "admin"}
	for _, n := range r.Perm(100)[:24] {
		list = append(list, alphabet(n))
	}
	for i := range 40 {
		for k := range 5 {
			name := list[(5*i+k)%len(list)]
			if k == 0 {
				name = list[i%2]
			}
			l.miss(start+time.Duration(r.IntN(8*3600))*time.Second, ssh, bot(first+i), name)
		}
	}
}

// T20: two campaigns that both try root and admin, and some names by chance.
func TestTwoCampaigns(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 9))
		var l tape
		l.sharedList(r, 0, 0)
		l.sharedList(r, 100, 11*hour)
		for i := range 60 { // and what every server hears
			l.miss(time.Duration(i)*20*minute, ssh, fmt.Sprintf("198.51.%d.9", i), []string{"root", "admin", "test", "ubuntu"}[r.IntN(4)])
		}
		found := [2]int{}
		for _, c := range l.cases() {
			if c.Level < analyze.Low {
				continue
			}
			var of [2]int
			for _, s := range c.Sources {
				b := s.Addr().As4()
				switch {
				case b[0] != 203:
					t.Errorf("seed %d: %s is accused: %v", seed, s, c.Detections)
				case b[2] < 100:
					of[0]++
				default:
					of[1]++
				}
			}
			if of[0] > 0 && of[1] > 0 {
				t.Errorf("seed %d: one case of %d and %d sources", seed, of[0], of[1])
			}
			found[0], found[1] = max(found[0], of[0]), max(found[1], of[1])
		}
		if found[0] < 36 || found[1] < 36 {
			t.Errorf("seed %d: %d and %d of 40 in one case each", seed, found[0], found[1])
		}
	}
}

// One request each for a thing that is nowhere, by browsers to look at.
func TestOneRarePath(t *testing.T) {
	for _, bots := range []int{10, 80} {
		var l tape
		l.visitors(60)
		for i := range bots {
			l.get(hour+time.Duration(i)*20*hour/time.Duration(bots), bot(i), "/harbor/quartz-417.cgi", 404)
		}
		c := l.find(t, bot(3)+"/32", "campaign", analyze.Low)
		if len(c.Sources) != bots || c.Impact != analyze.Nuisance || c.Prefix.IsValid() {
			t.Errorf("%d bots: %d sources, impact %d, network %s", bots, len(c.Sources), c.Impact, c.Prefix)
		}
	}
}

// Three scripts of three networks are enough, and a campaign of one network has one.
func TestRarePathOfFew(t *testing.T) {
	var l tape
	l.visitors(60)
	for i := range 4 {
		l.ask(time.Duration(i)*9*hour, bot(i), "", "python-requests/2.31", "/harbor/quartz-417", 404)
	}
	l.find(t, bot(2)+"/32", "campaign", analyze.Info)

	l = tape{}
	l.visitors(60)
	for i := range 20 {
		l.get(time.Duration(i)*20*minute, fmt.Sprintf("203.0.113.%d", 130+6*i), "/harbor/quartz-417", 404)
	}
	if c := l.find(t, "203.0.113.136/32", "campaign", analyze.Low); c.Prefix != netip.MustParsePrefix("203.0.113.128/25") || c.Collateral != 0 {
		t.Errorf("network %s, %d honest", c.Prefix, c.Collateral)
	}
}

// A scanner's list shared out over a network, with an agent that nobody else has,
// among other scanners of the same doors.
func TestSharedPathList(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	agent := "Mozilla/5.0 (Windows NT 6.2; rv:41.0) Gecko/20100101 Firefox/41.0"
	var l tape
	l.visitors(60)
	for i := range 90 {
		l.ask(time.Duration(i)*7*minute, fmt.Sprintf("203.0.113.%d", 1+8*(i%30)), "", agent, adminPaths[r.IntN(len(adminPaths))], 404)
	}
	for i := range 30 {
		l.ask(time.Duration(i)*20*minute, fmt.Sprintf("198.51.%d.9", i), "", "Go-http-client/1.1", adminPaths[i%len(adminPaths)], 404)
	}
	c := l.find(t, "203.0.113.9/32", "campaign", analyze.Medium)
	if len(c.Sources) != 30 || c.Prefix != netip.MustParsePrefix("203.0.113.0/24") {
		t.Errorf("%d sources, network %s", len(c.Sources), c.Prefix)
	}
}

// The same payload from networks that know each other.
func TestOnePayload(t *testing.T) {
	var l tape
	l.visitors(60)
	for i := range 6 {
		l.get(time.Duration(i)*5*hour, bot(i), "/item?id=1+UNION+SELECT+1,user,3+FROM+users", 200)
	}
	if c := l.find(t, bot(2)+"/32", "campaign", analyze.Medium); len(c.Sources) != 6 {
		t.Errorf("%d sources", len(c.Sources))
	}
}

// What many do at the same time and mean nothing by.
func TestNoCampaign(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for what, log := range map[string]func(l *tape){
		"a newsletter whose link is broken": func(l *tape) {
			for i := range 200 {
				src, at := bot(i), 9*hour+time.Duration(r.IntN(6*3600))*time.Second
				l.get(at, src, "/offers/spring-sale", 404)
				switch i % 3 {
				case 0:
					l.visit(at+20*time.Second, src)
				case 1:
					l.get(at+time.Second, src, "/favicon.ico", 404)
				}
			}
		},
		"a broken link that is passed around": func(l *tape) {
			agents := []string{"Twitterbot/1.0", "WhatsApp/2.23.20.0", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}
			for i := range 40 {
				l.ask(9*hour+time.Duration(i)*time.Second, bot(i), "", agents[i%4], "/blog/cold-brw", 404)
			}
			for i := range 30 {
				at := 9*hour + time.Duration(i)*7*minute
				l.get(at, bot(100+i), "/blog/cold-brw", 404)
				l.get(at+time.Second, bot(100+i), "/style.css", 200)
			}
		},
		"a program whose address is gone": func(l *tape) {
			for i := range 30 {
				for k := range 6 {
					l.ask(time.Duration(k)*3*hour+time.Duration(i)*minute, bot(i), "", "StockWidget/3.1", "/api/v1/stock", 410)
				}
			}
		},
		"somebody's telephone and tablet, with two accounts that are gone": func(l *tape) {
			for i := range 4 {
				for k := range 2 {
					l.fail(time.Duration(4*i+k)*hour, imap, bot(i), "left@example.org")
					l.fail(time.Duration(4*i+k)*hour, imap, bot(i), "team-of-left@example.org")
				}
			}
		},
		"visitors of a site that lacks two pages": func(l *tape) {
			for i := range 30 {
				at := time.Duration(i) * 20 * minute
				l.visit(at, bot(i))
				l.get(at+10*minute, bot(i), "/old/one", 404)
				l.get(at+11*minute, bot(i), "/old/two", 404)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			var l tape
			l.visitors(60)
			log(&l)
			l.quiet(t)
		})
	}
}

// What comes every day is nobody's campaign.
func TestUsualPath(t *testing.T) {
	var l tape
	l.visitors(60)
	for d := range 12 {
		for i := range 3 {
			l.get(time.Duration(d)*day+time.Duration(i)*7*hour, bot(3*d+i), "/harbor/catalogue", 404)
		}
	}
	l.from = 11 * day
	l.quiet(t)
}

// An exploit that the whole internet is tried with, every day, is no campaign.
func TestUsualExploit(t *testing.T) {
	exploit := "/item?id=1+UNION+SELECT+1,user,3+FROM+users"
	var l tape
	l.visitors(60)
	for i := range 33 {
		l.get(time.Duration(i)*8*hour, bot(i), exploit, 404)
	}
	l.from = 10 * day
	for _, c := range l.cases() {
		if slices.Contains(c.Detections, "campaign") {
			t.Errorf("%s: %d sources", c.Level, len(c.Sources))
		}
	}
}

// The order of addresses decides nothing, and neither do goroutines.
func TestSameCampaigns(t *testing.T) {
	var l tape
	l.sharedList(rand.New(rand.NewPCG(1, 9)), 0, 0)
	first := l.accused()
	for range 5 {
		if again := l.accused(); !slices.Equal(first, again) {
			t.Fatalf("first %q, then %q", first, again)
		}
	}
}

func TestExplains(t *testing.T) {
	in := func(format string, n, step int) (out []netip.Prefix) {
		for i := range n {
			a := netip.MustParseAddr(fmt.Sprintf(format, i*step))
			bits := 32
			if a.Is6() {
				bits = 64
			}
			p, _ := a.Prefix(bits)
			out = append(out, p)
		}
		return out
	}
	for _, c := range []struct {
		what    string
		sources []netip.Prefix
		want    string // "" for none
	}{
		{"all over a /24", in("203.0.113.%d", 25, 10), "203.0.113.0/24"},
		{"one half of it", in("203.0.113.%d", 25, 5), "203.0.113.0/25"},
		{"sixteen addresses", in("203.0.113.%d", 14, 1), "203.0.113.0/28"},
		{"all over a /20", slices.Concat(in("198.51.%d.7", 16, 1), in("198.51.%d.99", 16, 1), in("198.51.%d.200", 16, 1)), "198.51.0.0/20"},
		{"an address each of neighbouring networks", in("198.51.%d.7", 16, 1), ""},
		{"a few of a /16's networks", in("198.51.%d.7", 12, 20), ""},
		{"many networks", in("203.%d.113.7", 20, 9), ""},
		{"one /56", in("2001:db8:7:%x::", 20, 12), "2001:db8:7::/56"},
		{"one /48", in("2001:db8:7:%x::", 20, 3000), "2001:db8:7::/48"},
		{"too few", in("203.0.113.%d", 5, 1), ""},
	} {
		p, ok := explains(c.sources)
		if got := p.String(); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s: %s, want %q", c.what, got, c.want)
		}
	}
}

// Thirty networks /56 of one site guess at what everybody guesses: no account
// stands out, and of each network one source fails.
func TestSiteIPv6(t *testing.T) {
	var l tape
	for i := range 30 {
		l.fail(time.Duration(i)*10*minute, ssh, fmt.Sprintf("2001:db8:7:%x00::1", 8*i), "root")
	}
	c := l.find(t, "2001:db8:7:800::/64", "distributed_guessing", analyze.Medium)
	if c.Prefix != netip.MustParsePrefix("2001:db8:7::/48") || len(c.Sources) != 30 {
		t.Errorf("%d sources of %s", len(c.Sources), c.Prefix)
	}
}

// A botnet that shares out ten accounts is one attack, though no two bots try the
// same ones, and no account's guessers are half of another's.
func TestOneBotnetManyAccounts(t *testing.T) {
	var l tape
	l.office(8)
	r := rand.New(rand.NewPCG(15, 16))
	for i := range 60 {
		for _, k := range r.Perm(10)[:2] {
			l.fail(8*day+time.Duration(i)*6*minute+time.Duration(k)*minute, imap, bot(i), fmt.Sprintf("user%d@example.org", k))
		}
	}
	l.from = 8 * day
	if c := l.find(t, bot(3)+"/32", "account_fanin", analyze.High); len(c.Sources) != 60 || len(c.Targets) < 8 {
		t.Errorf("%d sources, %d accounts", len(c.Sources), len(c.Targets))
	}
	if got := l.accused(); len(got) != 1 {
		t.Errorf("one attack is told in %d cases: %q", len(got), got)
	}
}
