package format

import (
	"bytes"

	"gumshoe/ingest"
)

// mongo reads mongod's text log, until version 4.2. The address stands in lines
// of the connection other than the one about the failure, which is told when
// the connection ends.
type mongo struct{ *shared }

func newMongo(h *shared) messenger { return &mongo{h} }

var newMongoLog = newOwnLog(openMongo, newMongo)

// openMongo reads "2016-11-20T00:04:00.110+0100 [conn1] MESSAGE", since 3.0
// "STAMP I ACCESS   [conn1] MESSAGE".
func openMongo(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 24 || line[10] != 'T' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.isoStamp(line); !ok || len(msg) < 2 || msg[0] != ' ' {
		return nil, false, false
	}
	if open := bytes.IndexByte(msg, '['); open > 0 && open < 24 {
		context, rest, found := bytes.Cut(msg[open+1:], []byte("] "))
		if found && (bytes.HasPrefix(context, []byte("conn")) || bytes.HasSuffix(context, []byte("listen")) || string(context) == "listener") {
			ev.PID = context
			return bytes.TrimLeft(rest, " "), true, true
		}
	}
	return nil, false, false
}

var mongoSays = concat(
	say(ingest.KindConnect, "connection accepted from {addr:port} #{n} ({n} connection{words} now open)"),
	say(ingest.KindDisconnect, "end connection {addr:port} ({n} connection{words} now open)"),
	say(ingest.KindAuthFailure,
		"[[SASL ]]{word} authentication failed for {user} on {word} from client {addr:port} ; {words}",
		"[[SASL ]]{word} authentication failed for {user} on {word} from client {addr} ; {words}",
	),
	say(ingest.KindAuthSuccess, "Successfully authenticated as principal {user} on {word}[[ from client {addr:port}]]").exists(),
)

// message implements messenger.
func (p *mongo) message(msg []byte, ev *ingest.Event) string {
	ev.Service = serviceMongo
	client := p.processes.of(ev)
	if rest, ok := cut(msg, "Failed to authenticate "); ok {
		user, _, _ := bytes.Cut(rest, []byte(" with mechanism "))
		if client == nil {
			return whyMessage
		}
		client.owe(user)
		if !client.addr.IsValid() {
			return "told when the connection ends"
		}
		ev.Src, ev.User, ev.Kind = client.addr, client.user(), ingest.KindAuthFailure
		client.failed()
		return ""
	}
	if !mongoSays.tell(msg, ev) {
		return whyMessage
	}
	switch ev.Kind {
	case ingest.KindConnect: // the listener speaks of the connection to be
		if _, n, ok := bytes.Cut(msg, []byte(" #")); ok {
			n, _, _ = bytes.Cut(n, []byte(" "))
			var name [20]byte
			conn := ingest.Event{PID: append(append(name[:0], "conn"...), n[:min(len(n), 12)]...), Host: ev.Host}
			p.processes.of(&conn).saw(ev.Src)
		}
	case ingest.KindDisconnect:
		if client != nil && client.pending {
			ev.Kind, ev.User = ingest.KindAuthFailure, client.user()
		}
		client.end()
	case ingest.KindAuthSuccess:
		if client != nil && !ev.Src.IsValid() {
			ev.Src = client.addr
		}
	}
	return ""
}
