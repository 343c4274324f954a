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
	m := &webMessenger{clock: newClock(h.Context), access: accessMessenger{accessOf(h.setup)}, errors: webErrors{apps: newApps(h)}}
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
	text     string // what it begins with
	kind     ingest.Kind
	status   uint16 // of the answer to a request
	anywhere bool   // the text may stand anywhere in it
	key      []byte // the text
}

// verdicts completes a table.
func verdicts(table ...verdict) []verdict {
	for i := range table {
		table[i].key = []byte(table[i].text)
	}
	return table
}

// judge finds the verdict on a message.
func judge(table []verdict, msg []byte) (v *verdict, ok bool) {
	for i := range table {
		v = &table[i]
		if bytes.HasPrefix(msg, v.key) || v.anywhere && bytes.Contains(msg, v.key) {
			return v, true
		}
	}
	return nil, false
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
