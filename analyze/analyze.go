// Package analyze finds what the windows hold: detectors make findings,
// findings that one story explains become a case, the judge says in plain words
// what happened and how sure it is.
//
//	windows ──▶ Detector… ──Finding──▶ group ──Case──▶ score ──▶ Judge ──▶ Verdict
//
// The package is pure: no clock, disk or network; now is a parameter, and the
// same windows give the same cases.
package analyze

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"gumshoe/ingest"
)

// Level is a severity, with Sigma's names.
type Level uint8

// The levels, ascending.
const (
	Info Level = iota
	Low
	Medium
	High
	Critical
)

var levelNames = []string{"info", "low", "medium", "high", "critical"}

func (l Level) String() string { return levelNames[l] }

// ParseLevel reads a level's name.
func ParseLevel(s string) (Level, error) {
	for i, n := range levelNames {
		if s == n {
			return Level(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no level: info, low, medium, high or critical", s)
}

// MarshalText writes the name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the name.
func (l *Level) UnmarshalText(b []byte) (err error) { *l, err = ParseLevel(string(b)); return err }

// Impact classes weigh what an attack would mean if it is one. Severity is
// impact times confidence: being sure alone makes nothing critical.
type Impact uint8

// The impact classes.
const (
	Nuisance Impact = iota + 1 // I1: bad bots, crawl rate, a lone seasonal spike
	Generic                    // I2: generic probing, brute force of accounts that do not exist
	Targeted                   // I3: real accounts, payloads on a live endpoint, campaigns
	Success                    // I4: a login after an attack, an exploit that changed the answer
)

// Family is a kind of evidence. Within a family only the strongest counts, so
// that two tests of one fact are not added up; families count as independent.
type Family string

// The families.
const (
	Probing    Family = "probing"    // contacts things that do not exist
	Timing     Family = "timing"     // the clock of a machine
	Fanin      Family = "auth-fanin" // many sources, one account
	Subnet     Family = "subnet"     // many sources of one network
	Guessing   Family = "guessing"   // many failed logins of one source
	Payload    Family = "payload"    // hostile content
	Response   Family = "response"   // the server's answers changed with the payload
	Agent      Family = "agent"      // user agents
	Seasonal   Family = "seasonal"   // against the same hours of earlier weeks
	Crosslog   Family = "crosslog"   // several services
	History    Family = "history"    // earlier cases, other guards
	Stranger   Family = "stranger"   // a network that the account never came from
	Campaign   Family = "campaign"   // sources that share what nobody else does
	Dictionary Family = "dictionary" // a known word list
	Intrusion  Family = "intrusion"  // success after failures
	Guard      Family = "guard"      // what speaks for an honest explanation; negative
)

// Evidence is one family's contribution of one finding.
type Evidence struct {
	Family  Family  `json:"family"`
	LogOdds float64 `json:"log_odds"` // natural log of the likelihood ratio; negative speaks for honesty
	Trials  int     `json:"trials"`   // independent trials behind it; 30 or more raise the family's cap
	Fact    string  `json:"fact"`     // one sentence with its numbers and units, no final stop
}

// TargetKind says what was attacked or stands out.
type TargetKind string

// The kinds of target.
const (
	Endpoint    TargetKind = "endpoint" // path or path template, with vhost when known
	AccountName TargetKind = "account"
	AgentName   TargetKind = "agent"
	ServiceName TargetKind = "service"
	SourceName  TargetKind = "source" // a log
	HourOf      TargetKind = "hour"
)

// Target is one thing that a case is about, verbatim.
type Target struct {
	Kind  TargetKind `json:"kind"`
	Value string     `json:"value"`
}

// Finding is one detector's claim.
type Finding struct {
	Detector   string         // name of the detection, "slow_scan"
	Techniques []string       // MITRE ATT&CK ids
	Key        string         // what the finding is about, stable from run to run: "198.51.100.7/32", "account imap anna@example.org"
	Sources    []netip.Prefix // the accused; empty for an anomaly without culprit
	Visitors   []netip.Prefix // seen in it, not accused
	Impact     Impact
	Own        bool     // opens a case of its own even when another case has the same sources
	Existing   bool     // targets an account that exists
	Silent     bool     // its case does not relate what a few of its sources did: Tell may leave out the Story
	Aside      string   // what its sources did beside whatever their case is about, "left a note": told and weighing nothing; "": it counts
	Floor      *Level   // the detector's own level instead of impact x confidence
	Prior      *float64 // prior log-odds instead of DefaultPrior, for events that are already selected
	Evidence   []Evidence
	Targets    []Target // most important first
	Service    string
	First      time.Time
	Last       time.Time
	Events     uint64         // happenings it counts
	Marks      []Mark         // the lines that show it best, in the order to be shown
	Times      []time.Time    // of single events, for the timeline; at most 512
	Story      Story          // what the rule judge needs to tell it
	Tell       func(*Finding) // adds Story, Targets, Times and Marks when its case is told, as of thousands not all are; nil: they stand
	Prefix     netip.Prefix   // the network that explains it, if one does
	Collateral int            // honest units inside Prefix
	Failures   int            // on a break-in: failed logins of the source or its campaign before the good one
	Absent     int            // on a break-in: distinct accounts among them that do not exist
}

// Story holds what a detector wants said, in plain words; the judge arranges it.
type Story struct {
	Headline string   // "One knock every 20 minutes, for six hours"
	Body     []string // sentences: what happened, to whom, since when
	Why      []string // why it is believed, each with its yardstick
	Not      []string // what it is not, or what is unknown
	Do       []string // what a person can do now
}

// Verdict is an opinion on a case.
type Verdict struct {
	Label      string  `json:"label"` // malicious, suspicious, benign, unreviewed
	Confidence float64 `json:"confidence"`
	By         string  `json:"by"` // "rules"
	Rationale  string  `json:"rationale"`
}

// Mark is a line worth showing: where it stands and when it happened.
type Mark struct {
	ingest.Origin
	Time time.Time
}

// Line is one evidence line.
type Line struct {
	Time   time.Time `json:"time"`
	Source string    `json:"source"` // the log it stands in
	Offset int64     `json:"offset"`
	Text   string    `json:"text"` // verbatim: hostile
}

// Case is the findings that one story explains: a source, a prefix, or a
// campaign of many.
type Case struct {
	ID          string
	Course      Course         // against the runs before
	Began       time.Time      // its first event, in whichever run that was
	Kind        string         // the detection that leads
	Sources     []netip.Prefix // the accused, sorted; a v4 address is a /32, a v6 source a /64 unless evidence says otherwise
	Visitors    []netip.Prefix // seen, not accused
	Prefix      netip.Prefix   // the network that explains the sources, if one does
	Collateral  int            // honest units inside Prefix
	Detections  []string
	Families    []Evidence // the one that counts of each family, strongest first; guards last
	Prior       float64
	LogOdds     float64
	Confidence  float64
	Impact      Impact
	Level       Level
	Techniques  []string
	Targets     []Target
	Services    []string
	Events      uint64
	First, Last time.Time
	Active      time.Duration
	Headline    string
	Summary     string   // one sentence
	Explanation []string // paragraphs: what happened, why it is believed, what it is not
	Do          []string
	Timeline    []time.Time // of single events, at most 512
	Marks       []Mark
	Evidence    []Line     // filled by the caller from Marks
	Guarded     *Guarded   // what fail2ban did about Sources; nil: it is not known
	Identities  []Identity // who is behind Sources, as far as it is known; filled by the caller
	Verdict     Verdict
	Word        *Saying // what a person said of it, while that holds; see Heed
	Findings    []*Finding
}

// Accused returns the sources, and the network that explains them where nobody
// honest was seen in it.
func (c *Case) Accused() []netip.Prefix {
	if !c.Prefix.IsValid() || c.Collateral > 0 || len(c.Sources) < 2 {
		return c.Sources
	}
	return append(slices.Clone(c.Sources), c.Prefix)
}
