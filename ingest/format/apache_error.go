package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// newApacheErrorLog reads the error log of Apache 2.2 and 2.4:
//
//	[Fri Nov 20 10:00:00.123456 2026] [auth_basic:error] [pid 17] [client ADDR:PORT] AH01618: user NAME not found: /PATH, referer: URL
//
// Brackets of the server's own precede the first text of a client, and the
// client's address stands in one of them.
var newApacheErrorLog = newOwnLog(openApacheError, func(h *shared) messenger { return &webErrors{newApps(h)} })

// openApacheError is an opener. The stamp is missing where syslog wrote one; a
// level alone is no sure sign of Apache.
func openApacheError(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 8 || line[0] != '[' {
		return nil, false, false
	}
	rest, stamped := line[1:], false
	if weekday(rest) {
		if ev.Time, rest, ok = c.ctimeStamp(rest); !ok || len(rest) < 2 || rest[0] != ']' {
			return nil, false, false
		}
		line, stamped = bytes.TrimLeft(rest[1:], " "), true
	}
	if len(line) == 0 || line[0] != '[' {
		return nil, false, false
	}
	group, _, ok := bytes.Cut(line[1:], []byte("]"))
	if !ok {
		return nil, false, false
	}
	if i := bytes.IndexByte(group, ':'); i >= 0 {
		group = group[i+1:]
	}
	if !isLevel(group) && !anyFold(group, "emerg") {
		return nil, false, false
	}
	return line, stamped, true
}

var apacheVerdicts = verdicts(
	verdict{text: " not found in password file", kind: ingest.KindAuthFailure, status: 401, anywhere: true},
	verdict{text: ": password mismatch: ", kind: ingest.KindAuthFailure, status: 401, anywhere: true},
	verdict{text: ": Password Mismatch", kind: ingest.KindAuthFailure, status: 401, anywhere: true},
	verdict{text: ": authentication failure for \"", kind: ingest.KindAuthFailure, status: 401, anywhere: true},
	verdict{text: "auth_ldap authenticate: user ", kind: ingest.KindAuthFailure, status: 401, anywhere: true},
	verdict{text: "client used wrong authentication scheme", kind: ingest.KindAuthFailure, status: 401},
	verdict{text: "client denied by server configuration", kind: ingest.KindReject, status: 403},
	verdict{text: "script not found or unable to stat", kind: ingest.KindHTTPRequest, status: 404},
	verdict{text: "File does not exist: ", kind: ingest.KindHTTPRequest, status: 404},
	verdict{text: "File not found: ", kind: ingest.KindHTTPRequest, status: 404},
	verdict{text: "Got error 'Primary script unknown", kind: ingest.KindHTTPRequest, status: 404},
	verdict{text: "Got error 'PHP message: PHP ", kind: ingest.KindOther},
	verdict{text: "Directory index forbidden by", kind: ingest.KindHTTPRequest, status: 403},
	verdict{text: "Cannot serve directory ", kind: ingest.KindHTTPRequest, status: 403},
	verdict{text: "attempt to invoke directory as script", kind: ingest.KindHTTPRequest, status: 403},
	verdict{text: "Invalid URI in request", kind: ingest.KindProbe, status: 400},
	verdict{text: "invalid URI path", kind: ingest.KindProbe, status: 400},
	verdict{text: "Invalid method in request", kind: ingest.KindProbe, status: 400},
	verdict{text: "request failed: error reading the headers", kind: ingest.KindHTTPRequest, status: 400},
	verdict{text: "request failed: ", kind: ingest.KindProbe, status: 400},
	verdict{text: "Request exceeded the limit of ", kind: ingest.KindAbuse, status: 500},
	verdict{text: "Hostname ", kind: ingest.KindAbuse, status: 400}, // ... provided via SNI, of a client that asks for another
	verdict{text: "No hostname was provided via SNI", kind: ingest.KindAbuse, status: 403},
	verdict{text: "error importing function definition for `", kind: ingest.KindProbe, anywhere: true},
	verdict{text: "ignoring function definition attempt", kind: ingest.KindProbe, anywhere: true},
	verdict{text: "ModSecurity: ", kind: ingest.KindProbe},
	verdict{text: "Client exceeded connection limit", kind: ingest.KindAbuse},
	verdict{text: "rejected by ", kind: ingest.KindReject, status: 403},
)

// message implements messenger for the lines that openApacheError opens.
func (w *webErrors) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceWeb
	msg, ok := apacheClient(msg, ev)
	if !ok {
		return whyNoClient
	}
	code, rest, isCoded := bytes.Cut(msg, []byte(": "))
	if isCoded && len(code) == 7 && code[0] == 'A' && code[1] == 'H' && digit(code[2]) {
		msg = rest
	}
	msg = withoutReferer(msg)
	if digest, ok := cut(msg, "Digest: "); ok {
		msg = digest
	}
	if user, absent, ok := apacheUser(msg); ok {
		ev.Kind, ev.Service, ev.Status, ev.User = ingest.KindAuthFailure, serviceApp, 401, user
		if absent {
			ev.Account = ingest.AccountAbsent
		}
		return ""
	}
	if isDigestTrouble(msg) {
		ev.Kind, ev.Service, ev.Status = ingest.KindAuthFailure, serviceApp, 401
		return ""
	}
	if v, ok := judge(apacheVerdicts, msg); ok {
		ev.Kind, ev.Status = v.kind, v.status
		if v.kind == ingest.KindAuthFailure {
			ev.Service = serviceApp
		}
		return w.path(msg, ev)
	}
	if script, ok := cut(msg, "script '"); ok && bytes.HasSuffix(msg, []byte("' not found or unable to stat")) {
		ev.Kind, ev.Status = ingest.KindHTTPRequest, 404
		ev.Target = bytes.TrimSuffix(script, []byte("' not found or unable to stat"))
		return ""
	}
	return w.inPHP(msg, ev)
}

// apacheClient takes the bracketed fields off a line and files the client.
func apacheClient(msg []byte, ev *ingest.Event) (rest []byte, ok bool) {
	for len(msg) > 0 {
		if msg[0] == '(' { // "(36)File name too long: [client ...", the system's words
			if _, after, ok := bytes.Cut(msg, []byte(": [")); ok {
				msg = msg[len(msg)-len(after)-1:]
			}
		}
		if msg[0] != '[' {
			break
		}
		end := bytes.IndexByte(msg, ']')
		if end < 0 {
			break
		}
		group := msg[1:end]
		if pid, isPID := cut(group, "pid "); isPID {
			ev.PID, _, _ = bytes.Cut(pid, []byte(":"))
		}
		client, isClient := cut(group, "client ")
		if !isClient {
			client, isClient = cut(group, "remote ")
		}
		if isClient {
			a, isAddr := clientAddress(client)
			if isAddr {
				ev.Src = a
			}
			rest = bytes.TrimLeft(msg[end+1:], " ")
			return withoutClient(rest, a), isAddr
		}
		msg = bytes.TrimLeft(msg[end+1:], " ")
	}
	return nil, false
}

// withoutClient takes off the client that ModSecurity writes once more.
func withoutClient(msg []byte, client netip.Addr) []byte {
	rest, ok := cut(msg, "[client ")
	if !ok {
		return msg
	}
	host, rest, _ := bytes.Cut(rest, []byte("] "))
	if a, ok := clientAddress(host); !ok || a != client {
		return msg
	}
	return rest
}

func withoutReferer(msg []byte) []byte {
	if i := bytes.LastIndex(msg, []byte(", referer: ")); i >= 0 {
		return msg[:i]
	}
	return msg
}

// apacheUser reads "user NAME not found: /PATH", "user NAME: authentication
// failure for "/PATH": Password Mismatch" and their kin.
func apacheUser(msg []byte) (user []byte, absent, ok bool) {
	if rest, ok := cut(msg, "Authorization of user "); ok { // ... NAME to access /PATH failed, reason: ...
		user, rest, ok = bytes.Cut(rest, []byte(" to access "))
		return user, false, ok && bytes.Contains(rest, []byte(" failed, reason: "))
	}
	msg, _ = cut(msg, "auth_ldap authenticate: ")
	rest, ok := cut(msg, "user ")
	if !ok {
		return nil, false, false
	}
	if quoted, ok := cut(rest, "`"); ok { // user `NAME' in realm `REALM' not found: /PATH
		user, tail, ok := bytes.Cut(quoted, []byte("' in realm `"))
		return user, true, ok && bytes.Contains(tail, []byte("' not found"))
	}
	if i := bytes.Index(rest, []byte(" not found")); i >= 0 && !bytes.Contains(rest[:i], []byte(" authentication failed; URI ")) {
		return bytes.TrimSuffix(rest[:i], []byte(" ")), true, true
	}
	for _, text := range [...]string{": authentication failure for ", ": authorization failure for ", ": password mismatch", ": authentication failure", " authentication failed; URI "} {
		if i := bytes.Index(rest, []byte(text)); i >= 0 {
			return rest[:i], false, true
		}
	}
	return nil, false, false
}

// isDigestTrouble recognises digests that no browser sends.
func isDigestTrouble(msg []byte) bool {
	for _, text := range [...]string{"realm mismatch - got `", "unknown algorithm `", "invalid nonce ", "invalid opaque ", "invalid qop `", "nonce mismatch", "uri mismatch - <"} {
		if bytes.HasPrefix(msg, []byte(text)) {
			return true
		}
	}
	return false
}

// path files the path that a message ends with. A path that imitates the log's
// own brackets may be half a line of somebody else's making: it tells of no
// offence.
func (w *webErrors) path(msg []byte, ev *ingest.Event) string {
	_, path, ok := bytes.Cut(msg, []byte(": "))
	if !ok || ev.Kind != ingest.KindHTTPRequest && ev.Kind != ingest.KindReject {
		return ""
	}
	if bytes.Contains(path, []byte("[client ")) {
		ev.Kind, ev.Status = ingest.KindOther, 0
		return ""
	}
	ev.Target = path
	return ""
}
