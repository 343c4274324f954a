package report

import (
	"bytes"
	"encoding/json"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/analyze"
	"gumshoe/ban"
)

// What is written is read back as the same object, one line each.
func TestNDJSONRoundTrip(t *testing.T) {
	for _, f := range reports {
		if f.name == "hostile" {
			continue // has bytes that JSON cannot hold; see TestNDJSONIsVerbatimAndInert
		}
		r := f.report()
		var b bytes.Buffer
		if err := NDJSON(&b, r); err != nil {
			t.Fatal(err)
		}
		lines := slices.Collect(strings.Lines(b.String()))
		if len(lines) != len(r.Cases) {
			t.Fatalf("%s: %d lines for %d cases", f.name, len(lines), len(r.Cases))
		}
		for i, c := range r.Cases {
			var got CaseJSON
			dec := json.NewDecoder(strings.NewReader(lines[i]))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(r.caseJSON(&c, r.Plan.Outcomes()[c.ID]), got); diff != "" {
				t.Errorf("%s, case %s: %s", f.name, c.ID, diff)
			}
		}
	}
}

// The words of the contract that scripts rely on.
func TestCaseJSONContract(t *testing.T) {
	r := fiveAttacks()
	var b bytes.Buffer
	if err := NDJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	byID := map[string]map[string]any{}
	for line := range strings.Lines(b.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		byID[m["id"].(string)] = m
	}
	check := func(id, field string, want any) {
		t.Helper()
		if diff := cmp.Diff(want, byID[id][field]); diff != "" {
			t.Errorf("%s.%s: %s", id, field, diff)
		}
	}
	check("k7q2m", "sources", []any{"203.0.113.7"})
	check("k7q2m", "ban", "held")
	check("k7q2m", "severity", "critical")
	check("k7q2m", "confidence", 0.9975)
	check("k7q2m", "first_seen", "2026-11-21T18:27:00Z")
	check("h5vbc", "sources", []any{"2001:db8:5:41::/64"})
	check("h5vbc", "targets", []any{map[string]any{"kind": "endpoint", "value": "/product"}})
	check("t8fdn", "ban", "planned")
	check("t8fdn", "prefix", "198.51.100.0/24")
	check("n9gte", "sources", []any{}) // an hour has no culprit
	check("n9gte", "ban", "none")
	if _, ok := byID["t8fdn"]["ban_targets"]; ok {
		t.Error("ban_targets although every source is to be banned")
	}
}

func TestBanTargets(t *testing.T) {
	entry := func(p string) ban.Entry { return ban.Entry{Case: "x", Prefix: netip.MustParsePrefix(p)} }
	c := analyze.Case{ID: "x", Sources: prefixes("198.51.100.1/32", "198.51.100.2/32")}
	tests := []struct {
		what string
		add  []ban.Entry
		want []string
	}{
		{"all of them", []ban.Entry{entry("198.51.100.1/32"), entry("198.51.100.2/32")}, nil},
		{"their network", []ban.Entry{entry("198.51.100.0/24")}, nil},
		{"one, the other is held", []ban.Entry{entry("198.51.100.2/32")}, []string{"198.51.100.2"}},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Report{}.caseJSON(&c, ban.Plan{Add: tt.add}.Outcomes()["x"]).BanTargets); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// JSON has no infinity; a case must not be lost for it.
func TestNDJSONSurvivesOddNumbers(t *testing.T) {
	c := analyze.Case{ID: "x", Confidence: math.NaN(), Prior: math.Inf(-1), Families: []analyze.Evidence{{LogOdds: math.Inf(1)}}}
	if err := NDJSON(&bytes.Buffer{}, Report{Cases: []analyze.Case{c}}); err != nil {
		t.Error(err)
	}
}

// A saved file ends with what the run was.
func TestArchiveEndsWithTheRun(t *testing.T) {
	var b bytes.Buffer
	if err := archiveNDJSON(&b, degradedRun()); err != nil {
		t.Fatal(err)
	}
	var last struct {
		Schema int
		Run    RunJSON
	}
	if err := json.Unmarshal(b.Bytes(), &last); err != nil {
		t.Fatal(err)
	}
	if last.Schema != Schema || last.Run.From != "2026-11-21T18:00:00Z" || len(last.Run.Sources) != 4 || len(last.Run.Notes) != 1 {
		t.Errorf("%+v", last)
	}
}

// The wall time of a run is no part of what it found.
func TestOutputIsReproducible(t *testing.T) {
	for _, to := range renderers {
		var a, b bytes.Buffer
		r := longRun()
		if err := to.render(&a, r); err != nil {
			t.Fatal(err)
		}
		r.Elapsed = 3 * time.Second
		if err := to.render(&b, r); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s differs from run to run", to.suffix)
		}
	}
}
