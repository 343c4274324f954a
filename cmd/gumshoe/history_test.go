package main

import (
	"testing"
	"time"

	"gumshoe/ingest/archive"
	"gumshoe/ingest/window"
)

// Who asks the archive for the hours of nobody gets nobody's, not everybody's.
func TestLoadNobody(t *testing.T) {
	t.Parallel()
	d := newDoor(t, prober, "")
	if o := d.run("analyze", "--last", "8h"); o.code != 0 {
		t.Fatal(o.err)
	}
	s := defaults()
	s.StateDir = d.state
	m, err := (&app{}).remember(t.Context(), &job{Settings: s, DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	load := func(only bool) *window.Set {
		r := remembering{memory: m, logs: &logs{}, store: window.NewStore(window.Options{Hash: m.hash}), coverage: newCoverage()}
		if err := r.load(t.Context(), archive.Query{To: time.Now().Add(time.Hour)}, archive.Query{}, window.Keys{}, only); err != nil {
			t.Fatal(err)
		}
		return r.store.Set()
	}
	all, nobody := load(false), load(true)
	if len(all.Units()) == 0 || len(all.Things(window.PathObject)) == 0 {
		t.Fatal("nothing was archived")
	}
	if n := len(nobody.Units()); n > 0 {
		t.Errorf("%d sources", n)
	}
	for kind, name := range map[window.ObjectKind]string{window.AccountObject: "accounts", window.PathObject: "paths", window.AgentObject: "agents"} {
		if n := len(nobody.Things(kind)); n > 0 {
			t.Errorf("%d %s", n, name)
		}
	}
}
