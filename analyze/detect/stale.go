package detect

import (
	"fmt"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// How an old password in a telephone or a mail program is told from guesses.
const (
	fewestRepeats = 8    // failures
	byItself      = 1e-3 // chance of gaps that even, if they were a person's
)

// repeats reports a program that goes on by itself with one password: one account,
// at gaps of at least a minute that are as even as a clock's. Somebody who guesses
// at one real account just as evenly is told of no less, and when he gets in,
// BreakIn looks at that.
func repeats(all []try, names []tried) bool {
	if len(names) != 1 || len(all) < fewestRepeats || anyAbsent(all) || failure(all) == "refusal" {
		return false
	}
	pauses := gaps(visits(timesOf(all)))
	return len(pauses) >= fewestRepeats-1 && median(pauses) >= time.Minute && tooRegular(len(pauses), greenwood(pauses)) < byItself
}

// staleFinding tells of such a program. It has no evidence, for or against: what
// else its source does is judged as if this were not.
func staleFinding(in *analyze.Input, f analyze.Finding, all []try, total int) analyze.Finding {
	account := in.Set.Name(all[0].name).Text
	level := analyze.Info
	f.Detector, f.Techniques, f.Impact, f.Floor = "stale_password", nil, analyze.Nuisance, &level
	f.Targets = []analyze.Target{{Kind: analyze.AccountName, Value: account}}
	f.Times, f.Marks = timesOf(all), marksOf(all)
	pause := span(f.Last.Sub(f.First) / time.Duration(max(1, total-1)))
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("A program goes on with an old password of %s", account),
		Body:     []string{fmt.Sprintf("From %s %s failed %s to log in to %s, once every %s over %s.", f.Sources[0].Addr(), account, count(total, "time"), f.Service, pause, span(f.Last.Sub(f.First)))},
		Why:      []string{"One account that exists, and pauses as even as a clock's: a telephone or a mail program that was not told of a new password."},
		Not:      []string{"Whoever guesses at one account with such patience looks the same; if a login follows, it is told as a break-in."},
		Do:       []string{fmt.Sprintf("Tell the owner of %s: the password has to be changed on that device, too.", account)},
	}
	return f
}

// Where so much is known of who logs in to a service, a name that never did is
// nobody's.
const (
	settledFor  = 7 * 24 * time.Hour
	knownOwners = 5
)

// markNobodys marks the tries on accounts that nobody ever logged in to, after a
// week in which several people logged in to the service.
func markNobodys(in *analyze.Input, service string, all []try) {
	if settled := analyze.Fact(in, "settled services", settledOf); settled[accountsOf(service)] {
		for i := range all {
			all[i].nobodys = !in.Exists(all[i].name)
		}
	}
}

// accountsOf names the service whose accounts a service has: mail has one list,
// whichever way it comes.
func accountsOf(service string) string {
	if service == ingest.ServiceSMTP {
		return ingest.ServiceIMAP
	}
	return service
}

// settledOf lists the services on which several accounts log in, and did a week
// before the window.
func settledOf(in *analyze.Input) map[string]bool {
	since := uint32(max(0, in.From.Add(-settledFor).Unix()) / 3600)
	accounts, early := map[string]int{}, map[string]bool{}
	things := in.Set.Things(window.AccountObject)
	for i := range things {
		var seen []string
		for k := range things[i].Hours {
			h := &things[i].Hours[k]
			s := accountsOf(in.Set.Service(h.Service))
			if h.Good == 0 {
				continue
			}
			early[s] = early[s] || h.Hour <= since
			if !slices.Contains(seen, s) {
				seen = append(seen, s)
				accounts[s]++
			}
		}
	}
	out := map[string]bool{}
	for s, n := range accounts {
		out[s] = n >= knownOwners && early[s]
	}
	return out
}
