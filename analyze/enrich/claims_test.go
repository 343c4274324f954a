package enrich

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/agent"
	"gumshoe/ingest/payload"
	"gumshoe/ingest/window"
)

// visit is some requests of one address with one agent.
type visit struct {
	src, agent string
	status     uint16
	n          int
	at         time.Duration // before now
}

func input(visits ...visit) *analyze.Input {
	store := window.NewStore(window.Options{Logs: []string{"access.log"}})
	b := store.Builder()
	b.Begin(0)
	enrich := ingest.Enrichers{payload.New(ingest.Hash{}), agent.New(ingest.Hash{})}
	line := int64(0)
	for _, v := range visits {
		for i := range v.n {
			ev := ingest.Event{Time: now.Add(-v.at).UnixMilli(), Src: netip.MustParseAddr(v.src), Count: 1, Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest,
				Method: []byte("GET"), Target: []byte(fmt.Sprintf("/page/%c", 'a'+i%26)), Status: v.status, Agent: []byte(v.agent)}
			enrich.Enrich(&ev)
			b.Add(&ev, ingest.Origin{Offset: line})
			line += 100
		}
	}
	return analyze.NewInput(store.Set(), now.Add(-6*time.Hour), now, now, time.UTC)
}

// Those claims come first for which the answer matters most.
func TestClaims(t *testing.T) {
	in := input(
		visit{"192.0.2.1", googlebot, 200, 50, time.Hour},
		visit{"192.0.2.2", googlebot, 404, 3, time.Hour},
		visit{"192.0.2.3", googlebot, 200, 500, 20 * time.Hour}, // before the window
		visit{"192.0.2.4", "DuckDuckBot/1.1", 404, 9, time.Hour},
		visit{"192.0.2.5", googlebot, 404, 9, 20 * time.Hour},
		visit{"192.0.2.5", "Mozilla/5.0 (X11; rv:128.0) Gecko/20100101 Firefox/128.0", 404, 9, time.Hour},
		visit{"2001:db8::7", "bingbot/2.0", 200, 9, 2 * time.Hour},
		visit{"2001:db8::7", googlebot, 200, 9, time.Hour},
	)
	var got []string
	for _, c := range Claims(in) {
		got = append(got, fmt.Sprintf("%s %d agents, %d lines", c.Source, len(c.Agents), len(c.Lines)))
	}
	want := []string{"192.0.2.2/32 1 agents, 1 lines", "192.0.2.1/32 1 agents, 1 lines", "2001:db8::/64 2 agents, 2 lines"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), strings.Join(want, "; "))
	}
}

// A case is told with what is known of its sources, and names are asked for only
// where a report shows them.
func TestIdentify(t *testing.T) {
	places := NewPlaces(func() []Database { return []Database{openTable(t, tor4), openTable(t, tor6)} })
	z := internet()
	one := netip.MustParsePrefix
	cases := []analyze.Case{
		{Level: analyze.High, Sources: []netip.Prefix{one("192.0.2.4/32")}},
		{Level: analyze.Low, Sources: []netip.Prefix{one("192.0.2.5/32"), one("2001:db8::/64"), one("198.18.0.1/32"), one("198.18.0.2/32"), one("192.0.2.11/32")}},
		{Level: analyze.Info, Sources: []netip.Prefix{one("192.0.2.14/32")}},
		{},
	}
	Identify(t.Context(), cases, places, NewDNS(z, NewCache(), now), func(_ *analyze.Case, p netip.Prefix) (netip.Addr, bool) { return p.Addr(), p.IsSingleIP() })
	var got []string
	for _, c := range cases {
		for _, id := range c.Identities {
			got = append(got, fmt.Sprintf("%s %s %s", id.Source, id.Country, id.Name))
		}
		got = append(got, "-")
	}
	want := []string{"192.0.2.4/32 NL static.example.net", "-", "192.0.2.5/32 NL ", "2001:db8::/64 FR ", "192.0.2.11/32 NL ", "-", "192.0.2.14/32 NL ", "-", "-"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if asked := strings.Join(z.asked, " "); strings.Contains(asked, "192.0.2.11") || strings.Contains(asked, "192.0.2.14") {
		t.Errorf("asked for %s", asked)
	}
	// Without DNS only the places are told.
	cases[0].Identities = nil
	Identify(t.Context(), cases[:1], places, nil, nil)
	if ids := cases[0].Identities; len(ids) != 1 || ids[0].Country != "NL" || ids[0].Name != "" {
		t.Errorf("without DNS: %+v", ids)
	}
}
