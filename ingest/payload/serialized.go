package payload

import (
	"bytes"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// pickled finds the head of Python's pickle of protocol 4 in base64: the version,
// a frame and its length in eight bytes, of which few are used.
var pickled = lazyregexp.New(`^gAS[VW][\w+/]{2}A{6}`)

// serialized looks at letters in both cases, for base64 is written so.
func serialized(v *value) (ingest.Class, ingest.Stage) {
	switch {
	case bytes.Contains(v.decoded, []byte("rO0AB")), // Java
		bytes.Contains(v.decoded, []byte("AAEAAAD/////")), bytes.Contains(v.decoded, []byte("AQAAAP////8")), // .NET
		bytes.HasPrefix(v.decoded, []byte("BAhvO")), // Ruby
		pickled().Match(v.decoded):
		return ingest.ClassJava, ingest.StageExecute
	}
	return 0, 0
}

// notClassName lets people look up a class in the documentation, or the error that
// they met: a lone dotted name that gives no way to run something.
func notClassName(v *value) (ingest.Class, ingest.Stage) {
	name := bytes.TrimSpace(v.plain)
	for _, c := range name {
		if !alnum(c) && c != '.' && c != '_' && (v.at != inPath || c != '/' && c != '-') {
			return ingest.ClassJava, ingest.StageExecute
		}
	}
	if v.at == inPath {
		return 0, 0 // a page about it
	}
	if bytes.HasPrefix(name, []byte("java.util.")) || bytes.HasPrefix(name, []byte("org.springframework.")) || bytes.HasSuffix(name, []byte("exception")) || bytes.HasSuffix(name, []byte("error")) {
		return 0, 0
	}
	return ingest.ClassJava, ingest.StageExecute
}
