package analyze

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"
)

var firstRun = time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)

// a case of the n-th day: about one thing, by some sources.
func caseOf(id, kind, key string, day int, sources ...string) Case {
	c := Case{ID: id, Kind: kind, Level: High, First: firstRun.AddDate(0, 0, day), Last: firstRun.AddDate(0, 0, day).Add(3 * time.Hour),
		Findings: []*Finding{{Detector: kind, Key: key}}}
	for _, s := range sources {
		c.Sources = append(c.Sources, netip.MustParsePrefix(s))
	}
	return c
}

// campaign is a case of n sources of its own that ask for the given things.
func campaign(id string, day, net, n int, targets ...string) Case {
	c := caseOf(id, "campaign", fmt.Sprint("campaign ", net), day)
	for i := range n {
		c.Sources = append(c.Sources, netip.MustParsePrefix(fmt.Sprintf("198.18.%d.%d/32", net, i)))
	}
	for _, t := range targets {
		c.Targets = append(c.Targets, Target{Kind: AccountName, Value: t})
	}
	return c
}

func asIs(key string) string { return key }

func TestRecognize(t *testing.T) {
	names := []string{"anna", "bert", "carla", "dora", "emil", "fritz", "gerda", "hans"}
	own := caseOf("aaaaa", "breakin", "203.0.113.9/32", 1, "203.0.113.9/32")
	own.Findings[0].Own = true
	for name, test := range map[string]struct {
		before, now Case
		id          string
		course      Course
	}{
		"the same source goes on": {
			caseOf("aaaaa", "slow_scan", "203.0.113.9/32", 0, "203.0.113.9/32"), caseOf("bbbbb", "slow_scan", "203.0.113.9/32", 1, "203.0.113.9/32"), "aaaaa", Continuing},
		"it goes on with something worse": {
			caseOf("aaaaa", "slow_scan", "203.0.113.9/32", 0, "203.0.113.9/32"), caseOf("bbbbb", "injection", "/item?id", 1, "203.0.113.9/32"), "aaaaa", Continuing},
		"it comes back after a fortnight": {
			caseOf("aaaaa", "slow_scan", "203.0.113.9/32", 0, "203.0.113.9/32"), caseOf("bbbbb", "slow_scan", "203.0.113.9/32", 16, "203.0.113.9/32"), "aaaaa", Returning},
		"another source": {
			caseOf("aaaaa", "slow_scan", "203.0.113.9/32", 0, "203.0.113.9/32"), caseOf("bbbbb", "slow_scan", "203.0.113.10/32", 1, "203.0.113.10/32"), "bbbbb", New},
		"half of a botnet is new": {campaign("aaaaa", 0, 1, 20), func() Case {
			c := campaign("bbbbb", 1, 2, 10)
			c.Sources = append(c.Sources, campaign("", 1, 1, 10).Sources...)
			return c
		}(), "aaaaa", Continuing},
		"one of its members alone is not the botnet": {
			campaign("aaaaa", 0, 1, 20), caseOf("bbbbb", "slow_scan", "198.18.1.3/32", 1, "198.18.1.3/32"), "bbbbb", New},
		"other addresses, the same word list": {campaign("aaaaa", 0, 1, 20, names...), campaign("bbbbb", 10, 2, 20, names...), "aaaaa", Returning},
		"other addresses, another word list":  {campaign("aaaaa", 0, 1, 20, names...), campaign("bbbbb", 10, 2, 20, "x1", "x2", "x3", "x4", "x5", "x6", "x7"), "bbbbb", New},
		"too few words to know it by":         {campaign("aaaaa", 0, 1, 20, "root", "admin"), campaign("bbbbb", 10, 2, 20, "root", "admin"), "bbbbb", New},
		"a break-in is not what its source did before": {
			caseOf("aaaaa", "guessing", "203.0.113.9/32", 0, "203.0.113.9/32"), func() Case { c := own; c.ID = "bbbbb"; return c }(), "bbbbb", New},
	} {
		t.Run(name, func(t *testing.T) {
			cases := []Case{test.now}
			ended := Recognize(cases, []PastCase{test.before.Past(firstRun)}, asIs)
			if cases[0].ID != test.id || cases[0].Course != test.course {
				t.Errorf("%s, %s; want %s, %s", cases[0].ID, cases[0].Course, test.id, test.course)
			}
			if known := test.course != New; known != cases[0].Began.Equal(test.before.First) {
				t.Errorf("began %s", cases[0].Began)
			}
			if want := test.course == New; want != (len(ended) == 1) {
				t.Errorf("ended: %v", ended)
			}
		})
	}
}

// What two old cases have become keeps the older id; neither has ended.
func TestRecognizeMerge(t *testing.T) {
	a, b := campaign("aaaaa", 3, 1, 10), campaign("bbbbb", 0, 2, 10)
	both := campaign("ccccc", 4, 3, 0)
	both.Sources = slices.Concat(a.Sources, b.Sources)
	cases := []Case{both}
	if ended := Recognize(cases, []PastCase{a.Past(firstRun), b.Past(firstRun)}, asIs); len(ended) > 0 {
		t.Errorf("ended: %v", ended)
	}
	if cases[0].ID != "bbbbb" || !cases[0].Began.Equal(b.First) {
		t.Errorf("%s since %s; want bbbbb since %s", cases[0].ID, cases[0].Began, b.First)
	}
}

// Two cases of a run never share an id, even where both look like one old case.
func TestRecognizeOnce(t *testing.T) {
	old := campaign("aaaaa", 0, 1, 4)
	one, two := campaign("bbbbb", 1, 1, 3), campaign("ccccc", 1, 1, 4)
	one.Findings, two.Findings = []*Finding{{Key: "x"}}, []*Finding{{Key: "y"}}
	cases := []Case{one, two}
	Recognize(cases, []PastCase{old.Past(firstRun)}, asIs)
	if cases[0].ID != "aaaaa" || cases[1].ID != "ccccc" || cases[1].Course != New {
		t.Errorf("%s %s, %s %s", cases[0].ID, cases[0].Course, cases[1].ID, cases[1].Course)
	}
}
