// Package payload says what a request's target amounts to: which path it asks
// for, and whether it carries an attack.
//
//	target ─▶ one byte scan ─clean──────────────────────────────▶ template, path flags
//	              └─else─▶ decode ─▶ forms ─▶ literals ─▶ rules ─▶ class, stage, shape
//
// Most targets are clean and are decided in a single pass over their bytes. The
// rest is split into path and parameters, decoded to a fixpoint, brought into
// the forms that undo the usual evasions, and only the rules whose literals
// occur are tried. SQL and HTML are judged by libinjection on single values.
//
// A value that merely breaks the syntax (a lone quote) is told as StageSyntax
// and does not make the request a probe: O'Brien is a name, and only a
// progression on one parameter says otherwise.
package payload

import (
	"gumshoe/ingest"
)

// Enricher fills Event.Request. It remembers what it saw, so that a target that
// repeats costs one hash and one look into a table. Run it before enrichers that
// add to Event.Request.
type Enricher struct {
	hash     ingest.Hash
	inspect  inspector
	targets  memo[known]
	headers  memo[*verdict] // nil: nothing was found
	innocent *innocent
	pages    []page
	odd      []ingest.Request // without their documents
	interned map[interning]uint32
	forgot   uint   // how often all this was forgotten
	foreseen uint64 // of what EnrichAll saw ahead: a look that comes to nothing is left out by the compiler
}

// known is what is remembered of a target, in one word, so that a set of the memo is
// a line of the processor's cache. Its document is no part of the request, which many
// targets share.
type known struct {
	request  uint32 // index
	odd      bool   // into the odd ones
	document uint8
}

// page is a request in which nothing was found. Many targets share one: it is kept once,
// two of them in a line of the cache, and stays near the processor.
type page struct {
	text string
	interning
}

// interning identifies such requests.
type interning struct {
	template uint64
	flags    ingest.PathFlags
}

// request is the request of a target in which nothing was found.
func (p *page) request() ingest.Request {
	return ingest.Request{Template: p.template, Text: p.text, Flags: p.flags}
}

// New returns an Enricher whose templates and shapes are hashed by h.
func New(h ingest.Hash) *Enricher {
	return &Enricher{
		hash:     h,
		targets:  newMemo[known](1 << 15),
		headers:  newMemo[*verdict](1 << 13),
		innocent: new(innocent),
		interned: make(map[interning]uint32),
	}
}

// Enrich implements ingest.Enricher.
func (e *Enricher) Enrich(ev *ingest.Event) {
	if !asks(ev) {
		e.said(ev)
		return
	}
	e.request(ev, e.target(ev))
}

// EnrichAll implements ingest.BatchEnricher: the memo of targets and what it points to
// are asked for by all events before the first of them needs the answer.
func (e *Enricher) EnrichAll(evs []ingest.Event) {
	if len(evs[0].Target) == 0 { // as in all of a log without requests
		for i := range evs {
			e.Enrich(&evs[i])
		}
		return
	}
	sum := uint64(0)
	for i := range evs {
		evs[i].TargetKey()
	}
	for i := range evs {
		sum += e.targets.set(evs[i].TargetKey()).keys[0]
	}
	var targets [ingest.Batch]known
	var met [ingest.Batch]bool
	for i := range evs {
		if targets[i], met[i] = e.targets.get(evs[i].TargetKey()); met[i] && !targets[i].odd {
			sum += e.pages[targets[i].request].template
		}
	}
	e.foreseen = sum
	forgot := e.forgot
	for i := range evs {
		ev := &evs[i]
		switch {
		case !asks(ev):
			e.said(ev)
		case met[i] && e.forgot == forgot:
			e.request(ev, targets[i])
		default:
			e.request(ev, e.target(ev))
		}
	}
}

// asks reports whether an event is a request that says anything.
func asks(ev *ingest.Event) bool {
	return (ev.Kind == ingest.KindHTTPRequest || ev.Kind == ingest.KindProbe) && (len(ev.Target) != 0 || len(ev.Method) != 0)
}

// target is what is known of the event's target, or is found in it now.
func (e *Enricher) target(ev *ingest.Event) known {
	key := ev.TargetKey()
	of, met := e.targets.get(key)
	if !met {
		of = e.look(ev.Target)
		e.targets.put(key, of)
	}
	return of
}

// request fills in what the request of an event amounts to.
func (e *Enricher) request(ev *ingest.Event, of known) {
	if of.odd {
		ev.Request = e.odd[of.request]
	} else {
		ev.Request = e.pages[of.request].request()
	}
	ev.Request.Document = of.document
	if len(ev.Target) == 0 || ev.Target[0] != '/' || string(ev.Method) != "GET" && string(ev.Method) != "POST" { // of these it judges nothing
		if v := protocol(ev.Method, ev.Target, ev.VHost, ev.Status); v.class != 0 {
			v.addTo(&ev.Request)
		}
	}
	if len(ev.Agent) != 0 {
		if key := ev.AgentKey(); *e.innocent.at(key) != key {
			e.header(ev.Agent, fromAgent, key, &ev.Request)
		}
	}
	if len(ev.Referer) != 0 {
		if key := e.headers.key(ev.Referer); *e.innocent.at(key) != key {
			e.header(ev.Referer, fromReferer, key, &ev.Request)
		}
	}
	if len(ev.User)|len(ev.VHost)|len(ev.Forwarded)|len(ev.Said) != 0 {
		e.said(ev)
	}
	if Hostile(&ev.Request) {
		ev.Kind = ingest.KindProbe
	}
}

// markers are the classes whose mere presence shows an attack.
const markers = ingest.ClassScanner | ingest.ClassWebshell | ingest.ClassProtocol

// Hostile reports whether the request alone shows an attack. A broken syntax
// does not, nor does an odd method without anything else.
func Hostile(r *ingest.Request) bool {
	return r.Stage >= ingest.StageLogic || r.Stage >= ingest.StageMarker && r.Class&markers != 0
}

// look looks at a target that the memo does not know.
func (e *Enricher) look(target []byte) known {
	if len(e.pages)+len(e.odd) >= maxRequests {
		e.forget()
	}
	req := e.inspect.request(target, e.hash)
	of := known{document: req.Document}
	req.Document = 0
	req.Template = e.hash.Bytes(e.inspect.template)
	id := interning{req.Template, req.Flags}
	i, ok := e.interned[id]
	if !ok {
		i = uint32(len(e.pages))
		e.pages = append(e.pages, page{string(e.inspect.template), id})
		e.interned[id] = i
	}
	of.request, req.Text = i, e.pages[i].text
	if req != e.pages[i].request() {
		of.request, of.odd = uint32(len(e.odd)), true
		e.odd = append(e.odd, req)
	}
	return of
}

// maxRequests bounds the requests remembered; a scan of distinct paths starts afresh
// rather than growing them.
const maxRequests = 1 << 15

func (e *Enricher) forget() {
	e.forgot++
	clear(e.interned)
	clear(e.pages) // of their texts
	clear(e.odd)
	e.pages, e.odd = e.pages[:0], e.odd[:0]
	e.targets.forget()
}

// header adds what a header of the request amounts to; its text is known by key.
func (e *Enricher) header(text []byte, from origin, key uint64, req *ingest.Request) {
	of := key ^ uint64(from)
	v, known := e.headers.get(of)
	if !known {
		if found := e.inspect.header(text, from, e.hash); found != (verdict{}) {
			v = &found
		}
		e.headers.put(of, v)
	}
	if v != nil {
		v.addTo(req)
	} else if from == fromAgent || from == fromReferer {
		*e.innocent.at(key) = key
	}
}

// innocent has the keys of agents and referers that were seen last and in which nothing
// was found, as in nearly all: one word is looked at for each.
type innocent [1 << 11]uint64

// at is where a key is, if it is anywhere.
func (h *innocent) at(key uint64) *uint64 { return &h[key%uint64(len(h))] }

// Inspect looks at one request target, without memory and with an unkeyed hash.
func Inspect(target []byte) ingest.Request {
	e := inspector{}
	req := e.request(target, ingest.Hash{})
	req.Template, req.Text = ingest.Hash{}.Bytes(e.template), string(e.template)
	return req
}

// InspectValue looks at one decoded or encoded parameter value.
func InspectValue(value []byte) (ingest.Class, ingest.Stage) {
	e := inspector{}
	e.begin()
	e.value(nil, value, inValue)
	v := e.conclude(ingest.Hash{})
	return v.class, v.stage
}
