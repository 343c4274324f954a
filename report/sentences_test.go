package report

import (
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
)

// What other parts of the program did, in the words of the report.
func TestSentences(t *testing.T) {
	with := func(change func(*Report)) Report {
		r := armedNight()
		change(&r)
		return r
	}
	lines := func(ss []string) string { return strings.Join(ss, " | ") }
	tests := []struct {
		what, got, want string
	}{
		{"done", lines(armedNight().deeds()), "22 banned (20 on imap, 2 on http), 1 held back, 1 lifted. | Undo all of it: `gumshoe bans undo --run 612`"},
		{"not all of it holds", lines(brokenRun().deeds()), "22 banned (20 on imap, 2 on http), 1 held back, 1 lifted. | But 168 of the 171 active are not in force. | Undo all of it: `gumshoe bans undo --run 612`"},
		{"until it is confirmed", lines(with(func(r *Report) { r.Done.Trial, r.Run = true, "" }).deeds()[1:]), "They last one hour, until you say that nobody was shut out: `gumshoe bans confirm`"},
		{"planned only", lines(fiveAttacks().deeds()), "22 sources deserve a ban, 1 ban is held back. Over files this is a plan on paper: nothing was touched."},
		{"nothing to do", lines(quietNight().deeds()), ""},

		{"standing", lines(armedNight().standing()), "171 bans are active, held by nftables; 3 ended by themselves. | Lifted: 192.0.2.44 (allowlist)."},
		{"a driver that fails", brokenRun().standing()[1], "nftables holds 3 of 171 bans: the table was flushed by another program."},

		{"one source", armedNight().doneWith(injectionCase()), "2001:db8:5:41::/64 banned for 1 day, until Mon 23 Nov 00:00, its 2nd offence."},
		{"many, which end one by one", armedNight().doneWith(mailboxCase()), "20 sources banned for 1 day, until Mon 23 Nov 00:06 to Mon 23 Nov 02:00."},
		{"for good", with(func(r *Report) { r.Done.Bans[0].Until = time.Time{} }).doneWith(injectionCase()), "2001:db8:5:41::/64 banned for good, its 2nd offence."},
		{"held", armedNight().doneWith(breakInCase()), ""},

		{"the AI was asked", armedNight().aiLine(), "small-model looked at 6 cases in 1 request, 1 remembered. It agreed on 1 of 2; it banned nothing and freed nothing, for it cannot. 3,412 tokens, $0.002; $0.09 of $2.00 this month. Names and addresses were masked."},
		{"it did not answer", brokenRun().aiLine(), "The endpoint did not answer in 30 s. $0.09 of $2.00 this month."},
		{"it was not needed", Report{AI: &AI{}}.aiLine(), "Not asked: no case needed it."},
		{"there is none", quietNight().aiLine(), ""},
		{"it would move the level", armedNight().second(scriptCase()), "disagrees: benign, level info. “Reads like a customer's stock sync.” It changes nothing here."},

		{"a week with more", armedNight().beyondLine(), "From 15 November to 22 November fail2ban banned 1,198 addresses at the door. gumshoe banned 38 more (3.1 %) that never crossed its limits: 24 on one mailbox, 9 in a spread ssh attack, 3 slow scanners, 2 injectors."},
		{"a week without", quietWeek().beyondLine(), "From 15 November to 22 November fail2ban banned 1,204 addresses at the door. gumshoe found nobody beside them."},
		{"not armed", with(func(r *Report) { r.Beyond = &Beyond{From: evening, To: midnight, Gumshoe: 2, Planned: true} }).beyondLine(), "From 21 November to 22 November fail2ban banned 0 addresses at the door. gumshoe would have banned 2 more that never crossed its limits."},

		{"all was read", quietNight().coverage(), "Read: 100 % of auth.log, 100 % of nginx/access.log."},
		{"with a gap", armedNight().coverage(), "Read: 100 % of auth.log, 100 % of nginx/access.log, 100 % of mail.log; nothing of mail.log from 20:00 to 22:00 (2 h)."},
		{"the worst first", degradedRun().coverage(), "Read: nothing of mail.log, 98.2 % of nginx/access.log, 100 % of auth.log."},
		{"no log at all", Report{}.coverage(), ""},

		{"new and old", armedNight().changes(), "5 cases are new, 1 case goes on, 1 case is over."},
		{"no past", fiveAttacks().changes(), ""},
		{"1st to 4th, 11th, 22nd", lines([]string{ordinal(1), ordinal(2), ordinal(3), ordinal(4), ordinal(11), ordinal(22), ordinal(113)}), "1st | 2nd | 3rd | 4th | 11th | 22nd | 113th"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("%s\nwant %s", tt.got, tt.want)
			}
		})
	}
}

// Each accused is counted once, however many cases name it, and what is only
// informational is not counted.
func TestPlacesCountSourcesOnce(t *testing.T) {
	r := Report{Cases: []analyze.Case{breakInCase(), breakInCase(), slowScanCase(), scriptCase()}}
	r.Cases[3].Level = analyze.Info
	rows := r.placeRows()
	if len(rows) != 2 || rows[0].Items[0] != "NL 1, unknown 1" {
		t.Errorf("%+v", rows)
	}
	if rows := (Report{Cases: []analyze.Case{slowScanCase()}}).placeRows(); rows != nil {
		t.Errorf("nothing is known, and told is %+v", rows)
	}
}

// Bans of which none is missing raise no alarm, whatever a driver says.
func TestMissingBans(t *testing.T) {
	d := &Done{Active: 5, Bans: make([]ban.Ban, 5), Drivers: []Driver{{Name: "a", InForce: 5}, {Name: "b", InForce: 5, Error: "slow"}}}
	if n := d.missing(); n != 0 {
		t.Errorf("%d missing", n)
	}
	d.Drivers[1].InForce = 2
	if n := d.missing(); n != 3 {
		t.Errorf("%d missing, want 3", n)
	}
}
