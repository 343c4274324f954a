package format

import (
	"testing"

	"gumshoe/ingest"
)

// Whom a proxy named counts while the request before it cannot have named him.
func TestASMForwarded(t *testing.T) {
	for line, want := range map[string]string{
		`Nov 20 10:00:00 bigip1 ASM:request_status="blocked",ip_client="10.0.0.1",query_string="a",x_forwarded_for_header_value="203.0.113.7",uri="/"`:                                             "203.0.113.7",
		`Nov 20 10:00:00 bigip1 ASM:request_status="blocked",ip_client="10.0.0.1",query_string="a",x_forwarded_for_header_value="8.8.8.8",b="",x_forwarded_for_header_value="203.0.113.7",uri="/"`: "",
	} {
		var ev ingest.Event
		Detect("asm.log", []byte(line+"\n")).NewParser(ingest.Context{}).Parse([]byte(line), &ev)
		if string(ev.Forwarded) != want {
			t.Errorf("%s\nforwarded %q, want %q", line, ev.Forwarded, want)
		}
	}
}
