package format

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gumshoe/ingest"
)

// turnstile is a daemon that nobody has heard of.
var turnstile = User{
	Name: "turnstile", Service: "gate", Time: "02.01.2006 15:04:05",
	Lines: []UserLine{
		{Grok: `%{DATE_EU}`, Kind: "other"},
		{Grok: `%{DATA:@timestamp} refused %{DATA:user.name} at %{IP:source.ip}`, Kind: "auth_failure"},
		{Pattern: `(?P<timestamp>\S+ \S+) (?P<event_outcome>\w+): user=(?P<user_name>.*) ip=(?P<source_ip>\S+)(?: port=\d+)?`, Kind: "auth"},
		{Grok: `%{DATA:timestamp} asked %{WORD:http.request.method} %{NOTSPACE:url.original} %{INT:http.response.status_code:int} %{IPORHOST:[source][ip]}`, Kind: "http_request"},
	},
}

func compiled(t testing.TB, u User) ingest.Format {
	t.Helper()
	f, err := NewUser(u)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestUserFormat(t *testing.T) {
	p := compiled(t, turnstile).NewParser(ingest.Context{Location: time.FixedZone("", 3600)})
	for _, c := range []struct{ line, kind, src, user, stamp string }{
		{"20.11.2026 10:00:00 refused anna at 192.0.2.7", "auth_failure", "192.0.2.7", "anna", "2026-11-20T09:00:00Z"},
		{"20.11.2026 10:00:00 refused anna at [2001:db8::7]", "auth_failure", "2001:db8::7", "anna", "2026-11-20T09:00:00Z"},
		{"20.11.2026 10:00:00 refused anna at ::ffff:192.0.2.7", "auth_failure", "192.0.2.7", "anna", "2026-11-20T09:00:00Z"},
		{"20.11.2026 10:00:00 OK: user=anna ip=192.0.2.7 port=99", "auth_success", "192.0.2.7", "anna", "2026-11-20T09:00:00Z"},
		{"20.11.2026 10:00:00 Denied: user=anna ip=192.0.2.7", "auth_failure", "192.0.2.7", "anna", "2026-11-20T09:00:00Z"},
		{"20.11.2026 10:00:00 asked GET /x?y=1 404 192.0.2.7", "http_request", "192.0.2.7", "", "2026-11-20T09:00:00Z"},
		{"20.11.2026", "other", "", "", ""},
		// A pattern is of the whole line.
		{"20.11.2026 10:00:00 refused anna at 192.0.2.7 and more", "", "", "", ""},
		{"20.11.2026 10:00:00 Perhaps: user=anna ip=192.0.2.7", "", "", "", ""},
		{"20.11.2026 10:00:00 asked GET /x 999 192.0.2.7", "", "", "", ""},
		{"", "", "", "", ""},
		{"\xff\x00", "", "", "", ""},
		// Stamps that are none leave the line in the time of its neighbours.
		{"31.02.2026 10:00:00 refused anna at 192.0.2.7", "auth_failure", "192.0.2.7", "anna", ""},
	} {
		var ev ingest.Event
		if p.Parse([]byte(c.line), &ev) != ingest.Parsed {
			if c.kind != "" || p.(ingest.Explainer).Reason() == "" {
				t.Errorf("%q: no event: %s", c.line, p.(ingest.Explainer).Reason())
			}
			continue
		}
		got := told(&ev)
		if got.Kind != c.kind || got.Src != c.src || got.User != c.user || got.Time != c.stamp || got.Service != "gate" {
			t.Errorf("%q: %+v", c.line, got)
		}
	}
}

// Text that a client chose may look like the rest of the line. Where a pattern
// fits in two ways, the event has no source; nobody is framed.
func TestUserFormatFramesNobody(t *testing.T) {
	for name, lines := range map[string][]UserLine{
		"lazy":     {{Pattern: `failed (?P<user_name>.*?) from (?P<source_ip>\S+)(?: .*)?`, Kind: "auth_failure"}},
		"greedy":   {{Pattern: `failed (?P<user_name>.*) from (?P<source_ip>\S+)(?: .*)?`, Kind: "auth_failure"}},
		"grok":     {{Grok: `failed %{DATA:user.name} from %{IP:source.ip}%{GREEDYDATA}`, Kind: "auth_failure"}},
		"two ways": {{Grok: `failed %{DATA:user.name} from %{IP:source.ip}(?: port \d+)?%{DATA}`, Kind: "auth_failure"}, {Pattern: `.*from (?P<source_ip>\S+)`, Kind: "probe"}},
		"or":       {{Pattern: `failed (?:(?P<user_name>.*) from (?P<source_ip>\S+)|.* from (?P<source_ip>\S+) .*)`, Kind: "auth_failure"}},
	} {
		f, err := NewUser(User{Name: "x", Lines: lines})
		if err != nil {
			if name == "or" && strings.Contains(err.Error(), "duplicate") {
				continue
			}
			t.Fatal(err)
		}
		p := f.NewParser(ingest.Context{})
		named := 0
		for _, text := range append(imitations, "anna") {
			var ev ingest.Event
			line := "failed " + text + " from " + attacker
			if p.Parse([]byte(line), &ev) == ingest.Parsed && ev.Src.IsValid() {
				named++
				if ev.Src.String() != attacker {
					t.Errorf("%s: %v in %q", name, ev.Src, line)
				}
			}
		}
		if named == 0 {
			t.Errorf("%s: nobody is ever named", name)
		}
	}
}

// A format with a program reads its messages behind the envelope and leaves the
// others to their own readers.
func TestUserFormatBehindSyslog(t *testing.T) {
	f := compiled(t, User{Name: "gate", Program: "gated", Lines: []UserLine{{Grok: "no entry for %{DATA:user.name} @ %{IP:source.ip}", Kind: "auth_failure"}}})
	p := f.NewParser(ingest.Context{Anchor: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)})
	for _, c := range []struct {
		line, service, stamp string
		result               ingest.Result
		doubtful             bool
		stopped              int
	}{
		{"Nov 20 10:00:00 web1 gated[7]: no entry for anna @ 192.0.2.7", "gate", "2026-11-20T10:00:00Z", ingest.Parsed, false, -2},
		{"Nov 20 10:00:00 web1 gated[7]: no entry for anna from 192.0.2.7", "", "", ingest.Ignored, true, 44},
		{"Nov 20 10:00:00 web1 sshd[7]: Failed password for root from 192.0.2.7 port 1 ssh2", "sshd", "2026-11-20T10:00:00Z", ingest.Parsed, false, -2},
		{"Nov 20 10:00:00 web1 doord[7]: no entry for anna @ 192.0.2.7", "", "", ingest.Ignored, true, -1},
		{"what", "", "", ingest.Unparsed, false, -1},
	} {
		var ev ingest.Event
		if r := p.Parse([]byte(c.line), &ev); r != c.result {
			t.Errorf("%q: result %v: %s", c.line, r, p.(ingest.Explainer).Reason())
			continue
		}
		if c.result != ingest.Parsed {
			if d, n := p.(ingest.Doubter).Doubtful(), p.(ingest.Locator).Stopped(); d != c.doubtful || n != c.stopped {
				t.Errorf("%q: doubtful %v, stopped at %d", c.line, d, n)
			}
			continue
		}
		if got := told(&ev); got.Service != c.service || got.Time != c.stamp || got.Src != "192.0.2.7" {
			t.Errorf("%q: %+v", c.line, got)
		}
	}
}

func TestUserFormatSaysWhereItStops(t *testing.T) {
	p := compiled(t, User{Name: "x", Lines: []UserLine{{Grok: "%{TIMESTAMP_ISO8601:timestamp} door %{WORD:user.name} from %{IP:source.ip}$", Kind: "auth_failure"}}}).NewParser(ingest.Context{})
	for line, want := range map[string]struct {
		at       int
		expected string
	}{
		"2026-11-20 10:00:00 window anna from 192.0.2.7":  {19, `expected " door "`},
		"2026-11-20 10:00:00 door anna from nowhere":      {35, "expected source.ip"},
		"2026-11-20 10:00:00 door anna from 192.0.2.7 ok": {44, `expected the end of the line`},
		"yesterday": {0, "expected @timestamp"},
	} {
		var ev ingest.Event
		p.Parse([]byte(line), &ev)
		if at, why := p.(ingest.Locator).Stopped(), p.(ingest.Explainer).Reason(); at != want.at || !strings.Contains(why, want.expected) {
			t.Errorf("%q: stopped at %d: %s", line, at, why)
		}
	}
}

func TestUserFormatYears(t *testing.T) {
	f := compiled(t, User{Name: "x", Time: "Jan _2 15:04:05", Lines: []UserLine{{Grok: `\[%{DATA:timestamp}\] %{IP:source.ip}`, Kind: "probe"}}})
	line := []byte("[Dec  3 10:00:00] 192.0.2.7")
	if !f.Yearless(line) {
		t.Error("a layout without a year has years")
	}
	var ev ingest.Event
	f.NewParser(ingest.Context{Anchor: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}).Parse(line, &ev)
	if got := ev.Stamp().Format(time.RFC3339); got != "2025-12-03T10:00:00Z" {
		t.Errorf("stamp %s", got)
	}
	for layout, want := range map[string]bool{"": true, "auto": true, "2006-01-02 15:04:05": true, "Jan _2 15:04:05": true, time.RFC3339: true,
		"%Y-%m-%d %H:%M:%S": false, "2006-01-02": false, "15:04:05": false, "yesterday": false} {
		if err := checkLayout(layout); (err == nil) != want {
			t.Errorf("layout %q: %v", layout, err)
		}
	}
}

func TestUserFormatMistakes(t *testing.T) {
	for _, c := range []struct {
		line   UserLine
		offset int // -1: not about a place in the pattern
		text   string
	}{
		{UserLine{Pattern: "a(b", Kind: "probe"}, 0, "missing closing"},
		{UserLine{Pattern: `a(?P<source_port>\d+)`, Kind: "other"}, 5, `no field "source_port"`},
		{UserLine{Grok: "from %{IPADDR:source.ip}", Kind: "probe"}, 7, `no grok name "IPADDR"`},
		{UserLine{Grok: "from %{IP:src}", Kind: "probe"}, 10, `no field "src"`},
		{UserLine{Grok: "%{INT:http.response.status_code:long}", Kind: "other"}, 32, `"long" is no type`},
		{UserLine{Grok: "(?<!x)%{IP:source.ip}", Kind: "probe"}, 0, ""},
		{UserLine{Pattern: "a", Kind: "auth"}, 0, "needs a group event_outcome"},
		{UserLine{Pattern: "a", Kind: "auth_failure"}, 0, "needs a group source_ip"},
		{UserLine{Pattern: "a", Kind: "attack"}, -1, `no kind "attack"`},
		{UserLine{Pattern: "a", Grok: "a", Kind: "other"}, -1, "not both"},
		{UserLine{Kind: "other"}, -1, "needs a pattern or a grok"},
		{UserLine{Pattern: "a", Kind: "other", Success: []string{"yes"}}, -1, "belongs to kind auth"},
	} {
		_, err := NewUser(User{Name: "x", Lines: []UserLine{c.line}})
		var line *LineError
		var at *PatternError
		switch {
		case !errors.As(err, &line) || !strings.Contains(err.Error(), c.text):
			t.Errorf("%+v: error %v", c.line, err)
		case errors.As(err, &at) != (c.offset >= 0) || at != nil && at.Offset != c.offset:
			t.Errorf("%+v: place %+v, want %d", c.line, at, c.offset)
		}
	}
}

// Every grok name compiles, and every name it uses exists.
func TestGrokNames(t *testing.T) {
	for name := range grokNames {
		if _, err := NewUser(User{Name: "x", Lines: []UserLine{{Grok: "%{" + name + ":user.name}", Kind: "other"}}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzUserLine: whatever the line, no panic, and an address only where the line has it.
func FuzzUserLine(f *testing.F) {
	for _, l := range imitations {
		f.Add([]byte("20.11.2026 10:00:00 refused "+l+" at 192.0.2.7"), []byte(l))
	}
	p := compiled(f, turnstile).NewParser(ingest.Context{})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		check(t, p, first, second)
		if at := p.(ingest.Locator).Stopped(); at > len(second) {
			t.Errorf("stopped at %d of %d", at, len(second))
		}
	})
}

// FuzzUserPattern: a configuration is read or refused, never a crash.
func FuzzUserPattern(f *testing.F) {
	for _, l := range turnstile.Lines {
		f.Add(l.Pattern, l.Grok, []byte("20.11.2026 10:00:00 refused anna at 192.0.2.7"))
	}
	f.Fuzz(func(t *testing.T, pattern, grok string, line []byte) {
		if len(pattern)+len(grok) > 200 {
			return
		}
		u, err := NewUser(User{Name: "x", Lines: []UserLine{{Pattern: pattern, Grok: grok, Kind: "other"}}})
		var at *PatternError
		if errors.As(err, &at) && (at.Offset < 0 || at.Offset > len(at.Pattern)) {
			t.Errorf("place %d outside of %q", at.Offset, at.Pattern)
		}
		if err == nil {
			p := u.NewParser(ingest.Context{})
			var ev ingest.Event
			p.Parse(line, &ev)
			p.(ingest.Explainer).Reason()
		}
	})
}
