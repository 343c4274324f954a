package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// field finds "a.b.c" in a document.
func field(doc map[string]any, path string) any {
	var v any = doc
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// The fields that rules and dashboards of a SIEM are built on.
func TestECSContract(t *testing.T) {
	var b bytes.Buffer
	if err := ECS(&b, armedNight()); err != nil {
		t.Fatal(err)
	}
	docs := map[string]map[string]any{}
	for line := range strings.Lines(b.String()) {
		var doc map[string]any
		if err := json.Unmarshal([]byte(line), &doc); err != nil {
			t.Fatal(err)
		}
		docs[field(doc, "gumshoe.case").(string)] = doc
	}
	tests := []struct {
		id, path string
		want     any
	}{
		{"k7q2m", "@timestamp", "2026-11-21T21:52:16Z"},
		{"k7q2m", "ecs.version", ecsVersion},
		{"k7q2m", "event.kind", "alert"},
		{"k7q2m", "event.category", []any{"intrusion_detection", "authentication"}},
		{"k7q2m", "event.type", []any{"info"}},
		{"k7q2m", "event.severity", 99.0},
		{"k7q2m", "event.risk_score", 99.75},
		{"k7q2m", "event.id", "k7q2m-20261122T000000Z"},
		{"k7q2m", "event.start", "2026-11-21T18:27:00Z"},
		{"k7q2m", "event.duration", float64(clock("21:52:16").Sub(clock("18:27:00")))},
		{"k7q2m", "log.level", "critical"},
		{"k7q2m", "rule.name", "break_in"},
		{"k7q2m", "source.ip", "203.0.113.7"},
		{"k7q2m", "source.geo.country_iso_code", "NL"},
		{"k7q2m", "source.as.number", 64496.0},
		{"k7q2m", "source.as.organization.name", "Example Hosting B.V."},
		{"k7q2m", "source.domain", "vps-7.example.net"},
		{"k7q2m", "related.hosts", []any{"vps-7.example.net"}},
		{"k7q2m", "gumshoe.owners", []any{map[string]any{"network": "203.0.113.0/24", "name": "Example Hosting B.V.", "abuse": "abuse@example.net"}}},
		{"k7q2m", "user.name", "deploy"},
		{"k7q2m", "threat.technique.id", []any{"T1110", "T1078"}},
		{"k7q2m", "threat.technique.subtechnique.id", []any{"T1110.001"}},
		{"k7q2m", "host.name", "web1"},
		{"k7q2m", "gumshoe.ban", "held"},
		{"h5vbc", "event.category", []any{"intrusion_detection", "web"}},
		{"h5vbc", "url.path", "/product"},
		{"h5vbc", "source.address", "2001:db8:5:41::/64"},
		{"h5vbc", "source.ip", nil}, // a network is no address
		{"h5vbc", "gumshoe.ban", "banned"},
		{"t8fdn", "source", nil}, // of twenty none is the source
		{"t8fdn", "gumshoe.sources", 20.0},
		{"n9gte", "related", nil}, // an hour has no culprit
		{"n9gte", "event.severity", 73.0},
		{"w6y4s", "user_agent.original", "python-requests/2.28.0"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, field(docs[tt.id], tt.path)); diff != "" {
			t.Errorf("%s: %s: %s", tt.id, tt.path, diff)
		}
	}
	if got := len(field(docs["t8fdn"], "related.ip").([]any)); got != 20 {
		t.Errorf("%d of 20 addresses", got)
	}
}

// local is what the C library hands to the syslog daemon of its machine.
var local = regexp.MustCompile(`^<(\d{1,3})>[A-Z][a-z][a-z] [ \d]\d \d\d:\d\d:\d\d gumshoe: (\{.*\})$`)

// A message is one line that receivers take, whatever the case holds.
func TestSyslog(t *testing.T) {
	for _, f := range reports {
		r := f.report()
		if len(r.Cases) > 0 {
			for i := range 4000 {
				r.Cases[0].Sources = append(r.Cases[0].Sources, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}), 32))
			}
		}
		messages, err := Syslog(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(messages) != len(r.Cases) {
			t.Fatalf("%s: %d messages for %d cases", f.name, len(messages), len(r.Cases))
		}
		for _, m := range messages {
			parts := local.FindSubmatch(m.Text)
			if parts == nil {
				t.Fatalf("%s: %.200q", f.name, m.Text)
			}
			if want := fmt.Sprint(authpriv*8 + m.Severity); string(parts[1]) != want {
				t.Errorf("%s: priority %s, want %s", f.name, parts[1], want)
			}
			if len(m.Text) > 8192 {
				t.Errorf("%s: %d bytes", f.name, len(m.Text))
			}
			var doc map[string]any
			if err := json.Unmarshal(parts[2], &doc); err != nil {
				t.Errorf("%s: %v", f.name, err)
			}
		}
	}
}
