package format

import (
	"bytes"
	"slices"
)

// Records of OpenTelemetry, as its collector and its libraries write them as JSON:
//
//	{"timeUnixNano":"1795168801123000000","severityText":"WARN","body":{"stringValue":"Login failed"},"attributes":[{"key":"client.address","value":{"stringValue":"ADDR"}}]}
//	{"timestamp":"2026-11-20T10:00:00Z","severity_text":"WARN","body":"Login failed","attributes":{"client.address":"ADDR"}}

// lastRank is behind all names of the vocabulary.
const lastRank = 90

// unparted reports whether a name with dots is OpenTelemetry's and means something else than
// its last two parts do.
func unparted(name []byte) bool {
	switch string(name) {
	case "network.peer.address", "log.file.name", "log.file.path":
		return true
	}
	return false
}

var valueKinds = [][]byte{[]byte(`"stringValue"`), []byte(`"intValue"`), []byte(`"boolValue"`), []byte(`"doubleValue"`)}

// typed reads a value with its type around it, {"stringValue":"..."}; false if there is
// none, and nothing was read.
func (j *jsonReader) typed(parent, name []byte, foreign bool) bool {
	at, scratch := j.at, len(j.scratch)
	undo := func() bool {
		j.at, j.scratch = at, j.scratch[:scratch]
		return false
	}
	j.at++ // '{'
	j.blank()
	if !slices.ContainsFunc(valueKinds, func(kind []byte) bool { return bytes.HasPrefix(j.b[j.at:], kind) }) {
		return undo()
	}
	if _, ok := j.text(); !ok {
		return undo()
	}
	if j.blank(); j.peek() != ':' {
		return undo()
	}
	j.at++
	if j.blank(); j.peek() == '{' || j.peek() == '[' {
		return undo()
	}
	v, ok := j.scalar()
	if j.blank(); !ok || j.peek() != '}' {
		return undo()
	}
	j.at++
	j.rec.set(parent, name, v, foreign)
	return true
}

// scalar reads a string, a number or a word.
func (j *jsonReader) scalar() (v []byte, ok bool) {
	if j.peek() == '"' {
		return j.text()
	}
	start := j.at
	for j.at < len(j.b) && j.b[j.at] != '}' && !isBlank(j.b[j.at]) {
		j.at++
	}
	return j.b[start:j.at], j.at > start
}

// aroundBody reports whether a "body" with this name around it is the record's own. Among
// the attributes it is one that a client sent.
func aroundBody(parent []byte) bool { return len(parent) == 0 || string(parent) == "logRecords" }

// telemetry takes what only OpenTelemetry's records say so: their body is the message,
// or the line of another program if it was read from a file. Elsewhere a "body" is what a
// client sent. client.address is the word of a header where network.peer.address says
// who sent the request.
func (r *record) telemetry() {
	if r.has(meansTelemetry) && r.has(meansBody) {
		body := r.value[meansBody]
		if r.has(meansShipped) {
			r.keep(named{meansInner, lastRank}, body, false)
		} else {
			r.keep(named{meansMessage, lastRank}, body, false)
		}
	}
	if _, ok := clientAddress(r.value[meansPeer]); ok {
		if !r.has(meansForwarded) {
			r.value[meansForwarded] = r.value[meansAddr]
		}
		r.value[meansAddr] = r.value[meansPeer]
	}
}
