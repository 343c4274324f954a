package report

import (
	"fmt"
	"slices"
	"strings"

	"gumshoe/analyze"
)

// Limits of a subject. A phone shows the first forty characters.
const (
	maxSubject = 140
	maxHost    = 40
)

// Subject says the run in one line: "[gumshoe] web1: possible break-in; 4
// critical, 3 high; 26 banned". What a person must know comes first; what is zero
// is left out. It names no address and no account, because locked screens show
// it, and is printable ASCII, fit for a header.
func Subject(r Report) string {
	host := escape(r.server(), maxHost, true)
	parts := nonempty(append(r.alarms(), r.counts(), r.banCount())...)
	if len(parts) == 0 {
		parts = []string{r.silence()}
	}
	return escape("[gumshoe] "+host+": "+strings.Join(parts, "; "), maxSubject, true)
}

// alarms are what cannot wait, worst first.
func (r Report) alarms() (out []string) {
	if r.Done != nil {
		if n := r.Done.missing(); n > 0 {
			out = append(out, counted(n, "ban NOT in force", "bans NOT in force"))
		} else if len(r.Done.broken()) > 0 {
			out = append(out, "firewall out of step")
		}
	}
	switch {
	case slices.ContainsFunc(r.Cases, breakIn):
		out = append(out, "possible break-in")
	case slices.ContainsFunc(r.Cases, injectable):
		out = append(out, "a page looks injectable")
	}
	failed := 0
	for _, h := range r.Sources {
		if h.Error != "" {
			failed++
		}
	}
	switch {
	case r.mute():
		out = append(out, "the logs are silent")
	case r.lines() == 0:
		out = append(out, "nothing could be read")
	case failed > 0:
		out = append(out, counted(failed, "log could not be read", "logs could not be read"))
	}
	if r.AI != nil && r.AI.Unused != "" && r.AI.Asked == 0 && r.AI.Remembered == 0 {
		out = append(out, "AI not used")
	}
	return out
}

// counts are the cases by level, of medium and above: what is below is no news.
func (r Report) counts() string {
	i := slices.IndexFunc(r.Cases, func(c analyze.Case) bool { return c.Level < analyze.Medium })
	if i < 0 {
		i = len(r.Cases)
	}
	return tally(r.Cases[:i])
}

// banCount is how many were banned, or would have been.
func (r Report) banCount() string {
	switch n := len(r.Plan.Add); {
	case r.Done != nil && r.Done.missing() > 0:
		return "" // an alarm says so
	case r.Done != nil && len(r.Done.Bans) > 0:
		return count(len(r.Done.Bans)) + " banned"
	case n > 0 && r.Plan.Hypothetical:
		return "would ban " + count(n)
	case n > 0 && !r.Plan.Armed:
		return "would ban " + count(n) + ", report only"
	}
	return ""
}

// silence is the subject of a run with nothing to say.
func (r Report) silence() string {
	h := r.Heartbeat
	if !h.week() {
		return "all quiet, nothing for you"
	}
	from, to := h.From.In(r.location()), h.To.In(r.location())
	return fmt.Sprintf("quiet week, nothing for you (%s to %s)", from.Format("2 Jan"), to.Format("2 Jan"))
}
