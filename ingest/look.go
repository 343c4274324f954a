package ingest

import "strings"

// Class is a set of kinds of hostile content found in a request.
type Class uint32

// The classes, as written by `parse` (lower case) and used in cases.
const (
	ClassSQLi     Class = 1 << iota
	ClassXSS            // cross-site scripting
	ClassLFI            // local file inclusion and path traversal
	ClassRFI            // remote file inclusion
	ClassRCE            // operating system command injection
	ClassSSTI           // server-side template injection
	ClassSSRF           // server-side request forgery
	ClassJNDI           // Log4Shell and its kin
	ClassPHP            // PHP code and wrappers
	ClassJava           // Java class loading, OGNL, Struts, deserialization
	ClassNoSQL          // NoSQL operators
	ClassXXE            // XML external entities
	ClassCRLF           // header injection, response splitting, smuggling
	ClassLDAP           // LDAP filter injection
	ClassScanner        // a request or agent that only a vulnerability scanner sends
	ClassWebshell       // a request for a known web shell
	ClassProtocol       // not HTTP, or HTTP that no client sends (TLS bytes, raw sockets, CONNECT to elsewhere)
	ClassLLM            // text addressed to a language model
	classEnd
)

var classNames = []string{"sqli", "xss", "lfi", "rfi", "rce", "ssti", "ssrf", "jndi", "php", "java", "nosql", "xxe", "crlf", "ldap", "scanner", "webshell", "protocol", "llm-injection"}

// Names lists the classes of the set.
func (c Class) Names() []string { return c.among(classNames) }

// classTitles are the names that people have for the classes.
var classTitles = []string{"SQL injection", "cross-site scripting", "file inclusion and path traversal", "remote file inclusion", "command injection", "template injection",
	"server-side request forgery", "Log4Shell", "PHP code injection", "Java code injection", "NoSQL injection", "XML entity injection", "header injection", "LDAP injection",
	"scanner probes", "web shell requests", "protocol abuse", "text addressed to a language model"}

// Titles lists the classes of the set in words.
func (c Class) Titles() []string { return c.among(classTitles) }

// among picks the words of the classes in the set.
func (c Class) among(words []string) (out []string) {
	for i, word := range words {
		if c&(1<<i) != 0 {
			out = append(out, word)
		}
	}
	return out
}

func (c Class) String() string { return strings.Join(c.Names(), ",") }

// Stage orders payloads by how far an attacker has got (DETECTION D3).
type Stage uint8

// The stages of an injection.
const (
	StageNone    Stage = iota
	StageMarker        // 1: a scanner's marker, a harmless canary
	StageSyntax        // 2: a quote, a bracket: does the input break the syntax?
	StageLogic         // 3: boolean, time based, reflected
	StageExtract       // 4: UNION SELECT, file read, template evaluation
	StageExecute       // 5: command execution, download
)

// PathFlags describe a request target.
type PathFlags uint16

// What a path is.
const (
	PathStatic     PathFlags = 1 << iota // image, script, style sheet, font
	PathNeutral                          // "/", robots.txt, favicon.ico, sitemaps, apple-touch icons, .well-known: proves nothing
	PathVocabulary                       // in the compiled-in vocabulary of admin, CMS, configuration and backup paths that scanners ask for
	PathSensitive                        // should never be served: .env, .git, backups, keys, database dumps
	PathFeed                             // RSS, Atom
	PathLogin                            // a login or registration form that is POSTed to
	PathQuery                            // the target has a query string
)

// Request is what an Enricher made of a request's target, method and headers.
type Request struct {
	Template uint64 // keyed hash of the path template (digits -> N, hashes -> H), of the path alone
	Text     string // the template itself; shared, may be kept
	Flags    PathFlags
	Document uint8 // kind of the document, 1 to Documents, by a keyed hash of the target; 0: what a page is made of
	Class    Class
	Stage    Stage
	Wait     uint8  // seconds that the payload asks the server to wait; 0: none
	Reads    bool   // the payload asks for the file of accounts, /etc/passwd
	Shape    uint64 // keyed hash of the payload with its literals folded: equal shapes are one payload
	Param    string // parameter that carried the payload, "" for the path itself; shared, may be kept
}

// Documents is how many kinds of document there are: as many as a word has bits.
const Documents = 64

// ClientKind says what a user agent claims or turns out to be.
type ClientKind uint8

// The kinds of user agent.
const (
	ClientUnknown ClientKind = iota
	ClientBrowser
	ClientCrawler // declares itself: search engines, archives, AI crawlers, link previews
	ClientFeed    // feed readers and podcast clients
	ClientMonitor // uptime and health checks
	ClientLibrary // python-requests, curl, Go-http-client: automation without a name
	ClientScanner // sqlmap, nuclei, zgrab, masscan: attack and survey tools
	ClientApp     // an application's own client: package managers, DAV clients, mobile apps
	ClientEmpty   // no user agent
)

var clientNames = []string{"unknown", "browser", "crawler", "feed reader", "monitor", "library", "scanner", "app", "empty"}

func (k ClientKind) String() string { return clientNames[k] }

// Bot reports whether the kind is an automated client.
func (k ClientKind) Bot() bool {
	switch k {
	case ClientCrawler, ClientFeed, ClientMonitor, ClientLibrary, ClientScanner:
		return true
	}
	return false
}

// Client is what an Enricher made of a user agent.
type Client struct {
	ID    uint64 // keyed hash of the agent, verbatim
	Kind  ClientKind
	Name  string // product, "python-requests"; shared, may be kept
	Odd   bool   // an impossible or long-dead browser
	Claim string // search engine whose name it carries: "google", "bing", ...; "" for none
}
