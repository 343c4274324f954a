package detect

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// Campaign finds sources that belong together by what they share: names that not
// everybody guesses, paths that are nowhere else, agents that nobody reads pages
// with, the shape of hostile content.
//
//	strangers ──tokens──▶ hubs: one thing, many networks ──┐
//	               └────▶ pairs: half of all they did ─────┴▶ parts ──▶ one finding each
//
// Each of them may have made one request; together they are one case, and what is
// held against it is the sum of what would be held against each. That two sources
// tried root or asked for /.env links nobody. Sources that ever succeeded are
// nobody's accomplices, and what an account's owners or a site's visitors did is
// no token.
type Campaign struct{}

// Name implements analyze.Detector.
func (Campaign) Name() string { return "campaign" }

const (
	fewestNames = 5 // that sources which only guess share among them: fewer are Account's, or one person's devices
	wordShare   = .6
	fewestWords = 5
	linkPaths   = 2 // that browsers ask for and nothing else: it may be a broken link, and
	linkOdds    = 5 // more than this is not held against them, nor
	linkCompany = 3 // more than this that they are many: unrelated people share a link as easily
)

// campaign is suspects that belong together.
type campaign struct {
	members []suspect // in address order
	nets    int
	current bool // some of it lies in the analyzed window
	common  [agentToken + 1]inCommon
}

// Detect implements analyze.Detector.
func (d Campaign) Detect(in *analyze.Input) []*analyze.Finding {
	all := analyze.Fact(in, "campaigns", campaignsOf)
	return analyze.Gather(len(all), func(i int, found []*analyze.Finding) []*analyze.Finding {
		if all[i].current {
			found = append(found, new(d.finding(in, &all[i])))
		}
		return found
	})
}

// campaignsOf links the suspects of a run.
func campaignsOf(in *analyze.Input) (out []campaign) {
	l := newLinked(in, suspectsOf(in))
	l.hubs(in)
	l.pairs()
	l.absorb()
	usual := l.sharing()
	for _, members := range l.members {
		if len(members) < fewestNetworks || !l.enough(members, fewestNetworks) {
			continue
		}
		slices.Sort(members)
		c := campaign{common: l.sharedBy(members, &usual)}
		nets, names, others := map[hood]bool{}, map[uint64]bool{}, false
		for _, m := range members {
			s := &l.all[m]
			c.members = append(c.members, *s)
			nets[s.hood] = true
			c.current = c.current || in.Contains(uint32(s.last()/3_600_000))
			for _, t := range s.tokens {
				if t.kind == nameToken {
					names[t.id] = true
				} else {
					others = true
				}
			}
		}
		c.nets = len(nets)
		if others || len(names) >= fewestNames {
			out = append(out, c)
		}
	}
	return out
}

// inCampaigns are the sources that a campaign holds, by index in Set.Units.
func inCampaigns(in *analyze.Input) map[uint32]bool {
	out := map[uint32]bool{}
	for _, c := range analyze.Fact(in, "campaigns", campaignsOf) {
		for i := range c.members {
			out[c.members[i].unit] = true
		}
	}
	return out
}

func (d Campaign) finding(in *analyze.Input, c *campaign) analyze.Finding {
	t := c.count(in)
	if f, ok := c.brokenLink(in, t); ok {
		return f
	}
	f := analyze.Finding{Detector: d.Name(), Impact: analyze.Nuisance}
	units := in.Set.Units()
	var deeds []*deed
	for i := range c.members {
		m := &c.members[i]
		f.Sources = append(f.Sources, units[m.unit].Prefix())
		deeds = slices.Grow(deeds, len(m.deeds))
		for k := range m.deeds {
			deeds = append(deeds, &m.deeds[k])
		}
	}
	sortByTime(deeds, func(x **deed) int64 { return (*x).milli }, nil)
	f.First, f.Last = moment(deeds[0].milli), moment(deeds[len(deeds)-1].milli)
	deeds = slices.DeleteFunc(deeds, func(x *deed) bool { return x.kind == agentToken })
	f.Times = make([]time.Time, len(deeds))
	for i, x := range deeds {
		f.Times[i] = moment(x.milli)
	}
	for _, x := range analyze.Spread(deeds, 5) {
		f.Marks = append(f.Marks, analyze.Mark{Origin: x.origin, Time: moment(x.milli)})
	}
	f.Events = uint64(t.requests + t.guesses)
	f.Service = ingest.ServiceWeb
	guessing := len(t.names) > 0 // at more than what everybody tries everywhere
	if guessing {
		f.Techniques = append(f.Techniques, "T1110.003")
		f.Service = serviceOf(in, c)
	}
	for _, id := range byCount(t.names) {
		f.Existing = f.Existing || in.Exists(id)
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.AccountName, Value: in.Set.Name(id).Text})
	}
	var paths []string
	for _, id := range byCount(t.paths) {
		paths = append(paths, in.Set.Name(id).Text)
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.Endpoint, Value: paths[len(paths)-1]})
	}
	add := func(family analyze.Family, odds float64, trials int, fact string) {
		if odds > 0 {
			f.Evidence = append(f.Evidence, analyze.Evidence{Family: family, LogOdds: odds, Trials: trials, Fact: fact})
		}
	}
	if c.linkLike(t) {
		t.walked = min(t.walked, linkOdds)
	}
	add(analyze.Guessing, t.guessed, t.guesses, fmt.Sprintf("%s on %s, added up over all sources", count(t.guesses, "failed login"), count(len(t.names), "account")))
	add(analyze.Probing, t.walked, t.requests, fmt.Sprintf("%s for %s that %s not here, added up over all sources", count(t.requests, "request"), count(len(t.paths), "path"), verb(len(t.paths), "is", "are")))
	add(analyze.Payload, t.payload, t.shots, fmt.Sprintf("%s with hostile content, added up over all sources", count(t.shots, "request")))
	listed := c.oneTool(in, t) && t.words >= fewestWords && float64(t.words) >= wordShare*float64(len(t.paths))
	if listed {
		add(analyze.Dictionary, 3, t.words, fmt.Sprintf("%d of %d paths are on the lists that scanners carry", t.words, len(t.paths)))
	}
	switch {
	case guessing && (f.Existing || len(f.Sources) >= manySources):
		f.Impact = analyze.Targeted
	case guessing, learned(in) && (t.shots > 0 || listed):
		f.Impact = analyze.Generic
	}
	if t.shots > 0 {
		f.Techniques = append(f.Techniques, "T1190")
	}
	if t.requests > 0 {
		f.Techniques = append(f.Techniques, "T1595.003")
	}
	company := together(len(f.Sources), c.nets)
	if c.linkLike(t) {
		company.LogOdds = min(company.LogOdds, linkCompany)
	}
	f.Evidence = append(f.Evidence, company)
	explain(in, &f)
	f.Key = fmt.Sprintf("campaign %s %d", f.Sources[0], f.First.Unix()/86400)
	f.Story = c.story(in, &f, t, paths)
	return f
}

// tallied is what the members of a campaign did, together.
type tallied struct {
	requests, guesses, shots, words int
	walked, guessed, payload        float64
	names, paths, agents            map[uint64]int
}

func (c *campaign) count(in *analyze.Input) tallied {
	t := tallied{names: map[uint64]int{}, paths: map[uint64]int{}, agents: map[uint64]int{}}
	words := map[uint64]bool{}
	type weight struct{ walked, guessed, payload float64 }
	weights := analyze.Gather(len(c.members), func(i int, all []weight) []weight {
		walked, guessed, payload := c.members[i].weigh(in)
		return append(all, weight{walked, guessed, payload})
	})
	for i := range c.members {
		s, w := &c.members[i], &weights[i]
		t.requests, t.guesses, t.shots = t.requests+int(s.requests), t.guesses+int(s.guesses), t.shots+int(s.shots)
		t.walked, t.guessed, t.payload = t.walked+w.walked, t.guessed+w.guessed, t.payload+w.payload
		for _, x := range s.tokens {
			switch x.kind {
			case nameToken:
				t.names[x.id]++
			case listToken:
				words[x.id] = true
				t.paths[x.id]++
			case pathToken:
				t.paths[x.id]++
			case agentToken:
				t.agents[x.id]++
			}
		}
	}
	t.words = len(words)
	return t
}

// oneTool reports whether one scanner was shared out: each member made more than a
// request or two, or most have an agent that was not here in the week before.
// Others may only ask for the same things as every scanner of the internet does.
func (c *campaign) oneTool(in *analyze.Input, t tallied) bool {
	if t.requests >= habit*len(c.members) {
		return true
	}
	_, n := most(t.agents)
	return 2*n >= len(c.members) && learned(in)
}

// learned reports whether a week before the window tells what the whole internet
// asks for here, day after day. Without it scanners that have nothing to do with each
// other may look like one, and what they do together stays a nuisance.
func learned(in *analyze.Input) bool {
	first, ok := firstDay(in, ingest.ServiceWeb)
	return ok && in.From.Unix()/86400-first >= historyForMean-1
}

// linkLike reports whether people who follow a broken link might look like that.
func (c *campaign) linkLike(t tallied) bool {
	return t.guesses == 0 && t.shots == 0 && t.words == 0 && len(t.paths) <= linkPaths && len(t.agents) == 0 &&
		!slices.ContainsFunc(c.members, func(s suspect) bool { return !s.plain })
}

// serviceOf is where most members guess.
func serviceOf(in *analyze.Input, c *campaign) string {
	on := map[string]int{}
	for i := range c.members {
		u := &in.Set.Units()[c.members[i].unit]
		for k := range u.Rows {
			if s := in.Set.Service(u.Rows[k].Service); s != ingest.ServiceWeb && u.Trouble(&u.Rows[k]).Bad > 0 {
				on[s]++
			}
		}
	}
	service, _ := most(on)
	return service
}

func (c *campaign) story(in *analyze.Input, f *analyze.Finding, t tallied, paths []string) analyze.Story {
	n := len(f.Sources)
	var did, shared, yardsticks []string
	doing := "do the same unusual things"
	switch {
	case len(t.names) > 0:
		doing = "guess at the same names"
		yardsticks = append(yardsticks, c.common[nameToken].yardstick(n, "name", "names"))
		did = append(did, fmt.Sprintf("failed to log in %s, on %s", count(t.guesses, "time"), count(len(t.names), "account")))
		shared = append(shared, "names")
	case t.guesses > 0:
		did = append(did, fmt.Sprintf("failed to log in %s, at accounts that everybody tries", count(t.guesses, "time")))
	}
	if t.requests > 0 {
		did = append(did, fmt.Sprintf("asked %s for what is not here (%s)", count(t.requests, "time"), some(paths, 3)))
		shared = append(shared, "paths")
		if len(t.names) == 0 {
			doing = "ask for the same things, which are not here"
		}
		kind := pathToken
		if c.common[listToken].most > c.common[pathToken].most {
			kind = listToken
		}
		yardsticks = append(yardsticks, c.common[kind].yardstick(n, "path", "paths"))
	}
	if t.shots > 0 {
		did = append(did, fmt.Sprintf("sent hostile content %s", count(t.shots, "time")))
		shared = append(shared, "payloads")
	}
	if agent, by := most(t.agents); by >= 2 {
		shared = append(shared, "the agent "+in.Set.Name(agent).Text)
	}
	s := analyze.Story{
		Headline: fmt.Sprintf("%d addresses of %s %s", n, count(c.nets, "network"), doing),
		Body:     []string{fmt.Sprintf("Over %s %d addresses %s.", span(f.Last.Sub(f.First)), n, and(did))},
		Why: []string{fmt.Sprintf("They share %s that hardly anybody else here has, and none of them was ever let in or read a page. One of them would mean little: %s each on average.",
			and(shared), count(max(1, (t.requests+t.guesses)/n), "try"))},
		Not: []string{"What they share does not say whose they are: sources that use one tool or one list look like this, under one hand or not."},
		Do:  []string{doNothing},
	}
	for _, y := range yardsticks {
		s.Why = append(s.Why, upper(y)+".")
	}
	switch {
	case t.shots > 0 && t.guesses == 0:
		s.Headline = fmt.Sprintf("%d addresses of %s send the same hostile content", n, count(c.nets, "network"))
	case len(paths) == 1 && t.guesses == 0:
		s.Headline = fmt.Sprintf("%d addresses of %s ask for one thing that is not here: %s", n, count(c.nets, "network"), strings.TrimSpace(paths[0]))
		s.Not = []string{"A link from elsewhere that is broken looks alike; but of people who follow one some load pictures or read on, and here nobody did."}
	}
	if t.guesses > 0 {
		s.Do = []string{"Nothing to do if passwords are off for these accounts; else make sure that they are strong."}
	}
	return s
}
