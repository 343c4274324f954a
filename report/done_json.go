package report

import "gumshoe/ban"

// DoneJSON is what a run carried out, as programs read it.
type DoneJSON struct {
	Bans    []BanJSON    `json:"bans"`
	Lifts   []BanJSON    `json:"lifts"`
	Drivers []DriverJSON `json:"drivers"`
	Active  int          `json:"active"`
	Expired int          `json:"expired"`
	Trial   bool         `json:"trial"` // the bans last an hour until they are confirmed
}

// BanJSON is one ban that was made or lifted.
type BanJSON struct {
	Target  string     `json:"target"` // an address bare, a network as a prefix
	Case    string     `json:"case,omitempty"`
	Jail    string     `json:"jail"`
	Action  ban.Action `json:"action,omitempty"`
	From    string     `json:"from,omitempty"`
	Until   string     `json:"until,omitempty"` // nothing: for good
	Offence int        `json:"offence"`
	Reason  string     `json:"reason,omitempty"` // of a lift: why it was lifted
}

// DriverJSON is one way in which bans are carried out.
type DriverJSON struct {
	Name    string `json:"name"`
	InForce int    `json:"in_force"`
	Error   string `json:"error,omitempty"`
}

func doneJSON(d *Done) *DoneJSON {
	if d == nil {
		return nil
	}
	j := &DoneJSON{Bans: bansJSON(d.Bans), Lifts: bansJSON(d.Lifts), Drivers: []DriverJSON{}, Active: d.Active, Expired: d.Expired, Trial: d.Trial}
	for _, v := range d.Drivers {
		j.Drivers = append(j.Drivers, DriverJSON(v))
	}
	return j
}

func bansJSON(bans []ban.Ban) []BanJSON {
	out := []BanJSON{}
	for _, b := range bans {
		j := BanJSON{address(b.Prefix), b.Case, b.Jail, b.Action, instant(b.From), instant(b.Until), b.Offence, b.Reason}
		if !b.Lifted.IsZero() || b.LiftedOn != "" {
			j.Reason = b.LiftedOn
		}
		out = append(out, j)
	}
	return out
}
