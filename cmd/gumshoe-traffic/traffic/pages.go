package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
)

// asset is a part of a page that a browser fetches by itself.
type asset struct {
	target string
	status int
	bytes  int
}

// page is what a person looks at.
type page struct {
	target string
	url    string // as the next request's referer
	bytes  int
	images []asset
}

const origin = "https://www.example.org"

// shell is what every page needs once per visit.
var shell = []asset{
	{"/assets/site.7f3a.css", 200, 18_412},
	{"/assets/app.91bc.js", 200, 64_120},
	{"/assets/inter.woff2", 200, 31_004},
	{"/images/logo.svg", 200, 2_310},
	{"/favicon.ico", 200, 1_150},
}

// site holds the pages by kind, so that readers can be given their tastes.
var site = buildSite()

type siteMap struct {
	home, shop, blog, about page
	items, posts, searches  []page
}

// injectable is the endpoint that the injection attack is about. Honest
// visitors use it all day.
const injectable = "/shop/item"

func buildSite() siteMap {
	s := siteMap{
		home:  newPage("/", 14_200, asset{"/images/hero.webp", 200, 88_210}),
		shop:  newPage("/shop/", 22_870, asset{"/images/shelf.webp", 200, 41_230}),
		blog:  newPage("/blog/", 17_540),
		about: newPage("/about", 6_120, asset{"/images/team.webp", 200, 73_900}),
	}
	for i := 1; i <= 60; i++ {
		picture := asset{fmt.Sprintf("/images/item-%d.webp", i), 200, 20_000 + i*317}
		s.items = append(s.items, newPage(fmt.Sprintf("%s?id=%d", injectable, i), 9_000+i*53, picture))
	}
	for i, slug := range []string{"winter-opening-hours", "how-we-roast", "a-visit-to-huila", "grinder-settings", "cupping-notes-october",
		"water-matters", "new-packaging", "why-we-ship-on-mondays", "espresso-for-beginners", "cold-brew", "our-second-shop", "union-of-growers"} {
		p := newPage("/blog/"+slug, 8_300+i*411, asset{fmt.Sprintf("/images/blog-%d.webp", i), 200, 52_000 + i*900})
		if i == 0 {
			// A picture that was forgotten in a move: many honest people get a 404 here.
			p.images = append(p.images, asset{"/images/map-2019.png", 404, 153})
		}
		s.posts = append(s.posts, p)
	}
	for i, q := range []string{"espresso", "select+roast", "gift+card", "o%27neill+mug", "filter+%231", "caf%C3%A9+cr%C3%A8me", "drop+shipping", "script+font+mug"} {
		s.searches = append(s.searches, newPage("/search?q="+q, 7_700+i*120))
	}
	return s
}

func newPage(target string, bytes int, images ...asset) page {
	return page{target: target, url: origin + target, bytes: bytes, images: images}
}

// next draws the page that follows in a visit.
func (s *siteMap) next(rng *rand.Rand) *page {
	switch n := rng.IntN(100); {
	case n < 42:
		return &s.items[int(float64(len(s.items))*rng.Float64()*rng.Float64())]
	case n < 60:
		return &s.posts[rng.IntN(len(s.posts))]
	case n < 72:
		return &s.shop
	case n < 82:
		return &s.home
	case n < 90:
		return &s.searches[rng.IntN(len(s.searches))]
	case n < 95:
		return &s.blog
	default:
		return &s.about
	}
}

// entrances are the referers with which a visit begins; "" is a typed address.
var entrances = []string{"", "", "https://www.google.com/", "https://www.google.com/", "https://duckduckgo.com/", "https://www.bing.com/",
	"https://coffee-forum.example/t/1182", "https://news.example.net/"}

// browsers are user agents as people have them.
var browsers = buildBrowsers()

func buildBrowsers() []string {
	var out []string
	for version := 148; version <= 152; version++ {
		for _, platform := range []string{"Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"} {
			out = append(out, fmt.Sprintf("Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36", platform, version))
		}
		out = append(out,
			fmt.Sprintf("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Mobile Safari/537.36", version),
			fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:%d.0) Gecko/20100101 Firefox/%d.0", version, version),
			fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36 Edg/%d.0.0.0", version, version))
	}
	for _, system := range []string{"18_6", "18_7"} {
		for _, version := range []string{"18.6", "26.0", "26.1"} {
			out = append(out, fmt.Sprintf("Mozilla/5.0 (iPhone; CPU iPhone OS %s like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%s Mobile/15E148 Safari/604.1", system, version))
		}
	}
	return out
}

// browserOf returns the browser of household i, always the same.
func browserOf(i int) string { return browsers[int(scatter(uint32(i), 16))%len(browsers)] }

// person is a browser at an address.
type person struct {
	addr  netip.Addr
	agent string
}

// household returns person i of the population.
func household(i int) person { return person{home(i), browserOf(i)} }
