package format

import (
	"path/filepath"
	"testing"

	"gumshoe/ingest"
)

// What is read is shown: every whole-line format and every daemon has a sample
// line that gives an event by its own parser, not by a neighbour's.
func TestEveryParserHasSamples(t *testing.T) {
	shown := map[string]bool{}
	paths, err := filepath.Glob(filepath.Join(samples, "*.log"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, path := range paths {
		lines, log, ctx := readSamples(t, path)
		detected := Detect("", log).(*chosen)
		own := detected.NewParser(ctx).(*chain)
		envelopes := newSyslog(setup{Context: ctx, known: unsampled, seen: new(traits)}).(*syslog)
		var ev ingest.Event
		for _, s := range lines {
			if own.primary != nil && own.primary.Parse(s.line, &ev) == ingest.Parsed {
				shown[detected.Name()] = true
			}
			if d := speakerOf(envelopes, s.line); d != "" {
				shown["daemon "+d] = true
			}
		}
	}
	for _, e := range Catalog() {
		key := e.Name
		if e.Daemon {
			key = "daemon " + key
		}
		if !shown[key] {
			t.Errorf("%s: no sample in %s gives an event of it", key, samples)
		}
	}
}

// speakerOf names the daemon whose own messenger makes an event of a line; ""
// for PAM's messages, strangers and lines that say nothing.
func speakerOf(p *syslog, line []byte) string {
	var ev ingest.Event
	ev.Reset()
	msg, ok := p.open(line, &ev)
	if !ok || isPAM(ev.Program, msg) {
		return ""
	}
	if inner, _, ok := repeated(msg); ok {
		msg = inner
	}
	for _, e := range Catalog() {
		if e.Daemon && e.Serves(string(ev.Program)) && p.messenger(ev.Program).message(msg, &ev) == "" {
			return e.Name
		}
	}
	return ""
}
