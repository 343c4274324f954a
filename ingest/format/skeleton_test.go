package format

import (
	"fmt"
	"testing"

	"gumshoe/ingest"
)

// What an application says again with other numbers is one kind of line. Where there may
// be an address its digits count, and every format is asked.
func TestSkeleton(t *testing.T) {
	for _, tt := range []struct{ line, want string }{ // want "": it has to be looked at
		{"2026-11-20 10:00:00,123 DEBUG hit ratio is 0.97 for eu-1", "0-0-0 0:0:0,0 DEBUG hit ratio is 0.0 for eu-0"},
		{"[2026-11-20 10:00:00 +0000] [12] [INFO] done", "[0-0-0 0:0:0 +0] [0] [INFO] done"},
		{"version 1.2.3 of 20.11.2026", "version 0.0.0 of 0.0.0"},
		{"cache:hit Foo::bar", ""}, // might be an address, for all that is seen of it
		{"login of 7 failed from 203.0.113.9", ""},
		{"peer 203.0.113.9:51000 left", ""},
		{"from 2001:db8::7", ""},
		{"from 2001:db8:0:0:0:0:0:7", ""},
		{"from 2001:0:0:0:0:0:0:7", ""},
		{"from ::1", ""},
		{"from fe80:0:0:0:1:2:3:4", ""},
	} {
		got, ok := skeleton(nil, []byte(tt.line))
		if tt.want == "" == ok || ok && string(got) != tt.want {
			t.Errorf("%q: %q, %v, want %q", tt.line, got, ok, tt.want)
		}
	}
}

// However often an application said what nobody reads: its failures are told, from the
// first to the last, and so is what only their neighbours make understandable.
func TestQuietLinesHideNothing(t *testing.T) {
	p := (&chosen{primary: -1}).NewParser(ingest.Context{})
	said := 0
	for i := range 2000 {
		line := fmt.Sprintf("2026-11-20 10:%02d:%02d,%03d DEBUG hit ratio is 0.%d for eu-%d", i/60%60, i%60, i%1000, i%100, i%5)
		if i%400 == 399 {
			line = fmt.Sprintf("2026-11-20 10:%02d:%02d,%03d WARN login failed for user%d from 203.0.113.%d", i/60%60, i%60, i%1000, i%9, i%5+1)
		}
		var ev ingest.Event
		ev.Reset()
		if r := p.Parse([]byte(line), &ev); (r == ingest.Parsed) != (i%400 == 399) {
			t.Fatalf("line %d: %v of %q", i+1, r, line)
		} else if r == ingest.Parsed && ev.Src.IsValid() {
			said++
		}
	}
	if said != 5 {
		t.Errorf("%d of 5 failures are told", said)
	}
}

// What a record of several lines says is read, though its lines were nobody's before: a
// file begins in the middle of one, or others speak alike. So is what a code tells.
func TestQuietLinesHideNoRecord(t *testing.T) {
	for _, tt := range []struct {
		what  string
		lines []string
		want  int // events with an address
	}{
		{"ModSecurity, from the middle of a transaction on", []string{
			"--a1b2c3d4-H--",
			`Message: Warning. Pattern match "(?i)union" at ARGS:id. [id "942100"]`,
			"--a1b2c3d4-Z--",
			"--c7036611-A--",
			"[20/Nov/2026:10:00:00 +0000] Zx1 192.0.2.66 40000 198.51.100.1 443",
			"--c7036611-H--",
			`Message: Warning. Pattern match "(?i)union" at ARGS:id. [id "942100"]`,
			"--c7036611-Z--",
		}, 1},
		{"Oracle, likewise", []string{
			"ACTION :[7] 'CONNECT'", "STATUS:[4] '1017'",
			"Fri Nov 20 10:00:00 2026 +00:00",
			"ACTION :[7] 'CONNECT'", "DATABASE USER:[3] 'sys'", "STATUS:[4] '1017'",
			"CLIENT ADDRESS:[54] '(ADDRESS=(PROTOCOL=tcp)(HOST=192.0.2.66)(PORT=40022))'",
		}, 1},
		{"389 Directory Server, searches before a guess", []string{
			"[20/Nov/2026:10:00:00 +0000] conn=5 fd=64 slot=64 connection from 192.0.2.70 to 198.51.100.1",
			"[20/Nov/2026:10:00:01 +0000] conn=5 op=1 RESULT err=0 tag=101 nentries=1 etime=0",
			"[20/Nov/2026:10:00:02 +0000] conn=5 op=2 RESULT err=49 tag=97 nentries=0 etime=0",
		}, 2},
	} {
		t.Run(tt.what, func(t *testing.T) {
			p, said := (&chosen{primary: -1}).NewParser(ingest.Context{}), 0
			for _, line := range tt.lines {
				var ev ingest.Event
				if p.Parse([]byte(line), &ev) == ingest.Parsed && ev.Src.IsValid() && ev.Kind != ingest.KindOther {
					said++
				}
			}
			if said != tt.want {
				t.Errorf("%d events are told, want %d", said, tt.want)
			}
		})
	}
}
