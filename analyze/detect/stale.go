package detect

import (
	"cmp"
	"fmt"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// Stale tells whose password a device goes on with though it is no good any more:
// the owner wants to know, and nobody is accused. It is told once for all devices
// behind the same addresses. What else these addresses do is judged as if this were
// not. One that hardly stays at an address may be a row of proxies as well: that is worth
// a look, and still nobody is accused.
type Stale struct{}

// Name implements analyze.Detector.
func (Stale) Name() string { return "stale_password" }

// Detect implements analyze.Detector.
func (d Stale) Detect(in *analyze.Input) (out []*analyze.Finding) {
	var current []device
	for _, x := range analyze.Fact(in, "homes", homesOf).devices {
		if in.Contains(uint32(x.last.Unix() / 3600)) {
			current = append(current, x)
		}
	}
	slices.SortStableFunc(current, func(a, b device) int { return slices.Compare(a.sources, b.sources) })
	for lo := 0; lo < len(current); {
		hi := lo
		for hi < len(current) && slices.Equal(current[hi].sources, current[lo].sources) {
			hi++
		}
		out = append(out, new(d.finding(in, current[lo:hi])))
		lo = hi
	}
	return out
}

func (d Stale) finding(in *analyze.Input, together []device) analyze.Finding {
	slices.SortFunc(together, func(a, b device) int {
		return cmp.Compare(in.Set.Name(a.account).Text, in.Set.Name(b.account).Text)
	})
	level := analyze.Info
	if together[0].hops() {
		level = analyze.Low
	}
	f := analyze.Finding{Detector: d.Name(), Impact: analyze.Nuisance, Floor: &level, First: together[0].first, Last: together[0].last}
	units := in.Set.Units()
	for _, s := range together[0].sources {
		f.Sources = append(f.Sources, units[s].Prefix())
	}
	f.Service = doorOf(in, &together[0])
	f.Key = "stale " + f.Sources[0].String() + " " + f.Service
	var names, missed []string
	for _, x := range together {
		name := in.Set.Name(x.account).Text
		names = append(names, name)
		if !in.Exists(x.account) {
			missed = append(missed, name)
		}
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.AccountName, Value: name})
		f.Marks = append(f.Marks, x.marks...)
		f.Events += uint64(x.tries)
		if x.first.Before(f.First) {
			f.First = x.first
		}
		if x.last.After(f.Last) {
			f.Last = x.last
		}
	}
	for _, m := range f.Marks {
		f.Times = append(f.Times, m.Time)
	}
	from := bare(f.Sources[0])
	if n := len(f.Sources); n > 1 {
		from = fmt.Sprintf("%d addresses, one after the other,", n)
	}
	pause := span(together[0].pause)
	f.Story = analyze.Story{
		Headline: "A program goes on with an old password of " + names[0],
		Body:     []string{fmt.Sprintf("From %s %s failed %s to log in to %s, once every %s over %s.", from, names[0], count(f.Events, "time"), f.Service, pause, span(f.Last.Sub(f.First)))},
		Why:      []string{"One account, and pauses as even as a clock's: a telephone or a mail program that was not told of a new password."},
		Not:      []string{"Whoever guesses at one account with such patience looks the same; if a login follows, it is told as a break-in."},
		Do:       []string{fmt.Sprintf("Tell the owner of %s: the password has to be changed on that device, too.", names[0])},
	}
	if n := len(names); n > 1 {
		f.Story.Headline = fmt.Sprintf("%d programs behind one address go on with old passwords", n)
		f.Story.Body = []string{fmt.Sprintf("From %s %s failed to log in to %s %s over %s, each at a pace of its own.", from, some(names, 4), f.Service, count(f.Events, "time"), span(f.Last.Sub(f.First)))}
		f.Story.Why = []string{"Each of them tries one account, and pauses as evenly as a clock: telephones or mail programs that were not told of a new password."}
		f.Story.Do = []string{fmt.Sprintf("Tell the owners of %s: the passwords have to be changed on these devices, too.", some(names, 4))}
	}
	if len(missed) > 0 {
		f.Story.Why = append(f.Story.Why, fmt.Sprintf("Nobody was seen to log in to %s: %s may be gone, or the password was changed before the log begins.", some(missed, 4), verb(len(missed), "the account", "the accounts")))
	}
	if level > analyze.Info {
		f.Visitors, f.Sources = f.Sources, nil
		f.Story.Do = append(f.Story.Do, "If no device of theirs is on the road, somebody guesses: see that the account has no common password, and give it a second factor.")
	}
	return f
}

// doorOf is where a device last tried.
func doorOf(in *analyze.Input, d *device) string {
	u := &in.Set.Units()[d.sources[0]]
	for i := len(u.Rows) - 1; i >= 0; i-- {
		r := &u.Rows[i]
		for _, t := range u.Touches(r) {
			if t.Kind == ingest.KindAuthFailure && t.Name == d.account {
				return in.Set.Service(r.Service)
			}
		}
	}
	return ""
}
