package enrich

import (
	"slices"
	"strings"

	"gumshoe/analyze"
)

// crawler is one owner of crawlers and what it documents about them.
type crawler struct {
	owner   string
	parts   []string // of agents, in lower case; their addresses are documented to have names in domains
	domains []string // where they live
	shared  []string // names that the owner gives to its users' errands as well: they prove nothing
}

// crawlers are those that can be confirmed by DNS, as their owners say. Owners
// who publish addresses instead (DuckDuckGo, OpenAI, Meta) or whose domains are
// let to customers (mail.ru) are not among them: nobody can be an impostor there.
var crawlers = []crawler{
	// developers.google.com/search/docs/crawling-indexing/verifying-googlebot
	{"Google", []string{"googlebot", "adsbot-google", "mediapartners-google", "apis-google", "storebot-google", "google-inspectiontool", "googleother"},
		[]string{"googlebot.com", "google.com"}, []string{"gae.googleusercontent.com"}},
	// www.bing.com/webmasters/help/how-to-verify-bingbot-3905dc26
	{"Bing", []string{"bingbot", "msnbot", "adidxbot"}, []string{"search.msn.com"}, nil},
	// support.apple.com/en-us/119829
	{"Apple", []string{"applebot"}, []string{"applebot.apple.com"}, nil},
	// yandex.com/support/webmaster/robot-workings/check-yandex-robots.html
	{"Yandex", []string{"yandexbot", "yandeximages", "yandexmobilebot", "yandexrenderresourcesbot", "yandexmetrika"}, []string{"yandex.ru", "yandex.net", "yandex.com"}, nil},
	// www.baidu.com/search/robots_english.html
	{"Baidu", []string{"baiduspider"}, []string{"baidu.com", "baidu.jp"}, nil},
	// webmaster.petalsearch.com/site/petalbot; Aspiegel ran it before
	{"Petal Search", []string{"petalbot"}, []string{"petalsearch.com", "aspiegel.com"}, nil},
	// napoveda.seznam.cz/en/seznambot-crawler
	{"Seznam", []string{"seznambot"}, []string{"seznam.cz"}, nil},
	// developer.amazon.com/amazonbot
	{"Amazon", []string{"amazonbot"}, []string{"crawl.amazonbot.amazon"}, nil},
	// help.yahoo.com: "verify Slurp"
	{"Yahoo", []string{"yahoo! slurp"}, []string{"crawl.yahoo.net"}, nil},
	// commoncrawl.org/faq
	{"Common Crawl", []string{"ccbot"}, []string{"crawl.commoncrawl.org"}, nil},
	// help.pinterest.com/en/business/article/pinterest-crawler
	{"Pinterest", []string{"pinterestbot"}, []string{"pinterest.com", "pinterestcrawler.com"}, nil},
	// ahrefs.com/robot
	{"Ahrefs", []string{"ahrefsbot"}, []string{"ahrefs.com", "ahrefs.net"}, nil},
	// www.semrush.com/bot
	{"Semrush", []string{"semrushbot"}, []string{"bot.semrush.com"}, nil},
}

// crawlerDomain reports whether a name lies where some crawler lives.
func crawlerDomain(name string) bool {
	return slices.ContainsFunc(crawlers, func(c crawler) bool { return below(name, c.domains) })
}

// claimed returns the owners whose crawlers an agent says to be. "like Googlebot" is
// what others say to be treated alike.
func claimed(agent string) (out []crawler) {
	low := strings.ToLower(agent)
	for _, c := range crawlers {
		if slices.ContainsFunc(c.parts, func(part string) bool {
			i := strings.Index(low, part)
			return i >= 0 && !strings.HasSuffix(low[:i], "like ")
		}) {
			out = append(out, c)
		}
	}
	return out
}

// Judge says whether a source is the crawler that its agents say it is. A name
// that DNS confirms in any crawler's domain settles it: Apple's crawler calls
// itself Googlebot where a site makes exceptions for that.
func Judge(agents []string, a Answer) analyze.Crawler {
	for _, n := range a.Names {
		if n.Forward != analyze.Verified {
			continue
		}
		for _, c := range crawlers {
			if below(n.Text, c.domains) {
				return analyze.Crawler{Owner: c.owner, Agent: firstOf(agents), Truth: analyze.Verified, Name: n.Text, Domains: c.domains}
			}
		}
	}
	out := analyze.Crawler{Agent: firstOf(agents)}
	var owners []crawler
	for _, agent := range agents {
		if found := claimed(agent); len(found) > 0 {
			if owners == nil {
				out.Agent = agent
			}
			owners = append(owners, found...)
		}
	}
	if len(owners) == 0 {
		return out
	}
	out.Owner = owners[0].owner
	out.Truth = analyze.Refuted
	for _, c := range owners {
		out.Domains = append(out.Domains, c.domains...)
		out.Truth = min(out.Truth, c.denies(a))
	}
	out.Domains = analyze.Unique(out.Domains)
	if out.Truth == analyze.Refuted {
		for _, n := range a.Names {
			out.Name, out.Forged = n.Text, below(n.Text, out.Domains)
			break
		}
	}
	return out
}

// denies returns Refuted if an answer is clear and the address is not one of the
// owner's, which no confirmed name says it is.
func (c *crawler) denies(a Answer) analyze.Truth {
	for _, n := range a.Names {
		if below(n.Text, c.shared) || below(n.Text, c.domains) && n.Forward == analyze.Unknown {
			return analyze.Unknown
		}
	}
	if len(a.Names) == 0 && a.Trouble {
		return analyze.Unknown
	}
	return analyze.Refuted
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
