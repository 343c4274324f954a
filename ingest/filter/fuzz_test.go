package filter

import (
	"testing"
	"testing/fstest"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/format"
	"gumshoe/ingest/pyre"
)

// FuzzLoad reads configurations that nobody would write: no panic, no growth
// without end, and what loads reads lines.
func FuzzLoad(f *testing.F) {
	f.Add("[INCLUDES]\nbefore = x.conf\n[DEFAULT]\na = %(b)s\n[Definition]\nfailregex = ^<F-MLFID>x</F-MLFID> <HOST>$\n  <a>\n", "mode=1", "x 192.0.2.1")
	f.Add("[Definition]\nfailregex = a <HOST><SKIPLINES>b\nmaxlines = 3\ndatepattern = {^LN-BEG}\n{DATE}\n%%Y{EPOCH}\nignoreregex = c\n", "", "a 192.0.2.1")
	f.Add("[Definition]\na = <b><b>\nb = <c><c>\nc = <a>\nfailregex = <a>%(a)s", "x=\"<y>\"", "")
	f.Fuzz(func(t *testing.T, conf, params, line string) {
		spec, err := ParseSpec("x[" + params + "]")
		if err != nil {
			spec = Spec{Name: "x"}
		}
		dir := fstest.MapFS{"x.conf": {Data: []byte(conf)}, "y.local": {Data: []byte(conf)}}
		flt, err := Load(dir, spec)
		if err != nil {
			return
		}
		p := flt.NewParser(ingest.Context{})
		var ev ingest.Event
		for range 3 {
			p.Parse([]byte(line), &ev)
		}
		flt.Yearless([]byte(line))
	})
}

// FuzzQuickStamp: where the fast reader reads a stamp, the templates read the
// same one, and cut out as much.
func FuzzQuickStamp(f *testing.F) {
	for _, line := range []string{"Nov 20 10:00:00 host x: y", "Nov  1 10:00:00 2host x", "2026-11-20T10:00:00 host", "2026-02-31 10:00:00 x", "May 32 10:00:00 hosts", "Nov 20 10:00:00 1host a"} {
		f.Add(line)
	}
	dates := compiledUsual()
	clock := format.NewClock(ingest.Context{Anchor: time.Date(2026, time.November, 30, 0, 0, 0, 0, time.UTC)})
	f.Fuzz(func(t *testing.T, line string) {
		s, n := quickStamp([]byte(line))
		if n == 0 {
			return
		}
		var text pyre.Text
		text.Set([]byte(line))
		tmpl, loc := dates.match(&text)
		if tmpl == nil {
			t.Fatalf("%q: no template matches", line)
		}
		fast, _ := clock.Instant(s)
		if slow := tmpl.time([]byte(line), loc, clock); loc[2] != 0 || loc[3] != n || slow != fast {
			t.Errorf("%q: %d and its first %d bytes, by the templates %d and [%d:%d]", line, fast, n, slow, loc[2], loc[3])
		}
	})
}

// FuzzParse reads lines with a filter that has a bit of everything.
func FuzzParse(f *testing.F) {
	p := parserOf(open(f, "gate[mode=strict]"))
	f.Add("Nov 20 10:00:00 hall gated[7]: denied user anna from 192.0.2.1 port 4000")
	f.Add("hey hey stranger from ::1")
	f.Fuzz(func(t *testing.T, line string) {
		var ev ingest.Event
		if p.Parse([]byte(line), &ev) == ingest.Parsed && ev.Src.IsValid() == (len(ev.SrcHost) > 0) {
			t.Errorf("%q: address %v and host %q; one of them is it", line, ev.Src, ev.SrcHost)
		}
		if s := p.(*parser); len(s.sessions.order) > maxSessions || len(s.sessions.byID) != len(s.sessions.order) {
			t.Errorf("%d sessions, %d in order", len(s.sessions.byID), len(s.sessions.order))
		}
	})
}
