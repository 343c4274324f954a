package report

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
)

// rehearsalOf is two weeks in which a scanner's address got a new holder and a known
// visitor was banned with it; the log was written by an attacker.
func rehearsalOf() Rehearsal {
	from := time.Date(2026, 8, 23, 0, 0, 0, 0, time.UTC)
	made := func(p, id string, day, days int) ban.Rehearsed {
		at := from.AddDate(0, 0, day)
		return ban.Rehearsed{Ban: ban.Ban{Prefix: netip.MustParsePrefix(p), Case: id, Action: ban.Drop, Offence: 1, From: at, Until: at.AddDate(0, 0, days),
			Reason: "Critical.", Evidence: "GET /\x1b[2J 404"}, Headline: "A scan \x1b]0;of\x07 yours", Level: analyze.Critical, Confidence: .999,
			Families: []analyze.Evidence{{Family: analyze.Probing, LogOdds: 8, Fact: "18 paths asked for"}}}
	}
	r := Rehearsal{
		Host: "web1", From: from, To: from.AddDate(0, 0, 14), Known: from, Runs: 56, Logins: 1904, People: 200, Guarded: true, Unseen: 2,
		Policy: ban.DefaultPolicy(), AllowList: "/etc/gumshoe/allow.d/honest.list",
		Kinds: map[string]string{"aaaaa": "slow_scan", "bbbbb": "injection"}, Began: map[string]time.Time{"aaaaa": from, "bbbbb": from.AddDate(0, 0, 8)},
	}
	r.Bans = []ban.Rehearsed{made("198.51.100.7/32", "aaaaa", 1, 7), made("203.0.113.0/24", "aaaaa", 1, 8), made("2001:db8:77:3::/64", "bbbbb", 9, 1)}
	r.Hits = []ban.Hit{
		{Source: netip.MustParsePrefix("198.51.100.7/32"), Ban: 0, During: ban.Good{Visits: 4}},
		{Source: netip.MustParsePrefix("203.0.113.9/32"), Ban: 1, Before: ban.Good{Logins: 6}}, // it never came back
		{Source: netip.MustParsePrefix("2001:db8:77:3::/64"), Ban: 2, Before: ban.Good{Visits: 14}, During: ban.Good{Logins: 1}},
	}
	hold := func(p, guard, why string) ban.HeldBack {
		return ban.HeldBack{Entry: ban.Entry{Prefix: netip.MustParsePrefix(p), Case: "aaaaa", Guard: guard, Reason: why}, At: from}
	}
	r.Held = []ban.HeldBack{hold("10.0.0.14/32", "private", "10.0.0.14 is a private network: a ban would cut off one of your own."),
		hold("192.0.2.1/32", "good-login", "192.0.2.1 logged in properly on 5 earlier days: someone honest is there."),
		hold("192.0.2.2/32", "good-login", "192.0.2.2 logged in properly on 2 earlier days: someone honest is there."),
		hold("192.0.2.1/32", "good-login", "the same again, of another case")}
	return r
}

func TestRehearsalText(t *testing.T) {
	var out strings.Builder
	if err := RehearsalText(&out, rehearsalOf(), TextOptions{ASCII: true}); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(out.String()), " ")
	for _, say := range []string{
		"on web1, 23 Aug to 6 Sep 2026. 56 runs replayed from the archive",
		"Maybe you: 1 of 1,904 good logins came from an address that was banned",
		"2 honest visitors of 200, below. Read them.",
		"3 bans, 2 of them unknown to fail2ban.",
		"23 Aug 1 2 ##", "1 none 30 Aug 1 1 ##", "1 7 days", "2 weeks 2 3",
		"2 addresses, 1 network, in 2 of 56 runs; never more than 2 in one run (cap 200). Half of the bans came within 1 day of the first event of their case.",
		"slow scan 2 1 case 7 to 8 days", "injection 1 1 case 24 hours",
		"1 198.51.100.7, Mon 24 Aug 00:00, for 7 days, as a slow scan (aaaaa) During the ban: 4 pages with their pictures. Before it: nothing honest.",
		"ban.slow: 24h",
		"2 2001:db8:77:3::/64, Tue 1 Sep 00:00, for 24 hours, as an injection (bbbbb) During the ban: 1 good login. Before it: 14 pages with their pictures.",
		"echo 2001:db8:77:3::/64 >> /etc/gumshoe/allow.d/honest.list",
		"2 192.0.2.1 logged in properly on 5 earlier days: someone honest is there. So it was with 1 other.",
		"1 10.0.0.14 is a private network",
		"gumshoe bans rehearse --weeks 2 --case ID",
	} {
		if !strings.Contains(got, say) {
			t.Errorf("not told %q in\n%s", say, out.String())
		}
	}
	if strings.Contains(got, "203.0.113.9") {
		t.Error("told of somebody who lost nothing")
	}
	if i := strings.IndexFunc(out.String(), func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }); i >= 0 {
		t.Errorf("%q is no ASCII", out.String()[i:i+4])
	}
}

func TestRehearsalCase(t *testing.T) {
	var out strings.Builder
	if known, err := RehearsalCase(&out, rehearsalOf(), "aaaaa", TextOptions{}); !known || err != nil {
		t.Fatal(known, err)
	}
	for _, say := range []string{`A scan \x1b]0;of\x07 yours`, "case aaaaa, critical, 99.9 % sure, slow scan", "+8.0  18 paths asked for.", "203.0.113.0/24, Mon 24 Aug 00:00 to Tue 1 Sep 00:00, drop",
		`GET /\x1b[2J 404`, "Held back, and why", "198.51.100.7"} {
		if !strings.Contains(out.String(), say) {
			t.Errorf("not told %q in\n%s", say, out.String())
		}
	}
	if strings.Contains(out.String(), "2001:db8:77:3::") {
		t.Error("told of another case")
	}
	if known, _ := RehearsalCase(&out, rehearsalOf(), "ccccc", TextOptions{}); known {
		t.Error("knows a case that never was")
	}
}

// A quiet past has three answers, too.
func TestRehearsalOfNothing(t *testing.T) {
	var out strings.Builder
	r := Rehearsal{From: time.Unix(0, 0), To: time.Unix(86400, 0), AdHoc: true, Runs: 4}
	if err := RehearsalText(&out, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(out.String()), " ")
	for _, say := range []string{"4 runs replayed from the files", "Not known. Nobody logged in", "Not known. No visitor", "There was nothing to ban"} {
		if !strings.Contains(got, say) {
			t.Errorf("not told %q in\n%s", say, out.String())
		}
	}
	if strings.Contains(got, "Week by week") {
		t.Error("drew nothing")
	}
}
