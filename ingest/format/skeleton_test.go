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
