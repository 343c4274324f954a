package archive

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// TestSpell shows names of logs in names of files. No two logs share one.
func TestSpell(t *testing.T) {
	hash := regexp.MustCompile(`~[0-9a-f]{8}$`)
	for log, want := range map[string]string{
		"/var/log/auth.log":           "var_log_auth.log",
		"/var/log/nginx/access.log":   "var_log_nginx_access.log",
		"/var/log_nginx/access.log":   "var_log.nginx_access.log~",
		"journal":                     "journal~",
		"/day":                        "day~",
		"day":                         "day~",
		"/../../etc/passwd":           "_.._etc_passwd~",
		"/srv/log/an nginx's \x1b[m":  "srv_log_an.nginx.s...m~",
		"/" + strings.Repeat("a", 99): strings.Repeat("a", 48) + "~",
	} {
		got := spell(log)
		if hash.ReplaceAllString(got, "~") != want {
			t.Errorf("%q: %q, want %q and a hash", log, got, want)
		}
		if err := checkDataPath(dataDir(KindTouch, aDay, hour)+"/"+dataName(got, nil), KindTouch, aDay, hour); err != nil {
			t.Errorf("%q: %v", log, err)
		}
	}
}

func FuzzSpell(f *testing.F) {
	f.Add("/var/log/auth.log", "/var_log/auth.log")
	f.Add("day", "/day")
	f.Add("/.a", "/a")
	f.Fuzz(func(t *testing.T, a, b string) {
		if a != b && spell(a) == spell(b) {
			t.Errorf("%q and %q share the spelling %q", a, b, spell(a))
		}
		if s := spell(a); s == dayOwner || checkDataPath(dataDir(KindTouch, aDay, day)+"/"+dataName(s, nil), KindTouch, aDay, day) != nil {
			t.Errorf("%q is spelled %q", a, s)
		}
	})
}

func TestAddr(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1":         "192.0.2.1",
		"::ffff:192.0.2.1":  "192.0.2.1",
		"2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"fe80::1%eth0":      "fe80::/64",
	} {
		if got := AddrOf(netip.MustParseAddr(in)).String(); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := (Addr{}).String(); got != "" {
		t.Errorf("no address: %q", got)
	}
}

// TestPinned fails when a value that stands in files for ever changes its meaning:
// bits and names may be added, never moved.
func TestPinned(t *testing.T) {
	for want, got := range map[string]uint64{
		"client browser": uint64(ingest.ClientBrowser) - 1, "client crawler": uint64(ingest.ClientCrawler) - 2, "client feed": uint64(ingest.ClientFeed) - 3,
		"client monitor": uint64(ingest.ClientMonitor) - 4, "client library": uint64(ingest.ClientLibrary) - 5, "client scanner": uint64(ingest.ClientScanner) - 6,
		"client app": uint64(ingest.ClientApp) - 7, "client empty": uint64(ingest.ClientEmpty) - 8,
		"path static": uint64(ingest.PathStatic) - 1, "path neutral": uint64(ingest.PathNeutral) - 2, "path vocabulary": uint64(ingest.PathVocabulary) - 4,
		"path sensitive": uint64(ingest.PathSensitive) - 8, "path feed": uint64(ingest.PathFeed) - 16, "path login": uint64(ingest.PathLogin) - 32, "path query": uint64(ingest.PathQuery) - 64,
		"stage marker": uint64(ingest.StageMarker) - 1, "stage syntax": uint64(ingest.StageSyntax) - 2, "stage logic": uint64(ingest.StageLogic) - 3,
		"stage extract": uint64(ingest.StageExtract) - 4, "stage execute": uint64(ingest.StageExecute) - 5,
	} {
		if got != 0 {
			t.Errorf("%s has another value than in the files", want)
		}
	}
	for _, name := range []string{"other", "auth_failure", "invalid_user", "auth_success", "http_request", "probe", "relay_denied", "user_unknown", "reject", "abuse", "ban", "connect", "disconnect", "session"} {
		if _, ok := ingest.ParseKind(name); !ok {
			t.Errorf("kind %q has another name than in the files", name)
		}
	}
	for _, name := range []string{"sqli", "xss", "lfi", "rfi", "rce", "ssti", "ssrf", "jndi", "php", "java", "nosql", "xxe", "crlf", "ldap", "scanner", "webshell", "protocol", "llm-injection"} {
		if ParseClass(name).String() != name {
			t.Errorf("class %q has another name than in the files", name)
		}
	}
	if c := ParseClass("sqli,unheard-of,rce"); c != ingest.ClassSQLi|ingest.ClassRCE || ParseClass("") != 0 {
		t.Errorf("class %v", c)
	}
	for _, name := range []string{"browser", "crawler", "feed reader", "monitor", "library", "scanner", "app", "empty"} {
		if k := ParseClient(name); k == ingest.ClientUnknown || k.String() != name {
			t.Errorf("client %q has another name than in the files", name)
		}
	}
}
