package agent

import (
	"slices"
	"strings"
)

// The agent of a browser has a form that its maker keeps: it begins with Mozilla,
// names the platform in the first parentheses and says "(KHTML, like Gecko)".
// Automation that copies one adds its name where no browser has anything. Unknown
// products at the end prove nothing: any application that embeds a browser, and
// any small maker of one, puts its own there.

// reshaped reports an agent of a browser with an addition that no browser has, and
// the word that was added, if it is one.
func reshaped(t text) (bool, word) {
	if !t.engine || t.has("msie ") || t.has("trident/") { // of Explorer's platform every toolbar made a notice board
		return false, word{}
	}
	if w := t.words[0]; !t.mozilla && w.version != "" && t.has(" mozilla/5.0 (") && desktop(t) {
		return true, w
	}
	if !t.mozilla {
		return false, word{}
	}
	platform, rest, _ := strings.Cut(t.low, ")")
	_, platform, named := strings.Cut(platform, "(")
	if strings.Contains(t.low, "applewebkit/") && (!named || strings.HasPrefix(platform, "khtml")) {
		return true, word{}
	}
	if _, addition, ok := strings.Cut(rest, "(khtml, like gecko"); ok {
		addition, _, _ = strings.Cut(addition, ")")
		if addition = strings.Trim(addition, ",; "); addition != "" && !strings.Contains(addition, "safari") {
			return true, word{raw: addition}
		}
	}
	if w, ok := signed(t); ok {
		return true, w
	}
	addition := annotation(t, platform)
	return addition != "", word{raw: addition}
}

// desktop reports the platforms of computers. Makers of telephones put their
// model in front of everything.
func desktop(t text) bool {
	return t.has("windows nt") || t.has("macintosh;") || t.has("x11;")
}

// annotation returns what was added to the platform of Chrome on a Macintosh, which
// is the same on all of them. On Linux, television sets and headsets add their model.
func annotation(t text, platform string) string {
	fields := strings.Split(platform, "; ")
	if len(fields) < 3 || fields[0] != "macintosh" || !strings.HasPrefix(fields[1], "intel mac os x") || t.version("chrome") < 80 {
		return ""
	}
	return fields[2]
}

// signed returns the name of a site in the agent of a browser on a computer. On
// telephones carriers are called like that, and the applications tell them.
func signed(t text) (word, bool) {
	if !desktop(t) || t.has("[") {
		return word{}, false
	}
	for _, w := range t.words {
		if site(w.name) {
			return w, true
		}
	}
	return word{}, false
}

// Top-level domains by which a word is known for the name of a site.
var sites = []string{".com", ".org", ".io", ".co", ".fr", ".de", ".eu", ".uk", ".nl", ".it", ".es", ".pl", ".cz", ".ch", ".info", ".jp", ".cn", ".br", ".au", ".ai"}

// site reports the name of a site, where one can ask about the client. Names of
// applications read the other way round: com.example.app.
func site(name string) bool {
	if first, _, _ := strings.Cut(name, "."); slices.Contains(sites, "."+first) || first == "net" {
		return false
	}
	for _, tld := range sites {
		if host, ok := strings.CutSuffix(name, tld); ok && len(host) >= 3 && strings.Trim(host, "0123456789._") == host {
			return true
		}
	}
	return false
}
