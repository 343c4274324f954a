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
}

type session struct {
	key     string
	failure failure
	users   [][]byte
	pending bool  // a failure waits for its address
	begun   int64 // milliseconds
}

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
	s := &session{key: string(id), begun: now}
	t.byID[s.key] = s
	t.order = append(t.order, s)
	return s
}

func (t *sessions) forget(s *session) {
	delete(t.byID, s.key)
	t.order = slices.DeleteFunc(t.order, func(o *session) bool { return o == s })
}

// owe notes that a failure of the session has no address yet.
func (t *sessions) owe(id []byte) {
	if s := t.byID[string(id)]; s != nil {
		s.pending = true
	}
}

// learn takes over what a line tells.
func (s *session) learn(f failure) {
	remember := func(to *[]byte, text []byte) {
		if text != nil {
			*to = append((*to)[:0:0], text...)
		}
	}
	remember(&s.failure.id, f.id)
	remember(&s.failure.ip, f.ip)
	remember(&s.failure.name, f.name)
	remember(&s.failure.user, f.user)
	s.failure.noFail, s.failure.gained = f.noFail, f.gained
	if len(f.user) > 0 && len(s.users) < maxUsers && !slices.ContainsFunc(s.users, func(u []byte) bool { return bytes.Equal(u, f.user) }) {
		s.users = append(s.users, bytes.Clone(f.user))
	}
}
