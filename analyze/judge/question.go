package judge

import (
	"encoding/json"
	"errors"
)

// question is what one request asks: about cases (batch), or about kinds of line
// that nobody understands (novelty).
type question interface {
	form() form
	content() string           // the text that tells of what is asked about
	answerRoom() int           // how many tokens the answer may take
	about() (n int, of string) // how many things it asks about, and what they are
	read(content string) error // what is wrong with an answer, in words that the model may be told
	take(s *session)           // uses the answer that was read last
	halves() []question        // the question in two parts; nil: it has no parts
}

// form is what is the same in all questions of a kind.
type form struct {
	preamble string
	name     string // of the schema
	schema   json.RawMessage
}

// errCanary does not tell the model which card it was.
var errCanary = errors.New("a card whose answer is known was judged wrongly")
