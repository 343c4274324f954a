package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// aKey is the key of the state directories of tests: archives under one key can
// be compared.
var aKey = strings.Repeat("5a", keyLen) + "\n"

func stateDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, keyFile, aKey)
	return dir
}

// tree is the content of all files below a directory; none where there is none.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if path == dir && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sameArchive compares two archives byte by byte.
func sameArchive(t testing.TB, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %d bytes, want %d, or others", name, len(got[name]), len(want[name]))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is left over", name)
		}
	}
}

// kills is how often a run is killed: 20 times, or as often as KILLS says.
func kills(t testing.TB) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("KILLS"), "20"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The real program is killed at any instant, again and again. The run that is
// let live leaves the archive exactly as it is when nothing was ever killed. Once
// a run got as far as to write all of it, the next one begins without an archive:
// there would be nothing to be killed at.
func TestKilledRuns(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "gumshoe")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	log, err := filepath.Abs(filepath.Join(scenarios, "stuffing", "log"))
	if err != nil {
		t.Fatal(err)
	}
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\ntimezone: UTC\nsources:\n  - path: "+log+"/*.log\n  - path: "+log+"/nginx/*.log\n    optional: true\n")
	start := func(state string) *exec.Cmd {
		cmd := exec.Command(bin, "analyze", "--quiet", "--config", config, "--state-dir", state, "--since", "2026-11-14", "--until", "2026-11-16")
		cmd.Stderr = os.Stderr
		cmd.Env = append(os.Environ(), "GUMSHOE_DNS=false") // no network in tests
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	clean, tortured := stateDir(t), stateDir(t)
	began := time.Now()
	if err := start(clean).Wait(); err != nil {
		t.Fatal(err)
	}
	whole := time.Since(began)
	want := tree(t, filepath.Join(clean, "archive"))
	if len(want) < 10 {
		t.Fatalf("only %d files: nothing to compare", len(want))
	}
	died, amid, again := 0, 0, 0 // killed; of these with a part of the archive written; begun anew
	for range kills(t) {
		cmd := start(tortured)
		time.Sleep(rand.N(whole)) // when a run is killed is what nobody can choose
		if cmd.Process.Kill() == nil {
			died++
		}
		_ = cmd.Wait()
		switch got := tree(t, filepath.Join(tortured, "archive")); {
		case maps.Equal(got, want):
			again++
			if err := os.RemoveAll(filepath.Join(tortured, "archive")); err != nil {
				t.Fatal(err)
			}
		case len(got) > 0:
			amid++
		}
	}
	t.Logf("%d of %d runs were killed, %d with a part of the archive written; it was complete %d times, and removed", died, kills(t), amid, again)
	if err := start(tortured).Wait(); err != nil {
		t.Fatal(err)
	}
	sameArchive(t, tree(t, filepath.Join(tortured, "archive")), want)
}

// guessed writes failed logins, one a minute, from minute a to minute b of the day.
func guessed(a, b int) string {
	var out strings.Builder
	for m := a; m < b; m++ {
		fmt.Fprintf(&out, "2026-11-10T%02d:%02d:00Z web1 sshd[%d]: Failed password for root from 203.0.113.66 port %d ssh2\n", m/60, m%60, 500+m, 40000+m)
	}
	return out.String()
}

// However logrotate moves a log between two runs, in the middle of an hour and
// with more lines written afterwards: the archive is that of one run over what
// there is in the end. Only where a part is gone for good stays what was known.
func TestArchiveOverRotation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		rotate func(t *testing.T, log string)
		gone   bool
		times  string // what is told of it; each line counts once
	}{
		{name: "nothing", times: "290 times", rotate: func(*testing.T, string) {}},
		{name: "renamed", times: "290 times", rotate: func(t *testing.T, log string) { move(t, log, log+".1") }},
		{name: "dateext", times: "290 times", rotate: func(t *testing.T, log string) { move(t, log, log+"-20261110") }},
		{name: "copy", times: "290 times", rotate: func(t *testing.T, log string) { duplicate(t, log, log+".1") }},
		{name: "twice, the older compressed", times: "300 times", rotate: func(t *testing.T, log string) {
			move(t, log, log+".1")
			appendLines(t, log, guessed(140, 150))
			squeeze(t, log+".1", log+".2.gz")
			move(t, log, log+".1")
		}},
		{name: "dateext, compressed", times: "290 times", rotate: func(t *testing.T, log string) { squeeze(t, log, log+"-20261110.gz"); remove(t, log) }},
		{name: "compressed", times: "290 times", rotate: func(t *testing.T, log string) { squeeze(t, log, log+".1.gz"); remove(t, log) }},
		{name: "copytruncate", times: "290 times", rotate: func(t *testing.T, log string) {
			duplicate(t, log, log+".1")
			if err := os.Truncate(log, 0); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "removed", rotate: remove, gone: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			log := put(t, dir, "auth.log", guessed(0, 150))
			config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n")
			once := func(state string) map[string]string {
				o := configured(t, config, nil, "analyze", "--quiet", "--state-dir", state, "--since", "2026-11-10", "--until", "2026-11-11")
				if o.code != 0 {
					t.Fatalf("code %d: %s", o.code, o.err)
				}
				return tree(t, filepath.Join(state, "archive"))
			}
			state := stateDir(t)
			before := once(state)
			test.rotate(t, log)
			appendLines(t, log, guessed(150, 290))
			after := once(state)
			want := once(stateDir(t))
			if !test.gone {
				sameArchive(t, after, want)
				if got := failures(t, configured(t, config, nil, "analyze", "--json", "--dry-run", "--state-dir", state, "--since", "2026-11-10", "--until", "2026-11-11")); !strings.Contains(got, test.times) {
					t.Errorf("told %q, want each line once: %s", got, test.times)
				}
				return
			}
			// Hours 0 to 2 were seen before; of hour 2 less is left than was known. Hours 3
			// and 4 were known as quiet, and are not any more.
			for name, text := range before {
				if after[name] != text && !strings.HasSuffix(name, "T03.json") && !strings.HasSuffix(name, "T04.json") {
					t.Errorf("%s was changed by a log that had lost its beginning", name)
				}
			}
			if gocmp.Equal(before, after) {
				t.Error("the hours after the loss were not archived")
			}
		})
	}
}

// A line that is written late is counted by the next run.
func TestLateLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := put(t, dir, "auth.log", guessed(0, 60))
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+log+"\n")
	state := stateDir(t)
	args := []string{"analyze", "--json", "--state-dir", state, "--since", "2026-11-10", "--until", "2026-11-11"}
	configured(t, config, nil, args...)
	appendLines(t, log, guessed(30, 40)) // of the same hour, once more
	if got := failures(t, configured(t, config, nil, args...)); !strings.Contains(got, "70 times") {
		t.Errorf("told %q, want 70 failures", got)
	}
}

// The second of two runs at once says who holds the lock, and exits with 5.
func TestLocked(t *testing.T) {
	t.Parallel()
	state := stateDir(t)
	l, err := acquire(t.Context(), state, 0)
	if err != nil {
		t.Fatal(err)
	}
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+put(t, t.TempDir(), "auth.log", guessed(0, 10))+"\n")
	o := configured(t, config, nil, "analyze", "--state-dir", state)
	if o.code != exitLocked || !strings.Contains(o.err, fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("code %d: %s", o.code, o.err)
	}
	if o := configured(t, config, nil, "analyze", "--state-dir", state, "--dry-run"); o.code != 0 {
		t.Errorf("a dry run needs no lock; code %d: %s", o.code, o.err)
	}
	time.AfterFunc(50*time.Millisecond, l.release)
	if o := configured(t, config, nil, "analyze", "--state-dir", state, "--wait", "1m"); o.code != 0 {
		t.Errorf("with --wait: code %d: %s", o.code, o.err)
	}
}

// A file of the archive that was damaged is set aside with a message, and the
// run goes on without it.
func TestDamagedArchive(t *testing.T) {
	t.Parallel()
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+put(t, t.TempDir(), "auth.log", guessed(0, 600))+"\n")
	state := stateDir(t)
	args := []string{"analyze", "--json", "--state-dir", state, "--until", "2026-11-11", "--since"}
	if o := configured(t, config, nil, append(args, "2026-11-10")...); o.code != 0 {
		t.Fatalf("code %d: %s", o.code, o.err)
	}
	put(t, state, lastRunFile, `{"schema_version":1,"until":"2026-11-10T08:00:00Z"}`)
	found, err := filepath.Glob(filepath.Join(state, "archive", "kind=address", "*", "hour=02", "*.parquet"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	if err := os.Truncate(found[0], 100); err != nil {
		t.Fatal(err)
	}
	o := configured(t, config, nil, append(args, "2026-11-10T07:00:00Z")...)
	if o.code != exitDegraded || !strings.Contains(o.err, filepath.Base(found[0])) {
		t.Errorf("code %d: %s", o.code, o.err)
	}
	if !strings.Contains(failures(t, o), "540 times") { // 600 less those of the hour
		t.Errorf("told %q, want all but the damaged hour", failures(t, o))
	}
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func duplicate(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Dir(to), filepath.Base(to), string(text))
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func squeeze(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Dir(to), filepath.Base(to), b.String())
}

func appendLines(t *testing.T, path, lines string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(lines); err != nil {
		t.Fatal(err)
	}
}

// Who is to be forgotten stands in no other file of the state directory either.
func TestForgetLeavesNothingBeside(t *testing.T) {
	t.Parallel()
	config := put(t, t.TempDir(), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+put(t, t.TempDir(), "auth.log", guessed(0, 90))+"\n")
	state := stateDir(t)
	configured(t, config, nil, "analyze", "--quiet", "--state-dir", state, "--since", "2026-11-10", "--until", "2026-11-11")
	put(t, state, dnsCacheFile, `{"address":"203.0.113.66","names":["host.example"],"until":"2099-01-01T00:00:00Z"}`+"\n")
	put(t, state, casebookFile+".damaged-20261101T000000Z", "no database 203.0.113.66")
	before := len(tree(t, filepath.Join(state, "archive")))
	var talk bytes.Buffer
	a := &app{out: io.Discard, err: &talk}
	if code := run(t.Context(), a, []string{"archive", "forget", "203.0.113.66", "--config", config, "--state-dir", state}); code != 0 || before == 0 {
		t.Fatalf("code %d, %d files: %s", code, before, &talk)
	}
	for name, text := range tree(t, state) {
		if strings.Contains(text, "203.0.113.66") {
			t.Errorf("%s still names it", name)
		}
	}
}

// A person's own copies of reports are not touched, and he is told which still name
// whoever is to be forgotten.
func TestSavedReportsThatStay(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"20261110T060000Z.txt": "203.0.113.66 asked", "20261110T060000Z.html": "<td>203.0.113.66</td>", "20261110T120000Z.ndjson": `{"who":"Anna"}`,
		"20261111T060000Z.txt": "203.0.113.6 and 198.51.100.7 asked", "notes.txt": "203.0.113.66",
	} {
		put(t, dir, name, text)
	}
	if err := os.Symlink("20261110T060000Z.txt", filepath.Join(dir, "latest.txt")); err != nil {
		t.Fatal(err)
	}
	what, err := forgotten([]string{"203.0.113.66", "anna"})
	if err != nil {
		t.Fatal(err)
	}
	files, err := savedOf(dir, what)
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	if want := []string{"20261110T060000Z.html", "20261110T060000Z.txt", "20261110T120000Z.ndjson"}; err != nil || !slices.Equal(files, want) {
		t.Errorf("%q: %v, want %q", files, err, want)
	}
}

// The columns that the help of export shows are columns.
func TestExportExamples(t *testing.T) {
	t.Parallel()
	shown := 0
	for line := range strings.Lines(newArchiveExport(&app{}).Example) {
		f := strings.Fields(line)
		i := slices.Index(f, "--columns")
		if i < 0 {
			continue
		}
		shown++
		var talk bytes.Buffer
		a := &app{out: io.Discard, err: &talk}
		if code := run(t.Context(), a, []string{"archive", "export", f[3], "--columns", f[i+1], "--config", os.DevNull, "--state-dir", t.TempDir()}); code != 0 {
			t.Errorf("%s: %s", strings.TrimSpace(line), &talk)
		}
	}
	if shown == 0 {
		t.Error("no example has columns")
	}
}
