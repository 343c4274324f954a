package format

import (
	"testing"

	"gumshoe/ingest"
)

// A line that can tell of nobody is understood, and no riddle for whoever looks at
// what was not; a message that a door of the same daemon never said is one.
func TestHousekeeping(t *testing.T) {
	p := newSyslog(setup{}).(interface {
		ingest.Parser
		ingest.Explainer
	})
	for line, want := range map[string]string{
		"2026-11-20T10:00:00Z mx postfix/qmgr[1]: 4ABCDE1234: removed":                                                       whyQuiet,
		"2026-11-20T10:00:00Z mx postfix-out/smtp[1]: 4ABCDE1234: to=<a@example.org>, relay=b[198.51.100.8]:25, status=sent": whyQuiet,
		"2026-11-20T10:00:00Z mx rsyslogd[1]: imuxsock begins to drop messages":                                              whyQuiet,
		"2026-11-20T10:00:00Z mx postfix/smtpd[1]: what nobody ever said":                                                    whyPostfix,
		"2026-11-20T10:00:00Z mx qmgr[1]: what nobody ever said":                                                             whyProgram,
	} {
		var ev ingest.Event
		if result := p.Parse([]byte(line), &ev); result != ingest.Ignored || p.Reason() != want {
			t.Errorf("%s: %v, %q, want %q", line, result, p.Reason(), want)
		}
	}
}
