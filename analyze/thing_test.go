package analyze

import (
	"testing"
	"time"

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
