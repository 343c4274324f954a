package format

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
	"gumshoe/ingest/source"
)

// corpora are logs of this project: the samples, two scenarios, and of the site
// what is not compressed. With LOGS=DIR in the environment they are all logs of
// this project and every log below that directory.
func corpora(t testing.TB) []ingest.Source {
	t.Helper()
	dirs := []string{samples, "../../testdata/site", "../../testdata/scenarios/injection", "../../testdata/scenarios/breakin"}
	more := os.Getenv("LOGS")
	if more != "" {
		dirs = []string{samples, "../../testdata/site", "../../testdata/scenarios", more}
	}
	sources, _, err := source.Expand(t.Context(), dirs, source.Options{Detect: Detect})
	if err != nil || len(sources) == 0 {
		t.Fatalf("no logs in %s: %v", dirs, err)
	}
	return slices.DeleteFunc(sources, func(s ingest.Source) bool { return more == "" && strings.HasSuffix(s.Name(), ".gz") })
}

// Whatever log a line stands in, the parsers say of it what the plain path says.
func TestPlainPathAgrees(t *testing.T) {
	seen := map[extent]int{}
	for _, s := range corpora(t) {
		in, err := s.Open()
		if err != nil {
			t.Fatal(err)
		}
		ctx := ingest.Context{Location: s.Location(), Anchor: s.Anchor()}
		p := s.Format().NewParser(ctx)
		text := bufio.NewScanner(in)
		text.Buffer(nil, ingest.MaxLine)
		for n := 1; text.Scan(); n++ {
			var ev ingest.Event
			result := p.Parse(text.Bytes(), &ev)
			want, known := plainly(text.Text(), ctx)
			seen[known]++
			if diff := disagreement(text.Bytes(), ctx, &want, known, &ev, result); diff != "" {
				t.Errorf("%s:%d: %s\n%s", s.Name(), n, text.Text(), diff)
			}
		}
		if err := text.Err(); err != nil {
			t.Errorf("%s: %v", s.Name(), err)
		}
		in.Close()
	}
	t.Logf("the plain path knows %d lines, the envelope of %d, and not %d", seen[whole]+seen[partly], seen[enveloped], seen[foreign])
	if seen[whole] < 10000 || seen[partly] < 50 || seen[enveloped] < 1000 {
		t.Errorf("the plain path knows too few lines to compare with: %v", seen)
	}
}

// disagreement compares what a parser made of a line with the plain path's
// reading of it. Of a line that it knows by the envelope alone the parser may
// know better, and only the envelopes are compared.
func disagreement(line []byte, ctx ingest.Context, want *ingest.Event, known extent, got *ingest.Event, result ingest.Result) string {
	switch {
	case known <= refused:
		return ""
	case known == enveloped:
		c := newClock(ctx)
		var ev ingest.Event
		ev.Reset()
		if _, ok := c.open(line, &ev); !ok {
			return "no envelope"
		}
		return cmp.Diff(told(want), told(&ev))
	case result != ingest.Parsed:
		return "gave no event"
	}
	w, g := told(want), told(got)
	if url := wholeURL.FindStringSubmatch(w.Target); url != nil && g.VHost != "" && strings.HasPrefix(url[1], g.VHost) && (g.Target == url[2] || g.Target+url[2] == "/") {
		w.VHost, w.Target = g.VHost, g.Target // the lines around it tell that the server always writes the host
	}
	if known == partly {
		w.Kind, w.Account, w.Count = g.Kind, g.Account, g.Count
	}
	return cmp.Diff(w, g)
}

// wholeURL is a target with its host: host and port, path.
var wholeURL = regexp.MustCompile(`(?is)^(?:http|ws)s?://([^/?]+)(/.*)?$`)

// FuzzPlainPath looks for a line that the plain path and its format's own parser
// read in two ways. What the plain path refuses the parser must refuse.
func FuzzPlainPath(f *testing.F) {
	for _, file := range []string{"combined.log", "vhost_combined.log", "sshd.log", "postfix.log", "dovecot.log", "envelopes.log"} {
		lines, _, _ := readSamples(f, filepath.Join(samples, file))
		for _, s := range lines {
			f.Add(string(s.line))
		}
	}
	f.Add(`192.0.2.66 - - [10/Nov/2026:13:55:36 +0000] "GET wss://www.example.org:8443 HTTP/2.0" 200 512`)
	f.Add(`192.0.2.66 - - [10/Nov/2026:13:55:36 +0000] "GET https://<b>/ HTTP/2.0" 200 512`)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	ctx := ingest.Context{Location: berlin, Anchor: surroundings.Anchor}
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) > ingest.MaxLine {
			return
		}
		want, known := plainly(line, ctx)
		if known == foreign {
			return
		}
		parse := newSyslog
		if want.Service == ingest.ServiceWeb || plainCommon.MatchString(line) || plainVHost.MatchString(line) {
			parse = newAccess
		}
		var ev ingest.Event
		p := parse(setup{Context: ctx, known: unsampled, seen: new(traits)})
		result := p.Parse([]byte(line), &ev)
		if known == refused && result != ingest.Unparsed {
			t.Errorf("%q is of no date or of no address, and gave %+v", line, told(&ev))
		}
		if diff := disagreement([]byte(line), ctx, &want, known, &ev, result); diff != "" {
			t.Errorf("%q:\n%s", line, strings.TrimSpace(diff))
		}
	})
}
