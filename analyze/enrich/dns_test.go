package enrich

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"gumshoe/analyze"
)

var now = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

// zone is a domain name system of our own. What it does not hold does not exist;
// an entry that begins with ! is an error instead of an answer.
type zone struct {
	names map[string][]string // of an address
	addrs map[string][]string // of a name

	sync.Mutex
	asked []string
}

var errServer = errors.New("server misbehaving")

func (z *zone) answer(ctx context.Context, from map[string][]string, key string) ([]string, error) {
	z.Lock()
	z.asked = append(z.asked, key)
	z.Unlock()
	switch found := from[key]; {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case len(found) == 0:
		return nil, fmt.Errorf("lookup %s: %w", key, ErrNoName)
	case strings.HasPrefix(found[0], "!"):
		return nil, errServer
	default:
		return found, nil
	}
}

func (z *zone) Names(ctx context.Context, a netip.Addr) ([]string, error) {
	return z.answer(ctx, z.names, a.String())
}

func (z *zone) Addrs(ctx context.Context, name string, _ netip.Addr) ([]netip.Addr, error) {
	texts, err := z.answer(ctx, z.addrs, name)
	var out []netip.Addr
	for _, t := range texts {
		out = append(out, netip.MustParseAddr(t))
	}
	return out, err
}

// internet is what the tests below live in.
func internet() *zone {
	many := make([]string, 10_000)
	for i := range many {
		many[i] = fmt.Sprintf("a-%d.example.net.", i)
	}
	return &zone{
		names: map[string][]string{
			"66.249.66.1":  {"crawl-66-249-66-1.googlebot.com."}, // known to everybody
			"192.0.2.1":    {"crawl-192-0-2-1.googlebot.com."},   // real
			"192.0.2.2":    {"crawl-192-0-2-2.googlebot.com."},   // forged: Google does not know it
			"192.0.2.3":    {"crawl-192-0-2-1.googlebot.com."},   // forged: the name of another
			"192.0.2.4":    {"static.example.net."},
			"192.0.2.5":    {"!"},
			"192.0.2.6":    {"crawl-192-0-2-6.googlebot.com."}, // its name is not answered
			"192.0.2.8":    append(many, "crawl-192-0-2-8.googlebot.com."),
			"192.0.2.9":    {"<script>.example.net.", "a b.example.net", "\x1b[2J.example.net", strings.Repeat("a.", 200) + "net", "localhost", "."},
			"192.0.2.10":   {"crawl-192-0-2-10.googlebot.com."}, // filtered
			"192.0.2.11":   {"msnbot-192-0-2-11.search.msn.com."},
			"192.0.2.12":   {"192-0-2-12.gae.googleusercontent.com."},
			"192.0.2.13":   {"googlebot.com.example.net.", "notgooglebot.com."},
			"192.0.2.14":   {"CRAWL-192-0-2-14.GoogleBot.COM."},
			"2001:db8::15": {"crawl-v6.googlebot.com."},
		},
		addrs: map[string][]string{
			"crawl-192-0-2-1.googlebot.com":        {"192.0.2.1"},
			"crawl-192-0-2-6.googlebot.com":        {"!"},
			"crawl-192-0-2-8.googlebot.com":        {"192.0.2.8"},
			"crawl-192-0-2-10.googlebot.com":       {"0.0.0.0"},
			"crawl-192-0-2-14.googlebot.com":       {"198.51.100.1", "192.0.2.14"},
			"msnbot-192-0-2-11.search.msn.com":     {"192.0.2.11"},
			"192-0-2-12.gae.googleusercontent.com": {"192.0.2.12"},
			"googlebot.com.example.net":            {"192.0.2.13"},
			"notgooglebot.com":                     {"192.0.2.13"},
			"static.example.net":                   {"192.0.2.4"},
			"crawl-v6.googlebot.com":               {"2001:db8::15"},
		},
	}
}

func look(t testing.TB, r Resolver, address string) Answer {
	t.Helper()
	a := netip.MustParseAddr(address)
	return NewDNS(r, NewCache(), now).Look(t.Context(), []netip.Addr{a})[a]
}

const googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

// Who says to be Googlebot, and what comes of it.
func TestGooglebot(t *testing.T) {
	for _, tt := range []struct {
		what, address string
		want          analyze.Truth
		name          string
	}{
		{"real", "192.0.2.1", analyze.Verified, "crawl-192-0-2-1.googlebot.com"},
		{"real, in capitals, one of two addresses", "192.0.2.14", analyze.Verified, "crawl-192-0-2-14.googlebot.com"},
		{"real, over IPv6", "2001:db8::15", analyze.Verified, "crawl-v6.googlebot.com"},
		{"real, behind ten thousand other names", "192.0.2.8", analyze.Verified, "crawl-192-0-2-8.googlebot.com"},
		{"another crawler that takes its name", "192.0.2.11", analyze.Verified, "msnbot-192-0-2-11.search.msn.com"},
		{"a forged name", "192.0.2.2", analyze.Refuted, "crawl-192-0-2-2.googlebot.com"},
		{"a stolen name", "192.0.2.3", analyze.Refuted, "crawl-192-0-2-1.googlebot.com"},
		{"another name", "192.0.2.4", analyze.Refuted, "static.example.net"},
		{"names that only look like Google's", "192.0.2.13", analyze.Refuted, "googlebot.com.example.net"},
		{"no name", "192.0.2.7", analyze.Refuted, ""},
		{"no name that a host can have", "192.0.2.9", analyze.Refuted, ""},
		{"the name server is down", "192.0.2.5", analyze.Unknown, ""},
		{"Google's is down", "192.0.2.6", analyze.Unknown, ""},
		{"a filter answers", "192.0.2.10", analyze.Unknown, ""},
		{"an errand of a user of Google", "192.0.2.12", analyze.Unknown, ""},
		{"a private address", "10.0.0.7", analyze.Unknown, ""},
	} {
		c := Judge([]string{googlebot}, look(t, internet(), tt.address))
		if c.Truth != tt.want || c.Name != tt.name {
			t.Errorf("%s: %s by %q, want %s by %q", tt.what, c.Truth, c.Name, tt.want, tt.name)
		}
	}
}

// A resolver that denies everything, as one without a way out may, refutes nobody,
// and neither does one that knows its own house alone. It is tried once a run.
func TestResolverWithoutAWayOut(t *testing.T) {
	nameless, named := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.4")
	for what, tt := range map[string]struct {
		zone    *zone
		believe bool
	}{
		"no way out":    {&zone{}, false},
		"its own house": {&zone{names: map[string][]string{named.String(): {"static.example.net."}}}, false},
		"the internet":  {internet(), true},
	} {
		d := NewDNS(tt.zone, NewCache(), now)
		for range 2 {
			a := d.Look(t.Context(), []netip.Addr{named, nameless, netip.MustParseAddr("198.18.0.1")})[nameless]
			if a.Trouble == tt.believe || len(a.Names) != 0 {
				t.Errorf("%s: %+v", what, a)
			}
		}
		if n := strings.Count(strings.Join(tt.zone.asked, " "), known.String()); n != 1 {
			t.Errorf("%s: tried %d times", what, n)
		}
	}
}

// A chain of names without end comes from a resolver as no answer.
func TestHostileZone(t *testing.T) {
	z := internet()
	z.names["192.0.2.4"] = []string{"loop.example.net."}
	z.addrs["loop.example.net"] = []string{"!"}
	if a := look(t, z, "192.0.2.4"); !a.Trouble || a.Confirmed() != "" {
		t.Errorf("%+v", a)
	}
	a := look(t, z, "192.0.2.8")
	if len(a.Names) != maxNames || len(z.asked) > 10 {
		t.Errorf("%d names of ten thousand, %d questions", len(a.Names), len(z.asked))
	}
}

// When time is up the rest remains unknown, and nothing of it is remembered.
func TestBudget(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	c := NewCache()
	a := netip.MustParseAddr("192.0.2.7")
	if got := NewDNS(internet(), c, now).Look(ctx, []netip.Addr{a})[a]; !got.Trouble || c.Changed() {
		t.Errorf("%+v", got)
	}
}

// Nobody makes a run ask without end: the rest is unknown.
func TestMostAsked(t *testing.T) {
	z := internet()
	var all []netip.Addr
	for i := range maxAsked + 100 {
		all = append(all, netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}))
	}
	answers := NewDNS(z, NewCache(), now).Look(t.Context(), append(all, all...))
	if n := len(z.asked); n != maxAsked+1 { // and the known one
		t.Errorf("%d questions", n)
	}
	if a := answers[all[maxAsked]]; !a.Trouble || len(answers) != len(all) {
		t.Errorf("%+v of one beyond the limit, %d answers", a, len(answers))
	}
}

// Answers are kept for a week, a day or not at all.
func TestRemembered(t *testing.T) {
	z, c := internet(), NewCache()
	all := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.5"), netip.MustParseAddr("192.0.2.6")}
	asks := func(at time.Time) (n int) {
		z.asked = nil
		NewDNS(z, c, at).Look(t.Context(), all)
		for _, a := range all {
			if strings.Contains(strings.Join(z.asked, " ")+" ", a.String()+" ") {
				n++
			}
		}
		return n
	}
	for _, tt := range []struct {
		what string
		at   time.Time
		want int
	}{
		{"the first run asks for all", now, 5},
		{"the next one for those in trouble", now.Add(6 * time.Hour), 2},
		{"a day later for all that were denied too", now.Add(25 * time.Hour), 4},
		{"a week later for all", now.Add(169 * time.Hour), 5},
	} {
		if got := asks(tt.at); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.what, got, tt.want)
		}
	}
}
