package mail

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Dispatch tells what became of one letter in one round of delivery.
type Dispatch struct {
	Key     string
	Queued  time.Time // when it was posted
	Got     []string  // who has it now
	Waiting []Failure // who will be tried again
	Lost    []Failure // who will not
}

// Trouble is one line about those who do not have the letter; "" when everybody
// has it.
func (d Dispatch) Trouble() string {
	var parts []string
	if len(d.Waiting) > 0 {
		parts = append(parts, "waits for the next run: "+reasons(d.Waiting))
	}
	if len(d.Lost) > 0 {
		parts = append(parts, "lost: "+reasons(d.Lost))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("report of %s %s", d.Queued.UTC().Format("2006-01-02 15:04 UTC"), strings.Join(parts, "; "))
}

// reasons names each reason once, after those whom it kept from the letter.
func reasons(failures []Failure) string {
	var parts []string
	for len(failures) > 0 {
		why := failures[0].Err.Error()
		var same []Failure
		same, failures = split(failures, func(f Failure) bool { return f.Err.Error() == why })
		parts = append(parts, strings.Join(recipients(same), ", ")+": "+why)
	}
	return strings.Join(parts, "; ")
}

// split parts failures into those that fulfil is and the others.
func split(failures []Failure, is func(Failure) bool) (yes, no []Failure) {
	for _, f := range failures {
		if is(f) {
			yes = append(yes, f)
		} else {
			no = append(no, f)
		}
	}
	return yes, no
}

// sort notes who has a letter and who has not.
func (d *Dispatch) sort(l Letter, failures []Failure) {
	d.Lost, d.Waiting = split(failures, func(f Failure) bool { return f.Outcome == Refused })
	missed := recipients(failures)
	for _, to := range l.To {
		if !slices.Contains(missed, to) {
			d.Got = append(d.Got, to)
		}
	}
}

// lose gives up on those who still wait, for a reason made of the last one.
func (d *Dispatch) lose(reason func(error) error) {
	for _, f := range d.Waiting {
		f.Err = reason(f.Err)
		d.Lost = append(d.Lost, f)
	}
	d.Waiting = nil
}

// recipients are those whom failures name.
func recipients(failures []Failure) []string {
	to := make([]string, len(failures))
	for i, f := range failures {
		to[i] = f.To
	}
	return to
}
