package agent

import "strings"

// text is an agent taken apart.
type text struct {
	raw     string // as sent
	low     string // in lower case
	words   []word
	mozilla bool // begins as browsers do
	engine  bool // names the engine of a browser
}

// word is a product or another token, in lower case.
type word struct {
	name    string // letters, digits, ".", "_", "-"
	version string // what follows "/", "" for none
	raw     string // name as sent
	comment bool   // inside the first parentheses: the platform
}

// engines are what only browsers, and those who copy them, name.
var engines = []string{"applewebkit/", "gecko/", "trident/", "msie ", "presto/", "khtml/", "goanna/", "konqueror", "netfront", "opera", "servo/", "icab", "omniweb", "netscape",
	"midp-", "cldc-", "semc-browser", "up.browser", "obigo", "wap browser"}

// split takes an agent apart and adds its words to words.
func split(agent string, words []word) text {
	t := text{raw: agent, low: strings.ToLower(agent), words: words}
	t.mozilla = strings.HasPrefix(t.low, "mozilla/")
	for _, e := range engines {
		t.engine = t.engine || strings.Contains(t.low, e)
	}
	depth, groups := 0, 0
	for i := 0; i < len(t.low); {
		c := t.low[i]
		if !wordByte(c) {
			switch c {
			case '(':
				if depth == 0 {
					groups++
				}
				depth++
			case ')':
				depth = max(0, depth-1)
			}
			i++
			continue
		}
		j := i
		for j < len(t.low) && wordByte(t.low[j]) {
			j++
		}
		w := word{name: strings.Trim(t.low[i:j], ".-"), comment: depth > 0 && groups == 1}
		if len(agent) == len(t.low) {
			w.raw = strings.Trim(agent[i:j], ".-")
		}
		if j < len(t.low) && t.low[j] == '/' && j+1 < len(t.low) && wordByte(t.low[j+1]) {
			k := j + 1
			for k < len(t.low) && wordByte(t.low[k]) {
				k++
			}
			if isVersion(t.low[j+1 : k]) {
				w.version = t.low[j+1 : k]
				j = k
			}
		}
		if w.name != "" {
			t.words = append(t.words, w)
		}
		i = j
	}
	return t
}

func wordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-' || c >= 0x80
}

func isVersion(s string) bool {
	s = strings.TrimPrefix(s, "v")
	return s != "" && '0' <= s[0] && s[0] <= '9'
}

// version returns the major version of a product, 0 if it is not named.
func (t text) version(product string) int {
	for _, w := range t.words {
		if w.name == product {
			if n := major(w.version); n != 0 {
				return n
			}
		}
	}
	return 0
}

func major(s string) int {
	n := 0
	for i := 0; i < len(s) && i < 4 && '0' <= s[i] && s[i] <= '9'; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func (t text) has(s string) bool { return strings.Contains(t.low, s) }
