package judge

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"gumshoe/analyze"
)

// card is what leaves the machine of one case: numbers, words of our own, and at
// most three short escaped samples. There is no line of a log in it.
type card struct {
	ID         string       `json:"id"`
	Ask        string       `json:"ask,omitempty"` // "explain": the rules are sure
	Severity   string       `json:"severity"`
	Confidence float64      `json:"confidence"`
	Impact     string       `json:"impact"`
	Kinds      []string     `json:"kinds"`
	Evidence   []proof      `json:"evidence"`
	Services   []string     `json:"services,omitempty"`
	Sources    *crowd       `json:"sources,omitempty"`
	Accounts   []string     `json:"accounts,omitempty"`
	Existing   bool         `json:"account_exists,omitempty"`
	Hosts      []string     `json:"hosts,omitempty"`
	Targets    int          `json:"targets,omitempty"`
	Events     uint64       `json:"events"`
	Minutes    int          `json:"minutes"`
	Timeline   [buckets]int `json:"timeline"`
	Words      []string     `json:"words,omitempty"`
	Samples    []string     `json:"samples,omitempty"`
	Fail2ban   *guarded     `json:"fail2ban,omitempty"`
	Course     string       `json:"course,omitempty"`
	Label      string       `json:"label,omitempty"` // what a person said of the case
}

type proof struct {
	Family string  `json:"family"`
	Odds   float64 `json:"odds"`
	Fact   string  `json:"fact,omitempty"`
}

type crowd struct {
	Count    int      `json:"count"`
	Names    []string `json:"names"`
	Net      string   `json:"net,omitempty"`
	Bits     int      `json:"bits,omitempty"`
	Honest   int      `json:"honest_inside,omitempty"`
	Visitors int      `json:"not_accused,omitempty"`
}

type guarded struct {
	Banned int `json:"banned"` // of the sources
}

// Bounds of a card.
const (
	buckets     = 6 // of the timeline, from the first event to the last
	maxNames    = 2 // pseudonyms of one kind
	maxEvidence = 5
	maxKinds    = 4
	maxCard     = 300 // tokens by estimate: what is told least is left out
)

// explainOnly is the confidence from which a case is asked to be explained and no
// doubt is asked for.
const explainOnly = .995

var impacts = [...]string{"none", "nuisance", "generic", "targeted", "success"}

// newCard makes the card of a case. It has no id: that is its place in a batch.
func newCard(c *analyze.Case, label string, m *masker) card {
	k := card{
		Severity: c.Level.String(), Confidence: round(c.Confidence, 3), Impact: impacts[min(int(c.Impact), len(impacts)-1)],
		Kinds: c.Detections[:min(len(c.Detections), maxKinds)], Events: c.Events, Minutes: int(c.Last.Sub(c.First) / time.Minute),
		Timeline: timeline(c), Words: vocabulary(c.Targets), Samples: samples(c.Targets, m), Course: c.Course.String(), Label: ownWord(label),
	}
	if c.Confidence >= explainOnly {
		k.Ask = "explain"
	}
	for _, e := range c.Families[:min(len(c.Families), maxEvidence)] {
		k.Evidence = append(k.Evidence, proof{string(e.Family), round(e.LogOdds, 1), fact(e.Fact)})
	}
	for _, s := range c.Services {
		k.Services = append(k.Services, ownWord(m.clean(s))) // a format that a person described may be named after a site
	}
	if len(c.Sources) > 0 {
		k.Sources = newCrowd(c, m)
	}
	for _, t := range c.Targets {
		switch t.Kind {
		case analyze.AccountName:
			k.Targets++
			k.Accounts = few(k.Accounts, m.name(accountKind, t.Value))
		case analyze.Endpoint:
			k.Targets++
			if host, _ := splitEndpoint(t.Value); host != "" {
				k.Hosts = few(k.Hosts, m.name(hostKind, host))
			}
		}
	}
	for _, f := range c.Findings {
		k.Existing = k.Existing || f.Existing
	}
	if c.Guarded != nil {
		k.Fail2ban = &guarded{c.Guarded.Banned}
	}
	k.shorten()
	return k
}

func newCrowd(c *analyze.Case, m *masker) *crowd {
	s := &crowd{Count: len(c.Sources), Honest: c.Collateral, Visitors: len(c.Visitors)}
	for _, p := range c.Sources[:min(len(c.Sources), maxNames)] {
		s.Names = append(s.Names, m.prefix(p))
	}
	if c.Prefix.IsValid() {
		s.Net, s.Bits = m.prefix(c.Prefix), c.Prefix.Bits()
	}
	return s
}

// few adds a pseudonym that is new while there are less than maxNames.
func few(list []string, name string) []string {
	if len(list) == maxNames || len(list) > 0 && list[0] == name {
		return list
	}
	return append(list, name)
}

// shorten leaves out what is told least until the card keeps its bound.
func (k *card) shorten() {
	for tokens(len(k.json())) > maxCard {
		switch {
		case len(k.Samples) > 0:
			k.Samples = k.Samples[:len(k.Samples)-1]
		case len(k.Evidence) > 2:
			k.Evidence = k.Evidence[:len(k.Evidence)-1]
		case len(k.Services) > 2:
			k.Services = k.Services[:2]
		case len(k.Words) > 0:
			k.Words = nil
		default:
			return
		}
	}
}

// names are the pseudonyms on a card, in the order in which it names them: an
// opinion may speak of no others.
func (k *card) names() (out []string) {
	if k.Sources != nil {
		out = append(out, k.Sources.Names...)
		if k.Sources.Net != "" {
			out = append(out, k.Sources.Net)
		}
	}
	out = append(append(out, k.Accounts...), k.Hosts...)
	for _, s := range k.Samples {
		out = append(out, pseudonym().FindAllString(s, -1)...)
	}
	return analyze.Unique(out)
}

func (k *card) json() []byte {
	b, err := json.Marshal(k)
	if err != nil { // numbers that are none: a confidence is a logistic function
		return nil
	}
	return b
}

func timeline(c *analyze.Case) (out [buckets]int) {
	span := c.Last.Sub(c.First)
	for _, t := range c.Timeline {
		i := 0
		if span > 0 {
			i = int(float64(t.Sub(c.First)) / float64(span) * buckets)
		}
		out[max(0, min(i, buckets-1))]++
	}
	return out
}

// ownWord lets pass a word of our own: a service, a label.
func ownWord(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, strings.ToLower(s))
	return s[:min(len(s), 20)]
}

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	if r := math.Round(x*p) / p; !math.IsNaN(r) && !math.IsInf(r, 0) {
		return r
	}
	return 0
}
