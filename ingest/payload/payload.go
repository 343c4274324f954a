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
	headers  memo[*verdict]   // nil: nothing was found
	requests []ingest.Request // without their documents
	interned map[interning]int
	foreseen uint64 // of what Foresee saw: a look that comes to nothing is left out by the compiler
}

// known is what is remembered of a target, in one word, so that a set of the memo is
// a line of the processor's cache. Its document is no part of the request, which many
// targets share.
type known struct {
	request  uint32 // index
	document uint8
}

// interning identifies the requests in which nothing was found. Many targets
// share one: it is kept once, and stays near the processor.
type interning struct {
	template uint64
	flags    ingest.PathFlags
}

// New returns an Enricher whose templates and shapes are hashed by h.
func New(h ingest.Hash) *Enricher {
	return &Enricher{
		hash:     h,
		targets:  newMemo[known](1 << 15),
		headers:  newMemo[*verdict](1 << 13),
		interned: make(map[interning]int),
	}
}

// Enrich implements ingest.Enricher.
func (e *Enricher) Enrich(ev *ingest.Event) {
	if ev.Kind != ingest.KindHTTPRequest && ev.Kind != ingest.KindProbe || len(ev.Target) == 0 && len(ev.Method) == 0 {
		e.said(ev)
		return
	}
	key := ev.TargetKey()
	of, met := e.targets.get(key)
	if !met {
		of = e.request(ev.Target)
		e.targets.put(key, of)
	}
	ev.Request = e.requests[of.request]
	ev.Request.Document = of.document

	if v := protocol(ev.Method, ev.Target, ev.VHost); v.class != 0 {
		v.addTo(&ev.Request)
	}
	if len(ev.Agent) != 0 {
		e.header(ev.Agent, fromAgent, ev.AgentKey(), &ev.Request)
	}
	if len(ev.Referer) != 0 {
		e.header(ev.Referer, fromReferer, e.headers.key(ev.Referer), &ev.Request)
	}
	e.said(ev)
	if Hostile(&ev.Request) {
		ev.Kind = ingest.KindProbe
	}
}

// Foresee implements ingest.Foreseer.
func (e *Enricher) Foresee(evs []ingest.Event) {
	if len(evs[0].Target) == 0 { // as in all of a log without requests
		return
	}
	for i := range evs {
		evs[i].TargetKey()
	}
	sum := uint64(0)
	for i := range evs {
		sum += e.targets.set(evs[i].TargetKey()).keys[0]
	}
	for i := range evs {
		if of, met := e.targets.get(evs[i].TargetKey()); met {
			r := &e.requests[of.request]
			sum += r.Template + r.Shape // it may lie across two lines of the cache
		}
	}
	e.foreseen = sum
}

// markers are the classes whose mere presence shows an attack.
const markers = ingest.ClassScanner | ingest.ClassWebshell | ingest.ClassProtocol

// Hostile reports whether the request alone shows an attack. A broken syntax
// does not, nor does an odd method without anything else.
func Hostile(r *ingest.Request) bool {
	return r.Stage >= ingest.StageLogic || r.Stage >= ingest.StageMarker && r.Class&markers != 0
}

// request looks at a target that the memo does not know.
func (e *Enricher) request(target []byte) known {
	if len(e.requests) == maxRequests {
		e.forget()
	}
	req := e.inspect.request(target, e.hash)
	document := req.Document
	req.Document = 0
	req.Template = e.hash.Bytes(e.inspect.template)
	id := interning{req.Template, req.Flags}
	i, ok := e.interned[id]
	if !ok {
		i = len(e.requests)
		e.requests = append(e.requests, ingest.Request{Template: req.Template, Text: string(e.inspect.template), Flags: req.Flags})
		e.interned[id] = i
	}
	if req.Text = e.requests[i].Text; req != e.requests[i] {
		i = len(e.requests)
		e.requests = append(e.requests, req)
	}
	return known{uint32(i), document}
}

// maxRequests bounds the requests remembered; a scan of distinct paths starts afresh
// rather than growing them.
const maxRequests = 1 << 15

func (e *Enricher) forget() {
	clear(e.interned)
	clear(e.requests) // of their texts
	e.requests = e.requests[:0]
	e.targets.forget()
}

// header adds what a header of the request amounts to; its text is known by key.
func (e *Enricher) header(text []byte, from origin, key uint64, req *ingest.Request) {
	key ^= uint64(from)
	v, known := e.headers.get(key)
	if !known {
		if found := e.inspect.header(text, from, e.hash); found != (verdict{}) {
			v = &found
		}
		e.headers.put(key, v)
	}
	if v != nil {
		v.addTo(req)
	}
}

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
