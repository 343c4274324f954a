package format

import "gumshoe/ingest"

// stranger reads the syslog messages of programs without a messenger of their
// own, in which applications of every kind log.
type stranger struct {
	apps   messenger
	drupal messenger // logs under the name of its site
}

func newStranger(h *shared) messenger { return &stranger{newApps(h), newDrupal(h)} }

// message implements messenger.
func (s *stranger) message(msg []byte, ev *ingest.Event) string {
	if s.drupal.message(msg, ev) == "" {
		return ""
	}
	switch why := s.apps.message(msg, ev); why {
	case whyQuiet:
		return whyProgram
	default:
		return why
	}
}
