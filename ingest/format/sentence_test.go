package format

import (
	"testing"

	"gumshoe/ingest"
)

func TestSentence(t *testing.T) {
	front := say(ingest.KindAuthFailure, "from {addr:port}: user '{user}'[[, {words}]]")
	back := say(ingest.KindAuthFailure, "user '{user}' from {peer}[[ via {word}]]")
	both := say(ingest.KindAuthFailure, "user '{user}' from {peer}, agent '{text}'")
	for _, c := range []struct {
		says            *repertoire
		msg             string
		src, host, user string
	}{
		{back, "user 'root' from 192.0.2.1", "192.0.2.1", "", "root"},
		{back, "user 'root' from [2001:db8::1] via ssh", "2001:db8::1", "", "root"},
		{back, "user 'root' from 192.0.2.1:22", "192.0.2.1", "", "root"},
		{back, "user 'root' from ::ffff:192.0.2.1:22", "192.0.2.1", "", "root"},
		{back, "user 'root' from [2001:db8::1]:22", "2001:db8::1", "", "root"},
		{back, "user 'root' from mail.example.org", "", "mail.example.org", "root"},
		{back, "user '' from 192.0.2.1", "192.0.2.1", "", ""},
		// The client's text stands before its address: the last one is the daemon's.
		{back, "user 'x' from 203.0.113.9' from 192.0.2.1", "192.0.2.1", "", "x' from 203.0.113.9"},
		{back, "user 'x' from 203.0.113.9 via ssh' from 192.0.2.1 via ssh", "192.0.2.1", "", "x' from 203.0.113.9 via ssh"},
		// ... or behind it: the first one is.
		{front, "from 192.0.2.1:22: user 'root', once", "192.0.2.1", "", "root"},
		{front, "from 2001:db8::1:22: user 'root'", "2001:db8::1", "", "root"},
		{front, "from 192.0.2.1:22: user 'from 203.0.113.9:22: user 'x''", "192.0.2.1", "", "from 203.0.113.9:22: user 'x'"},
		// ... or on both sides: two readings are no answer.
		{both, "user 'root' from 192.0.2.1, agent 'curl'", "192.0.2.1", "", "root"},
		{both, "user 'root' from 192.0.2.1, agent 'x' from 192.0.2.1, agent ''", "192.0.2.1", "", "root"},
		{both, "user 'x' from 203.0.113.9, agent '' from 192.0.2.1, agent 'curl'", "", "", "x"},
	} {
		var ev ingest.Event
		ev.Reset()
		if !c.says.tell([]byte(c.msg), &ev) {
			t.Errorf("%q: no match", c.msg)
			continue
		}
		src := ""
		if ev.Src.IsValid() {
			src = ev.Src.String()
		}
		if src != c.src || string(ev.SrcHost) != c.host || string(ev.User) != c.user {
			t.Errorf("%q: src %q host %q user %q, want %q %q %q", c.msg, src, ev.SrcHost, ev.User, c.src, c.host, c.user)
		}
	}
	for _, msg := range []string{"", "user 'root' from ", "user 'root' from 192.0.2.1 port 2 via ssh", "USER 'root' from 192.0.2.1", "xuser 'root' from 192.0.2.1"} {
		var ev ingest.Event
		if back.tell([]byte(msg), &ev) {
			t.Errorf("%q matches", msg)
		}
	}
}

// A text made to be read in very many ways must cost little and accuse nobody.
func TestSentenceGivesUp(t *testing.T) {
	says := say(ingest.KindAuthFailure, "{text} a {text} a {user} a {peer} a {text}")
	msg := []byte("x")
	for range 400 {
		msg = append(msg, " a 203.0.113.9"...)
	}
	msg = append(msg, " a 192.0.2.1 a x"...)
	var ev ingest.Event
	if says.tell(msg, &ev) && ev.Src.IsValid() {
		t.Errorf("accuses %v", ev.Src)
	}
}

func TestMember(t *testing.T) {
	const line = `{"a":"x\"y","src_ip":"192.0.2.1","user":"\",\"src_ip\":\"203.0.113.9","in":{"src_ip":"203.0.113.9"},"n":[1,{"b":2}],"last":7}`
	for name, want := range map[string]string{"a": `x\"y`, "src_ip": "192.0.2.1", "in": `{"src_ip":"203.0.113.9"}`, "n": `[1,{"b":2}]`, "last": "7"} {
		if got, ok := member([]byte(line), name); !ok || string(got) != want {
			t.Errorf("member(%q) = %q, %v, want %q", name, got, ok, want)
		}
	}
	for _, bad := range []string{"", "{", `{"a`, `{"a"`, `{"a":`, `{"b":1}`, `["a"]`, `{"x":"\`, `{a:1}`} {
		if got, ok := member([]byte(bad), "a"); ok {
			t.Errorf("member of %q is %q", bad, got)
		}
	}
}
