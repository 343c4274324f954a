package analyze

import (
	"maps"
	"net/netip"
	"testing"
	"time"

	"gumshoe/ingest"
)

func refused(ago time.Duration, src string, count uint32) ingest.Event {
	e := signedIn(ago, src, "anna")
	e.Kind, e.Count = ingest.KindAuthFailure, count
	return e
}

// What the accused did in the window is flagged, by hour, once each: in the worst
// of their cases. Visitors flag nothing, nor does a case that is no more than a note.
func TestFlaggedBy(t *testing.T) {
	const bad, worse, honest = "203.0.113.6", "203.0.113.7", "198.51.100.1"
	in := watched(refused(2*time.Hour, bad, 3), refused(2*time.Hour, worse, 4), refused(3*time.Hour, worse, 5), refused(30*time.Hour, worse, 70), refused(2*time.Hour, honest, 6),
		page(2*time.Hour, bad, "/a", 0, 500), page(2*time.Hour, honest, "/a", 0, 500))
	of := func(src ...string) (out []netip.Prefix) {
		for _, s := range src {
			out = append(out, netip.MustParsePrefix(s+"/32"))
		}
		return out
	}
	got := map[Flagged]bool{}
	for _, f := range in.FlaggedBy([]Case{
		{ID: "first", Level: High, Sources: of(worse), Visitors: of(honest)},
		{ID: "second", Level: Low, Sources: of(bad, worse)},
		{ID: "third", Level: Info, Sources: of(honest)},
	}) {
		got[f] = true
	}
	at := func(id, service string, m Metric, ago time.Duration, n uint64) Flagged {
		return Flagged{id, ServiceHour{service, m, uint32(noon.Add(-ago).Unix() / 3600)}, n}
	}
	want := map[Flagged]bool{
		at("first", ingest.ServiceIMAP, FailedLogins, 2*time.Hour, 4):  true,
		at("first", ingest.ServiceIMAP, FailedLogins, 3*time.Hour, 5):  true,
		at("second", ingest.ServiceIMAP, FailedLogins, 2*time.Hour, 3): true,
		at("second", ingest.ServiceWeb, Requests, 2*time.Hour, 1):      true,
		at("second", ingest.ServiceWeb, ServerErrors, 2*time.Hour, 1):  true,
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}

	many := make([]Case, ownFlags, ownFlags+2)
	many = append(many, Case{ID: "far behind", Level: Low, Sources: of(bad)}, Case{ID: "behind it", Level: Low, Sources: of(worse)})
	for _, f := range in.FlaggedBy(many) {
		if f.Case != "" || f.Service == ingest.ServiceIMAP && f.Hour == uint32(noon.Add(-2*time.Hour).Unix()/3600) && f.Events != 3+4 {
			t.Errorf("beside many worse cases: %+v", f)
		}
	}
}
