package filter

import (
	"bytes"
	"slices"

	"gumshoe/ingest"
	"gumshoe/ingest/format"
)

// failure is what the lines of a session told so far. Its texts belong to the
// line, or to the session that remembers them.
type failure struct {
	id, ip, name []byte // failure id, address, name of a machine; nil: not told
	user         []byte
	noFail       bool // no failure by itself
	gained       bool // access was gained
}

// fill sets the remote party of an event and reports whether there is one.
func (f *failure) fill(ev *ingest.Event) bool {
	for _, b := range [][]byte{f.ip, f.id, f.name} {
		if a, ok := format.Address(b); ok {
			ev.Src = a
			return true
		}
	}
	if f.name != nil && f.ip == nil {
		ev.SrcHost = f.name
	}
	return ev.SrcHost != nil
}

// Bounds of the sessions of one parser: fail2ban remembers 100 for 5 minutes.
const (
	maxSessions = 100
	maxAge      = 5 * msMinute
	maxUsers    = 16
)

// sessions are the connections whose lines share an id, <F-MLFID>.
type sessions struct {
	byID  map[string]*session
	order []*session // oldest first
	spare []*session // forgotten; their memory is used again
}

type session struct {
	key     string
	failure failure
	texts   [4][]byte // memory of the failure's texts
	users   [][]byte
	pending bool  // a failure waits for its address
	begun   int64 // milliseconds
}

// reset forgets all but the memory.
func (s *session) reset() { *s = session{texts: s.texts, users: s.users[:0]} }

// merge adds a line's failure to its session and returns what is known together,
// as fail2ban's Filter._mergeFailure does. forget ends the session.
func (t *sessions) merge(id []byte, f failure, forget bool, now int64) failure {
	noFail, gained := f.noFail || f.gained, f.gained
	s := t.byID[string(id)]
	if s != nil && now-s.begun > maxAge {
		t.forget(s)
		s = nil
	}
	if s == nil {
		f.noFail = noFail
		if !forget {
			s = t.add(id, now)
			s.learn(f)
		}
		return f
	}
	s.failure.noFail, s.failure.gained = false, false
	if gained {
		s.pending = false
	}
	f.noFail = noFail
	s.learn(f)
	if forget {
		t.forget(s)
	}
	// Further accounts, or a failure that waits, make a failure of anything.
	if s.pending || len(s.users) > 1 {
		s.failure.noFail, s.failure.gained = false, false
	}
	s.pending = false
	return s.failure
}

func (t *sessions) add(id []byte, now int64) *session {
	if t.byID == nil {
		t.byID = map[string]*session{}
	}
	if len(t.order) >= maxSessions {
		t.forget(t.order[0])
	}
	s := &session{}
	if n := len(t.spare); n > 0 {
		s, t.spare = t.spare[n-1], t.spare[:n-1]
		s.reset()
	}
	s.key, s.begun = string(id), now
	t.byID[s.key] = s
	t.order = append(t.order, s)
	return s
}

func (t *sessions) forget(s *session) {
	delete(t.byID, s.key)
	if i := slices.Index(t.order, s); i >= 0 {
		t.order = slices.Delete(t.order, i, i+1)
		t.spare = append(t.spare, s)
	}
}

// owe notes that a failure of the session has no address yet.
func (t *sessions) owe(id []byte) {
	if s := t.byID[string(id)]; s != nil {
		s.pending = true
	}
}

// learn takes over what a line tells.
func (s *session) learn(f failure) {
	for i, t := range [...]struct {
		to   *[]byte
		text []byte
	}{{&s.failure.id, f.id}, {&s.failure.ip, f.ip}, {&s.failure.name, f.name}, {&s.failure.user, f.user}} {
		if t.text != nil {
			s.texts[i] = append(s.texts[i][:0], t.text...)
			*t.to = s.texts[i]
		}
	}
	s.failure.noFail, s.failure.gained = f.noFail, f.gained
	if len(f.user) > 0 && len(s.users) < maxUsers && !slices.ContainsFunc(s.users, func(u []byte) bool { return bytes.Equal(u, f.user) }) {
		s.users = append(s.users, bytes.Clone(f.user))
	}
}
