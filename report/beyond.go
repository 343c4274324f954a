package report

import (
	"fmt"
	"strings"
	"time"
)

// Beyond is a week beside fail2ban: what each of the two banned.
type Beyond struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Fail2ban int       `json:"fail2ban"` // addresses that it banned
	Gumshoe  int       `json:"gumshoe"`  // further ones, that never crossed its limits
	Kinds    []Tally   `json:"kinds,omitempty"`
	Planned  bool      `json:"planned,omitempty"` // gumshoe would have banned them: it is not armed
}

// Tally counts one kind of thing, in words that follow the number.
type Tally struct {
	N    int    `json:"n"`
	What string `json:"what"` // "on one mailbox", "slow scanners"
}

// beyondLine tells the week, with no gloating: fail2ban guards the door.
func (r Report) beyondLine() string {
	b := r.Beyond
	if b == nil {
		return ""
	}
	did := "banned"
	if b.Planned {
		did = "would have banned"
	}
	s := fmt.Sprintf("From %s to %s fail2ban banned %s at the door.", r.day(b.From), r.day(b.To), counted(b.Fail2ban, "address", "addresses"))
	if b.Gumshoe == 0 {
		return s + " gumshoe found nobody beside them."
	}
	s += fmt.Sprintf(" gumshoe %s %s more", did, count(b.Gumshoe))
	if b.Fail2ban > 0 {
		s += " (" + share(uint64(b.Gumshoe), uint64(b.Fail2ban)) + ")"
	}
	s += " that never crossed its limits"
	var kinds []string
	for _, k := range b.Kinds {
		kinds = append(kinds, count(k.N)+" "+k.What)
	}
	if len(kinds) > 0 {
		s += ": " + strings.Join(kinds, ", ")
	}
	return s + "."
}

// Heartbeat is a week in which nothing was worth a mail.
type Heartbeat struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Runs  int       `json:"runs"` // complete ones
	Due   int       `json:"due"`  // that should have been; 0: not known
	Lines uint64    `json:"lines"`
	Next  time.Time `json:"next"` // when the next mail is due at the latest
}

// week reports whether it speaks for one; the first mail of all has only its own run.
func (h *Heartbeat) week() bool { return h != nil && h.To.Sub(h.From) > 6*24*time.Hour }

// pulse tells the week of a heartbeat.
func (r Report) pulse() string {
	h := r.Heartbeat
	s := counted(h.Runs, "run", "runs")
	if h.Due > 0 {
		s = fmt.Sprintf("%s of %s runs", count(h.Runs), count(h.Due))
	}
	s += "."
	if missed := h.Due - h.Runs; missed > 0 {
		s = strings.TrimSuffix(s, ".") + ": " + count(missed) + " never ran or did not end."
	}
	if h.Lines > 0 {
		s += " " + counted(h.Lines, "line", "lines") + " read."
	}
	return s
}

// due says when a missing mail is news; "" outside of a heartbeat.
func (r Report) due() string {
	if r.Heartbeat == nil || r.Heartbeat.Next.IsZero() {
		return ""
	}
	return "You get this mail once a week while nothing happens. If none has come by " +
		r.Heartbeat.Next.In(r.location()).Format("Monday 2 January 15:04 MST") + ", something is broken: `gumshoe doctor`"
}

// aside is a line beside the cases: what the AI cost, the week beside fail2ban.
type aside struct{ Title, Text string }

// asides are those that there are.
func (r Report) asides() (out []aside) {
	for _, a := range []aside{{"AI", r.aiLine()}, {"Week", r.beyondLine()}} {
		if a.Text != "" {
			out = append(out, a)
		}
	}
	return out
}
