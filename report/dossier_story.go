package report

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// episode is a part of a dossier's story: stretches of one service that follow one another.
type episode struct {
	first, last time.Time
	silence     time.Duration // before it, where that says something
	sentence    string
	alarming    bool
}

const (
	breath      = 2 * time.Hour       // between two stretches of one episode, at first
	habit       = 14 * 24 * time.Hour // the same, of those who belong here: mail read on working days is one episode
	maxEpisodes = 24                  // a long story is told in longer breaths instead
	quietWorth  = 24 * time.Hour
	doubtAfter  = 48 * time.Hour // a login this long after failures is told on its own
	maxActs     = 8              // of one account after one login
	fewNames    = 4
	agentWidth  = 72
)

// story tells what happened in the order in which it did.
func (d *Dossier) story() []episode {
	var parts [][]Stretch
	for pause := breath; ; pause *= 2 {
		if parts = d.inParts(pause); len(parts) <= maxEpisodes {
			break
		}
	}
	var out []episode
	for _, p := range parts {
		sum := union(p)
		out = append(out, episode{first: sum.First, last: sum.Last, sentence: d.sentence(p, sum), alarming: sum.Probes*2 > sum.Events})
	}
	out = append(out, d.entries()...)
	out = append(out, d.steps()...)
	slices.SortStableFunc(out, func(a, b episode) int { return a.first.Compare(b.first) })
	until := time.Time{}
	for i := range out {
		e := &out[i]
		if gap := e.first.Sub(until); !until.IsZero() && gap >= quietWorth {
			e.silence = gap
		}
		if e.last.After(until) {
			until = e.last
		}
	}
	return out
}

// inParts joins stretches of one service between which there is no longer pause.
// Those who belong here and strangers have a story each.
func (d *Dossier) inParts(pause time.Duration) (out [][]Stretch) {
	type thread struct {
		service string
		friend  bool
	}
	friends := d.friends()
	open := map[thread]int{}
	until := map[thread]time.Time{}
	for _, s := range d.Stretches {
		if s.Events == 0 {
			continue
		}
		t := thread{s.Service, friends[s.Source]}
		if i, ok := open[t]; ok && (s.First.Sub(until[t]) <= pause || t.friend && s.First.Sub(until[t]) <= habit) {
			out[i] = append(out[i], s)
		} else {
			open[t] = len(out)
			out = append(out, []Stretch{s})
		}
		if s.Last.After(until[t]) {
			until[t] = s.Last
		}
	}
	return out
}

// friends are the sources that log in and that no case accuses.
func (d *Dossier) friends() map[netip.Prefix]bool {
	out := map[netip.Prefix]bool{}
	for _, s := range d.Stretches {
		if s.Good > 0 && !s.Web {
			out[s.Source] = true
		}
	}
	for _, v := range d.Sources {
		if len(v.Cases) > 0 {
			delete(out, v.Source)
		}
	}
	return out
}

// union adds stretches up.
func union(all []Stretch) (sum Stretch) {
	sum.Statuses = map[uint16]uint64{}
	for _, s := range all {
		if sum.First.IsZero() || s.First.Before(sum.First) {
			sum.First = s.First
		}
		if s.Last.After(sum.Last) {
			sum.Last = s.Last
		}
		sum.Service, sum.Web = s.Service, sum.Web || s.Web
		sum.Events += s.Events
		sum.Good += s.Good
		sum.Bad += s.Bad
		sum.Errors += s.Errors
		sum.Probes += s.Probes
		sum.Failed += s.Failed
		sum.Quotes += s.Quotes
		sum.Well = append(sum.Well, s.Well...)
		sum.Refused = append(sum.Refused, s.Refused...)
		sum.Aimed = append(sum.Aimed, s.Aimed...)
		sum.Classes = append(sum.Classes, s.Classes...)
		sum.Quoted = append(sum.Quoted, s.Quoted...)
		sum.Agents = append(sum.Agents, s.Agents...)
		for status, n := range s.Statuses {
			sum.Statuses[status] += n
		}
	}
	for _, list := range []*[]string{&sum.Well, &sum.Refused, &sum.Aimed, &sum.Classes, &sum.Quoted, &sum.Agents} {
		*list = analyze.Unique(*list)
	}
	return sum
}

// sentence says what an episode was.
func (d *Dossier) sentence(parts []Stretch, s Stretch) string {
	from := map[string]bool{}
	for _, p := range parts {
		if p.Source.IsValid() {
			from[p.Source.String()] = true
		}
	}
	var say []string
	add := func(format string, args ...any) { say = append(say, fmt.Sprintf(format, args...)) }
	if s.Web {
		s.browsing(add)
	} else {
		s.knocking(d.About == AboutAccount, add)
	}
	if took := s.Last.Sub(s.First); took >= time.Minute {
		pace := ""
		if s.Events > 2 && len(from) == 1 && (s.Good == 0 || took < 24*time.Hour) { // who lives here has no pace
			pace = ", one every " + span((took / time.Duration(s.Events-1)).Round(time.Second)) + " on average"
		}
		add("In %s%s.", span(took.Round(time.Second)), pace)
	}
	if len(from) > 1 {
		add("From %s.", counted(len(from), "address", "addresses"))
	}
	return strings.Join(say, " ")
}

// browsing tells of requests.
func (s *Stretch) browsing(add func(string, ...any)) {
	requests := counted(s.Events, "request", "requests")
	hostile := fmt.Sprintf("with hostile content (%s), aimed at %s", orUnknown(strings.Join(s.Classes, ", ")), orUnknown(fewest(s.Aimed, fewNames)))
	switch {
	case s.Probes > 0 && s.Probes == s.Events:
		add("Attacks %s: %s %s.", s.Service, requests, hostile)
	case s.Probes*2 > s.Events:
		add("Attacks %s: %s, %s %s.", s.Service, requests, count(s.Probes), hostile)
	case s.Bad > 0 && s.Bad == s.Events:
		add("Asks %s for what is not there: %s: %s.", s.Service, requests, orUnknown(fewest(s.Refused, fewNames)))
	case s.Bad*2 > s.Events:
		add("Asks %s for what is not there: %s, %s refused: %s.", s.Service, requests, count(s.Bad), orUnknown(fewest(s.Refused, fewNames)))
	default:
		add("Reads on %s: %s, %s answered well: %s.", s.Service, requests, count(s.Good), orUnknown(fewest(s.Well, fewNames)))
		if s.Bad > 0 {
			add("%s refused: %s.", upperFirst(count(s.Bad)), orUnknown(fewest(s.Refused, fewNames)))
		}
	}
	if s.Probes > 0 && s.Probes*2 <= s.Events {
		add("%s of them %s.", upperFirst(count(s.Probes)), hostile)
	}
	if s.Quotes > 0 {
		add("%s of them with a quote or a bracket, as words have, too: %s.", upperFirst(count(s.Quotes)), orUnknown(fewest(s.Quoted, fewNames)))
	}
	switch status, all := s.onlyStatus(); {
	case all && s.Events == 1:
		add("Answered %d.", status)
	case all:
		add("All answered %d.", status)
	case len(s.Statuses) > 0:
		add("What failed or was hostile was answered %s.", answersOf(s.Statuses))
	case s.Errors > 0:
		add("%s answered 5xx.", count(s.Errors))
	}
	if len(s.Agents) > 0 {
		agents := make([]string, len(s.Agents))
		for i, a := range s.Agents {
			agents[i] = cutMiddle(a, agentWidth)
		}
		add("As %s.", fewest(agents, 2))
	}
}

// goals say what the stages of hostile content are after.
var goals = map[ingest.Stage]string{
	ingest.StageMarker: "Leaves a mark", ingest.StageSyntax: "Tries whether a quote or a bracket breaks something", ingest.StageLogic: "Tries a condition of its own",
	ingest.StageExtract: "Tries to read data", ingest.StageExecute: "Tries to run a command",
}

// steps are the turns of an attack on a web server.
func (d *Dossier) steps() (out []episode) {
	stage, broke := ingest.StageMarker, false // a mark alone is worth no line
	for _, s := range d.Stretches {
		for _, p := range s.Steps {
			if p.Stage <= stage && (broke || !p.Broke) || s.Probes*2 <= s.Events && p.Stage < ingest.StageLogic && !p.Broke {
				continue // no step, or a name with an apostrophe among ordinary visits
			}
			text := goals[p.Stage] + " on "
			if p.Stage <= stage {
				text = "Keeps at "
			}
			text += orUnknown(p.On)
			if p.Status > 0 {
				text += fmt.Sprintf(": answered %d", p.Status)
			}
			if p.Broke && !broke {
				text += ", the first time that the server fails on it"
			}
			stage, broke = max(stage, p.Stage), broke || p.Broke
			out = append(out, episode{first: p.At, last: p.At, alarming: p.Broke, sentence: text + "."})
		}
	}
	return out
}

// knocking tells of logins and other services.
func (s *Stretch) knocking(account bool, add func(string, ...any)) {
	as, on := "", ""
	if !account {
		as, on = " as "+orUnknown(fewest(s.Well, fewNames)), " on "+orUnknown(fewest(s.Refused, fewNames))
	}
	failures := counted(s.Bad, "failure", "failures")
	switch {
	case s.Bad > 0 && s.Good > s.Bad:
		add("Signs in to %s %s%s, with %s between.", s.Service, counted(s.Good, "time", "times"), as, failures)
	case s.Bad > 0:
		add("Guesses at %s: %s%s.", s.Service, failures, on)
		if s.Good > 0 {
			add("Then it signs in %s%s.", counted(s.Good, "time", "times"), as)
		}
	case s.Good > 0:
		add("Signs in to %s %s%s.", s.Service, counted(s.Good, "time", "times"), as)
	}
	if s.Probes > 0 {
		add("Speaks to %s in a way that no client does, %s.", s.Service, counted(s.Probes, "time", "times"))
	}
	if s.Good+s.Bad+s.Probes == 0 {
		add("%s on %s.", upperFirst(counted(s.Events, "event", "events")), s.Service)
	}
}

// onlyStatus is the status that every request was answered, if it is known to be one.
func (s *Stretch) onlyStatus() (status uint16, all bool) {
	for status, n := range s.Statuses {
		return status, len(s.Statuses) == 1 && n == s.Events
	}
	return 0, false
}

func answersOf(statuses map[uint16]uint64) string {
	var out []string
	for _, status := range slices.Sorted(maps.Keys(statuses)) {
		out = append(out, fmt.Sprintf("%d %s", status, counted(statuses[status], "time", "times")))
	}
	return strings.Join(out, ", ")
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// entries are the logins that came after failures of the same source, each with
// what the account did then.
func (d *Dossier) entries() (out []episode) {
	failed := map[string]time.Time{} // by source and service
	told := map[string]bool{}
	for _, s := range d.Stretches {
		at := s.Source.String() + " " + s.Service
		for _, l := range s.Logins {
			who := at + " " + l.Account
			lately := s.Bad > 0 || !failed[at].IsZero() && l.At.Sub(failed[at]) < doubtAfter
			if told[who] || !d.strange(s, l, lately) {
				continue
			}
			told[who] = true
			how := "a password"
			if l.Key {
				how = "a key"
			}
			out = append(out, episode{first: l.At, last: l.At, alarming: true,
				sentence: fmt.Sprintf("In: %s of %s is accepted on %s, from %s.", how, l.Account, s.Service, address(s.Source))})
			out = append(out, d.acts(l)...)
		}
		if s.Bad > 0 {
			failed[at] = s.Last
		}
	}
	return out
}

// strange reports whether a login is worth a line of its own: after failures, where
// a case says that somebody got in.
func (d *Dossier) strange(s Stretch, l Login, lately bool) bool {
	for i := range d.Cases {
		c := d.Cases[i].Cases[0]
		if !breakIn(c) || l.At.Before(c.First) || l.At.After(c.Last) {
			continue
		}
		if lately || slices.ContainsFunc(c.Sources, s.Source.Overlaps) {
			return true
		}
	}
	return false
}

// acts are what an account did in the hours after a login.
func (d *Dossier) acts(l Login) (out []episode) {
	for _, s := range d.Stretches {
		for _, a := range s.Acts {
			if !strings.EqualFold(a.Account, l.Account) || a.At.Before(l.At) || a.At.Sub(l.At) > 12*time.Hour {
				continue
			}
			if len(out) == maxActs {
				return out
			}
			text := "Acts on " + a.Service + " as " + a.Account
			if line, _ := gist(a.Text, false); line != "" {
				text += ": " + line
			}
			out = append(out, episode{first: a.At, last: a.At, alarming: a.Service == "sudo", sentence: text})
		}
	}
	return out
}
