package enrich

import (
	"slices"
	"strings"
	"testing"

	"gumshoe/analyze"
)

func TestClaimed(t *testing.T) {
	for agent, want := range map[string]string{
		googlebot: "Google",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 8_3) AppleWebKit/600.1.4 (compatible; Googlebot-Mobile/2.1; +http://www.google.com/bot.html)":                  "Google",
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36": "Bing",
		"Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)":                                                              "Yahoo",
		"Mozilla/5.0 (compatible; Googlebot/2.1) Applebot/0.1":                                                                                             "Google Apple",
		"SomeBot/1.0 (like Googlebot)":                                                       "", // wants to be treated like it
		"FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)":                      "", // on behalf of users, from where they are
		"DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)":                         "", // confirmed by a list of addresses, not by DNS
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":             "",
		"Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)":                      "", // runs on volunteers' machines
		"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)":          "",
		"Mozilla/5.0 (compatible;PetalBot;+https://webmaster.petalsearch.com/site/petalbot)": "Petal Search",
	} {
		var owners []string
		for _, c := range claimed(agent) {
			owners = append(owners, c.owner)
		}
		if got := strings.Join(owners, " "); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}

// Every crawler of the table is verified by a confirmed name in each of its
// domains, and refuted by a name elsewhere.
func TestEveryCrawler(t *testing.T) {
	for _, c := range crawlers {
		for _, part := range c.parts {
			agents := []string{"Mozilla/5.0 (compatible; " + part + "/1.0)"}
			for _, d := range c.domains {
				if _, ok := hostname(d); !ok {
					t.Errorf("%q of %s is no domain", d, c.owner)
				}
				got := Judge(agents, Answer{Names: []Name{{"a.example.net", analyze.Refuted}, {"crawl-1." + d, analyze.Verified}}})
				if got.Truth != analyze.Verified || got.Owner != c.owner || got.Name != "crawl-1."+d {
					t.Errorf("%s in %s: %+v", part, d, got)
				}
				forged := Judge(agents, Answer{Names: []Name{{"crawl-1." + d, analyze.Refuted}}})
				if forged.Truth != analyze.Refuted || !forged.Forged {
					t.Errorf("%s, forged in %s: %+v", part, d, forged)
				}
			}
			other := Judge(agents, Answer{Names: []Name{{"a.example.net", analyze.Verified}}})
			if other.Truth != analyze.Refuted || other.Forged || other.Owner != c.owner || !slices.Equal(other.Domains, c.domains) {
				t.Errorf("%s elsewhere: %+v", part, other)
			}
		}
	}
}

// Of several claims one that may be true is enough to accuse nobody.
func TestSeveralClaims(t *testing.T) {
	trouble := Answer{Names: []Name{{"crawl-1.googlebot.com", analyze.Unknown}}, Trouble: true}
	for _, tt := range []struct {
		agents []string
		a      Answer
		want   analyze.Truth
		agent  string
	}{
		{[]string{"bingbot/2.0", googlebot}, trouble, analyze.Unknown, "bingbot/2.0"},
		{[]string{googlebot, "bingbot/2.0"}, trouble, analyze.Unknown, googlebot},
		{[]string{"bingbot/2.0"}, trouble, analyze.Refuted, "bingbot/2.0"}, // whatever Google's name is, Bing's it is not
		{[]string{"curl/8.5.0", googlebot}, Answer{}, analyze.Refuted, googlebot},
		{[]string{"curl/8.5.0"}, Answer{}, analyze.Unknown, "curl/8.5.0"},
		{nil, Answer{}, analyze.Unknown, ""},
	} {
		if got := Judge(tt.agents, tt.a); got.Truth != tt.want || got.Agent != tt.agent {
			t.Errorf("%q: %+v", tt.agents, got)
		}
	}
}
