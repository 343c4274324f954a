// Package mail brings a report to people: as a mail over SMTP or the machine's
// own sendmail, or as a signed POST to a webhook.
//
//	report.Message ─▶ Draft ──Compose──▶ Letter ─▶ Outbox ─▶ Transport: SMTP, Sendmail, Webhook
//	                                                │ ▲
//	                                                ▼ │ next run
//	                                               spool
//
// Every letter is written to the spool before it is sent and leaves it when
// everybody has it, has refused it for good, or a week is over. A letter is
// known by its delivery key: the same run posted twice is one mail.
//
// The package refuses to send in clear text to another machine, to give a
// password to anybody whom a certificate has not vouched for, to follow a
// redirect to another host, and to wait without end.
package mail

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Letter is what travels: an envelope and its content.
type Letter struct {
	Key  string   // names the delivery; letters with the same key are the same letter
	From string   // the envelope's sender, a bare address; "" for a webhook
	To   []string // who has not got it yet: bare addresses, or the name of a webhook
	Data []byte   // the MIME message, or the body of the POST
}

// A Transport carries letters.
type Transport interface {
	// Send returns one Failure for each recipient who did not get the letter;
	// nothing means that all of them have it. It gives up when ctx ends.
	Send(ctx context.Context, l Letter) []Failure
}

// Failure says why a recipient did not get a letter.
type Failure struct {
	To      string
	Outcome Outcome
	Err     error // never holds a secret; text of the other side is made harmless
}

// Outcome is what a failure means for the next try.
type Outcome uint8

const (
	Deferred    Outcome = iota // not now; the same letter may pass later
	Unreachable                // the way is closed, before this letter was looked at: others would fare no better
	Refused                    // for good; trying again is of no use
)

// Error reads "anna@example.org: 550 no such user".
func (f Failure) Error() string { return f.To + ": " + f.Err.Error() }

// Unwrap gives the reason alone.
func (f Failure) Unwrap() error { return f.Err }

// everybody is the failure of a whole letter.
func everybody(l Letter, outcome Outcome, err error) []Failure {
	failures := make([]Failure, len(l.To))
	for i, to := range l.To {
		failures[i] = Failure{to, outcome, err}
	}
	return failures
}

// maxSaid bounds what the other side may put into a message of ours, in runes.
const maxSaid = 300

// told is an error whose text is fit for a terminal and a log. Servers choose
// their words, and some have been taken over.
type told struct {
	text string
	err  error
}

func (t told) Error() string { return t.text }
func (t told) Unwrap() error { return t.err }

// tell keeps err for errors.Is and errors.As and makes its text harmless: one
// line, no control or invisible characters, bounded, without the secrets.
func tell(err error, secrets ...string) error {
	text := err.Error()
	for _, s := range secrets {
		if s != "" {
			quoted := strconv.Quote(s) // as the standard library repeats what a server said
			text = strings.NewReplacer(s, "[secret]", quoted[1:len(quoted)-1], "[secret]").Replace(text)
		}
	}
	return told{oneLine(text, maxSaid), err}
}

// oneLine replaces what moves the cursor or does not show itself, and cuts after
// limit runes.
func oneLine(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > limit {
		runes = append(runes[:limit-1], '…')
	}
	return string(runes)
}

// check refuses a letter that no transport for mail may touch. The spool lies on
// a disk: what comes out of it is not believed more than what went in.
func (l Letter) check() error {
	if len(l.To) == 0 {
		return errors.New("a letter without recipients")
	}
	for _, a := range append([]string{l.From}, l.To...) {
		if err := checkBare(a); err != nil {
			return fmt.Errorf("the address %q %w", a, err)
		}
	}
	return nil
}
