package archive

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestExportNDJSON writes an object a line, and hostile text as text.
func TestExportNDJSON(t *testing.T) {
	a := openTest(t)
	b := Batch{Accounts: []Account{{Tally: Tally{ID: 7, Service: "sshd", Name: "</script>\x1b[2J\n=1+1", First: MilliOf(aDay) + 1500, Events: 3, BadSources: []uint64{1, 2}}, Absent: true}}}
	put(t, a, aDay, "/l", b, nil, Added)
	var out bytes.Buffer
	if _, err := a.Export(t.Context(), &out, KindAccount, NDJSON, Query{Columns: []string{"id", "name", "first", "bad_sources", "good_sources", "absent"}}); err != nil {
		t.Fatal(err)
	}
	const want = `{"id":7,"name":"\u003c/script\u003e\u001b[2J\n=1+1","first":"2026-11-20T00:00:01.500Z","good_sources":[],"bad_sources":[1,2],"absent":true}` + "\n"
	if out.String() != want {
		t.Errorf("got  %s\nwant %s", out.String(), want)
	}
}

// TestExportCSV writes no cell that a spreadsheet would run.
func TestExportCSV(t *testing.T) {
	a := openTest(t)
	b := Batch{Accounts: []Account{{Tally: Tally{ID: 7, Name: `=HYPERLINK("http://192.0.2.1")`, BadSources: []uint64{1, 2}}}}}
	put(t, a, aDay, "/l", b, nil, Added)
	var out bytes.Buffer
	if _, err := a.Export(t.Context(), &out, KindAccount, CSV, Query{Columns: []string{"id", "start", "name", "bad_sources"}}); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&out).ReadAll()
	want := [][]string{{"id", "start", "name", "bad_sources"}, {"7", "2026-11-20T00:00:00.000Z", `'=HYPERLINK("http://192.0.2.1")`, "1 2"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

// TestExportEverything exports every kind in every format: as many rows as there
// are, and Parquet that reads back.
func TestExportEverything(t *testing.T) {
	a := openTest(t)
	mustAll(t, a, aWeek(1, 2))
	for _, k := range Kinds {
		for _, f := range Formats {
			var out bytes.Buffer
			if _, err := a.Export(t.Context(), &out, k, f, Query{}); err != nil {
				t.Errorf("%s as %s: %v", k, f, err)
				continue
			}
			switch f {
			case NDJSON:
				for line := range strings.Lines(out.String()) {
					if !json.Valid([]byte(line)) {
						t.Fatalf("%s: %s", k, line)
					}
				}
			case Parquet:
				if _, err := openFile(out.Bytes(), k); err != nil {
					t.Errorf("%s: %v", k, err)
				}
			}
		}
	}
	want := all[Address](t, a, Query{})
	var out bytes.Buffer
	if _, err := a.Export(t.Context(), &out, KindAddress, Parquet, Query{}); err != nil {
		t.Fatal(err)
	}
	var got []Address
	if err := decode(out.Bytes(), selection{wholly: true}, func(rows []Address) error { got = append(got, rows...); return nil }); err != nil || !reflect.DeepEqual(want, got) {
		t.Errorf("Parquet does not read back: %v", err)
	}
	if _, err := a.Export(t.Context(), &out, "colour", CSV, Query{}); err == nil {
		t.Error("an unknown kind")
	}
	if _, err := a.Export(t.Context(), &out, KindAddress, "xlsx", Query{}); err == nil {
		t.Error("an unknown format")
	}
}
