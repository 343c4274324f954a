package format

import (
	"bytes"

	"gumshoe/ingest"
)

// An account's name without quotes around it may go on as the client likes:
//
//	login failed for x from 198.51.100.7
//	                 ^^^^^^^^^^^^^^^^^^^ a name, or a name and what the daemon says of it
//
// Of a daemon that is not known, an address behind such a name counts only where
// one token stands between, besides words of prose, and where the daemon is not
// known to end its message with the name. The latter is learned from the sample:
// a message of the same program with the same words in front that ends with the
// name. Where the sample holds none, because all its clients wrote an address
// into their names, or because a person named the format, the line above is
// taken for the daemon's word.

const whyAccount = "the address may be a part of the account's name"

// openAccountWords stand before an account's name in prose.
var openAccountWords = []string{"for", "user", "username", "account", "email", "login"}

// mayBeName reports whether what leads to an address may belong to the account's
// name that it holds.
func mayBeName(text []byte) bool {
	start, ok := openAccount(text)
	if !ok || closer(text[start]) != 0 {
		return false
	}
	names := 0
	for word := range bytes.FieldsSeq(beforeConnector(text[start:])) {
		switch {
		case isProse(word):
		case bytes.ContainsAny(word, "=([{\"'`<>"):
			return true
		default:
			names++
		}
	}
	return names > 1
}

// openAccount finds where an account's name begins in text: behind the first
// account word and the prose that follows it.
func openAccount(text []byte) (start int, ok bool) {
	for i := range text {
		if i > 0 && (letter(text[i-1]) || text[i-1] == '_' || text[i-1] == '-') {
			continue
		}
		for _, w := range openAccountWords {
			if i+len(w) >= len(text) || lower(text[i]) != w[0] || !beginsWith(text[i:], w) {
				continue
			}
			at := i + len(w)
			if bytes.IndexByte([]byte(" :="), text[at]) < 0 {
				continue
			}
			from := at
			for at < len(text) {
				at += len(text[at:]) - len(bytes.TrimLeft(text[at:], " :="))
				word, _, _ := bytes.Cut(text[at:], []byte(" "))
				if len(word) == 0 || !isProse(word) {
					break
				}
				at += len(word)
			}
			if at < len(text) && (w != "login" || len(bytes.Trim(text[from:at], " :=")) == 0) {
				return at, true
			}
		}
	}
	return 0, false
}

// beforeConnector takes what leads to an address off the end of the text before
// it: a bracket, "from", "ip=".
func beforeConnector(text []byte) []byte {
	text = bytes.TrimRight(text, ` :=[("'/<`)
	n := len(text)
	for n > 0 && isKey(text[n-1]) {
		n--
	}
	var space [maxName]byte
	word := fold(space[:0], text[n:])
	if anchors[string(word)] || meaningOf[string(word)].meaning == meansAddr {
		return text[:n]
	}
	return text
}

func isProse(word []byte) bool {
	var space [maxName]byte
	return notAccounts[string(fold(space[:0], bytes.Trim(word, ".,:;!-")))]
}

// opening is how the messages of a program begin that end with an account's name.
type opening struct{ program, words string }

// maxOpenings bounds what is learned from a sample.
const maxOpenings = 32

// learnOpening notes how a message begins that ends with an account's name.
func (t *traits) learnOpening(msg []byte, ev *ingest.Event) {
	msg = bytes.TrimRight(msg, " ")
	at, ok := openAccount(msg)
	if !ok || bytes.IndexByte(msg[at:], ' ') >= 0 {
		return
	}
	if words := msg[wordsBefore(msg, at):at]; len(t.openings) < maxOpenings && !t.opens(msg, ev) {
		t.openings = append(t.openings, opening{string(ev.Program), string(words)})
	}
}

// opens reports whether a message begins as one that ends with the account's
// name. Numbers and the like may stand before the words.
func (t *traits) opens(msg []byte, ev *ingest.Event) bool {
	for _, o := range t.openings {
		if string(ev.Program) != o.program {
			continue
		}
		i := bytes.Index(msg, []byte(o.words))
		if i >= 0 && wordsBefore(msg, i+len(o.words)) == i {
			return true
		}
	}
	return false
}

// wordsBefore is where the words begin that end at msg[end].
func wordsBefore(msg []byte, end int) int {
	start := len(bytes.TrimRight(msg[:end], " :="))
	for start > 0 && (letter(msg[start-1]) || msg[start-1] == ' ') {
		start--
	}
	for start < end && msg[start] == ' ' {
		start++
	}
	return start
}
