package ban

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
)

// Policy says which cases are banned and within what bounds. The caps keep one
// wrong night small: a botnet larger than a cap is banned up to it, worst first.
type Policy struct {
	Armed  bool // carry the plan out; it is computed either way
	Strong bool // also ban high cases that are 99 % sure

	Base time.Duration // length of a first ban
	Slow time.Duration // length of a first ban of a source that takes its time
	Max  time.Duration // no ban is longer, whatever its history

	MaxBans     int // prefixes of any size banned in one run
	MaxPrefixes int // of these, networks wider than one source
	MaxPrefix4  int // widest IPv4 network that may be banned, in bits
	MaxPrefix6  int // widest IPv6 network that may be banned, in bits

	Action   Action // where a jail names none; "": Drop
	Jails    []Jail // how each service bans; nil: DefaultJails
	AllPorts bool   // automatic bans close all ports, whatever was attacked

	ApplyBreakIn bool // ban a break-in without asking "was it you?", and out of an open session
	Unconfirmed  bool // nobody has said yet that the bans do what they should: all last UnconfirmedFor and count no offence

	// Doubted holds a second opinion's objection, by case. See doubted for how
	// little it may do.
	Doubted map[string]string

	// Unheard says that what people said of cases is not known, and so not which of
	// them they called harmless.
	Unheard bool

	// What the ledger knows. Without it nobody is banned and nobody exempted.
	Active   []Ban
	Exempt   []Exemption
	Offences func(netip.Prefix) int // earlier bans of a source; nil: none are known
}

// Bounds that no setting changes.
const (
	Longest        = 365 * 24 * time.Hour // of an automatic ban
	UnconfirmedFor = time.Hour            // a mistake that locks its maker out heals itself within it
)

// DefaultPolicy is the policy of a run that was told nothing.
func DefaultPolicy() Policy {
	return Policy{
		Base: 24 * time.Hour, Slow: 7 * 24 * time.Hour, Max: 30 * 24 * time.Hour,
		MaxBans: 200, MaxPrefixes: 10, MaxPrefix4: 24, MaxPrefix6: 48,
	}
}

// What the policy asks for before it bans.
const (
	strongLogOdds = 2.0            // log-odds from which a family counts as a kind of evidence of its own
	strongSure    = .99            // confidence that makes a high case as good as a critical one
	freshness     = 12 * time.Hour // a source silent for longer is gone: a ban would hit whoever has its address next
	knownGuesses  = 20             // failures that no honest owner of a password needs
	absentNames   = 3              // accounts that do not exist, tried by one who then got in
)

// meets reports whether the policy wants the case's sources banned before any
// doubt or guard is heard.
func (p Policy) meets(c *analyze.Case) bool {
	if c.Level == analyze.Critical {
		return true
	}
	return p.Strong && c.Level == analyze.High && c.Confidence >= strongSure && len(kinds(c)) >= 2
}

// Rules and guards that others ask after.
const (
	goneRule       = "gone"
	sessionGuard   = "session"
	goodLoginGuard = "good-login"
	sharedGuard    = "shared"
)

// doubt is why a whole case is held although it meets the policy.
type doubt struct{ guard, reason string }

// doubts asks of a case what no single address can answer: is the evidence of
// more than one kind, is the source still there, could it be the owner?
// critical reports whether a source is also accused by another critical case.
func (p Policy) doubts(c *analyze.Case, now time.Time, critical func(netip.Prefix) bool) (doubt, bool) {
	if quiet := now.Sub(c.Last); quiet >= freshness {
		return doubt{goneRule, fmt.Sprintf("Nothing was heard of it for %d hours, so a ban would stop nobody.", int(quiet.Hours()))}, true
	}
	if breakIn(c) {
		if p.ApplyBreakIn || guessed(c) || slices.ContainsFunc(c.Sources, critical) {
			return doubt{}, false
		}
		return doubt{"break-in", "Was it you? A few wrong passwords and then the right one can be the owner, so this waits for your word."}, true
	}
	if k := kinds(c); len(k) < 2 {
		return doubt{"evidence", "Only one kind of evidence speaks for it and a ban needs two: a single test can be wrong about someone honest."}, true
	}
	return doubt{}, false
}

// kinds names the families that count towards a ban, strongest first. The clock
// and the season never complete the pair: honest machines are regular too, and
// a busy hour accuses nobody.
func kinds(c *analyze.Case) []string {
	var out []string
	for _, e := range c.Families {
		if e.Family == analyze.Timing || e.Family == analyze.Seasonal || e.Family == analyze.Guard || e.LogOdds < strongLogOdds {
			continue
		}
		if name := cmp.Or(kindNames[e.Family], string(e.Family)); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

var kindNames = map[analyze.Family]string{
	analyze.Probing:    "requests for things that do not exist",
	analyze.Fanin:      "many addresses on one account",
	analyze.Subnet:     "many addresses of one network",
	analyze.Guessing:   "guessed logins",
	analyze.Payload:    "hostile content",
	analyze.Response:   "answers that changed with it",
	analyze.Agent:      "its user agents",
	analyze.Crosslog:   "several services",
	analyze.History:    "earlier cases",
	analyze.Stranger:   "a network the account never came from",
	analyze.Campaign:   "a campaign it shares",
	analyze.Dictionary: "a known word list",
	analyze.Intrusion:  "a login after failures",
}

// breakIn reports whether the case is about a login that followed failures.
func breakIn(c *analyze.Case) bool {
	return slices.ContainsFunc(c.Families, func(e analyze.Evidence) bool {
		return e.Family == analyze.Intrusion && e.LogOdds > 0
	})
}

// guessed reports whether the failures before the login are more than an owner
// makes: too many, or on accounts that do not exist.
func guessed(c *analyze.Case) bool {
	return slices.ContainsFunc(c.Findings, func(f *analyze.Finding) bool {
		return f.Failures >= knownGuesses || f.Absent >= absentNames
	})
}

// because says in one sentence why the case's sources are banned.
func because(c *analyze.Case) string {
	sure := fmt.Sprintf("%.1f %% sure", c.Confidence*100)
	if c.Confidence >= .9995 {
		sure = "more than 99.9 % sure"
	}
	return fmt.Sprintf("%s, %s, by %s", titled(c.Level.String()), sure, and(kinds(c)))
}

func titled(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func and(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}
