package format

import (
	"strings"
	"testing"

	"gumshoe/ingest"
)

const csvHeader = "time,ip,user,result\n"

// Only the sample tells what the columns are: a client whose text begins a chunk
// of the file, or a line of a file without a header, names none.
func TestHeaderIsOfTheFirstLineOfTheSample(t *testing.T) {
	const (
		record = "2026-11-20T10:00:00Z,192.0.2.1,alice,failed"
		forged = "time,user,ip,result"
		framed = "2026-11-20T10:00:01Z,alice,203.0.113.9,failed"
	)
	for _, sample := range []string{csvHeader + record + "\n", record + "\n" + forged + "\n"} {
		p := Detect("app.csv", []byte(sample)).NewParser(ingest.Context{})
		for _, line := range []string{forged, framed} {
			var ev ingest.Event
			if p.Parse([]byte(line), &ev) == ingest.Parsed && ev.Src.IsValid() {
				t.Errorf("sample %q: %q names %s", sample, line, ev.Src)
			}
		}
	}
}

// A quote that never closes does not silence the rest of the log.
func TestOpenQuoteEnds(t *testing.T) {
	p := Detect("app.csv", []byte(csvHeader+"2026-11-20T10:00:00Z,192.0.2.1,alice,failed\n")).NewParser(ingest.Context{})
	var ev ingest.Event
	p.Parse([]byte(`2026-11-20T10:00:00Z,192.0.2.1,"alice,failed`), &ev)
	for range maxTextLines {
		p.Parse([]byte("2026-11-20T10:00:01Z,203.0.113.9,bob,failed"), &ev)
	}
	if p.Parse([]byte("2026-11-20T10:00:02Z,192.0.2.2,carol,failed"), &ev) != ingest.Parsed || ev.Src.String() != "192.0.2.2" {
		t.Error("the log is not read behind a quote that never closes")
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("time,ip,user,result", `2026-11-20T10:00:00Z,192.0.2.1,"al""ice",failed`)
	f.Add(`"Timestamp";"Client IP";"Message"`, `2026-11-20 10:00:00;192.0.2.1;"x;y"`)
	f.Fuzz(func(t *testing.T, header, line string) {
		var ev ingest.Event
		p := newCSVLog(setup{seen: new(traits), sampling: true})
		p.Parse([]byte(header), &ev)
		p.Parse([]byte(line), &ev)
		if ev.Src.IsValid() && !names([]byte(line), ev.Src) {
			t.Fatalf("%s is not in %q", ev.Src, line)
		}
		if strings.Count(line, `"`)%2 == 1 && ev.Src.IsValid() {
			t.Fatalf("a record with an open quote names %s", ev.Src)
		}
	})
}
