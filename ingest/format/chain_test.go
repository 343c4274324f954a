package format

import (
	"fmt"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// counted counts how often a parser is asked.
type counted struct {
	lineParser
	asked *int
}

func (p *counted) Parse(line []byte, ev *ingest.Event) ingest.Result {
	*p.asked++
	return p.lineParser.Parse(line, ev)
}

// watch counts the questions to all parsers but the primary.
func watch(c *chain) *int {
	asked := new(int)
	for i, p := range c.table() {
		if p != c.primary {
			c.all[i] = &counted{p, asked}
		}
	}
	return asked
}

// Lines of several formats, one happening each.
var dialects = map[string]string{
	"combined": `192.0.2.%d - - [20/Nov/2026:10:00:00 +0000] "GET /wp-login.php HTTP/1.1" 404 153 "-" "curl/8.5.0"`,
	"json":     `{"level":"info","ts":1795168800.5,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.%d","proto":"HTTP/2.0","method":"GET","host":"www.example.org","uri":"/wp-login.php"},"size":153,"status":404}`,
	"rfc3164":  "Nov 20 10:00:00 web1 sshd[1]: Failed password for root from 192.0.2.%d port 40022 ssh2",
	"rfc5424":  "<38>1 2026-11-20T10:00:00.123456+00:00 web1 sshd 1 - - Failed password for root from 192.0.2.%d port 40022 ssh2",
	"iso":      "2026-11-20T10:00:00.123456+00:00 web1 sshd[1]: Failed password for root from 192.0.2.%d port 40022 ssh2",
	"nginx":    `2026/11/20 10:00:00 [error] 29#29: *1 open() "/srv/www/a" failed (2: No such file or directory), client: 192.0.2.%d, server: _, request: "GET /a HTTP/1.1", host: "www.example.org"`,
	"haproxy":  `192.0.2.%d:58430 [20/Nov/2026:10:00:00.608] main app/web1 0/0/1/3/4 401 248 - - ---- 1/1/0/0/0 0/0 "GET /admin HTTP/1.1"`,
}

func speech(dialect string, lines int) (out []string) {
	for i := range lines {
		out = append(out, fmt.Sprintf(dialects[dialect], i%250+1))
	}
	return out
}

// The lines of a detected file are shown to its own format alone, however many
// others there are.
func TestOwnLinesAskNobodyElse(t *testing.T) {
	for dialect := range dialects {
		lines := speech(dialect, 300)
		p := Detect("", []byte(strings.Join(lines, "\n")+"\n")).NewParser(surroundings).(*chain)
		asked := watch(p)
		var ev ingest.Event
		for _, l := range lines {
			if p.Parse([]byte(l), &ev) != ingest.Parsed {
				t.Fatalf("%s: no event: %s\n%s", dialect, p.Reason(), l)
			}
		}
		if *asked != 0 {
			t.Errorf("%s: other formats were asked %d times about 300 lines", dialect, *asked)
		}
	}
}

// A daemon is configured anew, and its log goes on in another format: every line
// behind the change is read, and after a few only by the new format.
func TestFormatChangesWithinFile(t *testing.T) {
	for _, c := range [][2]string{
		{"combined", "json"}, {"json", "combined"}, {"rfc3164", "rfc5424"}, {"rfc5424", "rfc3164"}, {"rfc3164", "iso"},
		{"combined", "nginx"}, {"combined", "haproxy"}, {"combined", "rfc3164"}, {"rfc3164", "json"},
	} {
		before, after := speech(c[0], 5000), speech(c[1], 500) // detection never sees what comes after
		p := Detect("", []byte(strings.Join(before, "\n")+"\n")).NewParser(surroundings).(*chain)
		var ev ingest.Event
		for _, l := range before {
			p.Parse([]byte(l), &ev)
		}
		for i, l := range after {
			if p.Parse([]byte(l), &ev) != ingest.Parsed || ev.Src.String() != fmt.Sprintf("192.0.2.%d", i%250+1) {
				t.Fatalf("%v: line %d behind the change: %+v, %s", c, i+1, told(&ev), p.Reason())
			}
		}
		asked := watch(p)
		for _, l := range after {
			p.Parse([]byte(l), &ev)
		}
		if *asked != 0 {
			t.Errorf("%v: other formats are still asked, %d times about 500 lines", c, *asked)
		}
	}
}

// A few lines of another program in between change nothing.
func TestOddLinesDoNotChangeTheFormat(t *testing.T) {
	p := Detect("", []byte(strings.Join(speech("combined", 100), "\n")+"\n")).NewParser(surroundings).(*chain)
	own := p.primary
	var ev ingest.Event
	for range 50 {
		for _, l := range append(speech("nginx", settled-1), speech("combined", 1)...) {
			if p.Parse([]byte(l), &ev) != ingest.Parsed {
				t.Fatalf("no event: %s", l)
			}
		}
	}
	if p.primary != own {
		t.Error("odd lines became the file's format")
	}
}
