package payload

import "gumshoe/ingest"

// origin says which header a text comes from, or that it is a user name or the part of
// a line in which a client may have spoken.
type origin uint64

const (
	fromAgent origin = iota + 1
	fromReferer
	fromLogin
	fromLine
	fromWebLine
)

// header looks at a user agent, a referer, a user name or a line. They are texts of many
// words and punctuation, so that only the rules that ask for these places are
// tried.
func (in *inspector) header(text []byte, from origin, h ingest.Hash) verdict {
	text = text[:min(len(text), maxTarget)]
	in.begin()
	at, plain := inReferer, false
	switch from {
	case fromLine:
		return in.whispered(text, inLogin)
	case fromWebLine:
		return in.whispered(text, inPath)
	case fromAgent:
		at, plain = inAgent, plainAgent(text)
	case fromReferer:
		plain = clean(text)
	case fromLogin:
		at = inLogin
	}
	if from == fromLogin {
		in.other = unvis(in.other[:0], text)
		text = in.other
	}
	in.line = unlog(in.line[:0], text)
	if from != fromLogin && commandLine(in.line) {
		in.found(ingest.ClassRCE, ingest.StageExecute, nil, in.line)
	}
	if !plain {
		in.value(nil, in.line[:min(len(in.line), maxLook)], at)
	}
	return in.conclude(h)
}

// plainAgent reports whether an agent holds none of the literals.
func plainAgent(text []byte) bool {
	for _, b := range text {
		if b < ' ' || b == '%' || b == '\\' || b == '\'' || b == '"' || b == '<' || b == '$' || b == '`' {
			return false
		}
	}
	hit, _ := literals().seek(text, 0, ofRule)
	return hit == 0
}
