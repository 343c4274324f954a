package report

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite testdata from what the renderers write now")

// renderers are those whose output is kept in testdata.
var renderers = []struct {
	suffix string
	render func(io.Writer, Report) error
}{
	{"txt", func(w io.Writer, r Report) error { return Text(w, r, TextOptions{}) }},
	{"ascii.txt", func(w io.Writer, r Report) error { return Text(w, r, TextOptions{ASCII: true, Width: 72}) }},
	{"html", HTML},
	{"ndjson", archiveNDJSON},
	{"md", Markdown},
	{"ecs.ndjson", ECS},
	{"mail.html", func(w io.Writer, r Report) error {
		m, err := Mail(r)
		return errors.Join(err, write(w, m.HTML))
	}},
	{"mail.txt", func(w io.Writer, r Report) error {
		m, err := Mail(r)
		return errors.Join(err, write(w, "Subject: "+m.Subject+"\n\n"+m.Text))
	}},
}

func write(w io.Writer, s string) error {
	_, err := io.WriteString(w, s)
	return err
}

// TestGoldens keeps every renderer's view of every fixture. A change of the
// goldens is read before it is accepted.
func TestGoldens(t *testing.T) {
	for _, f := range reports {
		for _, to := range renderers {
			if f.name == "hostile" && strings.HasSuffix(to.suffix, "ndjson") {
				continue // 100 KB strings; TestNDJSONRoundTrip reads it back instead
			}
			t.Run(f.name+"."+to.suffix, func(t *testing.T) {
				var got bytes.Buffer
				if err := to.render(&got, f.report()); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join("testdata", f.name+"."+to.suffix)
				if *update {
					if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got.String()); diff != "" {
					t.Errorf("differs from %s (-want +got; go test -update accepts it):\n%s", path, diff)
				}
			})
		}
	}
}
