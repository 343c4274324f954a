package format

import "bytes"

// quotedName finds the text of an account's name in quotes, which may hold
// whatever the client likes:
//
//	user "mallory from 203.0.113.9" failed login peer=192.0.2.1
//	      ^^^^^^^^^^^^^^^^^^^^^^^^
//
// A client whose daemon does not escape may write quotes of its own, so that
// what the daemon says stands in quotes and the client's words do not. The quotes
// are therefore believed only where the message has no others: then both are the
// daemon's. Elsewhere the answer is 0, 0.
func quotedName(msg []byte) (from, to int) {
	for i := 0; i < len(msg); i++ {
		switch c := msg[i]; {
		case c == '\\':
			i++ // an escaped quote is none
		case c != '"' && c != '\'' && c != '`':
		case from == 0:
			if !namesAccount(msg[:i]) {
				return 0, 0
			}
			from = i + 1
		case to == 0:
			if shut := closer(msg[from-1]); c == shut {
				to = i
			}
		default:
			return 0, 0
		}
	}
	if to == 0 || to+1 < len(msg) && bytes.IndexByte([]byte(" ,;:.)]"), msg[to+1]) < 0 {
		return 0, 0
	}
	return from, to
}

// namesAccount reports whether a text ends with the name of an account's field:
// "user ", "username=", "for ".
func namesAccount(text []byte) bool {
	end := len(bytes.TrimRight(text, " :="))
	start := end
	for start > 0 && isKey(text[start-1]) {
		start--
	}
	var space [maxName]byte
	word := fold(space[:0], text[start:end])
	return end < len(text) && (string(word) == "for" || meaningOf[string(word)].meaning == meansUser)
}
