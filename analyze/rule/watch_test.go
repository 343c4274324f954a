package rule

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

type discard struct{}

func (discard) Add([]byte, *ingest.Event, ingest.Origin) {}

// watchedBy lets workers see lines in turns and returns what the rules met.
func watchedBy(workers int, rules []analyze.Rule, lines []string) []analyze.RuleHit {
	w := NewWatch(rules, ingest.Hash{Seed: 7})
	var all []*Watcher
	for range workers {
		all = append(all, w.Worker(discard{}))
	}
	for i, line := range lines {
		ev := ingest.Event{Program: []byte("vaultd"), Time: 1_795_168_800_000 + int64(i)}
		all[i%workers].Add([]byte(line), &ev, ingest.Origin{Offset: int64(i)})
	}
	return w.Hits()
}

func rules() []analyze.Rule {
	pattern := `^unseal attempt of \S+ from ` + AddrGroup + ` denied: bad key$`
	return []analyze.Rule{
		{ID: "r1", Program: "vaultd", Pattern: pattern, State: analyze.RuleActive},
		{ID: "r2", Program: "vaultd", Pattern: pattern, State: analyze.RuleRejected},
		{ID: "r3", Program: "otherd", Pattern: pattern, State: analyze.RuleActive},
		{ID: "r4", Program: "vaultd", Pattern: `.*`, State: analyze.RuleActive},
	}
}

// Only rules that are watched, for the program that wrote the line, meet anybody; the
// addresses of a v6 /64 are one source.
func TestWatch(t *testing.T) {
	hits := watchedBy(1, rules(), []string{
		"vaultd[7]: unseal attempt of anna from 203.0.113.9 denied: bad key",
		"vaultd[7]: unseal attempt of bert from 2001:db8::1 denied: bad key",
		"vaultd[7]: unseal attempt of carl from 203.0.113.9 denied: bad key",
		"vaultd[7]: unseal attempt of carl from 203.0.113.9 accepted",
		"vaultd[7]: unseal attempt of dora from 2001:db8::2 denied: bad key",
	})
	got := ""
	for _, h := range hits {
		got += fmt.Sprintf("%s %s %d from %d to %d; ", h.Rule.ID, h.Source, h.Lines, h.First.UnixMilli()%1000, h.Last.UnixMilli()%1000)
	}
	if want := "r1 203.0.113.9/32 2 from 0 to 2; r1 2001:db8::/64 2 from 1 to 4; "; got != want {
		t.Errorf("met %s\nwant %s", got, want)
	}
}

// One worker and eight meet the same, of more sources than are kept too.
func TestWatchIsDeterministic(t *testing.T) {
	var lines []string
	for i := range 2*maxMet + 100 {
		for range 1 + i%3 {
			lines = append(lines, fmt.Sprintf("vaultd[7]: unseal attempt of anna from 10.%d.%d.%d denied: bad key", i>>16, i>>8&255, i&255))
		}
	}
	one, eight := watchedBy(1, rules(), lines), watchedBy(8, rules(), lines)
	if len(one) == 0 || len(one) > maxMet || len(one) != len(eight) {
		t.Fatalf("%d and %d sources", len(one), len(eight))
	}
	for i := range one {
		a, b := one[i], eight[i]
		a.Rule, b.Rule = nil, nil
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v and %+v", a, b)
		}
	}
}

// Runs overlap: a line counts in the first run that reads it, and one without a stamp in
// each.
func TestWatchCountsOnce(t *testing.T) {
	w := NewWatch(rules(), ingest.Hash{})
	w.Counted = time.UnixMilli(1_795_168_800_002)
	one := w.Worker(discard{})
	for _, at := range []int64{0, 1_795_168_800_000, 1_795_168_800_001, 1_795_168_800_002, 1_795_168_800_003} {
		ev := ingest.Event{Program: []byte("vaultd"), Time: at}
		one.Add([]byte("vaultd[7]: unseal attempt of anna from 203.0.113.9 denied: bad key"), &ev, ingest.Origin{Offset: at})
	}
	if hits := w.Hits(); len(hits) != 1 || hits[0].Lines != 5 || hits[0].Fresh != 3 {
		t.Errorf("%+v, want 5 lines, 3 of them fresh", hits)
	}
}
