package rule

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// Sighting is one event of a case, taken apart by who could read its line.
type Sighting struct {
	Line    string // "" of a request of which only the path is known
	Program string // of its envelope
	Addr    netip.Addr
	Service string

	Web    bool
	Method string
	Target string // path with query, as logged
	Agent  string
	Status int
	Failed bool // a login that was refused
	Used   bool // somebody was once answered well on the path
}

// Case is what is exported of one.
type Case struct {
	ID       string
	Headline string
	Lines    []Sighting
}

// ErrNothing says that a case shows nothing by which such a rule could know it.
var ErrNothing = errors.New("its evidence shows nothing that such a rule could look for and spare everybody else")

// Bounds of an export.
const (
	mostPaths  = 40
	mostShapes = 8
	longest    = 200 // bytes of a path or an agent
)

// traits are what web servers can look for.
type traits struct {
	paths    []string // asked for by the case, and never answered well
	forms    []string // to which passwords were posted that were refused
	agents   []string // named only where nothing else tells the requests
	payloads []payload
	of       int // requests that were looked at
	caught   int // of which these traits tell so many
}

// payload is a kind of hostile content, by a pattern that RE2, PCRE and Python read
// alike, case folded. It has none of the characters that mean something to
// fail2ban, nginx or Apache.
type payload struct {
	what    string
	pattern string
	re      func() *regexp.Regexp
}

var payloads = compiled([]payload{
	{what: "path traversal", pattern: `(?:\.|\x252e){2}(?:/|\x5c|\x252f|\x255c)`},
	{what: "files of the system", pattern: `(?:/|\x252f)etc(?:/|\x252f)(?:passwd|shadow)|(?:/|\x252f)proc(?:/|\x252f)self`},
	{what: "SQL", pattern: `union(?:[+/* ]|\x2520|\x252f|\x252a|\x250a|\x2509)+(?:all(?:[+ ]|\x2520)+)?select|(?:'|\x2527)(?:[+ ]|\x2520)*(?:or|and)(?:[+ ]|\x2520)+[^& ]*(?:=|\x253d)|(?:sleep|benchmark|extractvalue|pg_sleep)(?:\x28|\x2528)|information_schema`},
	{what: "JNDI", pattern: `(?:\x24|\x2524)(?:\x7b|\x257b)(?:jndi|lower|upper|env)(?::|\x253a)`},
	{what: "script", pattern: `(?:\x3c|\x253c)(?:script|svg|img)`},
	{what: "commands", pattern: `(?:\x3b|\x253b|\x7c|\x257c|\x60|\x2560)(?:[+ ]|\x2520)*(?:cat|wget|curl|id|uname|sh|bash|ping)\b`},
	{what: "PHP", pattern: `php(?::|\x253a)//|allow_url_include|auto_prepend_file`},
})

func compiled(list []payload) []payload {
	for i := range list {
		list[i].re = lazyregexp.New("(?i)" + list[i].pattern)
	}
	return list
}

// everybody asks for these, answered or not: browsers, crawlers, phones.
var everybody = lazyregexp.New(`^/(?:$|index\.|favicon|apple-touch-icon|robots\.txt$|sitemap|ads\.txt$|browserconfig\.xml$|manifest\.|\.well-known/)`)

// traitsOf finds what tells a case's requests from others.
func traitsOf(lines []Sighting) (t traits) {
	answered := map[string]bool{} // somebody may have a use for the path
	for _, s := range lines {
		if s.Web && (s.Status < 400 || s.Used) {
			answered[pathOf(s.Target)] = true
		}
	}
	var rest []Sighting
	for _, s := range lines {
		if !s.Web {
			continue
		}
		t.of++
		path := pathOf(s.Target)
		hostile := slices.IndexFunc(payloads, func(p payload) bool { return p.re().MatchString(s.Target) })
		switch {
		case hostile >= 0:
			if !slices.ContainsFunc(t.payloads, func(p payload) bool { return p.what == payloads[hostile].what }) {
				t.payloads = append(t.payloads, payloads[hostile])
			}
		case s.Failed && s.Method == "POST" && path != "":
			t.forms = few(t.forms, path)
		case s.Status >= 400 && !answered[path] && !everybody().MatchString(path) && path != "":
			t.paths = few(t.paths, path)
		default:
			rest = append(rest, s)
		}
	}
	if 2*len(rest) > t.of {
		for _, s := range rest {
			if s.Agent != "" && s.Agent != "-" && !strings.HasPrefix(s.Agent, "Mozilla/") && len(s.Agent) <= longest {
				t.agents = few(t.agents, s.Agent)
			}
		}
	}
	for _, s := range lines {
		if s.Web && t.tells(&s) {
			t.caught++
		}
	}
	return t
}

// few adds what is new while there is room.
func few(list []string, s string) []string {
	if len(list) >= mostPaths || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// pathOf is the path of a target; "" for what is too long or no path.
func pathOf(target string) string {
	path, _, _ := strings.Cut(target, "?")
	if !strings.HasPrefix(path, "/") || len(path) > longest || strings.ContainsAny(path, "\" ") {
		return ""
	}
	return path
}

func (t *traits) tells(s *Sighting) bool {
	path := pathOf(s.Target)
	return slices.Contains(t.paths, path) || s.Method == "POST" && slices.Contains(t.forms, path) || slices.Contains(t.agents, s.Agent) ||
		slices.ContainsFunc(t.payloads, func(p payload) bool { return p.re().MatchString(s.Target) })
}

// about tells a reader of the export what it is.
func (c *Case) about(caught, of int) string {
	return fmt.Sprintf("case %s: %s (tells %d of %d of its events that are kept)", c.ID, c.Headline, caught, of)
}
