package window

import "gumshoe/ingest"

// ObjectKind says what an Object counts.
type ObjectKind uint8

// The kinds of object.
const (
	AccountObject ObjectKind = iota // a target account of a service group
	PathObject                      // a path template of a vhost
	AgentObject                     // a user agent
	ServiceObject                   // everything on a service
	LogObject                       // everything in a log and its rotated siblings
)

// Object is one target or population in one hour: an account, a path template,
// a user agent, a service, a log.
type Object struct {
	ID      uint64 // keyed hash of what it is
	Hour    uint32
	Kind    ObjectKind
	Service uint8 // index into Set.Services; 0 for logs
	Flags   ObjectFlags
	first   uint16 // first and last event, seconds of the hour
	last    uint16

	Events      uint32
	Good        uint32
	Bad         uint32
	Errors      uint32
	Probes      uint32 // requests with hostile content
	ProbeErrors uint32 // of those, answered 5xx other than 502, 503, 504
	Static      uint32

	path    ingest.PathFlags // of the requests for a path; the template hides the digits that make a backup
	service uint16           // index of the service in the Store
	answers answers          // of paths that take a query

	goodUnits Distinct // sources that got what they asked for
	badUnits  Distinct // sources that failed or were refused
	touches   Touches  // accounts: sessions and privileged commands
}

// ObjectFlags are facts about an object.
type ObjectFlags uint8

// The flags.
const (
	Exists ObjectFlags = 1 << iota // account: a line says that it exists, or it logged in
	Absent                         // account: a line says that it does not exist
)

// newObject returns an object without events.
func newObject(k ObjectKind, id uint64, hour uint32, svc uint16) Object {
	return Object{ID: id, Hour: hour, Kind: k, service: svc, first: 3600}
}

// First returns the time of the first event in Unix seconds.
func (o *Object) First() uint32 { return o.Hour*3600 + uint32(o.first) }

// Last returns the time of the last event in Unix seconds.
func (o *Object) Last() uint32 { return o.Hour*3600 + uint32(o.last) }

func (o *Object) is(k ObjectKind, id uint64, svc uint16) bool {
	return o.ID == id && o.service == svc && o.Kind == k
}

// count adds an event, at a second of the hour.
func (o *Object) count(out outcome, ev *ingest.Event, second uint16) {
	o.first = min(o.first, second)
	o.last = max(o.last, second)
	o.Events = plus(o.Events, ev.Count)
	switch out {
	case good:
		o.Good = plus(o.Good, ev.Count)
		if ev.Request.Flags&ingest.PathStatic != 0 {
			o.Static = plus(o.Static, ev.Count)
		}
	case bad:
		o.Bad = plus(o.Bad, ev.Count)
	case failed:
		o.Errors = plus(o.Errors, ev.Count)
	}
	if ev.Request.Stage >= ingest.StageSyntax {
		o.Probes = plus(o.Probes, ev.Count)
	}
}

// merge adds what p counted; its sets live in b.
func (o *Object) merge(p *Object, a, b *arenas) {
	o.first = min(o.first, p.first)
	o.last = max(o.last, p.last)
	o.Flags |= p.Flags
	o.path |= p.path
	o.Events = plus(o.Events, p.Events)
	o.Good = plus(o.Good, p.Good)
	o.Bad = plus(o.Bad, p.Bad)
	o.Errors = plus(o.Errors, p.Errors)
	o.Probes = plus(o.Probes, p.Probes)
	o.ProbeErrors = plus(o.ProbeErrors, p.ProbeErrors)
	o.Static = plus(o.Static, p.Static)
	o.answers.add(&a.words, p.answers.get(&b.words))
	o.goodUnits.merge(&a.words, &p.goodUnits, &b.words)
	o.badUnits.merge(&a.words, &p.badUnits, &b.words)
	o.touches.merge(&a.touches, p.touches, &b.touches)
}
