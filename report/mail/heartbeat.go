package mail

import (
	"fmt"
	"time"
)

// When is how much must have happened before a report is mailed.
type When string

const (
	Always     When = "always"
	OnFindings When = "findings"
	OnCritical When = "critical"
)

// ParseWhen reads the setting.
func ParseWhen(s string) (When, error) {
	switch w := When(s); w {
	case Always, OnFindings, OnCritical:
		return w, nil
	}
	return "", fmt.Errorf("%q is none of always, findings, critical", s)
}

// Reason is why a mail is sent now.
type Reason string

const (
	Silence   Reason = ""          // it is not
	Asked     Reason = "asked"     // every run is mailed
	Found     Reason = "found"     // there is something to read
	Heartbeat Reason = "heartbeat" // nothing is, and nothing was for a week
)

// heartbeat is how long silence may last. It is an hour short of a week, because
// a timer that fires a little earlier than last week must not skip six hours.
const heartbeat = 7*24*time.Hour - time.Hour

// Due decides whether a run is mailed. Last is when the last report went into
// the outbox, delivered or not (see Outbox.Last); zero, that none ever did: the
// first run is mailed whatever it found, and shows that mail works.
func (w When) Due(findings, critical bool, last, now time.Time) Reason {
	silence := now.Sub(last)
	switch {
	case w == Always:
		return Asked
	case critical, findings && w == OnFindings:
		return Found
	case silence >= heartbeat, silence < -time.Hour: // a clock that was wrong must not silence us until then
		return Heartbeat
	}
	return Silence
}
