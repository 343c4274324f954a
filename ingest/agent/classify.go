package agent

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"gumshoe/ingest"
)

//go:embed names.txt
var namesText string

// names tells what a product is; the file says how its lines are read.
var names = sync.OnceValue(func() map[string]named { return readNames(namesText) })

type named struct {
	kind   ingest.ClientKind
	attack bool // a tool that is only used to attack, not to survey
}

func readNames(text string) map[string]named {
	kinds := map[string]named{
		"[attack tools]": {ingest.ClientScanner, true}, "[surveys]": {ingest.ClientScanner, false}, "[libraries]": {kind: ingest.ClientLibrary},
		"[monitors]": {kind: ingest.ClientMonitor}, "[feed readers]": {kind: ingest.ClientFeed}, "[crawlers]": {kind: ingest.ClientCrawler},
		"[apps]": {kind: ingest.ClientApp}, "[browsers]": {kind: ingest.ClientBrowser},
	}
	m := make(map[string]named)
	var now named
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			k, ok := kinds[line]
			if !ok {
				panic(fmt.Sprintf("agent: names: unknown section %q", line))
			}
			now = k
			continue
		}
		for name := range strings.SplitSeq(line, ",") {
			m[strings.TrimSpace(name)] = now
		}
	}
	return m
}

// classify says what an agent is and what its product is called.
func classify(t text) ingest.Client {
	listed, name := lookup(t)
	if onPhone(t, name) {
		return ingest.Client{Kind: ingest.ClientApp, Name: product(t)}
	}
	if listed.kind == ingest.ClientLibrary && appFirst(t) {
		return ingest.Client{Kind: ingest.ClientApp, Name: product(t)}
	}
	if listed.kind.Bot() {
		return ingest.Client{Kind: listed.kind, Name: name}
	}
	if kind, name := declared(t); kind != ingest.ClientUnknown {
		return ingest.Client{Kind: kind, Name: name}
	}
	if listed.kind == ingest.ClientApp {
		return ingest.Client{Kind: listed.kind, Name: name}
	}
	if kind, name := general(t); kind != ingest.ClientUnknown {
		return ingest.Client{Kind: kind, Name: name}
	}
	switch {
	case listed.kind == ingest.ClientBrowser:
		return ingest.Client{Kind: listed.kind, Name: name}
	case t.engine:
		return ingest.Client{Kind: ingest.ClientBrowser, Name: browser(t)}
	}
	return ingest.Client{Kind: bare(t), Name: product(t)}
}

// onPhone reports an app that puts its own name before that of the library with
// which apps of telephones ask: "Shop/4.2 okhttp/4.12.0". The library alone says less.
func onPhone(t text, listed string) bool {
	switch strings.ToLower(listed) {
	case "okhttp", "ktor-client", "retrofit":
		own := t.words[0]
		kind, _ := declared(t)
		return kind == ingest.ClientUnknown && !t.mozilla && own.version != "" && names()[own.name].kind == ingest.ClientUnknown
	}
	return false
}

// appFirst reports a known app that goes on with what it was built with:
// "npm/10.8.1 node/v22.3.0 linux x64", "Apache-Maven/3.9.6 (Java 17.0.11; Linux 6.5)".
func appFirst(t text) bool {
	own := t.words[0]
	return own.version != "" && names()[own.name].kind == ingest.ClientApp
}

// lookup finds the most telling name of the list: any automation before an app,
// an app before a browser.
func lookup(t text) (best named, name string) {
	listed := names()
	for i, w := range t.words {
		if w.comment && w.version == "" && t.engine && !t.has("compatible;") {
			continue // the platform: makers of telephones choose any name
		}
		n, ok := listed[w.name]
		found := w
		if i+1 < len(t.words) {
			if two, ok2 := listed[w.name+" "+t.words[i+1].name]; ok2 {
				n, ok = two, true
				found.raw += " " + t.words[i+1].raw
			}
		}
		if ok && (best.kind == ingest.ClientUnknown || weight(n) > weight(best)) {
			best, name = n, found.raw
		}
	}
	return best, strings.Clone(name)
}

func weight(n named) int {
	switch {
	case n.attack:
		return 5
	case n.kind == ingest.ClientScanner:
		return 4
	case n.kind.Bot():
		return 3
	case n.kind == ingest.ClientApp:
		return 2
	}
	return 1
}

func attackTool(t text) bool {
	n, _ := lookup(t)
	return n.attack
}

type hint struct {
	part string
	kind ingest.ClientKind
}

// declares are parts of words by which automation calls itself that, in any
// agent.
var declares = []hint{
	{"crawl", ingest.ClientCrawler}, {"spider", ingest.ClientCrawler}, {"slurp", ingest.ClientCrawler}, {"scrap", ingest.ClientCrawler},
	{"headless", ingest.ClientLibrary}, {"phantomjs", ingest.ClientLibrary}, {"fetcher", ingest.ClientCrawler}, {"archiver", ingest.ClientCrawler},
	{"uptime", ingest.ClientMonitor}, {"pingdom", ingest.ClientMonitor}, {"healthcheck", ingest.ClientMonitor}, {"sitemon", ingest.ClientMonitor}, {"monitoring", ingest.ClientMonitor},
	{"feedfetch", ingest.ClientFeed}, {"webpreview", ingest.ClientCrawler}, {"linkpreview", ingest.ClientCrawler}, {"externalhit", ingest.ClientCrawler}, {"screenshot", ingest.ClientCrawler},
	{"pagespeed", ingest.ClientMonitor}, {"lighthouse", ingest.ClientMonitor}, {"validator", ingest.ClientCrawler}, {"linkcheck", ingest.ClientCrawler}, {"favicon", ingest.ClientCrawler},
	{"harvest", ingest.ClientCrawler}, {"extractor", ingest.ClientCrawler}, {"searchengine", ingest.ClientCrawler}, {"siteaudit", ingest.ClientCrawler}, {"plagiar", ingest.ClientCrawler}, {"webindex", ingest.ClientCrawler},
}

// hints are parts of words that mean automation: behind the engine of an agent
// that copies a browser, and anywhere in one that names no engine.
var hints = []hint{
	{"feed", ingest.ClientFeed}, {"rss", ingest.ClientFeed}, {"podcast", ingest.ClientFeed}, {"podcatcher", ingest.ClientFeed},
	{"monitor", ingest.ClientMonitor}, {"check", ingest.ClientMonitor}, {"probe", ingest.ClientMonitor},
	{"fetch", ingest.ClientCrawler}, {"preview", ingest.ClientCrawler}, {"archiv", ingest.ClientCrawler}, {"scan", ingest.ClientScanner},
	{"seo", ingest.ClientCrawler}, {"analyz", ingest.ClientCrawler}, {"audit", ingest.ClientCrawler}, {"backlink", ingest.ClientCrawler}, {"verif", ingest.ClientCrawler}, {"agent", ingest.ClientCrawler}, {"curl", ingest.ClientLibrary}, {"python", ingest.ClientLibrary},
}

// engineless are more such parts, which applications that embed a browser use too.
var engineless = []hint{
	{"reader", ingest.ClientFeed}, {"status", ingest.ClientMonitor}, {"watch", ingest.ClientMonitor}, {"search", ingest.ClientCrawler}, {"index", ingest.ClientCrawler}, {"download", ingest.ClientLibrary},
	{"http", ingest.ClientLibrary}, {"client", ingest.ClientLibrary}, {"library", ingest.ClientLibrary}, {"java", ingest.ClientLibrary}, {"perl", ingest.ClientLibrary}, {"ruby", ingest.ClientLibrary}, {"php", ingest.ClientLibrary},
}

// declared finds what an agent calls itself.
func declared(t text) (ingest.ClientKind, string) {
	for i, w := range t.words {
		if isBot(w.name) {
			return ingest.ClientCrawler, joined(t, i)
		}
		for _, d := range declares {
			if strings.Contains(w.name, d.part) {
				return d.kind, strings.Clone(w.raw)
			}
		}
	}
	return ingest.ClientUnknown, ""
}

// general applies the rules on the form of an agent.
func general(t text) (ingest.ClientKind, string) {
	if w, kind := hinted(tailWords(t), hints); kind != ingest.ClientUnknown {
		return kind, strings.Clone(w.raw)
	}
	if odd, w := reshaped(t); odd {
		if w.raw == "" {
			return ingest.ClientCrawler, product(t)
		}
		return ingest.ClientCrawler, strings.Clone(w.raw)
	}
	if contact(t) || t.mozilla && t.has("compatible;") && !compatible(t) && len(t.words) > 2 {
		return ingest.ClientCrawler, product(t)
	}
	if !t.engine {
		if w, kind := hinted(t.words, engineless); kind != ingest.ClientUnknown {
			return kind, strings.Clone(w.raw)
		}
	}
	return ingest.ClientUnknown, ""
}

// hinted returns the first word that holds one of the parts.
func hinted(words []word, parts []hint) (word, ingest.ClientKind) {
	for _, w := range words {
		for _, h := range parts {
			if strings.Contains(w.name, h.part) {
				return w, h.kind
			}
		}
	}
	return word{}, ingest.ClientUnknown
}

// isBot reports a word that ends in "bot" or holds it as a part: Googlebot,
// bot.html, web-bot, bot2. CUBOT makes telephones.
func isBot(name string) bool {
	for i := strings.Index(name, "bot"); i >= 0; {
		end := i + len("bot")
		after := end == len(name) || name[end] < 'a' || name[end] > 'z' || strings.HasPrefix(name[end:], "s.") || name[end:] == "s" || strings.HasPrefix(name[end:], "crawler")
		if after && !strings.HasPrefix(name, "cubot") {
			return true
		}
		next := strings.Index(name[end:], "bot")
		if next < 0 {
			break
		}
		i = end + next
	}
	return strings.HasPrefix(name, "robot")
}

// joined names a bot whose name is the plain word "bot": with the word before it.
func joined(t text, i int) string {
	if len(t.words[i].name) <= len("robot") && i > 0 && t.words[i-1].name != "compatible" {
		return t.words[i-1].raw + " " + t.words[i].raw
	}
	return strings.Clone(t.words[i].raw)
}

// tailWords are the words that may tell automation by a hint: all of an agent
// without an engine, in others those behind the platform and the engine.
func tailWords(t text) []word {
	if !t.engine {
		return t.words
	}
	for i := len(t.words) - 1; i >= 0; i-- {
		if t.words[i].comment {
			break
		}
		switch t.words[i].name {
		case "safari", "gecko", "firefox", "chrome", "mobile", "applewebkit", "msie", "trident", "version", "khtml", "like":
			return t.words[i+1:]
		}
	}
	return nil
}

// contact reports an address where its owner can be asked: real browsers carry none.
func contact(t text) bool {
	if t.has("bsalsa.com") { // a component in which Windows programs embed Internet Explorer
		return false
	}
	return t.has("http://") || t.has("https://") || t.has("+http") || t.has("www.") || mailAddress(t.low)
}

// mailAddress reports whether a name with a dot follows an "@"; a number there is
// a version ("ios@11.1").
func mailAddress(low string) bool {
	_, host, ok := strings.Cut(low, "@")
	return ok && strings.Contains(host, ".") && (host[0] < '0' || host[0] > '9')
}

// compatible reports browsers that call themselves compatible.
func compatible(t text) bool {
	return t.has("msie ") || t.has("konqueror") || t.has("opera") || t.has("googletv") || t.has("ibrowse") || t.has("netfront") || t.has("dillo") || t.has("elinks") || t.has("lynx") || t.has("icab") || t.has("omniweb")
}

// bare judges an agent that names neither an engine nor anything known.
func bare(t text) ingest.ClientKind {
	switch {
	case t.mozilla && len(t.words) <= 2: // "Mozilla/4.0 (compatible;)": what filtering proxies leave of a browser
		return ingest.ClientUnknown
	case t.has("cfnetwork") || t.has("darwin/") || t.has("android") || t.has("iphone") || t.has("ipad") || t.has("; ios"):
		return ingest.ClientApp
	case t.mozilla && len(t.words) > 1 && (t.has("windows") || t.has("linux") || t.has("mac os") || t.has("x11")):
		return ingest.ClientBrowser // cut short, or of an unknown make
	}
	return ingest.ClientLibrary
}

// product names what is not a browser: the first word that is no mere form.
func product(t text) string {
	for _, w := range t.words {
		switch w.name {
		case "mozilla", "compatible", "http", "https", "www", "like", "khtml", "gecko", "applewebkit", "u", "x11", "linux", "windows", "macintosh", "intel", "mac", "os", "x", "nt", "x86_64", "i686":
			continue
		}
		if major(w.name) == 0 || len(w.name) > 4 {
			return strings.Clone(w.raw)
		}
	}
	if len(t.words) > 0 {
		return strings.Clone(t.words[0].raw)
	}
	return ""
}
