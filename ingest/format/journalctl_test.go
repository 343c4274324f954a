package format

import (
	"fmt"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// journalctl's JSON writes a message that is not printable UTF-8 as an array of
// its bytes, which is what an attacker makes of a name that he wants to hide.
func TestJournalOctets(t *testing.T) {
	octets := func(message string) string {
		return strings.ReplaceAll(strings.Trim(fmt.Sprint([]byte(message)), "[]"), " ", ",")
	}
	const spoken = "Failed password for r\xffot from 192.0.2.9 port 4000 ssh2"
	for _, c := range []struct {
		what, message, user string
		want                ingest.Result
	}{
		{"bytes", "[" + octets(spoken) + "]", "r\xffot", ingest.Parsed},
		{"bytes with blanks between", "[" + strings.ReplaceAll(octets(spoken), ",", ", ") + "]", "r\xffot", ingest.Parsed},
		{"text", `"Failed password for root from 192.0.2.9 port 4000 ssh2"`, "root", ingest.Parsed},
		{"a number that is no byte", "[" + octets(spoken) + ",256]", "", ingest.Ignored},
		{"an array without an end", "[" + octets(spoken), "", ingest.Ignored},
		{"an empty array", "[]", "", ingest.Ignored},
	} {
		t.Run(c.what, func(t *testing.T) {
			line := `{"__REALTIME_TIMESTAMP":"1795168809123456","_HOSTNAME":"host","SYSLOG_IDENTIFIER":"sshd","_PID":"9","MESSAGE":` + c.message + `}`
			f, _ := ByName("json")
			var ev ingest.Event
			got := f.NewParser(ingest.Context{}).Parse([]byte(line), &ev)
			if (got == ingest.Parsed) != (c.want == ingest.Parsed) || string(ev.User) != c.user {
				t.Errorf("got %v, user %q; want %v, user %q", got, ev.User, c.want, c.user)
			}
			if c.want == ingest.Parsed && ev.Src.String() != "192.0.2.9" {
				t.Errorf("source %v", ev.Src)
			}
		})
	}
}
