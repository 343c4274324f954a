package analyze

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Word is what a person said of a case.
type Word string

// The words, from the weakest to the strongest.
const (
	Acknowledged Word = "ack"   // seen: told in one line while nothing new joins it
	Closed       Word = "close" // dealt with: the same, until it goes on
	Muted        Word = "mute"  // harmless: the same, and its sources are not banned for it
)

// Saying is a person's word on a case. It binds to the sources and accounts that
// the case named when it was said.
type Saying struct {
	ID       int64          `json:"id"`
	Case     string         `json:"case"`
	Word     Word           `json:"word"`
	Sources  []netip.Prefix `json:"sources"`
	Accounts []string       `json:"-"` // keyed, as in Recognize: kept text need not name them
	Reason   string         `json:"reason"`
	By       string         `json:"by"`
	At       time.Time      `json:"at"`
	Until    time.Time      `json:"until"` // zero: for as long as cases are remembered
}

// Holds reports whether the word still counts at a moment.
func (s *Saying) Holds(now time.Time) bool { return s.Until.IsZero() || now.Before(s.Until) }

// covers reports whether the word speaks of all of a case. It never passes on by
// similarity: a source or account that it did not name lapses it. A case that
// accuses nobody, an anomaly say, is meant by its id. A break-in is never covered:
// whoever got in tonight may not be whom the word meant.
func (s *Saying) covers(c *Case, keyed func(string) string) bool {
	if c.Impact >= Success {
		return false
	}
	if s.Word == Closed && c.Last.After(s.At) {
		return false
	}
	if len(c.Sources) == 0 && c.ID != s.Case {
		return false
	}
	for _, p := range c.Sources {
		if !slices.ContainsFunc(s.Sources, func(q netip.Prefix) bool { return q.Overlaps(p) && q.Bits() <= p.Bits() }) {
			return false
		}
	}
	for _, t := range c.Targets {
		if t.Kind == AccountName && !slices.Contains(s.Accounts, keyed(strings.ToLower(t.Value))) {
			return false
		}
	}
	return true
}

// Heed notes on each case the strongest word that covers it, the latest of equals.
// Words change no level and no evidence: what was said stands beside them. keyed is
// the form in which accounts are kept, in lower case.
func Heed(cases []Case, said []Saying, now time.Time, keyed func(string) string) {
	for i := range cases {
		c := &cases[i]
		for k := range said {
			s := &said[k]
			if s.Holds(now) && s.covers(c, keyed) && (c.Word == nil || outranks(s, c.Word)) {
				c.Word = s
			}
		}
	}
}

var wordRank = []Word{Acknowledged, Closed, Muted}

func outranks(a, b *Saying) bool {
	ra, rb := slices.Index(wordRank, a.Word), slices.Index(wordRank, b.Word)
	return ra > rb || ra == rb && a.At.After(b.At)
}
