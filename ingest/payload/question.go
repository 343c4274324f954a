package payload

import (
	"bytes"
	"strings"
)

// People ask about what attackers use: "what is /etc/hosts", "rm -rf explained",
// "nginx.conf example". Such a value is only words; what is meant to run has the
// punctuation of its language, and nothing in front.

// Words that begin a question, that stand second in a topic, and that end one.
var (
	asking = wordSet("what what's whats how why where when which who explain understanding difference")
	about  = wordSet("command example explained meaning tutorial documentation vs")
	topics = wordSet("example examples explained explanation meaning tutorial command commands documentation docs syntax vs linux unix windows ubuntu debian python java javascript php bash location default settings redirect error tag manual working")
)

// question reports whether a value in plain form asks about something.
func question(plain []byte) bool {
	if bytes.ContainsAny(plain, "'\"`;|&$<>(){}[]=*\\%#\n\r") || bytes.Contains(plain, []byte("--")) || bytes.Contains(plain, []byte("../")) {
		return false
	}
	words := strings.Fields(string(plain))
	if len(words) < 2 || words[0][0] != '.' && (words[0][0] < 'a' || words[0][0] > 'z') {
		return false // a number: the rest may go on in SQL
	}
	return len(words) > 2 && asking[words[0]] || topics[words[len(words)-1]] && !bytes.ContainsRune(plain, '/') || about[words[1]] && letters(words[2:])
}

// letters reports whether all words are of letters alone.
func letters(words []string) bool {
	for _, w := range words {
		if !word([]byte(w)) {
			return false
		}
	}
	return true
}

// graphQuery reports whether a text is a query for GraphQL, whose fields stand in
// braces as commands may: "{ node { id } }".
func graphQuery(text string) bool {
	text = strings.TrimSpace(text)
	return strings.Count(text, "{") >= 2 && strings.Count(text, "{") == strings.Count(text, "}") && !strings.ContainsAny(text, ";|`&\\<>") &&
		(strings.HasPrefix(text, "{") || strings.HasPrefix(text, "query") || strings.HasPrefix(text, "mutation") || strings.HasPrefix(text, "fragment"))
}
