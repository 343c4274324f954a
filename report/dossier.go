package report

import (
	"net/netip"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest"
)

// The kinds of subject that a dossier is about.
const (
	AboutAddress = "address"
	AboutNetwork = "network"
	AboutAccount = "account"
	AboutCase    = "case"
)

// Dossier is everything known of one address, network, account or case. It is
// drawn as text, as a page and as JSON; what is unknown is empty and is told so.
type Dossier struct {
	Subject  string // as a person writes it; an account comes from the command line, and logs hold the same word
	About    string // one of the kinds above
	Host     string // whose logs they are; "" when unknown
	AdHoc    bool   // over files given by name
	Now      time.Time
	Since    time.Time // how far back anything is known; zero: nothing is
	Location *time.Location

	Who       []analyze.Identity // behind the sources, as far as it is known
	Cases     []Report           // the cases that name it, worst first: of each the last report that told it, with it alone
	Past      []analyze.PastCase // cases of which no report is kept any more
	Words     []analyze.Saying   // what people said of these cases
	Stretches []Stretch          // what it did, in order of time
	Touched   []Touched          // accounts and paths, those with the most failures first
	Sources   []Visitor          // of a network, an account or a case: who belongs to it, the worst first
	Alike     []Alike            // accused sources that did the same, the most alike first
	Around    *Around            // of an address: the network around it
	Fail2ban  *int               // how often fail2ban banned it; nil: not known
	Bans      []ban.Ban          // of it or of a network around it, oldest first
	Lines     []analyze.Line     // its log lines, a selection, in order of time
	AllLines  int                // of which these are some; at least len(Lines)
	Credits   []string           // whose data on countries and networks it shows
	Notes     []string           // what could not be read, one sentence each
	Elapsed   time.Duration      // shown on a terminal alone
}

// Stretch is what the subject did on one service within an hour: one of its sources
// or, of an account, one of those who tried it.
type Stretch struct {
	Source      netip.Prefix // a v4 address or a v6 /64; invalid: the account itself, on the machine
	Service     string
	First, Last time.Time
	Web         bool     // requests, not logins
	Events      uint64   // of any kind
	Good        uint64   // logins; web: 2xx and 3xx without hostile content
	Bad         uint64   // failed logins; web: 4xx
	Errors      uint64   // web: 5xx
	Probes      uint64   // hostile content or protocol; web: it may have been answered well
	Failed      uint64   // all of what failed or was hostile, each event once
	Well        []string // accounts logged in to; web: paths answered well
	Refused     []string // accounts that failed; web: paths answered 4xx
	Aimed       []string // paths that hostile content was sent to, with the parameter
	Classes     []string // kinds of hostile content, in words
	Quotes      uint64   // web: of the Good, with a quote or a bracket that may be part of a word
	Quoted      []string // paths of these, with the parameter
	Agents      []string
	Statuses    map[uint16]uint64 // web: answers to what failed, as far as they were kept
	Logins      []Login           // the first of the hour
	Steps       []Step            // web: where hostile content went further than before, or worked
	Acts        []Act             // sessions and privileged commands of an account
}

// Login is one way in.
type Login struct {
	At      time.Time
	Account string
	Key     bool // by key or certificate
}

// Step is a request that went further than those before it.
type Step struct {
	At     time.Time
	Stage  ingest.Stage
	On     string // path, with the parameter
	Status uint16 // 0: not logged
	Broke  bool   // the server failed on it, and had not before
}

// Act is a session of an account or a command that it ran as another.
type Act struct {
	At      time.Time
	Account string
	Service string
	Text    string // the line, if it is there
}

// Touched is an account or a path that the subject had to do with.
type Touched struct {
	Kind    string `json:"kind"` // account or path
	Service string `json:"service"`
	Name    string `json:"name"`
	Good    uint64 `json:"good"`   // hours in which it was answered well, or logins as far as they were kept
	Failed  uint64 `json:"failed"` // failures and probes, as far as they were kept
}

// Visitor is one source of a network, an account or a case.
type Visitor struct {
	Source      netip.Prefix
	First, Last time.Time
	Services    []string
	Events      uint64
	Good        uint64
	Failed      uint64 // failures, refusals and probes
	Cases       []string
	Honest      bool
	Country     string // ISO 3166-1 alpha-2; "" for unknown
}

// Alike is an accused source that did what the subject did.
type Alike struct {
	Source netip.Prefix
	Share  float64  // of the names that the subject failed on, in [0,1]
	Common []string // names that both failed on
	Cases  []string // that accuse it
}

// Around is the network that an address lives in.
type Around struct {
	Prefix                netip.Prefix
	Seen, Accused, Honest int // sources of it, the subject included
}

// Known reports whether anything is.
func (d *Dossier) Known() bool {
	return len(d.Stretches)+len(d.Cases)+len(d.Past)+len(d.Bans)+len(d.Lines) > 0
}

// seen returns its first and last event.
func (d *Dossier) seen() (first, last time.Time) {
	for _, s := range d.Stretches {
		if s.Events == 0 {
			continue // what an account did, not the subject
		}
		if first.IsZero() || s.First.Before(first) {
			first = s.First
		}
		if s.Last.After(last) {
			last = s.Last
		}
	}
	return first, last
}

func (d *Dossier) location() *time.Location {
	if d.Location == nil {
		return time.UTC
	}
	return d.Location
}
