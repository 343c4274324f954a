package format

import (
	"bytes"

	"gumshoe/ingest"
)

// stranger reads the syslog messages of programs without a messenger of their
// own, in which applications of every kind log.
type stranger struct {
	apps   messenger
	cef    messenger    // events for a SIEM
	drupal messenger    // logs under the name of its site
	cisco  messenger    // ... under that of the event
	kernel messenger    // UniFi's logs under none
	web    messenger    // applications that serve the web themselves
	json   []lineParser // objects with a meaning of their own
	clock  *clock
}

func newStranger(h *shared) messenger {
	c := newClock(h.Context)
	return &stranger{newApps(h), newCEF(h), newDrupal(h), newCisco(h), newKernel(h), newRequests(h),
		[]lineParser{newOpenAppSec(h.setup), newModSecurityJSON(h.setup)}, &c}
}

// message implements messenger.
func (s *stranger) message(msg []byte, ev *ingest.Event) string {
	if why := s.cef.message(msg, ev); why != whyProgram {
		return why
	}
	if s.drupal.message(msg, ev) == "" {
		return ""
	}
	if said, ok := ciscoMessage(ev.Program, msg); ok && s.cisco.message(said, ev) == "" {
		return ""
	}
	if text, ok := logonMessage(ev.Program, msg); ok && tellLogon(text, ev) {
		return ""
	}
	if len(ev.Program) == 0 && s.kernel.message(msg, ev) == "" {
		return ""
	}
	if s.web.message(msg, ev) == "" || s.object(msg, ev) {
		return ""
	}
	switch why := s.apps.message(s.unstamped(msg), ev); why {
	case whyQuiet:
		return whyProgram
	default:
		return why
	}
}

// object reads a message that is one JSON object of a known kind.
func (s *stranger) object(msg []byte, ev *ingest.Event) bool {
	if len(msg) == 0 || msg[0] != '{' {
		return false
	}
	envelope := *ev
	for _, p := range s.json {
		if p.Parse(msg, ev) == ingest.Parsed {
			ev.Host, ev.Program, ev.PID = envelope.Host, envelope.Program, envelope.PID
			if ev.Time == 0 {
				ev.Time = envelope.Time
			}
			return true
		}
	}
	*ev = envelope
	return false
}

// unstamped takes off the stamp with which the messages begin of programs that
// were written for a log file.
func (s *stranger) unstamped(msg []byte) []byte {
	b := bytes.TrimPrefix(msg, []byte("["))
	if len(b) == 0 || !digit(b[0]) {
		return msg
	}
	_, rest, ok := s.clock.headStamp(b)
	if !ok {
		return msg
	}
	if len(b) < len(msg) {
		if rest, ok = cut(rest, "]"); !ok {
			return msg
		}
	}
	return trimLogging(trimLoguru(rest))
}
