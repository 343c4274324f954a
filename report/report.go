// Package report renders a run for people and for programs. The Report is the one
// document they all draw from.
//
//	Report ─┬─▶ Text, HTML                     verbatim addresses, a screen or a file
//	        ├─▶ letter ─▶ Mail, Markdown       defanged: nothing in it becomes a link
//	        ├─▶ NDJSON, ECS, Syslog, Metrics   programs
//	        └─▶ Encode, Decode                 kept, to be rendered again
//
// Commands that answer one question have documents of their own: a Dossier
// (gumshoe investigate), a Rehearsal and BanStats (gumshoe bans).
//
// All log text in a Report is verbatim and hostile: every renderer escapes it
// for its own medium.
package report

import (
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest"
)

// Schema is the version of the NDJSON documents; it grows when a field changes
// its meaning.
const Schema = 1

// Report is one whole run.
type Report struct {
	Version  string             // of gumshoe
	Host     string             // whose logs they are; "" when unknown (files of several machines)
	AdHoc    bool               // over files given by name: state is scratch, the plan hypothetical
	Now      time.Time          // the run's clock: for files the newest believable event
	From, To time.Time          // the analyzed window [From, To)
	History  time.Time          // start of the older part that served as history and baseline; zero: none
	Location *time.Location     // for showing times
	Cases    []analyze.Case     // worst first
	Ended    []analyze.PastCase // told by the run before, and over
	Plan     ban.Plan
	Sources  []ingest.Health // one a source that was read
	Credits  []string        // whose data on countries and networks it shows
	Notes    []string        // what is worth knowing of how the run went, one sentence each
	Degraded bool            // something that was configured could not be read or done; Notes or a source says what
	Hours    []Hour          // the whole window, one an hour, for the picture of the night
	Units    int             // distinct sources seen in the window
	Learning []Learning      // services whose season is not known yet, by name
	Elapsed  time.Duration   // wall time of the run; not rendered in files that must be reproducible

	// What other parts did. Of what is absent nothing is rendered.
	Run       string         // names the run, for the command that undoes it; "" over files
	Done      *Done          // what was carried out; nil: the run touched nothing
	AI        *AI            // the second opinion; nil: none is configured
	Beyond    *Beyond        // a week beside fail2ban; nil in the other runs of the week
	Known     []analyze.Case // that people said a word about: a line each
	Heartbeat *Heartbeat     // the mail that breaks a week of silence; nil in any other
	Gaps      []Gap          // spans that a log should cover and does not
	Season    []Season       // what is usual, for the pictures of unusual hours
}

// Hour is the traffic of one hour, by service.
type Hour struct {
	Start  time.Time
	Counts map[string]uint64 // events by service
	Fails  uint64            // failures and probes of all services
}
