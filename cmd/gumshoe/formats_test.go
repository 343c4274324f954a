package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
	"gumshoe/ingest/format"
)

const formatsDocument = "../../docs/FORMATS.md"

// docs/FORMATS.md lists what is read: the names from the tables of package
// format, what the lines report from the annotated samples. -update rewrites it.
func TestFormatsDocument(t *testing.T) {
	have := read(t, formatsDocument)
	want := replacePart(t, have, "formats", formatsTable(t))
	want = replacePart(t, want, "vocabulary", vocabulary())
	if *update {
		if err := os.WriteFile(formatsDocument, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(have, want); diff != "" {
		t.Errorf("docs/FORMATS.md is not what the code reads; run go test ./cmd/gumshoe -run Formats -update (-have +want):\n%s", diff)
	}
}

// replacePart puts fresh text between the marks of a part of a document.
func replacePart(t *testing.T, document, part, fresh string) string {
	t.Helper()
	marks := regexp.MustCompile(`(?s)(<!-- ` + part + `:[^\n]*-->\n).*(<!-- ` + part + ` end -->)`)
	found := marks.FindStringSubmatch(document)
	if found == nil {
		t.Fatalf("the document has no part %q", part)
	}
	return strings.Replace(document, found[0], found[1]+"\n"+fresh+"\n"+found[2], 1)
}

// shown is what the samples show of a format or a daemon.
type shown struct {
	kinds    map[ingest.Kind]bool
	services []string
	files    map[string]int // with the number of events
}

// formatsTable writes the table of formats and that of daemons.
func formatsTable(t *testing.T) string {
	samples := sampled(t)
	var b strings.Builder
	for _, daemons := range []bool{false, true} {
		if daemons {
			b.WriteString("\nDaemons that write through syslog, the journal or a container:\n\n")
			b.WriteString("| program | service | what its lines report | example |\n|---|---|---|---|\n")
		} else {
			b.WriteString("Files with lines of their own:\n\n")
			b.WriteString("| format | service | what its lines report | example |\n|---|---|---|---|\n")
		}
		for _, e := range format.Catalog() {
			if e.Daemon != daemons {
				continue
			}
			s := samples[entryKey(e)]
			if s == nil {
				s = &shown{}
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", names(e), strings.Join(s.services, ", "), kindList(s.kinds), links(s.files))
		}
	}
	return b.String()
}

func entryKey(e format.Entry) string { return fmt.Sprint(e.Daemon, e.Name) }

func names(e format.Entry) string {
	s := "`" + e.Name + "`"
	for _, a := range e.Aliases {
		s += ", `" + a + "`"
	}
	return s
}

// kindList names the kinds, the ones that matter to a detective first.
func kindList(kinds map[ingest.Kind]bool) string {
	var hostile, rest []string
	for i, name := range ingest.KindNames() {
		switch k := ingest.Kind(i); {
		case !kinds[k] || k == ingest.KindOther:
		case k.Hostile():
			hostile = append(hostile, strings.ReplaceAll(name, "_", " "))
		default:
			rest = append(rest, strings.ReplaceAll(name, "_", " "))
		}
	}
	return strings.Join(append(hostile, rest...), ", ")
}

// links names the file with most examples.
func links(files map[string]int) string {
	best := ""
	for f, n := range files {
		if best == "" || n > files[best] || n == files[best] && f < best {
			best = f
		}
	}
	if best == "" {
		return ""
	}
	return "[" + best + "](../testdata/logs/" + best + ")"
}

// sampled reads the samples as gumshoe does and files each event under the
// daemon that wrote it, or else under the format of the file.
func sampled(t *testing.T) map[string]*shown {
	found := map[string]*shown{}
	paths, err := filepath.Glob("../../testdata/logs/*.log")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, path := range paths {
		log := sampleLog(t, path)
		f := format.Detect("", log)
		p := f.NewParser(ingest.Context{Anchor: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)})
		var ev ingest.Event
		for line := range bytes.Lines(log) {
			if p.Parse(bytes.TrimSuffix(line, []byte("\n")), &ev) != ingest.Parsed {
				continue
			}
			for _, e := range entriesOf(f.Name(), string(ev.Program)) {
				s := found[entryKey(e)]
				if s == nil {
					s = &shown{kinds: map[ingest.Kind]bool{}, files: map[string]int{}}
					found[entryKey(e)] = s
				}
				s.kinds[ev.Kind] = true
				s.services = insert(s.services, ev.Service)
				s.files[filepath.Base(path)]++
			}
		}
	}
	return found
}

// envelopes are the formats whose lines are other programs'.
var envelopes = []string{"syslog", "json", "cri", "compose", "bare"}

// entriesOf are the daemon that wrote a line and the format of its file.
func entriesOf(formatName, program string) (out []format.Entry) {
	for _, e := range format.Catalog() {
		if e.Daemon && program != "" && e.Serves(program) ||
			!e.Daemon && e.Name == formatName && (program == "" || !slices.Contains(envelopes, formatName)) {
			out = append(out, e)
		}
	}
	return out
}

// insert adds a word to a sorted list without repeats.
func insert(list []string, word string) []string {
	if i, ok := slices.BinarySearch(list, word); !ok && word != "" {
		list = slices.Insert(list, i, word)
	}
	return list
}

// sampleLog is a file of samples without the expectations between its lines.
func sampleLog(t *testing.T, path string) []byte {
	var log []byte
	noted := false
	for line := range strings.Lines(read(t, path)) {
		switch {
		case !noted && strings.HasPrefix(line, "# "):
			noted = true
		case noted:
			log = append(log, line...)
			noted = false
		}
	}
	return log
}

// vocabulary lists the words that a format of one's own may use.
func vocabulary() string {
	code := func(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }
	return "Fields: " + code(format.FieldNames()) + "; `timestamp` is `@timestamp`.\n\n" +
		"Kinds: `auth`, " + code(ingest.KindNames()) + ".\n\n" +
		"Grok names: " + code(format.GrokNames()) + ".\n"
}

// The example of a format of one's own is right.
func TestFormatsExample(t *testing.T) {
	_, example, ok := strings.Cut(read(t, formatsDocument), "```yaml\n")
	example, _, closed := strings.Cut(example, "```")
	if !ok || !closed {
		t.Fatal("docs/FORMATS.md has no example")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "gumshoe.yaml")
	if err := os.WriteFile(config, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	log := lines(
		"2026-11-21T18:00:01Z web1 gated[7]: no entry for anna at 192.0.2.7: wrong card",
		"2026-11-21T18:00:02Z web1 gated[7]: entry of anna at 192.0.2.7",
		"2026-11-21T18:00:03Z web1 gated[7]: login of anna from 192.0.2.7: locked",
		"2026-11-21T18:00:04Z web1 gated[7]: login of anna from 192.0.2.7: granted",
		"2026-11-21T18:00:05Z web1 sshd[9]: Failed password for root from 192.0.2.7 port 50122 ssh2",
	)
	o := configured(t, config, strings.NewReader(log), "parse", "--format", "turnstile", "-")
	const want = `{"line":1,"time":"2026-11-21T18:00:01Z","service":"gate","kind":"auth_failure","src":"192.0.2.7","user":"anna"}
{"line":2,"time":"2026-11-21T18:00:02Z","service":"gate","kind":"auth_success","src":"192.0.2.7","user":"anna"}
{"line":3,"time":"2026-11-21T18:00:03Z","service":"gate","kind":"auth_failure","src":"192.0.2.7","user":"anna"}
{"line":4,"time":"2026-11-21T18:00:04Z","service":"gate","kind":"auth_success","src":"192.0.2.7","user":"anna"}
{"line":5,"time":"2026-11-21T18:00:05Z","service":"sshd","kind":"auth_failure","src":"192.0.2.7","user":"root"}
`
	if diff := cmp.Diff(want, o.out); diff != "" || o.code != 0 {
		t.Errorf("code %d, %s (-want +got):\n%s", o.code, o.err, diff)
	}
}
