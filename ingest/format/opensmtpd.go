package format

import (
	"bytes"

	"gumshoe/ingest"
)

// openSMTPD reads OpenSMTPD: "SESSION smtp WHAT KEY=VALUE ...". Some releases
// repeat the client in each message, others name it when it connects, and later
// the session alone.
type openSMTPD struct{ *shared }

func newOpenSMTPD(h *shared) messenger { return &openSMTPD{h} }

// openSMTPDSays stand behind the session; releases 5.9 to 6.3 write "event="
// before them, and the client where the brackets are. A command ends before its
// result, which is the server's.
var openSMTPDSays = concat(
	say(ingest.KindAuthFailure,
		"authentication user={user} result=permfail",
		"authentication user={user} address={addr} host={words} result=permfail",
	),
	say(ingest.KindAuthSuccess,
		"authentication user={user} result=ok",
		"authentication user={user} address={addr} host={words} result=ok",
	).exists(),
	say(ingest.KindReject,
		`failed-command command="{text}" result="5{text}"`,
		`failed-command address={addr} host={name} command="{text}" result="5{text}"`,
		`failed-command address={addr} host=<unknown> command="{text}" result="5{text}"`,
	),
	say(ingest.KindConnect, "connected address={addr} host={words}"),
	say(ingest.KindDisconnect, "disconnected[[ address={addr} host={words}]] reason={words}"),
)

// message implements messenger.
func (p *openSMTPD) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceSMTP
	session, rest, ok := bytes.Cut(msg, []byte(" smtp "))
	if !ok || len(session) > 16 || bytes.IndexByte(session, ' ') >= 0 {
		return whyMessage
	}
	rest, _ = cut(rest, "event=")
	if !openSMTPDSays.tell(rest, ev) {
		return whyMessage
	}
	if ev.Kind == ingest.KindReject && bytes.Contains(rest, []byte(`command="AUTH `)) {
		ev.Kind, ev.Count = ingest.KindAuthFailure, 0 // told by "authentication ... result=permfail"
	}
	client := p.processes.of(&ingest.Event{PID: session, Host: ev.Host})
	if client.saw(ev.Src); client != nil && !ev.Src.IsValid() {
		ev.Src = client.addr
	}
	return ""
}
