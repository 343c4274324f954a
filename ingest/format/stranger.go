package format

import "gumshoe/ingest"

// stranger reads the syslog messages of programs without a messenger of their
// own, in which applications of every kind log.
type stranger struct {
	apps   messenger
	cef    messenger // events for a SIEM
	drupal messenger // logs under the name of its site
	cisco  messenger // ... under that of the event
	kernel messenger // UniFi's logs under none
	web    messenger // applications that serve the web themselves
}

func newStranger(h *shared) messenger {
	return &stranger{newApps(h), newCEF(h), newDrupal(h), newCisco(h), newKernel(h), newRequests(h)}
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
	if len(ev.Program) == 0 {
		return s.kernel.message(msg, ev)
	}
	if s.web.message(msg, ev) == "" {
		return ""
	}
	switch why := s.apps.message(msg, ev); why {
	case whyQuiet:
		return whyProgram
	default:
		return why
	}
}
