package format

import (
	"bytes"

	"gumshoe/ingest"
)

// webMessenger reads what web servers send through syslog: access lines and the
// lines of both servers' error logs, with or without their own stamp.
type webMessenger struct {
	clock
	access accessMessenger
	errors webErrors
}

func newWebMessenger(h *shared) messenger {
	m := &webMessenger{clock: newClock(h.Context), access: accessMessenger{access{clock: newClock(h.Context), setup: h.setup}}, errors: webErrors{apps: newApps(h)}}
	return m
}

// message implements messenger.
func (m *webMessenger) message(msg []byte, ev *ingest.Event) string {
	if m.access.read(msg, ev) {
		return ""
	}
	if rest, _, ok := openNginxError(&m.clock, msg, ev); ok {
		return m.errors.nginx(rest, ev)
	}
	if rest, _, ok := openApacheError(&m.clock, msg, ev); ok {
		return m.errors.message(rest, ev)
	}
	return m.errors.apps.message(msg, ev)
}

// webErrors judges the messages of error logs, whose client is told by the
// server's own words around them.
type webErrors struct{ apps messenger }

// verdict is what a message of a web server amounts to.
type verdict struct {
	text   string // what it begins with
	kind   ingest.Kind
	status uint16 // of the answer to a request
}

// judge finds the verdict on a message. Texts that begin with "*" may stand
// anywhere in it.
func judge(table []verdict, msg []byte) (v verdict, ok bool) {
	for _, v := range table {
		if text, anywhere := cutStar(v.text); anywhere && bytes.Contains(msg, text) || !anywhere && bytes.HasPrefix(msg, text) {
			return v, true
		}
	}
	return verdict{}, false
}

func cutStar(s string) (text []byte, anywhere bool) {
	if s[0] == '*' {
		return []byte(s[1:]), true
	}
	return []byte(s), false
}

// inPHP reads a message that an application behind the server wrote to its error
// stream. The client stands in ev already, and what the application says of
// addresses does not count.
func (w *webErrors) inPHP(msg []byte, ev *ingest.Event) string {
	t := listen(msg)
	switch {
	case t.failed():
		ev.Kind = ingest.KindAuthFailure
	case t.succeeded():
		ev.Kind = ingest.KindAuthSuccess
	default:
		return whyQuiet
	}
	ev.Service = serviceApp
	ev.User = accountIn(msg)
	return ""
}
