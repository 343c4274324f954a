package report

import (
	"fmt"
	"strings"
	"time"

	"gumshoe/analyze"
)

// SyslogMessage is a case as the machine's own syslog daemon takes it from programs,
// and passes it on as its configuration says.
type SyslogMessage struct {
	Severity int // 2 critical to 6 informational
	Text     []byte
}

// syslogSeverity is the severity of each level (RFC 5424, 6.2.1).
var syslogSeverity = [...]int{analyze.Info: 6, analyze.Low: 5, analyze.Medium: 4, analyze.High: 3, analyze.Critical: 2}

// authpriv is the facility for security messages.
const authpriv = 10

// Syslog writes every case as a message with an ECS document as its text, worst first.
// The form is the C library's, which journald and rsyslog expect on their socket;
// neither understands RFC 5424 there. A message stays below 8 KB, the limit of most
// receivers.
func Syslog(r Report) ([]SyslogMessage, error) {
	planned := r.Plan.Outcomes()
	var out []SyslogMessage
	for _, c := range r.all() {
		var b strings.Builder
		severity := syslogSeverity[c.Level]
		fmt.Fprintf(&b, "<%d>%s gumshoe: ", authpriv*8+severity, r.Now.In(r.location()).Format(time.Stamp))
		if err := writeJSON(&b, r.ecs(c, planned[c.ID], ecsBounds{text: 200, related: 40})); err != nil {
			return nil, fmt.Errorf("writing case %q: %w", c.ID, err)
		}
		out = append(out, SyslogMessage{severity, []byte(strings.TrimSuffix(b.String(), "\n"))})
	}
	return out, nil
}
