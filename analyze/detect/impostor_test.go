package detect

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

const googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

// confirmed lets DNS have answered about the attacker's claim to be Googlebot.
func confirmed(l *tape, c analyze.Crawler) []analyze.Case {
	in := l.input()
	c.Owner, c.Agent, c.Domains = "Google", googlebot, []string{"googlebot.com", "google.com"}
	in.Crawlers = map[netip.Prefix]analyze.Crawler{netip.MustParsePrefix(attacker + "/32"): c}
	return analyze.Run(in, All(), silentJudge{})
}

// accusing returns the case that accuses the attacker at level low or above.
func accusing(cases []analyze.Case) *analyze.Case {
	i := slices.IndexFunc(cases, func(c analyze.Case) bool {
		return c.Level >= analyze.Low && slices.Contains(c.Sources, netip.MustParsePrefix(attacker+"/32"))
	})
	if i < 0 {
		return nil
	}
	return &cases[i]
}

// crawl is a crawler's visit to pages that are there.
func crawl() *tape {
	var l tape
	l.visitors(30)
	for i := range 12 {
		l.ask(time.Duration(i)*10*minute, attacker, "", googlebot, fmt.Sprintf("/blog/%c", 'a'+i), 200)
	}
	return &l
}

// Only a clear answer accuses, and it says what was answered.
func TestImpostorCrawler(t *testing.T) {
	for _, tt := range []struct {
		what   string
		answer analyze.Crawler
		says   string // "": nobody is accused
	}{
		{"another name", analyze.Crawler{Truth: analyze.Refuted, Name: "static.example.net"}, "the name of this one is static.example.net"},
		{"a forged name", analyze.Crawler{Truth: analyze.Refuted, Name: "crawl-1.googlebot.com", Forged: true}, "crawl-1.googlebot.com, which leads elsewhere"},
		{"no name", analyze.Crawler{Truth: analyze.Refuted}, "this one has no name"},
		{"DNS in trouble", analyze.Crawler{Truth: analyze.Unknown}, ""},
		{"the real one", analyze.Crawler{Truth: analyze.Verified, Name: "crawl-1.googlebot.com"}, ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			c := accusing(confirmed(crawl(), tt.answer))
			switch {
			case tt.says == "" && c != nil:
				t.Errorf("accused: %s %v", c.Level, c.Detections)
			case tt.says != "" && c == nil:
				t.Error("not accused")
			case c != nil:
				why := strings.Join(c.Findings[0].Story.Why, " ")
				if c.Level != analyze.Low || c.Kind != "impostor_crawler" || !hasTarget(*c, googlebot) || !strings.Contains(why, tt.says) {
					t.Errorf("%s %s, targets %v: %s", c.Level, c.Kind, c.Targets, why)
				}
			}
		})
	}
}

// A borrowed name makes what else was done more certain.
func TestImpostorWhoProbes(t *testing.T) {
	probe := func() *tape {
		var l tape
		l.visitors(30)
		for i, p := range []string{"/wp-admin/", "/phpmyadmin/", "/.env", "/admin.php", "/backup.zip", "/administrator/", "/.git/config", "/config.php.bak"} {
			l.ask(time.Duration(i)*20*minute, attacker, "", googlebot, p, 404)
		}
		return &l
	}
	unasked := accusing(confirmed(probe(), analyze.Crawler{}))
	caught := accusing(confirmed(probe(), analyze.Crawler{Truth: analyze.Refuted}))
	if unasked == nil || caught == nil {
		t.Fatal("a scan was not seen")
	}
	if caught.LogOdds < unasked.LogOdds+impostorOdds-.1 || !slices.Contains(caught.Detections, "impostor_crawler") {
		t.Errorf("%.1f by %v, without an answer %.1f", caught.LogOdds, caught.Detections, unasked.LogOdds)
	}
	// The real one follows links that are ten years old.
	real := accusing(confirmed(probe(), analyze.Crawler{Truth: analyze.Verified, Name: "crawl-1.googlebot.com"}))
	if real != nil && real.Level >= unasked.Level {
		t.Errorf("the real crawler is accused as if it were none: %s %+v", real.Level, real.Families)
	}
}

// Where people come through an address as well, it is a proxy that nobody named,
// and the crawler behind it may be the real one.
func TestCrawlerBehindAnUnknownProxy(t *testing.T) {
	l := crawl()
	for i := range 12 {
		at := time.Duration(i) * 5 * minute
		for _, p := range []string{"/", "/about", "/blog/coffee", "/style.css"} {
			l.ask(at, attacker, "", browser(i), p, 200)
		}
	}
	if c := accusing(confirmed(l, analyze.Crawler{Truth: analyze.Refuted, Name: "edge.example.net"})); c != nil {
		t.Errorf("accused: %s %v", c.Level, c.Detections)
	}
}
