package payload

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"gumshoe/ingest"
)

// FuzzInspect: whatever the target, what comes out is bounded and printable, and
// memory and reused scratch space change nothing.
func FuzzInspect(f *testing.F) {
	for _, group := range attacks {
		f.Add([]byte("/search?q=" + group.values[0]))
	}
	f.Add([]byte("/a/%2e%2e/%u002e?x=%00&y[]={{1}}&'=\\x22#z"))
	e := New(ingest.Hash{})
	f.Fuzz(func(t *testing.T, target []byte) {
		r := Inspect(target)
		if len(r.Text) > maxTemplate+utf8.UTFMax || !utf8.ValidString(r.Text) {
			t.Errorf("template %q", r.Text)
		}
		if len(r.Param) > maxParam || r.Stage > ingest.StageExecute || r.Flags&pathShell != 0 {
			t.Errorf("%+v", r)
		}
		for range 2 {
			ev := ingest.Event{Kind: ingest.KindHTTPRequest, Method: []byte("OPTIONS"), Target: target}
			e.Enrich(&ev)
			if ev.Request != r {
				t.Errorf("remembered %+v, afresh %+v", ev.Request, r)
			}
		}
	})
}

// FuzzClean: what the single scan passes as clean has nothing for any rule.
func FuzzClean(f *testing.F) {
	f.Add([]byte("/a/b.html?c=d+e%20f&g=%C3%A9"))
	f.Add([]byte("/search?q=how+to+union+and"))
	f.Fuzz(func(t *testing.T, target []byte) {
		if !clean(target) {
			return
		}
		path, query, _ := bytes.Cut(target, []byte{'?'})
		in := inspector{}
		in.closer(path, query, target)
		if in.class != 0 {
			t.Errorf("%q passed as clean: class %q, stage %d", target, in.class, in.stage)
		}
	})
}

// FuzzHeader: no agent or referer panics or grows.
func FuzzHeader(f *testing.F) {
	f.Add([]byte("() { :;}; echo"))
	f.Add([]byte("https://x.example/?q=%27<script>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		in := inspector{}
		in.header(text, fromAgent, ingest.Hash{})
		in.header(text, fromReferer, ingest.Hash{})
	})
}
