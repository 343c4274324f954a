package analyze

import (
	"net/netip"
	"testing"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// watched is an Input of the given events.
func watched(events ...ingest.Event) *Input {
	store := window.NewStore(window.Options{Logs: []string{"log"}})
	b := store.Builder()
	b.Begin(0)
	for i := range events {
		b.Add(&events[i], ingest.Origin{Offset: int64(i)})
	}
	return NewInput(store.Set(), noon.Add(-24*time.Hour), noon, noon, time.UTC)
}

func signedIn(ago time.Duration, src, user string) ingest.Event {
	return ingest.Event{Time: noon.Add(-ago).UnixMilli(), Service: ingest.ServiceIMAP, Kind: ingest.KindAuthSuccess, Src: netip.MustParseAddr(src), User: []byte(user), Count: 1}
}

func page(ago time.Duration, src, path string, flags ingest.PathFlags, status uint16) ingest.Event {
	return ingest.Event{Time: noon.Add(-ago).UnixMilli(), Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest, Src: netip.MustParseAddr(src), Method: []byte("GET"),
		Status: status, Count: 1, Request: ingest.Request{Template: ingest.Hash{}.String(path), Text: path, Flags: flags}}
}

// Success is a login, or three distinct pages with their assets.
func TestStanding(t *testing.T) {
	const src = "198.51.100.9"
	css := page(time.Hour, src, "/style.css", ingest.PathStatic, 200)
	one := page(time.Hour, src, "/a", 0, 200)
	for _, c := range []struct {
		what            string
		events          []ingest.Event
		success, benign bool
	}{
		{"a login", []ingest.Event{signedIn(time.Hour, src, "anna")}, true, true},
		{"three pages and a style sheet", []ingest.Event{one, page(0, src, "/b", 0, 200), page(0, src, "/c", 0, 200), css}, true, true},
		{"three pages without assets", []ingest.Event{one, page(0, src, "/b", 0, 200), page(0, src, "/c", 0, 200)}, false, false},
		{"one page in each of three hours", []ingest.Event{one, page(3*time.Hour, src, "/a", 0, 200), page(5*time.Hour, src, "/a", 0, 200), css}, false, false},
		{"the front page, three times", []ingest.Event{page(0, src, "/", ingest.PathNeutral, 200), page(0, src, "/robots.txt", ingest.PathNeutral, 200), css}, false, false},
		{"mostly refused", []ingest.Event{signedIn(time.Hour, src, "anna"), page(0, src, "/x", 0, 404), page(0, src, "/y", 0, 404), page(0, src, "/z", 0, 404)}, true, false},
	} {
		st := watched(c.events...).StandingOf(netip.MustParsePrefix(src + "/32"))
		if st.Success != c.success || st.Benign != c.benign {
			t.Errorf("%s: success %v, benign %v", c.what, st.Success, st.Benign)
		}
	}
}

// Sources inside a prefix are found whatever else lies around it, ::1 included,
// which is the first of all units and a later address than any of IPv4.
func TestWithin(t *testing.T) {
	in := watched(signedIn(time.Hour, "::1", "cron"), signedIn(2*time.Hour, "192.0.2.1", "anna"), signedIn(30*time.Hour, "192.0.2.1", "anna"), signedIn(time.Hour, "192.0.2.200", "bert"),
		signedIn(time.Hour, "192.0.3.1", "carl"), signedIn(time.Hour, "2001:db8::7", "dora"))
	for _, c := range []struct {
		prefix     string
		collateral int
		days       int
		accounts   int
	}{
		{"192.0.2.0/24", 2, 2, 2}, {"192.0.2.1/32", 1, 2, 1}, {"192.0.0.0/16", 3, 2, 3}, {"198.51.100.0/24", 0, 0, 0}, {"2001:db8::/56", 1, 1, 1}, {"::/64", 1, 1, 1},
	} {
		p := netip.MustParsePrefix(c.prefix)
		days, accounts, _ := in.Logins(p, nil, noon)
		if got := in.Collateral(p, nil); got != c.collateral || days != c.days || accounts != c.accounts {
			t.Errorf("%s: collateral %d, logins on %d days into %d accounts; want %+v", p, got, days, accounts, c)
		}
	}
	if n := in.Collateral(netip.MustParsePrefix("192.0.2.0/24"), map[netip.Prefix]bool{netip.MustParsePrefix("192.0.2.1/32"): true}); n != 1 {
		t.Errorf("the accused count as honest: %d", n)
	}
	if days, _, last := in.Logins(netip.MustParsePrefix("192.0.2.0/24"), []string{"anna"}, noon.Add(-3*time.Hour)); days != 1 || !last.Equal(noon.Add(-30*time.Hour)) {
		t.Errorf("before nine: %d days, the last %s", days, last)
	}
}

// Of many sources each is found at its place, and who was not seen at the place where
// he would be: also before the first and behind the last.
func TestSearch(t *testing.T) {
	var events []ingest.Event
	for i := range 5 * postsApart {
		events = append(events, signedIn(time.Hour, netip.AddrFrom4([4]byte{198, 18, byte(i >> 7), byte(i << 1)}).String(), "anna"))
	}
	events = append(events, signedIn(time.Hour, "2001:db8::1", "anna"))
	in := watched(events...)
	units := in.Set.Units()
	if len(units) != len(events) {
		t.Fatalf("%d sources of %d", len(units), len(events))
	}
	for i := range units {
		a := units[i].Prefix().Addr()
		if at, ok := in.search(a); !ok || at != i {
			t.Errorf("%s is found at %d, %v; want %d", a, at, ok, i)
		}
		if at, ok := in.search(a.Next()); ok || at != i+1 {
			t.Errorf("%s would be at %d, %v; want %d", a.Next(), at, ok, i+1)
		}
	}
	if at, ok := in.search(netip.MustParseAddr("192.0.2.1")); ok || at != 0 {
		t.Errorf("one before all is at %d, %v", at, ok)
	}
	if at, ok := watched().search(netip.MustParseAddr("192.0.2.1")); ok || at != 0 {
		t.Errorf("of nobody one is at %d, %v", at, ok)
	}
}
