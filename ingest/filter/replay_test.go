package filter

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

// installed are the filters of fail2ban, where it is installed.
const installed = "/etc/fail2ban/filter.d"

func needFail2ban(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("fail2ban-regex"); err != nil {
		t.Skip("needs fail2ban's own filters to compare with: apt-get install fail2ban")
	}
}

// TestReplay reads our own samples with the filters that are installed, once by
// fail2ban itself: the same lines must give the same hosts. A line is known by its
// stamp.
func TestReplay(t *testing.T) {
	needFail2ban(t)
	logs, err := filepath.Glob("testdata/replay/*.log")
	if err != nil || len(logs) < 15 {
		t.Fatal(logs, err)
	}
	for _, log := range logs {
		name := strings.TrimSuffix(filepath.Base(log), ".log")
		names := []string{name}
		if name == "sshd" || name == "postfix" || name == "dovecot" || name == "exim" {
			names = append(names, name+"[mode=aggressive]")
		}
		for _, name := range names {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				want := theirs(t, log, name)
				if len(want) == 0 {
					t.Error("fail2ban finds nothing: the sample shows nothing")
				}
				if diff := cmp.Diff(want, ours(t, log, name)); diff != "" {
					t.Errorf("-fail2ban +gumshoe:\n%s", diff)
				}
			})
		}
	}
}

// row is a line of fail2ban-regex: ['192.0.2.1', 1795168800.0, {...}],
var row = regexp.MustCompile(`(?m)^\['([^']*)',\t([0-9.]+),`)

func theirs(t *testing.T, log, name string) (found []string) {
	cmd := exec.Command("fail2ban-regex", "--log-level", "CRITICAL", "--raw", "--out", "row", log, name)
	cmd.Env = append(os.Environ(), "TZ=UTC")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, m := range row.FindAllSubmatch(out, -1) {
		seconds, err := strconv.ParseFloat(string(m[2]), 64)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, when(int64(seconds)*1000)+" "+strings.TrimPrefix(string(m[1]), "::ffff:"))
	}
	slices.Sort(found)
	return found
}

func ours(t *testing.T, log, name string) (found []string) {
	spec, err := ParseSpec(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(os.DirFS(installed), spec)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	p := parserOf(f)
	var ev ingest.Event
	for line := range strings.Lines(string(text)) {
		if p.Parse([]byte(line), &ev) != ingest.Parsed || ev.Kind == ingest.KindAuthSuccess {
			continue
		}
		host := string(ev.SrcHost)
		if ev.Src.IsValid() {
			host = ev.Src.String()
		}
		found = append(found, when(ev.Time)+" "+host)
	}
	slices.Sort(found)
	return found
}

// when leaves the year out: fail2ban takes that of its clock.
func when(milli int64) string { return time.UnixMilli(milli).UTC().Format("01-02 15:04:05") }

// untranslated are the files of Debian's fail2ban that are no filters by
// themselves, or need options that another file gives.
var untranslated = []string{"apache-common", "botsearch-common", "common", "exim-common", "selinux-common"}

// TestInstalled: every pattern of every installed filter can be used.
func TestInstalled(t *testing.T) {
	needFail2ban(t)
	files, err := filepath.Glob(filepath.Join(installed, "*.conf"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d filters, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".conf")
		f, err := Load(os.DirFS(installed), Spec{Name: name})
		if err != nil {
			if !slices.Contains(untranslated, name) {
				t.Error(err)
			}
			continue
		}
		for _, p := range f.Problems() {
			t.Error(p)
		}
	}
}
