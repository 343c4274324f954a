package analyze

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// What a person said of a case covers exactly what the case named then.
func TestHeed(t *testing.T) {
	said := time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC)
	now := said.AddDate(0, 0, 3)
	keyed := func(s string) string { return "key of " + s }
	prefixes := func(list ...string) (out []netip.Prefix) {
		for _, s := range list {
			out = append(out, netip.MustParsePrefix(s))
		}
		return out
	}
	muted := Saying{ID: 1, Case: "aaaaa", Word: Muted, Sources: prefixes("192.0.2.0/28", "198.51.100.7/32"), Accounts: []string{"key of anna"}, At: said, Until: said.AddDate(0, 0, 14)}
	for what, test := range map[string]struct {
		c    Case
		said Saying
		now  time.Time
		want bool
	}{
		"the same case":              {Case{ID: "aaaaa", Sources: prefixes("198.51.100.7/32")}, muted, now, true},
		"another case of its source": {Case{ID: "bbbbb", Sources: prefixes("198.51.100.7/32")}, muted, now, true},
		"an address of its network":  {Case{ID: "aaaaa", Sources: prefixes("192.0.2.3/32")}, muted, now, true},
		"its account, in capitals":   {Case{ID: "aaaaa", Sources: prefixes("198.51.100.7/32"), Targets: []Target{{Kind: AccountName, Value: "Anna"}}}, muted, now, true},
		"a source joined":            {Case{ID: "aaaaa", Sources: prefixes("198.51.100.7/32", "198.51.100.8/32")}, muted, now, false},
		"a wider network":            {Case{ID: "aaaaa", Sources: prefixes("192.0.2.0/24")}, muted, now, false},
		"an account joined":          {Case{ID: "aaaaa", Sources: prefixes("198.51.100.7/32"), Targets: []Target{{Kind: AccountName, Value: "bert"}}}, muted, now, false},
		"a break-in":                 {Case{ID: "aaaaa", Sources: prefixes("198.51.100.7/32"), Impact: Success}, muted, now, false},
		"its time is over":           {Case{ID: "aaaaa", Sources: prefixes("198.51.100.7/32")}, muted, said.AddDate(0, 0, 15), false},
		"an anomaly by its id":       {Case{ID: "aaaaa"}, muted, now, true},
		"another anomaly":            {Case{ID: "ccccc"}, muted, now, false},
		"closed, and quiet since":    {Case{ID: "aaaaa", Last: said}, Saying{Case: "aaaaa", Word: Closed, At: said}, now, true},
		"closed, and it goes on":     {Case{ID: "aaaaa", Last: said.Add(1)}, Saying{Case: "aaaaa", Word: Closed, At: said}, now, false},
	} {
		cases := []Case{test.c}
		Heed(cases, []Saying{test.said}, test.now, keyed)
		if got := cases[0].Word != nil; got != test.want {
			t.Errorf("%s: covered %t, want %t", strings.ToUpper(what[:1])+what[1:], got, test.want)
		}
	}
}

// Of several words the strongest counts, and of two such the later.
func TestStrongestWord(t *testing.T) {
	at := time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC)
	say := func(id int64, w Word, hour int) Saying {
		return Saying{ID: id, Case: "aaaaa", Word: w, At: at.Add(time.Duration(hour) * time.Hour)}
	}
	cases := []Case{{ID: "aaaaa"}}
	Heed(cases, []Saying{say(1, Muted, 0), say(2, Muted, 1), say(3, Acknowledged, 2)}, at.AddDate(0, 0, 1), strings.ToLower)
	if cases[0].Word.ID != 2 {
		t.Errorf("word %d counts, want the later of the two that mute", cases[0].Word.ID)
	}
}
