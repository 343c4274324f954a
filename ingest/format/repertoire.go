package format

import (
	"sync"

	"gumshoe/ingest"
)

// repertoire is what a daemon says, in the words of its tables. They become
// sentences when its first message asks: there are more than a thousand, and a
// run meets few daemons.
type repertoire struct {
	sayings []saying

	once sync.Once
	read sentences
}

// saying is texts as a table has them that tell the same.
type saying struct {
	fact
	texts []string
}

// say makes sentences of one kind. A part in double brackets may be missing:
// "from {peer}[[ port {n}]]".
func say(kind ingest.Kind, texts ...string) *repertoire {
	return &repertoire{sayings: []saying{{fact: fact{kind: kind}, texts: texts}}}
}

// concat joins what a daemon says.
func concat(parts ...*repertoire) *repertoire {
	whole := &repertoire{}
	for _, part := range parts {
		whole.sayings = append(whole.sayings, part.sayings...)
	}
	return whole
}

// absent marks sentences that tell that the account does not exist.
func (r *repertoire) absent() *repertoire { return r.about(ingest.AccountAbsent) }

// exists marks sentences that tell that the account exists.
func (r *repertoire) exists() *repertoire { return r.about(ingest.AccountExists) }

func (r *repertoire) about(a ingest.Account) *repertoire {
	for i := range r.sayings {
		r.sayings[i].account = a
	}
	return r
}

// byKey marks sentences about a login with a public key.
func (r *repertoire) byKey() *repertoire {
	for i := range r.sayings {
		r.sayings[i].byKey = true
	}
	return r
}

// of names the service that the sentences are about.
func (r *repertoire) of(service string) *repertoire {
	for i := range r.sayings {
		r.sayings[i].service = service
	}
	return r
}

// tell fills ev from the sentence that the message is.
func (r *repertoire) tell(msg []byte, ev *ingest.Event) bool { return r.sentences().tell(msg, ev) }

func (r *repertoire) sentences() sentences {
	r.once.Do(r.readAll)
	return r.read
}

// readAll panics on a malformed text, as the tables are part of the program:
// TestEverySentence finds it.
func (r *repertoire) readAll() {
	for _, said := range r.sayings {
		for _, text := range said.texts {
			for _, variant := range variants(text) {
				s := sentence{fact: said.fact, parts: parts(variant)}
				s.prepare(variant)
				r.read = append(r.read, s)
			}
		}
	}
}
