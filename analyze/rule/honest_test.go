package rule

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write honest.txt anew, of the samples in testdata/logs")

// envelope finds the program of a line behind a syslog envelope.
var envelope = regexp.MustCompile(`^(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT\S+) \S+ ([\w/.-]+)(?:\[\d+\])?: `)

// honestSamples are the lines of quiet days among the samples, which stand each under
// the event that is expected of it.
func honestSamples(t *testing.T) (out []string) {
	t.Helper()
	files, err := filepath.Glob("../../testdata/logs/*.log")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d samples: %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var ev struct {
			Kind, Src string
			Status    int
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\r\n")
			if said, ok := strings.CutPrefix(line, "# {"); ok {
				ev.Kind, ev.Src, ev.Status = "", "", 0
				_ = json.Unmarshal([]byte("{"+said), &ev)
				continue
			}
			quiet := slices.Contains([]string{"auth_success", "connect", "session", "http_request"}, ev.Kind) && ev.Src != "" && ev.Status < 400
			if quiet && !strings.HasPrefix(line, "#") && !strings.Contains(line, "\t") {
				program := ""
				if m := envelope.FindStringSubmatch(line); m != nil {
					program = m[1]
				}
				out = append(out, program+"\t"+line)
			}
			ev.Kind = ""
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// The honest samples of all formats are among the lines that a rule is tried on. A few
// may be newer than the list.
func TestHonestSamples(t *testing.T) {
	samples := honestSamples(t)
	if *update {
		if err := os.WriteFile("honest.txt", []byte(strings.Join(samples, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	missing := 0
	for _, s := range samples {
		if !strings.Contains(honestFile, s+"\n") {
			missing++
		}
	}
	if len(samples) < 100 || missing*10 > len(samples) {
		t.Errorf("%d of %d honest samples are not in honest.txt; go test ./analyze/rule -update writes it", missing, len(samples))
	}
}

// A proposal that also meets an honest sample is refused, whatever it was made for.
func TestHonestSamplesAreSpared(t *testing.T) {
	const program, line = "vsftpd", `Nov 20 10:00:00 web1 vsftpd[3]: [eve] OK LOGIN: Client "203.0.113.9"`
	evidence := Samples(program, []string{line})
	if len(evidence) != 1 {
		t.Fatalf("%d samples of %q", len(evidence), line)
	}
	pattern := `^\[[a-z]+\] OK LOGIN: Client "` + AddrGroup + `"$`
	if _, err := Check(pattern, evidence, nil); err == nil || !strings.Contains(err.Error(), "no threat") {
		t.Errorf("a rule for good logins: %v", err)
	}
}
