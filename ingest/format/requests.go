package format

import (
	"bytes"

	"gumshoe/ingest"
)

// requests reads the access lines that web applications write to the journal or
// to syslog under a name of their own: gunicorn, uvicorn, uWSGI, Rails, Gin, and those
// with a form of their own.
type requests struct{ formats []lineParser }

func newRequests(h *shared) messenger {
	return &requests{[]lineParser{newAccess(h.setup), newGinLog(h.setup), newPythonAccess(h.setup), newUWSGI(h.setup), newRailsLog(h.setup), newAppAccess(h.setup), newIstio(h.setup)}}
}

// message implements messenger. A stamp of the line's own goes before that of the
// envelope.
func (m *requests) message(msg []byte, ev *ingest.Event) string {
	if len(msg) == 0 || msg[0] == '{' || bytes.IndexByte(msg, '"') < 0 && bytes.IndexByte(msg, '|') < 0 && msg[0] != '[' && !startsAddress(msg, 0) {
		return whyMessage
	}
	envelope := *ev
	for _, f := range m.formats {
		if f.Parse(msg, ev) != ingest.Parsed {
			continue
		}
		if ev.Time == 0 {
			ev.Time = envelope.Time
		}
		ev.Host, ev.Program, ev.PID = envelope.Host, envelope.Program, envelope.PID
		return ""
	}
	*ev = envelope
	return whyMessage
}
