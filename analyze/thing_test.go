package analyze

import (
	"testing"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Every account, path and agent is found by its id, and an unknown id is nothing.
func TestThings(t *testing.T) {
	in := watched(signedIn(time.Hour, "192.0.2.1", "anna"), signedIn(time.Hour, "192.0.2.2", "bert"), page(time.Hour, "192.0.2.3", "/lost", 0, 404))
	n := 0
	for _, kind := range []window.ObjectKind{window.AccountObject, window.PathObject, window.AgentObject} {
		things := in.Set.Things(kind)
		for i := range things {
			n++
			if got := in.Thing(things[i].ID); got != &things[i] {
				t.Errorf("%s is not found", things[i].Name.Text)
			}
		}
	}
	if n != 3 {
		t.Errorf("%d things, want two accounts and a path", n)
	}
	if in.Thing(12345) != nil || in.Exists(12345) || in.Refused(12345) != 0 {
		t.Error("something is known of an unknown id")
	}
}

// An agent is known by what anybody asked for with it in any hour.
func TestPictured(t *testing.T) {
	by := func(ev ingest.Event, agent string) ingest.Event {
		ev.Agent, ev.Client = []byte(agent), ingest.Client{ID: ingest.Hash{}.String(agent)}
		return ev
	}
	in := watched(by(page(5*time.Hour, "192.0.2.1", "/logo.png", ingest.PathStatic, 200), "reader"), by(page(time.Hour, "192.0.2.1", "/", 0, 200), "reader"),
		by(page(time.Hour, "192.0.2.2", "/", 0, 200), "copyist"))
	agents := in.Set.Things(window.AgentObject)
	if len(agents) != 2 {
		t.Fatalf("%d agents, want 2", len(agents))
	}
	for i := range agents {
		if a := &agents[i]; in.Pictured(a.ID) != (len(a.Hours) == 2) {
			t.Errorf("an agent of %d hours: %v", len(a.Hours), in.Pictured(a.ID))
		}
	}
	if in.Pictured(12345) {
		t.Error("something is known of an unknown id")
	}
}
