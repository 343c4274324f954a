package analyze

import (
	"slices"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Standing is how a source has behaved over everything that was read.
type Standing struct {
	Success   bool  // authenticated, or at least three distinct pages with their assets
	Benign    bool  // Success, and nothing hostile, and mostly answered well
	LoggedIn  bool  // into a service that asks for passwords
	LoginDays int32 // days with a good login

	probed bool // sent something hostile
	loads  bool // what belongs to pages, by the name of something that people use
	traits Trait
}

// Trait tells which detectors a source may concern, so that the quiet majority
// is passed over by each of the others without a look at its rows.
type Trait uint8

// The traits.
const (
	Current  Trait = 1 << iota // has a row in the window
	Visitor                    // has rows of the web
	Troubled                   // of which some remember events singly
	Asked                      // has rows of services that ask for passwords
	Failed                     // of which some count more than good logins
	SignedIn                   // of which some count good logins
	Loads                      // what belongs to pages, by whatever name
)

// Is reports whether a source has all of some traits.
func (s *Standing) Is(some Trait) bool { return s.traits&some == some }

// KnownHere reports a source that is somebody's: it logged in on two days or
// more, or visited pages as people do. One login alone may be an intruder's.
func (s *Standing) KnownHere() bool { return s.LoginDays >= 2 || s.Success && !s.LoggedIn }

func (in *Input) standingOf(u *window.Unit) Standing {
	var s Standing
	var days [16]uint32
	loginDays := days[:0]
	var pages distinctPages
	var events, bad, probes uint32
	var assets bool
	for i := range u.Rows {
		r := &u.Rows[i]
		events += r.Events
		trouble := u.Trouble(r)
		bad += trouble.Bad
		probes += trouble.Probes
		if in.Contains(r.Hour) {
			s.traits |= Current
		}
		if in.Set.Service(r.Service) == ingest.ServiceWeb {
			s.traits |= Visitor
			if len(u.Touches(r)) > 0 {
				s.traits |= Troubled
			}
			if r.Flags&window.Assets != 0 {
				s.traits |= Loads
			}
			assets = assets || r.Flags&window.Assets != 0 && r.Clients&^machines != 0
			if r.Flags&window.Authenticated != 0 {
				s.Success = true
			}
			continue
		}
		s.traits |= Asked
		if r.Events > r.Good || trouble.Bad > 0 {
			s.traits |= Failed
		}
		if r.Good == 0 {
			continue
		}
		s.traits |= SignedIn
		s.Success, s.LoggedIn = true, true
		if day := r.Hour / 24; len(loginDays) == 0 || loginDays[len(loginDays)-1] != day {
			loginDays = append(loginDays, day)
		}
	}
	s.loads = assets
	for i := 0; i < len(u.Rows) && assets && !s.Success; i++ {
		if r := &u.Rows[i]; in.Set.Service(r.Service) == ingest.ServiceWeb {
			pages.add(u, r)
			s.Success = pages.enough()
		}
	}
	slices.Sort(loginDays)
	s.LoginDays = int32(len(slices.Compact(loginDays)))
	s.probed = probes > 0
	s.Benign = s.Success && !s.probed && bad*2 <= events
	return s
}

// machines are the clients that do not even claim to be somebody's: what they load
// is no visit.
const machines = 1<<ingest.ClientEmpty | 1<<ingest.ClientLibrary | 1<<ingest.ClientScanner

// enoughPages is how many distinct pages, with their assets, make a visitor.
const enoughPages = 3

// distinctPages holds the first few distinct pages of a source: one page an
// hour, three hours long, is one page.
type distinctPages struct {
	seen [enoughPages]uint64
	n    int
}

func (d *distinctPages) enough() bool { return d.n == enoughPages }

func (d *distinctPages) add(u *window.Unit, r *window.Row) {
	if d.enough() || r.Good == 0 {
		return
	}
	names, few := u.GoodNames(r)
	if !few {
		d.n = enoughPages
	}
	for _, id := range names {
		if !d.enough() && !slices.Contains(d.seen[:d.n], id) {
			d.seen[d.n] = id
			d.n++
		}
	}
}

// visitorWorth is how many strangers who load what belongs to pages a visitor weighs.
const visitorWorth = 8

// note counts the paths that failed a visitor; paths is scratch space. What only
// scanners ask for has to fail a benign one; a page that is missing for everybody
// makes visitors who are answered well less than half the time, and, after a move,
// visitors who see no page but the one that says so.
func (in *Input) note(u *window.Unit, st *Standing, paths []uint64) []uint64 {
	if !st.Success && !st.loads || st.probed {
		return paths
	}
	worth := int32(1)
	if st.Success {
		worth = visitorWorth
	}
	paths = paths[:0]
	for i := range u.Rows {
		names, _ := u.BadNames(&u.Rows[i])
		paths = append(paths, names...)
	}
	slices.Sort(paths)
	for _, id := range slices.Compact(paths) {
		if st.Benign || in.Set.Name(id).Path&(ingest.PathVocabulary|ingest.PathSensitive) == 0 {
			if t := in.things.find(id); t.Thing != nil {
				t.benignBad.Add(worth)
			}
		}
	}
	return paths
}
