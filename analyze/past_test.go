package analyze

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"gumshoe/ingest"
)

const offender = "203.0.113.9/32"

func earlier(level Level, daysAgo int, sources ...string) PastCase {
	p := PastCase{Level: level, Last: noon.AddDate(0, 0, -daysAgo)}
	for _, s := range sources {
		p.Sources = append(p.Sources, netip.MustParsePrefix(s))
	}
	return p
}

func banned(ago time.Duration, src string) ingest.Event {
	return ingest.Event{Time: noon.Add(-ago).UnixMilli(), Service: ingest.ServiceFail2ban, Kind: ingest.KindBan, Src: netip.MustParseAddr(src), Count: 1}
}

// What a source did before a case that begins at noon: one log-odds for each
// earlier deed, halved every sixty days, and once more after a fortnight.
func TestRecord(t *testing.T) {
	for _, c := range []struct {
		what   string
		past   []PastCase
		events []ingest.Event
		want   float64
	}{
		{"nothing", nil, nil, 0},
		{"a case yesterday", []PastCase{earlier(High, 1, offender)}, nil, math.Exp2(-1. / 60)},
		{"a case of level low", []PastCase{earlier(Low, 1, offender)}, nil, 0},
		{"a case that goes on", []PastCase{earlier(High, -1, offender)}, nil, 0},
		{"a case a month ago", []PastCase{earlier(High, 30, offender)}, nil, math.Exp2(-.5) / 2},
		{"ten cases this week", []PastCase{earlier(High, 1, offender), earlier(High, 2, offender), earlier(High, 3, offender), earlier(High, 4, offender), earlier(High, 5, offender)}, nil, 4},
		{"a neighbour yesterday", []PastCase{earlier(High, 1, "203.0.113.77/32")}, nil, .5 * math.Exp2(-1./60)},
		{"somebody else", []PastCase{earlier(High, 1, "198.51.100.1/32")}, nil, 0},
		{"a ban by fail2ban two days ago", nil, []ingest.Event{banned(48*time.Hour, "203.0.113.9")}, math.Exp2(-2. / 60)},
		{"a ban by fail2ban during the case", nil, []ingest.Event{banned(-time.Hour, "203.0.113.9")}, 0},
		{"a case yesterday, and somebody logged in since", []PastCase{earlier(High, 1, offender)}, []ingest.Event{signedIn(time.Hour, "203.0.113.9", "anna")}, 0},
		{"a login before that case", []PastCase{earlier(High, 1, offender)}, []ingest.Event{signedIn(30*time.Hour, "203.0.113.9", "anna")}, math.Exp2(-1. / 60)},
	} {
		in := watched(c.events...)
		in.Past = c.past
		e, _ := in.record(&Case{Sources: []netip.Prefix{netip.MustParsePrefix(offender)}, First: noon})
		if math.Abs(e.LogOdds-c.want) > .01 {
			t.Errorf("%s: %.3f, want %.3f (%s)", c.what, e.LogOdds, c.want, e.Fact)
		}
	}
}

// One old offender among ten does not taint the others.
func TestRecordOfACampaign(t *testing.T) {
	c := campaign("aaaaa", 0, 7, 9, "anna")
	c.Sources = append(c.Sources, netip.MustParsePrefix(offender))
	c.First = noon
	in := watched()
	in.Past = []PastCase{earlier(High, 1, offender)}
	if e, _ := in.record(&c); e.LogOdds > .1 {
		t.Errorf("%.2f", e.LogOdds)
	}
}

func TestGuarded(t *testing.T) {
	two := &Case{Sources: []netip.Prefix{netip.MustParsePrefix(offender), netip.MustParsePrefix("198.51.100.1/32")}}
	if g := watched().guarded(two); g != nil {
		t.Errorf("where nothing of fail2ban was read: %+v", g)
	}
	silent := watched()
	silent.Guarded = true
	if g := silent.guarded(two); g == nil || g.Banned != 0 {
		t.Errorf("where fail2ban banned nobody: %+v", g)
	}
	if g := watched(banned(time.Hour, "203.0.113.9"), banned(3*time.Hour, "203.0.113.9")).guarded(two); g == nil || *g != (Guarded{Banned: 1, Bans: 2}) {
		t.Errorf("two bans of one source: %+v", g)
	}
	if g := silent.guarded(&Case{}); g != nil {
		t.Errorf("a case that accuses nobody: %+v", g)
	}
}
