package format

import (
	"testing"

	"gumshoe/ingest"
)

func FuzzSIEM(f *testing.F) {
	f.Add(`CEF:0|Vendor|Product|1.0|100|Login failed|5|src=192.0.2.1 suser=x\=y outcome=failure`)
	f.Add("LEEF:2.0|Vendor|Product|1.0|LoginFailed|x5E|usrName=alice^src=192.0.2.8")
	f.Fuzz(func(t *testing.T, line string) {
		var ev ingest.Event
		newCEFLog(setup{seen: new(traits)}).Parse([]byte(line), &ev)
		if ev.Src.IsValid() && !names([]byte(line), ev.Src) {
			t.Fatalf("%s is not in %q", ev.Src, line)
		}
	})
}
