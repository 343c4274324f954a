package filter

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

// own are the filters of our own writing.
var own = os.DirFS("testdata/filter.d")

func open(t testing.TB, text string) *Filter {
	t.Helper()
	spec, err := ParseSpec(text)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(own, spec)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func parserOf(f *Filter) ingest.Parser {
	return f.NewParser(ingest.Context{Anchor: time.Date(2026, time.November, 30, 0, 0, 0, 0, time.UTC)})
}

// told sums up what a parser makes of a line: "kind source user", or why not.
func told(p ingest.Parser, line string) string {
	var ev ingest.Event
	if r := p.Parse([]byte(line), &ev); r != ingest.Parsed {
		return "- " + p.(ingest.Explainer).Reason()
	}
	src := string(ev.SrcHost)
	if ev.Src.IsValid() {
		src = ev.Src.String()
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", ev.Kind, src, ev.User))
}

// TestLines reads logs with filters as fail2ban does. Each line stands above what
// it must give; indented lines are of the log.
func TestLines(t *testing.T) {
	for _, tt := range []struct{ name, filter, log string }{
		{"a failure, its account and its address", "gate", `
	Nov 20 10:00:00 hall gated[7]: denied user anna from 192.0.2.1 port 4000
auth_failure 192.0.2.1 anna
	Nov 20 10:00:01 hall gated[8]: denied anna from 2001:db8::1
auth_failure 2001:db8::1 anna
	Nov 20 10:00:02 hall gated[9]: denied anna from ::ffff:192.0.2.1
auth_failure 192.0.2.1 anna
	Nov 20 10:00:03 hall gated[10]: denied anna from door.example.net
auth_failure door.example.net anna
	Nov 20 10:00:04 hall other[11]: denied anna from 192.0.2.1
- prefregex does not match
	Nov 20 10:00:05 hall gated[12]: opened at noon
- no failregex matches
	denied anna from 192.0.2.1
- no stamp that the filter's datepattern knows`},

		{"the list goes on after a comment; an alternative group names the account", "gate", `
	Nov 20 10:00:00 hall gated[7]: badge refused for old man from 192.0.2.1
auth_failure 192.0.2.1 old man`},

		{"what a .local file adds", "gate", `
	Nov 20 10:00:00 hall gated[7]: local rule 192.0.2.9
auth_failure 192.0.2.9`},

		{"an ignoreregex", "gate", `
	Nov 20 10:00:00 hall gated[7]: denied anna from 192.0.2.250
- an ignoreregex matches`},

		{"a mode chooses patterns", "gate", `
	Nov 20 10:00:00 hall gated[7]: knock from 192.0.2.1
- no failregex matches`},
		{"a mode that is a parameter of the filter", "gate[mode=strict]", `
	Nov 20 10:00:00 hall gated[7]: knock from 192.0.2.1
auth_failure 192.0.2.1
	Nov 20 10:00:00 hall gated[8]: hey hey stranger from 192.0.2.1
auth_failure 192.0.2.1
	Nov 20 10:00:00 hall gated[9]: hey ho stranger from 192.0.2.1
- no failregex matches
	Nov 20 10:00:00 hall gated[9]: hey hey friend from 192.0.2.1
- no failregex matches`},
		{"a log type chooses the prefix", "gate[logtype=bare, mode='strict']", `
	Nov 20 10:00:00 knock from 192.0.2.1
auth_failure 192.0.2.1`},

		{"a session tells its address first", "gate", `
	Nov 20 10:00:00 hall gated[7]: visitor from 192.0.2.1
- no failure by itself
	Nov 20 10:00:01 hall gated[7]: no key
auth_failure 192.0.2.1
	Nov 20 10:00:02 hall gated[7]: goodbye
- no failure by itself
	Nov 20 10:00:03 hall gated[7]: no key
- a failure whose address has not been told yet`},
		{"a session tells its address last", "gate", `
	Nov 20 10:00:01 hall gated[7]: no key
- a failure whose address has not been told yet
	Nov 20 10:00:02 hall gated[7]: visitor from 192.0.2.1
auth_failure 192.0.2.1`},
		{"sessions do not mix", "gate", `
	Nov 20 10:00:00 hall gated[7]: visitor from 192.0.2.1
- no failure by itself
	Nov 20 10:00:01 hall gated[8]: no key
- a failure whose address has not been told yet`},
		{"a session is forgotten after five minutes", "gate", `
	Nov 20 10:00:00 hall gated[7]: visitor from 192.0.2.1
- no failure by itself
	Nov 20 10:05:01 hall gated[7]: no key
- a failure whose address has not been told yet`},
		{"access gained is a success", "gate", `
	Nov 20 10:00:00 hall gated[7]: denied anna from 192.0.2.1
auth_failure 192.0.2.1 anna
	Nov 20 10:00:01 hall gated[7]: welcome anna
auth_success 192.0.2.1 anna`},

		{"several lines make a failure, others between them", "pair", `
	2026-11-20 10:00:00 [1] wrong secret
- no failregex matches
	2026-11-20 10:00:01 [2] bye 192.0.2.2
- no failregex matches
	2026-11-20 10:00:02 [1] bye 192.0.2.1
auth_failure 192.0.2.1
	2026-11-20 10:00:03 [1] bye 192.0.2.1
- no failregex matches`},
		{"the lines of maxlines, no more", "pair", `
	2026-11-20 10:00:00 [1] wrong secret
- no failregex matches
	2026-11-20 10:00:01 [2] one
- no failregex matches
	2026-11-20 10:00:01 [2] two
- no failregex matches
	2026-11-20 10:00:01 [2] three
- no failregex matches
	2026-11-20 10:00:01 [2] four
- no failregex matches
	2026-11-20 10:00:02 [1] bye 192.0.2.1
- no failregex matches`},

		{"a pattern that was made slow is given up, and said", "slow", `
	ac 192.0.2.1
auth_failure 192.0.2.1
	aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab
- slow.conf:3: failregex: matching took too many steps`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := parserOf(open(t, tt.filter))
			var got []string
			for line := range strings.Lines(strings.TrimPrefix(tt.log, "\n")) {
				if text, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "\t"); ok {
					got = append(got, "\t"+text, told(p, text))
				}
			}
			if diff := cmp.Diff(strings.TrimPrefix(tt.log, "\n"), strings.Join(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestSlowRests: lines made to be slow cost their steps a few times a chunk only.
func TestSlowRests(t *testing.T) {
	p := parserOf(open(t, "slow"))
	slow := strings.Repeat("a", 60) + "b"
	for range maxSlow {
		told(p, slow)
	}
	if got, want := told(p, "ac 192.0.2.1"), "- slow.conf:3: failregex: matching took too many steps on lines before"; got != want {
		t.Errorf("after %d slow lines: %q, want %q", maxSlow, got, want)
	}
}

// TestProblems: what cannot be used is located, and the rest is used.
func TestProblems(t *testing.T) {
	f := open(t, "broken")
	var got []string
	for _, p := range f.Problems() {
		got = append(got, p.Error())
	}
	want := []string{
		"broken.conf:6: datepattern: date pattern: unknown field %Q in the date pattern",
		"broken.conf:3: failregex: missing ) at position 152",
		"broken.conf:4: failregex: no <HOST> or other failure id in it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got, want := told(parserOf(f), "2026-11-20 10:00:00good 192.0.2.1"), "- no stamp that the filter's datepattern knows"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := told(parserOf(f), "2026-11-20 10:00:00 good 192.0.2.1"), "- no failregex matches"; got != want {
		t.Errorf("%q, want %q: the blank after the stamp stays", got, want)
	}
}

func TestLoadErrors(t *testing.T) {
	for _, tt := range []struct{ filter, want string }{
		{"absent", "no filter absent: open absent.conf: file does not exist"},
		{"frame", "filter frame: no section [Definition]"},
		{"loop", "filter loop: failregex: <a> refers to itself"},
		{"gate[_daemon='(']", "filter gate: gate.conf:9: prefregex: missing ) at position 52"},
	} {
		spec, err := ParseSpec(tt.filter)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = Load(own, spec); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.filter, err, tt.want)
		}
	}
}

func TestSpec(t *testing.T) {
	type params = map[string]string
	for _, tt := range []struct {
		text   string
		name   string
		params params
	}{
		{"sshd", "sshd", params{}},
		{" sshd[mode=aggressive] ", "sshd", params{"mode": "aggressive"}},
		{`a[x="1, 2]", Y='"', z=][w= 3 ]`, "a", params{"x": "1, 2]", "y": `"`, "z": "", "w": "3"}},
	} {
		got, err := ParseSpec(tt.text)
		if diff := cmp.Diff(Spec{tt.name, tt.params}, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", tt.text, err, diff)
		}
	}
	for _, bad := range []string{"", "[a=b]", "../x", "a b", "a[", "a[x", "a[x=1", "a[x='1]", "a[x=1] y", "a[=1]"} {
		if s, err := ParseSpec(bad); err == nil {
			t.Errorf("%q gives %v; it is no filter", bad, s)
		}
	}
}

// TestStamps: what a datepattern finds, and what it leaves of the line.
func TestStamps(t *testing.T) {
	for _, tt := range []struct{ pattern, before, line, want string }{
		{"{^LN-BEG}", "", "Nov 20 10:00:00fail 192.0.2.1", ""}, // a stamp ends where a word does
		{"{^LN-BEG}", " ", "Nov 20 10:00:00 fail 192.0.2.1", "2026-11-20T10:00:00"},
		{"{^LN-BEG}", " ", "Nov 30 20:00:00 fail 192.0.2.1", "2026-11-30T20:00:00"}, // at most a day after the anchor
		{"{^LN-BEG}", " ", "Dec  5 10:00:00 fail 192.0.2.1", "2025-12-05T10:00:00"},
		{"{^LN-BEG}", `\[\] `, "[Fri Nov 20 10:00:00.123456 2026] fail 192.0.2.1", "2026-11-20T10:00:00.123"},
		{"{^LN-BEG}", " ", "2026-11-20T10:00:00+01:00 fail 192.0.2.1", "2026-11-20T09:00:00"},
		{"{^LN-BEG}", " ", "2026/11/20 10:00:00 fail 192.0.2.1", "2026-11-20T10:00:00"},
		{"{^LN-BEG}", " ", "2026/11-20 10:00:00 fail 192.0.2.1", ""}, // two kinds of marks are no date
		{"{^LN-BEG}", " ", "1795168800.500 fail 192.0.2.1", "2026-11-20T10:00:00.500"},
		{"{^LN-BEG}", " ", "@400000006b001a200000000a fail 192.0.2.1", "2026-11-20T10:00:00"},
		{"{^LN-BEG}", " ", "23:59:59 fail 192.0.2.1", "2026-11-29T23:59:59"}, // the last one before the anchor
		{"{DEFAULT}", `x - \[\] `, "x - [20/Nov/2026:10:00:00 +0000] fail 192.0.2.1", "2026-11-20T10:00:00"},
		{"{DEFAULT}", `\[\] `, "[CEST Aug  6 10:14:52] fail 192.0.2.1", "2026-08-06T08:14:52"},
		{"^[^-]*- ({DATE})", "x -  ", "x - 2026-11-20 10:00:00 fail 192.0.2.1", "2026-11-20T10:00:00"},
		{`^t=%Y-%m-%dT%H:%M:%S%z`, " ", "t=2026-11-20T10:00:00Z fail 192.0.2.1", "2026-11-20T10:00:00"},
		{`^L %d/%m/%y - %I:%M %p`, " ", "L 20/11/26 - 10:30 PM fail 192.0.2.1", "2026-11-20T22:30:00"},
		{`**%Y%j`, "x ", "x2026324 fail 192.0.2.1", "2026-11-20T00:00:00"},
		{`^at {LEPOCH}`, " ", "at 1795168800123 fail 192.0.2.1", "2026-11-20T10:00:00.123"},
		{"{NONE}", "", "fail 192.0.2.1", "none"},
	} {
		spec := Spec{"stamps", map[string]string{"stamp": tt.pattern, "_before": tt.before}}
		f, err := Load(own, spec)
		if err != nil || len(f.Problems()) > 0 {
			t.Fatal(tt.pattern, err, f.Problems())
		}
		var ev ingest.Event
		got := ""
		if p := parserOf(f); p.Parse([]byte(tt.line), &ev) == ingest.Parsed {
			got = strings.TrimSuffix(ev.Stamp().Format("2006-01-02T15:04:05.000"), ".000")
			if ev.Time == 0 {
				got = "none"
			}
		}
		if got != tt.want {
			t.Errorf("%s on %q: %q, want %q", tt.pattern, tt.line, got, tt.want)
		}
		yearless := strings.HasPrefix(tt.line, "Nov ") || strings.Contains(tt.line, "Dec ") || strings.Contains(tt.line, "Aug ") || strings.HasPrefix(tt.line, "23:")
		if tt.want != "" && f.Yearless([]byte(tt.line)) != yearless {
			t.Errorf("%q: yearless is %v", tt.line, !yearless)
		}
	}
}

// TestTopics: what the name of a filter says of its matches.
func TestTopics(t *testing.T) {
	for name, want := range map[string]topic{
		"sshd":            {ingest.KindAuthFailure, ingest.ServiceSSH},
		"nginx-botsearch": {ingest.KindProbe, ingest.ServiceWeb},
		"apache-auth":     {ingest.KindAuthFailure, ingest.ServiceWeb},
		"sendmail-auth":   {ingest.KindAuthFailure, ingest.ServiceSMTP},
		"postfix":         {ingest.KindReject, ingest.ServiceSMTP},
		"recidive":        {ingest.KindBan, "fail2ban"},
		"my-own":          {ingest.KindAuthFailure, "my-own"},
	} {
		if got := topicOf(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
