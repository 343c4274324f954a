package detect

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// What tells people who follow a broken link from a scan that is shared out. Both are
// strangers who ask for one thing that is not here, and for nothing else: a link in a
// newsletter, on a page that somebody else keeps, in a search engine's memory.
//
// People come with the browsers that people have, of which no one prevails; when they
// like, so that their pauses are as uneven as chance; to read a page, a picture or a
// document, or what this server is programmed in. They post nothing, and what they ask
// for is on no list of scanners. A scan that is all of that, too, is told with them,
// and nobody accused.
const (
	linkFollowers = 4   // networks at least
	plainShare    = .6  // of them, who look like browsers; gateways look at links in mail, too
	linksEach     = 3.5 // pages that one of them tries, on average
	oneAgentShare = .6  // of them, who have one agent: a tool's
	fewestAgents  = 3   // kinds of browser
	networkShare  = .5  // networks to addresses
	dealtOut      = .01 // chance of pauses that even, if nobody dealt out turns
)

// readable are the endings of what people are sent links to.
var readable = func() map[string]bool {
	out := map[string]bool{"": true}
	for _, e := range strings.Fields("html htm xhtml shtml pdf jpg jpeg png gif webp avif svg mp3 mp4 webm ogg zip exe msi apk dmg doc docx xls xlsx ppt pptx odt ods epub ics") {
		out["."+e] = true
	}
	return out
}()

// programmed are the endings of what a site was programmed in that has moved to another
// language: less than half of what people have links to. What somebody left on a server to
// come back to has such an ending, too: these links are worth a look.
var programmed = map[string]bool{".php": true, ".asp": true, ".aspx": true, ".jsp": true, ".do": true, ".cfm": true, ".pl": true}

// brokenLink tells of a campaign that is most likely people who follow one.
func (c *campaign) brokenLink(in *analyze.Input, t tallied) (analyze.Finding, bool) {
	n := len(c.members)
	if t.guesses > 0 || t.shots > 0 || t.words > 0 || c.nets < linkFollowers || float64(c.nets) < networkShare*float64(n) || !c.comeAsPeople(in) {
		return analyze.Finding{}, false
	}
	former, all := 0, 0
	for id, n := range t.paths {
		all += n
		switch end := endingOf(in, id); {
		case readable[end], analyze.Fact(in, "endings", servedEndings)[end]:
		case programmed[end]:
			former += n
		default:
			return analyze.Finding{}, false
		}
	}
	if 2*former > all {
		return analyze.Finding{}, false
	}
	var paths []string
	for _, id := range byCount(t.paths) {
		paths = append(paths, in.Set.Name(id).Text)
	}
	level := analyze.Info
	if former > 0 {
		level = analyze.Low
	}
	f := analyze.Finding{Detector: "broken_link", Key: "link " + paths[0], Impact: analyze.Nuisance, Floor: &level, Service: ingest.ServiceWeb, Events: uint64(t.requests)}
	var first []time.Time
	for i := range c.members {
		m := &c.members[i]
		f.Visitors = append(f.Visitors, in.Set.Units()[m.unit].Prefix())
		first = append(first, moment(m.first()))
		f.Marks = append(f.Marks, analyze.Mark{Origin: m.deeds[0].origin, Time: moment(m.first())})
	}
	slices.SortFunc(first, time.Time.Compare)
	slices.SortStableFunc(f.Marks, func(a, b analyze.Mark) int { return a.Time.Compare(b.Time) })
	f.Times, f.Marks = first, analyze.Spread(f.Marks, 3)
	f.First, f.Last = first[0], first[n-1]
	for _, p := range paths {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.Endpoint, Value: p})
	}
	who := fmt.Sprintf("%s of %s", count(n, "stranger"), count(c.nets, "network"))
	headline := fmt.Sprintf("A broken link? %s ask for %s", who, strings.TrimSpace(paths[0]))
	if len(paths) > 1 {
		headline = fmt.Sprintf("Broken links? %s ask for %d pages that are not here", who, len(paths))
	}
	f.Story = analyze.Story{
		Headline: headline,
		Body:     []string{fmt.Sprintf("Over %s %s asked for %s, which %s not here, and for nothing else.", span(f.Last.Sub(f.First)), who, some(paths, 3), verb(len(paths), "is", "are"))},
		Why:      []string{"They have the browsers of people, come when they like, and ask for nothing that scanners look for: a link to it must stand somewhere."},
		Not:      []string{"A scan for something that is on no list, shared out over as many addresses, would look the same."},
		Do:       []string{"See in the access log where they come from (its referers), and let the address lead to what took its place."},
	}
	return f, true
}

// comeAsPeople reports whether the members have people's browsers, post nothing, and
// come at times that nobody dealt out.
func (c *campaign) comeAsPeople(in *analyze.Input) bool {
	plain, asked := 0, 0
	agents := map[uint64]int{}
	var times []time.Time
	for i := range c.members {
		m := &c.members[i]
		if m.plain {
			plain++
		}
		asked += pathsOf(m)
		times = append(times, moment(m.first()))
		u := &in.Set.Units()[m.unit]
		var seen distinct
		for k := range u.Rows {
			r := &u.Rows[k]
			if in.Set.Service(r.Service) != ingest.ServiceWeb {
				continue
			}
			if slices.ContainsFunc(u.Touches(r), func(x window.Touch) bool { return x.Post }) {
				return false
			}
			mine, _ := u.Agents(r)
			for _, id := range mine {
				if seen.add(id) {
					agents[id]++
				}
			}
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	pauses := gaps(times)
	_, most := most(agents)
	n := float64(len(c.members))
	return float64(plain) >= plainShare*n && float64(asked) <= linksEach*n && len(agents) >= fewestAgents && float64(most) <= oneAgentShare*n &&
		tooRegular(len(pauses), greenwood(pauses)) >= dealtOut
}

// pathsOf counts what a suspect asked for in vain.
func pathsOf(s *suspect) (n int) {
	for _, t := range s.tokens {
		if t.kind <= listToken {
			n++
		}
	}
	return n
}

// endingOf is what a path ends in, ".html"; "" for none.
func endingOf(in *analyze.Input, id uint64) string {
	return strings.ToLower(path.Ext(strings.TrimSpace(in.Set.Name(id).Text)))
}

// servedEndings are those of what visitors of this site are shown: it is written in
// PHP, say.
func servedEndings(in *analyze.Input) map[string]bool {
	const habitual = 3 // paths
	paths := map[string]int{}
	for _, t := range in.Set.Things(window.PathObject) {
		if in.Answered(t.ID) > 0 && t.Name.Path&(ingest.PathVocabulary|ingest.PathSensitive) == 0 {
			paths[endingOf(in, t.ID)]++
		}
	}
	out := map[string]bool{}
	for ending, n := range paths {
		out[ending] = n >= habitual
	}
	return out
}
