package report

import (
	"fmt"
	"strings"
	"time"

	"gumshoe/analyze"
)

// SyslogMessage is a case as RFC 5424 writes it, without the framing of a
// transport.
type SyslogMessage struct {
	Severity int // 2 critical to 6 informational
	Text     []byte
}

// syslogSeverity is the severity of each level (RFC 5424, 6.2.1).
var syslogSeverity = [...]int{analyze.Info: 6, analyze.Low: 5, analyze.Medium: 4, analyze.High: 3, analyze.Critical: 2}

// authpriv is the facility for security messages.
const authpriv = 10

// Syslog writes every case as an RFC 5424 message with an ECS document as its
// text, worst first. A message stays below 8 KB, the limit of most receivers.
func Syslog(r Report) ([]SyslogMessage, error) {
	planned := r.Plan.Outcomes()
	var out []SyslogMessage
	for _, c := range r.all() {
		var b strings.Builder
		severity := syslogSeverity[c.Level]
		fmt.Fprintf(&b, "<%d>1 %s %s gumshoe - %s - ", authpriv*8+severity, r.Now.UTC().Format(time.RFC3339), syslogName(r.Host, 255), syslogName(c.Kind, 32))
		if err := writeJSON(&b, r.ecs(c, planned[c.ID], ecsBounds{text: 200, related: 40})); err != nil {
			return nil, fmt.Errorf("writing case %q: %w", c.ID, err)
		}
		out = append(out, SyslogMessage{severity, []byte(strings.TrimSuffix(b.String(), "\n"))})
	}
	return out, nil
}

// OctetCounted frames a message for a stream (RFC 6587, 3.4.1; RFC 5425 over
// TLS): its length, a space, the message.
func OctetCounted(message []byte) []byte {
	return append(fmt.Appendf(nil, "%d ", len(message)), message...)
}

// syslogName is a header field: printable ASCII without spaces, "-" for none.
func syslogName(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return orElse(s[:min(len(s), limit)], "-")
}
