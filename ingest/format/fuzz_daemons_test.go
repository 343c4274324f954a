package format

import (
	"testing"

	"gumshoe/ingest"
)

// FuzzSentences feeds the messages of the samples to every table of sentences:
// what they fill in must stand in the message, and so must the address.
func FuzzSentences(f *testing.F) {
	var c clock
	seed(f, "*.log", func(line []byte) []byte {
		var ev ingest.Event
		if msg, ok := c.open(line, &ev); ok {
			return msg
		}
		return line
	})
	tables := everySpeaker()
	f.Fuzz(func(t *testing.T, _, msg []byte) {
		for name, says := range tables {
			var ev ingest.Event
			ev.Reset()
			if !says.tell(msg, &ev) {
				continue
			}
			if ev.Src.IsValid() && !names(msg, ev.Src) {
				t.Errorf("%s: source %v is not in %q", name, ev.Src, msg)
			}
			assertBounded(t, msg, &ev)
		}
	})
}

// FuzzMember checks that a member is found inside the object, whatever it is.
func FuzzMember(f *testing.F) {
	f.Add([]byte(`{"a":"x\"y","user":{"user":[1,"}"]},"user":7}`), "user")
	f.Add([]byte(`{"t":{"$date":"2026-11-20T10:00:00.100+01:00"},"s":"I"}`), "t")
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		if value, ok := member(b, name); ok && len(value) >= len(b) {
			t.Errorf("member %q of %q is %q", name, b, value)
		}
	})
}
