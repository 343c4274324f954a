package analyze

import "time"

// Opinion is what a language model says of a case. It stands beside the rules'
// verdict in the report and is no part of the Case: what scores, plans and bans
// takes cases, and so can neither see nor obey it.
type Opinion struct {
	Verdict        string    `json:"verdict"`                   // malicious, suspicious, benign
	Category       string    `json:"category"`                  // the kind of attack or of honest cause that it sees
	Explanation    string    `json:"explanation"`               // at most 240 characters; the words of a machine that read attackers' words
	SeverityStep   int       `json:"severity_step"`             // -1, 0, +1: where it would put a case that is medium or high; shown, never applied
	GuardSuspected string    `json:"guard_suspected,omitempty"` // the honest explanation that it suspects
	Model          string    `json:"model"`
	Remembered     bool      `json:"remembered"` // said of the same behaviour before, not asked now
	When           time.Time `json:"when"`
}

// Behaviour is what a case did, without who did it to whom: by it an opinion is
// found again that was already paid for.
type Behaviour struct {
	Traits  string // keyed by nothing and naming nobody: a hash of kinds, families, services and strengths
	Conduct uint64 // Case.Conduct; 0: too little to tell
}

// Judged is an opinion as it is remembered. Where its explanation speaks of a
// source, an account or a host it says which of the card's, "{0}", and names nobody.
type Judged struct {
	Behaviour
	Opinion
}

// Exchange is one request to a language model and what became of it, in the
// masked form that left the machine.
type Exchange struct {
	At        time.Time
	Endpoint  string
	Model     string
	Mode      string // json_schema, json_object, text
	Request   string // the bytes of its body
	Answer    string // what the model said, cut at 64 KiB; "" if nothing came
	Decision  string // taken, or why it was dropped
	Cards     int    // cases in it, canaries not counted
	TokensIn  int
	TokensOut int
	Micros    int64 // cost in millionths of the configured currency
	Elapsed   time.Duration
}

// Spend is what a span of time has cost.
type Spend struct {
	Requests  int
	TokensIn  int
	TokensOut int
	Micros    int64 // millionths of the configured currency
}

// Tokens is the sum of both directions.
func (s Spend) Tokens() int { return s.TokensIn + s.TokensOut }

// Consultation is what a run did with a language model, for the report.
type Consultation struct {
	Model      string   `json:"model"`
	Mode       string   `json:"mode,omitempty"` // of the last answer
	Asked      int      `json:"asked"`          // cases that got an answer now
	Alike      int      `json:"alike"`          // cases that did what one of those did
	Remembered int      `json:"remembered"`     // cases whose behaviour was judged before
	Unasked    int      `json:"unasked"`        // cases for which the rules alone speak, though they were to be asked
	Run        Spend    `json:"run"`
	Month      Spend    `json:"month"`  // with this run
	Notes      []string `json:"notes"`  // why the rules' verdicts stand alone, one sentence each
	Failed     bool     `json:"failed"` // something other than a cap kept it from speaking
}
