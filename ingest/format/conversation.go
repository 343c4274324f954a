package format

import (
	"bytes"

	"gumshoe/ingest"
)

// conversation is the messenger of servers that name the client once, when the
// connection comes, and later only the connection: {id} in their sentences.
type conversation struct {
	*shared
	says *repertoire
}

func newConversation(h *shared) messenger { return &conversation{h, conversationSays} }

// message implements messenger.
func (p *conversation) message(msg []byte, ev *ingest.Event) string {
	if !p.says.tell(trimConversation(msg), ev) {
		return whyMessage
	}
	client := p.processes.of(ev)
	switch {
	case ev.Src.IsValid():
		client.saw(ev.Src)
	case client != nil:
		ev.Src = client.addr
	}
	return ""
}

// trimConversation takes off SoftEther's hub, `[HUB "VPN"] `, and what it puts
// before a message over syslog, "[host/HUB] (STAMP) <SECURITY_LOG>: ".
func trimConversation(msg []byte) []byte {
	msg = bytes.TrimLeft(msg, " ")
	if hub, rest, ok := bytes.Cut(msg, []byte(`"] `)); ok && bytes.HasPrefix(hub, []byte(`[HUB "`)) {
		return rest
	}
	if head, rest, ok := bytes.Cut(msg, []byte("_LOG>: ")); ok && len(head) < 128 && bytes.IndexByte(head, '[') >= 0 && bytes.IndexByte(head, '"') < 0 {
		return rest
	}
	return msg
}

// newConversationLog reads such servers' own files: an ISO stamp, or that of
// access logs in brackets, and the message.
var newConversationLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) > 0 && line[0] == '[' {
		if ev.Time, msg, ok = c.namedMonth(line[1:]); !ok {
			return nil, false, false
		}
		msg, ok = cut(msg, "] ")
		return msg, bytes.HasPrefix(msg, []byte("conn=")), ok // whose codes tell a refusal from a search
	}
	ev.Time, msg, ok = c.isoStamp(line)
	return msg, false, ok
}, newConversation)

const serviceAMQP = "amqp"

var conversationSays = concat(
	say(ingest.KindConnect, // SoftEther VPN
		`For the client (IP address: {addr}, host name: "{text}", port number: {n}), connection "{id}" has been created.`,
		`The connection "{id}" (IP address: {addr}, Host name: {text}) is attempting to connect to the Virtual Hub. The auth type provided is "{words}" and the user name is "{user}".`,
	).of(serviceVPN),
	say(ingest.KindAuthFailure,
		`Connection "{id}": User authentication failed. The user name that has been provided was "{user}", from {addr}.`,
		`Connection "{id}": User authentication failed. The user name that has been provided was "{user}".`,
	).of(serviceVPN),
	say(ingest.KindAuthSuccess, `Connection "{id}": Successfully authenticated as user "{user}".`).exists().of(serviceVPN),

	axigenSays("IMAP", ingest.ServiceIMAP), axigenSays("POP3", ingest.ServiceIMAP), axigenSays("SMTP-IN", ingest.ServiceSMTP), axigenSays("WEBMAIL", serviceApp),

	say(ingest.KindConnect, "[{word}] <{id}> accepting AMQP connection {word} ({addr:port} -> {ip})").of(serviceAMQP), // RabbitMQ
	say(ingest.KindOther, "[{word}] <{id}> Error on AMQP connection {word} ({addr:port} -> {ip}, {words}):").of(serviceAMQP),
	say(ingest.KindAuthFailure,
		"[{word}] <{id}> {word} login refused: user '{user}' - {words}",
		"[{word}] <{id}> HTTP access denied: user '{user}' - {words}",
	).of(serviceAMQP),

	say(ingest.KindConnect, "conn={id} fd={n} slot={n} connection from {addr} to {ip}", "conn={id} fd={n} slot={n} SSL connection from {addr} to {ip}").of(serviceLDAP), // 389 Directory Server
	say(ingest.KindAuthFailure, "conn={id} op={n} RESULT err=49 tag=97 {words}").of(serviceLDAP),
)

// axigenSays are the messages of one service of the mail server Axigen.
func axigenSays(name, service string) *repertoire {
	head := "{n} {word} " + name + ":{id}: "
	return concat(
		say(ingest.KindConnect,
			head+"[{ip}] connection accepted from [{addr:port}]",
			head+"Remote address updated from '{ip}' to '{addr}'", // what a proxy says
		),
		say(ingest.KindProbe, head+"SSL alert remote {addr:port}, {words}"),
		say(ingest.KindAuthFailure, head+"Authentication error for user '{user}': {words}"),
		say(ingest.KindAuthSuccess, head+"User [{user}] successfully authorized!").exists(),
	).of(service)
}
