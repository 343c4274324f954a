package format

import (
	"bytes"

	"gumshoe/ingest"
)

// asteriskSays are Asterisk's notices and its security events. A caller chooses
// URI, names and call id, so all of these may imitate the rest.
var asteriskSays = concat(
	say(ingest.KindAuthFailure,
		"Registration from '{user}' failed for '{peer}' - Wrong password",
		"Registration from '{user}' failed for '{peer}' - Username/auth name mismatch",
		"Registration from '{user}' failed for '{peer}' - Authentication failed",
		"Host {addr} failed to authenticate as '{user}'",
		"Host {addr} failed MD5 authentication for '{user}' ({word} != {text})",
		"{peer} failed to authenticate as '{user}'",
		"{peer} tried to authenticate with nonexistent user '{user}'",
		"{peer} tried to authenticate with inactive user '{user}'",
		"Request '{word}' from '{user}' failed for '{peer}' (callid: {text}) - Failed to authenticate",
		"Request from '{user}' failed for '{peer}' (callid: {text}) - Failed to authenticate",
		"Authentication attempt from {peer} failed for '{user}'{text}",
	),
	say(ingest.KindAuthFailure,
		"Registration from '{user}' failed for '{peer}' - No matching peer found",
		"No registration for peer '{user}' (from {peer})",
		"Request '{word}' from '{user}' failed for '{peer}' (callid: {text}) - No matching endpoint found[[ after {words}]]",
		"Request from '{user}' failed for '{peer}' (callid: {text}) - No matching endpoint found[[ after {words}]]",
	).absent(),
	say(ingest.KindReject,
		"Registration from '{user}' failed for '{peer}' - {words}",
		"Request '{word}' from '{user}' failed for '{peer}' (callid: {text}) - {words}",
		"Request from '{user}' failed for '{peer}' (callid: {text}) - {words}",
		"Call from '{user}' ({peer}) to extension '{text}' rejected because extension not found in context '{text}'[[.]]",
		"Call from '{user}' (UDP:{peer}) to extension '{text}' rejected because extension not found in context '{text}'[[.]]",
		"Call from '{user}' (TCP:{peer}) to extension '{text}' rejected because extension not found in context '{text}'[[.]]",
		"Call from '{user}' (TLS:{peer}) to extension '{text}' rejected because extension not found in context '{text}'[[.]]",
		"Call from '{user}' (WS:{peer}) to extension '{text}' rejected because extension not found in context '{text}'[[.]]",
		"Call from '{user}' (WSS:{peer}) to extension '{text}' rejected because extension not found in context '{text}'[[.]]",
		"Call from {peer} rejected because extension '{text}' {words}",
		"Rejected connect attempt from {peer}, who was trying to reach '{text}'",
		"Host {addr} denied access to register peer '{user}'",
		"Host {addr} not allowed to register peer '{user}'",
		"hacking attempt detected '{peer}'",
		"Ext. {words} \"Rejecting unknown SIP connection from {peer}\"",
		"Rejecting unknown SIP connection from {peer}",
		"Received incoming SIP connection from unknown peer to {text} from {peer}",
		"Sending fake auth rejection for {word} {user};tag={text} from {peer}",
	),
)

// asterisk reads the messages, full and security logs, and the same through syslog.
type asterisk struct{}

func newAsterisk(*shared) messenger { return asterisk{} }

var newAsteriskLog = newOwnLog(openAsterisk, newAsterisk)

// openAsterisk reads "[2012-02-13 17:21:54] NOTICE[1638][C-000003bb] MESSAGE".
func openAsterisk(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if rest, found := cutAsteriskLevel(line); found && bytes.Contains(rest, []byte(".c:")) { // a console's, without a stamp
		return rest, true, true
	}
	if len(line) < 20 || line[0] != '[' {
		return nil, false, false
	}
	if ev.Time, msg, ok = c.isoStamp(line[1:]); !ok {
		if ev.Time, msg, ok = c.bsdStamp(line[1:]); !ok {
			return nil, false, false
		}
	}
	msg, ok = cut(msg, "] ")
	if !ok {
		return nil, false, false
	}
	_, found := cutAsteriskLevel(msg)
	return msg, found, found
}

// cutAsteriskLevel takes off "NOTICE[12049][C-01]: " and the place in the source.
func cutAsteriskLevel(msg []byte) (rest []byte, ok bool) {
	for _, level := range [...]string{"NOTICE[", "NOTICE [", "WARNING[", "SECURITY[", "ERROR[", "VERBOSE[", "DEBUG[", "DTMF["} {
		if rest, ok = cut(msg, level); ok {
			break
		}
	}
	if !ok {
		return msg, false
	}
	if _, rest, ok = bytes.Cut(rest, []byte("]")); !ok {
		return msg, false
	}
	if call, found := cut(rest, "[C-"); found {
		_, rest, _ = bytes.Cut(call, []byte("]"))
	}
	rest = bytes.TrimPrefix(rest, []byte(":"))
	return bytes.TrimPrefix(rest, []byte(" ")), true
}

// message implements messenger.
func (asterisk) message(msg []byte, ev *ingest.Event) string {
	ev.Service = serviceSIP
	msg, _ = cutAsteriskLevel(msg)
	// "chan_sip.c: ", or "chan_sip.c:28468 handle_request_register: "
	if file, rest, ok := bytes.Cut(msg, []byte(": ")); ok && bytes.Contains(file, []byte(".c")) && bytes.IndexByte(file, '\'') < 0 && bytes.IndexByte(file, '"') < 0 {
		msg = rest
	}
	if rest, ok := cut(msg, `SecurityEvent="`); ok {
		return securityEvent(rest, ev)
	}
	if asteriskSays.tell(bytes.TrimRight(msg, " "), ev) {
		return ""
	}
	return whyMessage
}
