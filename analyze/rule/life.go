package rule

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"gumshoe/analyze"
)

// ShadowRuns is for how many runs a rule is tried before it counts.
const ShadowRuns = 4

// Propose makes a rule of a control string for a kind of line: proposed if it
// stands all checks, else rejected with the reason. It is remembered either way.
func Propose(shape *analyze.NovelLine, pattern, by string, benign []string, now time.Time) analyze.Rule {
	evidence := Samples(shape.Program, shape.Samples)
	r := analyze.Rule{ID: idOf(shape.Program, pattern), Shape: shape.ID, Program: shape.Program, Template: shape.Text, Pattern: pattern,
		State: analyze.RuleProposed, By: by, Evidence: len(evidence), Left: ShadowRuns, At: now}
	if _, err := Check(pattern, evidence, benign); err != nil {
		r.State, r.Reason = analyze.RuleRejected, err.Error()
	}
	if len(r.Pattern) > maxPattern {
		r.Pattern = r.Pattern[:maxPattern]
	}
	return r
}

// idOf is short enough to be typed.
func idOf(program, pattern string) string {
	sum := sha256.Sum256([]byte(program + "\x00" + pattern))
	return "r" + hex.EncodeToString(sum[:4])
}

// After is a rule after a run in which it met so many lines, some of them of sources
// with good logins. Whoever it met so wrongly, it never counts; one that a person
// approved is theirs to reject.
func After(r analyze.Rule, hits, wrong uint64, now time.Time) analyze.Rule {
	r.Hits += hits
	r.FalseHits += wrong
	switch {
	case r.State == analyze.RuleRejected:
	case wrong > 0 && !r.Approved:
		r.State, r.At = analyze.RuleRejected, now
		r.Reason = fmt.Sprintf("it met %d lines of sources with good logins", wrong)
	case r.State == analyze.RuleProposed || r.State == analyze.RuleShadow:
		if r.Left--; r.Left > 0 {
			r.State = analyze.RuleShadow
		} else {
			r.State, r.Left, r.At = analyze.RuleActive, 0, now
		}
	}
	return r
}

// Approve makes a rule count at once, on a person's word. One that no longer
// compiles is refused whoever asks.
func Approve(r analyze.Rule, now time.Time) (analyze.Rule, error) {
	if _, err := Compile(r.Pattern); err != nil {
		return r, fmt.Errorf("rule %s cannot be approved: %w", r.ID, err)
	}
	r.State, r.Approved, r.Left, r.Reason, r.At = analyze.RuleActive, true, 0, "", now
	return r, nil
}

// Reject ends a rule.
func Reject(r analyze.Rule, reason string, now time.Time) analyze.Rule {
	r.State, r.Approved, r.Reason, r.At = analyze.RuleRejected, false, reason, now
	return r
}
