package window

import (
	"fmt"
	"net/netip"
	"testing"

	"gumshoe/ingest"
)

// What a request is beside a request: with a name and a 401 a failed login, with a
// name and a 2xx a good one. Who is asked for a password has not failed, and what
// is missing or broken says nothing of the name.
func TestSignOn(t *testing.T) {
	for _, c := range []struct {
		user   string
		status uint16
		want   string
	}{
		{"", 401, ""}, {"anna", 401, "auth_failure"}, {"anna", 200, "auth_success"}, {"anna", 207, "auth_success"},
		{"anna", 304, ""}, {"anna", 403, ""}, {"anna", 404, ""}, {"anna", 500, ""}, {"", 200, ""},
	} {
		b := NewStore(Options{Logs: []string{"access.log"}})
		builder := b.Builder()
		builder.Begin(0)
		ev := ingest.Event{Time: 1_000, Src: netip.MustParseAddr("192.0.2.7"), Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest, Count: 1,
			Method: []byte("GET"), User: []byte(c.user), Status: c.status}
		builder.Add(&ev, ingest.Origin{Offset: 77})
		set := b.Set()
		got := ""
		for _, u := range set.Units() {
			for i := range u.Rows {
				if set.Service(u.Rows[i].Service) != ingest.ServiceApp {
					continue
				}
				for _, touch := range u.Touches(&u.Rows[i]) {
					got = touch.Kind.String()
					if set.Name(touch.Name).Text != c.user || touch.Offset != 77 {
						t.Errorf("%q %d: %q at %d", c.user, c.status, set.Name(touch.Name).Text, touch.Offset)
					}
				}
			}
		}
		if got != c.want {
			t.Errorf("%q %d: %q, want %q", c.user, c.status, got, c.want)
		}
		logs := set.Things(LogObject)
		if len(logs) != 1 || logs[0].Hours[0].Events != 1 {
			t.Errorf("%q %d: the log has one line: %+v", c.user, c.status, logs)
		}
	}
}

// Who works all day under a name leaves a few lines of it, and room for what fails.
func TestWorkUnderAName(t *testing.T) {
	b := NewStore(Options{Logs: []string{"access.log"}})
	builder := b.Builder()
	builder.Begin(0)
	for i := range 3_000 {
		ev := ingest.Event{Time: int64(i) * 1_000, Src: netip.MustParseAddr("192.0.2.7"), Service: ingest.ServiceWeb, Kind: ingest.KindHTTPRequest, Count: 1,
			Method: []byte("GET"), User: []byte("anna"), Status: 200}
		if i%100 == 99 {
			ev.User, ev.Status = fmt.Appendf(nil, "name%d", i), 401
		}
		builder.Add(&ev, ingest.Origin{Offset: int64(i)})
	}
	set := b.Set()
	kinds := map[ingest.Kind]int{}
	u := set.Units()[0]
	for i := range u.Rows {
		if set.Service(u.Rows[i].Service) == ingest.ServiceApp {
			for _, touch := range u.Touches(&u.Rows[i]) {
				kinds[touch.Kind]++
			}
		}
	}
	if kinds[ingest.KindAuthSuccess] != keptEntries || kinds[ingest.KindAuthFailure] != 30 {
		t.Errorf("kept %v", kinds)
	}
}
