package report

import (
	"strings"
	"testing"
	"time"

	"gumshoe/ban"
)

// Of many countries the small ones are one line; where the visitors are is said in
// words, because a ban of that country is what a reader may think of.
func TestBanStatsByCountry(t *testing.T) {
	s := BanStats{By: "country", Now: time.Date(2026, 11, 22, 0, 20, 0, 0, time.UTC), Active: make([]ban.Ban, 1), Honest: 200, Since: 30, Credits: []string{"Countries: a database"}}
	n := func(n int) *int { return &n }
	for i, key := range []string{"US", "BR", "NL", "CN", "DE", "VN", "RU", "IN", "FR", "IT", "ES", "PT"} {
		honest := 0
		if key == "DE" {
			honest = 122
		}
		s.Rows = append(s.Rows, BanShare{key, 40 - 3*i, n(i % 3), n(honest)})
	}
	s.Rows = append(s.Rows, BanShare{"AT", 0, nil, n(78)}, BanShare{"", 1, n(-1), n(0)})
	var out strings.Builder
	if err := s.Text(&out, TextOptions{ASCII: true}); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(out.String()), " ")
	for _, say := range []string{
		"1 ban active on Sun 22 Nov 2026, 00:20 UTC",
		"country bans share 7 days honest visitors US 40 #",
		"DE 28 ", " 10 % +1 61 %", "3 others 17 ", " 39 %", "unknown 1 | <1 % -1 0 %",
		"What this says DE holds 10 % of the bans and 61 % of your visitors: a country ban would shut out 122 honest addresses to stop 28.",
		"in the last 30 days come from (200 of them)", "Also: --by jail, --by day, --by prefix, --by asn, --json", "Countries: a database",
	} {
		if !strings.Contains(got, say) {
			t.Errorf("not told %q in\n%s", say, out.String())
		}
	}
	for line := range strings.Lines(out.String()) {
		if cells(strings.TrimSuffix(line, "\n")) > defaultWidth || strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("wider than the terminal, or no ASCII: %q", line)
		}
	}
}

func TestPercentOf(t *testing.T) {
	for _, test := range []struct {
		part, whole int
		want        string
	}{{0, 0, "-"}, {0, 10, "0 %"}, {1, 1000, "<1 %"}, {1, 100, "1 %"}, {125, 1000, "13 %"}, {7, 7, "100 %"}} {
		if got := percentOf(test.part, test.whole); got != test.want {
			t.Errorf("%d of %d is %q, want %q", test.part, test.whole, got, test.want)
		}
	}
}
