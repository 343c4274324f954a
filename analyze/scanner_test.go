package analyze

import (
	"net/netip"
	"testing"
	"time"
)

// What the owner's scanner does within its hours is labelled; before and after it
// is an attack like any other, and so is what its neighbours do. Of a campaign it
// is taken out. A case about an endpoint stays.
func TestOwnScanner(t *testing.T) {
	night := time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC)
	finding := func(at time.Time, sources ...string) Finding {
		f := Finding{Detector: "injection", Key: "k", Impact: Targeted, First: at, Last: at.Add(time.Hour), Evidence: []Evidence{{Family: Payload, LogOdds: 8, Trials: 9}}, Events: 3}
		for _, s := range sources {
			f.Sources = append(f.Sources, netip.MustParsePrefix(s))
		}
		return f
	}
	for _, c := range []struct {
		what    string
		f       Finding
		accused int
		told    bool
	}{
		{"at night", finding(night, "192.0.2.9/32"), 0, true},
		{"by day", finding(night.Add(12*time.Hour), "192.0.2.9/32"), 1, false},
		{"on into the day", finding(night.Add(5*time.Hour), "192.0.2.9/32"), 1, false},
		{"the night before", finding(night.Add(-24*time.Hour), "192.0.2.9/32"), 1, false},
		{"its neighbour", finding(night, "192.0.2.200/32"), 1, false},
		{"a network that holds it", finding(night, "192.0.2.0/24"), 1, false},
		{"a crowd", finding(night, "192.0.2.9/32", "198.51.100.1/32", "198.51.100.2/32"), 2, true},
		{"an endpoint", finding(night), 0, false},
	} {
		in := &Input{Scanners: []Scanner{{Prefix: netip.MustParsePrefix("192.0.2.8/30"), From: night, Until: night.Add(6 * time.Hour)}}}
		accused, told, rest := 0, false, 0
		for _, list := range in.label([][]*Finding{{&c.f}}) {
			for _, f := range list {
				if f.Detector == "own_scanner" {
					told = len(f.Sources) == 0 && *f.Floor == Info
					continue
				}
				accused, rest = accused+len(f.Sources), rest+1
			}
		}
		if accused != c.accused || told != c.told || rest == 0 != (c.what == "at night") {
			t.Errorf("%s: %d accused, told %v, %d findings left", c.what, accused, told, rest)
		}
	}
}
