package analyze

import (
	"net/netip"
	"time"
)

// RuleState is how far a learned rule has come.
type RuleState string

// The states. A rule is watched in all but the last.
const (
	RuleProposed RuleState = "proposed" // valid, and no run has tried it
	RuleShadow   RuleState = "shadow"   // tried: what it meets is counted and weighs nothing
	RuleActive   RuleState = "active"   // what it meets is weak evidence
	RuleRejected RuleState = "rejected" // by a check, by a person, or because it met somebody honest
)

// Rule is a control string for lines that no parser understands.
type Rule struct {
	ID        string    `json:"id"`
	Shape     string    `json:"shape"`   // id of the kind of line that it was made for; "" where a person wrote it for none
	Program   string    `json:"program"` // whose messages it is for; "" for lines without an envelope
	Template  string    `json:"template"`
	Pattern   string    `json:"pattern"`
	State     RuleState `json:"state"`
	By        string    `json:"by"`       // the model or the person that proposed it
	Approved  bool      `json:"approved"` // by a person
	Reason    string    `json:"reason"`   // why it was rejected
	Evidence  int       `json:"evidence"` // lines that it was checked against
	Left      int       `json:"shadow_runs_left"`
	Hits      uint64    `json:"hits"`
	FalseHits uint64    `json:"false_hits"` // on sources with good logins
	At        time.Time `json:"at"`         // when it came into its state
}

// UnknownShape is a kind of line that nobody understands, as it is remembered:
// what it looks like, and whether it was said to be a threat. All of it is hostile text.
type UnknownShape struct {
	NovelLine
	Verdict string    `json:"verdict"` // threat or harmless; "" while nobody was asked
	By      string    `json:"by"`      // who said so
	Met     time.Time `json:"met"`     // first
}

// Verdicts on a kind of line.
const (
	Threat   = "threat"
	Harmless = "harmless"
)

// RuleHit is what an active rule met in a run, by source.
type RuleHit struct {
	Rule        *Rule
	Source      netip.Prefix
	Lines       uint64
	Fresh       uint64    // of Lines, that no earlier run has counted: runs overlap by an hour or more
	First, Last time.Time // zero where the lines have no stamp
	Marks       []Mark
}
