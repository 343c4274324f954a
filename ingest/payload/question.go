package payload

import (
	"bytes"
	"slices"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// People ask about what attackers use: "what is /etc/hosts", "rm -rf explained",
// "nginx.conf example". Such a value is only words; what is meant to run has the
// punctuation of its language, and nothing in front.

// Words that begin a question, that stand second in a topic, and that end one.
var (
	asking    = wordSet("what what's whats how why where when which who explain understanding difference")
	about     = wordSet("command example explained meaning tutorial documentation vs")
	operators = wordSet("or and xor union select having like order group between not is")
	topics    = wordSet("example examples explained explanation meaning tutorial command commands documentation docs syntax vs linux unix windows ubuntu debian python java javascript php bash location default settings redirect error tag tags element manual working permission permissions format parameters arguments options directory folder sql mysql postgres postgresql sqlite oracle js css html vue react angular nodejs typescript golang rust ruby perl powershell docker kubernetes nginx apache wordpress laravel django")
)

// question reports whether a value in plain form asks about something.
func question(plain []byte) bool {
	if bytes.IndexByte(plain, '%') >= 0 {
		plain = bytes.ReplaceAll(plain, []byte(" % "), []byte(" ")) // the sign itself
	}
	if bytes.IndexByte(plain, '<') >= 0 {
		plain = bareTag().ReplaceAll(plain, []byte("$1"))
	}
	if bytes.ContainsAny(plain, "'\"`;|&$<>(){}[]=*\\%#\n\r") || bytes.Contains(plain, []byte("--")) {
		return false
	}
	words := strings.Fields(string(plain))
	if n := len(words) - 1; n > 1 && strings.Trim(words[n], ".0123456789") == "" && topics[words[n-1]] {
		words = words[:n] // "vue 3", "python 3.12"
	}
	if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, "../") && strings.Trim(w, "./") != "" }) {
		return false
	}
	if len(words) < 2 || words[0][0] != '.' && words[0][0] != '/' && (words[0][0] < 'a' || words[0][0] > 'z') {
		return false // a number: the rest may go on in SQL
	}
	return len(words) > 2 && asking[words[0]] || topics[words[len(words)-1]] && (letters(words[1:]) || !bytes.ContainsRune(plain, '/')) || about[words[1]] && letters(words[2:]) ||
		fileName(words[0]) && letters(words[1:]) && !slices.ContainsFunc(words[1:], func(w string) bool { return operators[w] })
}

// fileName reports "boot.ini" and "id_rsa", but no path.
func fileName(s string) bool {
	return strings.ContainsAny(s, "._") && !strings.Contains(s, "/")
}

// bareTag finds the name of an element as people write it, without the values of attributes.
var bareTag = lazyregexp.New(`</?([a-z][a-z0-9]{0,10})(?: [a-z]{1,12})?>`)

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
