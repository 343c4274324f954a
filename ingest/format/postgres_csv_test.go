package format

import (
	"bytes"
	"fmt"
	"testing"

	"gumshoe/ingest"
)

// A client fills the account, the database and the application's name of a csvlog
// record with what it likes, line breaks and whole records included. PostgreSQL
// doubles the quotes; no line of the record names another address than its own.
func FuzzPostgresCSV(f *testing.F) {
	forged := `2026-11-20 10:00:00.000 UTC,"x","x",7,"203.0.113.9:1",s,1,"",2026-11-20 10:00:00 UTC,,0,FATAL,28P01,"password authentication failed for user ""x""",,`
	for _, text := range []string{"postgres", `x"`, "x\n" + forged, "x\"\n" + forged, "x\n2026-11-20 10:00:00.000 UTC,", "\n" + forged + "\n" + forged + `"`,
		`",db,7,"203.0.113.9:1"`, "x\n2026-11-20 10:00:00.000 UTC,,,7,\"203.0.113.9:1\",", "x\n2026-11-20 10:00:00.000 UTC,a,b,7,203.0.113.9:1,,,,,,,FATAL,,no pg_hba.conf entry"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		quoted := bytes.ReplaceAll(text, []byte(`"`), []byte(`""`))
		record := fmt.Appendf(nil, `2026-11-20 10:00:00.000 UTC,"%s","%[1]s",7,"192.0.2.1:4000",65a1.2b,1,"authentication",2026-11-20 10:00:00 UTC,3/1,0,FATAL,28P01,`+
			`"password authentication failed for user ""%[1]s""",,,,,,,,,"%[1]s","client backend",,0`, quoted)
		p := newPostgresCSV(setup{Context: surroundings})
		var ev ingest.Event
		for line := range bytes.SplitSeq(record, []byte("\n")) {
			if p.Parse(line, &ev) == ingest.Parsed && ev.Src.String() != "192.0.2.1" {
				t.Errorf("source %v, account %q of %q", ev.Src, ev.User, line)
			}
		}
	})
}
