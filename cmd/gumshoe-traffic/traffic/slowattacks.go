package traffic

import (
	"fmt"
	"net/netip"
	"time"
)

// Door is what a patient source tries to open.
type Door string

// The doors.
const (
	ListedPaths   Door = "web, listed paths"         // admin pages, configurations, backups
	UnlistedPaths Door = "web, paths on no list"     // nothing but that they do not exist
	HomeAndPaths  Door = "web, home page in between" // the home page, which exists, before each
	SSHNames      Door = "ssh"
	IMAPNames     Door = "imap"
	SMTPNames     Door = "smtp"
)

// Doors lists them.
var Doors = []Door{ListedPaths, UnlistedPaths, HomeAndPaths, SSHNames, IMAPNames, SMTPNames, Locked}

// Slow is one address that knocks at one door, once in a while, below every limit
// per address.
type Slow struct {
	Attack string
	Source netip.Addr
	Door   Door
	Start  time.Time
	Gap    time.Duration // between two tries
	Spread float64       // of the gap, as a share of it
	Tries  int
}

// Part plays it.
func (s Slow) Part(w *World) {
	w.Truth.Claim(s.Source.String(), Hostile, "a patient prober", s.Attack)
	e := Expect{Attack: s.Attack, Kind: string(s.Door), Sources: []string{s.Source.String()}, SeverityMin: "low", Ban: "none|planned|held", Start: s.Start,
		Detections: []string{}, Targets: []string{}, MustSay: []string{s.Source.String()}, MustNotAccuse: []string{"all others"}}
	rng := w.Rand(s.Attack)
	knock := s.knocker(w)
	at := At(s.Start)
	for i := range s.Tries {
		w.Once(at, func(w *World) { knock(w, i) })
		e.End = at.Time().Add(time.Second)
		at = at.Add(jitter(rng, s.Gap, s.Spread))
	}
	w.Truth.Expect(e)
}

// knocker returns what one try is; each is another path or name.
func (s Slow) knocker(w *World) func(w *World, i int) {
	rng := w.Rand(s.Attack + " tries")
	first := rng.IntN(1 << 14)
	switch s.Door {
	case SSHNames:
		return func(w *World, i int) { sshGuess(w, rng, s.Source, guessedName(first+i), false) }
	case IMAPNames:
		return func(w *World, i int) { imapFailure(w, rng, s.Source, guessedName(first+i)+"@example.org", "PLAIN") }
	case SMTPNames:
		return func(w *World, i int) { saslFailure(w, s.Source, guessedName(first+i)+"@example.org") }
	case Locked:
		return func(w *World, i int) { w.Hit(lockedOut(s.Source, guessedName(first+i), attackBrowser)) }
	}
	paths := draw(rng, listedPaths, s.Tries)
	if s.Door == UnlistedPaths {
		for i := range paths {
			paths[i] = unlistedPath(rng)
		}
	}
	hit := Hit{Src: s.Source, Status: 404, Bytes: 153, Agent: pick(rng, browsers)}
	return func(w *World, i int) {
		h := hit
		if s.Door == HomeAndPaths {
			home := hit
			home.Target, home.Status, home.Bytes = "/", 200, 14_200
			w.Hit(&home)
		}
		h.Target = paths[i%len(paths)]
		w.Hit(&h)
	}
}

// PatientProbers is one prober per door and number, all at the same pace, that
// begin one after the other.
func PatientProbers(name string, first int, start time.Time, over, gap time.Duration, each, tries int) []Part {
	var parts []Part
	n := each * len(Doors)
	for i := range n {
		spread := []float64{.1, .3, .5}[i%3]
		parts = append(parts, Slow{Attack: fmt.Sprintf("%s-%02d", name, i), Source: foreign(first + i), Door: Doors[i%len(Doors)],
			Start: start.Add(over * time.Duration(i) / time.Duration(n)).Add(time.Duration(i) * 61 * time.Second), Gap: gap, Spread: spread, Tries: tries}.Part)
	}
	return parts
}
