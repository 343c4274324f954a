package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newASMLog reads requests that F5's firewall for the web (ASM, Advanced WAF, NGINX App
// Protect) noticed, behind a stamp and a host:
//
//	Nov 20 10:00:00 bigip1 ASM:unit_hostname="bigip1",...,request_status="blocked",ip_client="ADDR",...,uri="/",...
//
// The administrator orders the fields. Those of the request are the client's, and he may
// put a quote and a comma into them: the address counts where none of them stands before
// it.
var newASMLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) > 0 && line[0] == '<' {
		if rest, ok := priority(line); ok {
			line = bytes.TrimPrefix(rest, []byte(" "))
		}
	}
	t, rest, ok := c.bsdStamp(line)
	if !ok {
		if t, rest, ok = c.isoStamp(line); !ok {
			return nil, false, false
		}
	}
	host, rest, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	if msg, ok = cut(rest, "ASM:"); !ok || len(host) == 0 {
		return nil, false, false
	}
	ev.Time, ev.Host = t, host
	return msg, true, true
}, func(*shared) messenger { return asm{} })

type asm struct{}

// asmRequests are the fields that hold what the client sent.
var asmRequests = map[string]bool{"uri": true, "query_string": true, "fragment": true, "request": true, "full_request": true, "header": true, "headers": true, "host": true,
	"cookie": true, "method": true, "protocol": true, "x_forwarded_for_header_value": true, "username": true, "session_id": true, "client_application": true,
	"violation_details": true, "json_log": true, "response": true}

var asmForwarded = []byte(`x_forwarded_for_header_value="`)

// message implements messenger.
func (asm) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceWeb
	var status []byte
	once := bytes.Count(msg, asmForwarded) == 1 // else one of them may be a part of the request
	for settled := true; ; {
		name, rest, ok := bytes.Cut(bytes.TrimLeft(msg, ", "), []byte(`="`))
		if !ok {
			break
		}
		end := asmEnd(rest)
		if end < 0 {
			break
		}
		for unquoted := range bytes.SplitSeq(name, []byte(",")) { // NUMBER=80,NAME="...
			name, _, _ = bytes.Cut(unquoted, []byte("="))
			settled = settled && !asmRequests[string(name)]
		}
		switch value := rest[:end]; string(name) {
		case "ip_client":
			if settled && !ev.Src.IsValid() {
				ev.Src, _ = address(value)
			}
		case "request_status":
			if status == nil {
				status = value
			}
		case "method":
			if ev.Method == nil && isUsualMethod(value) {
				ev.Method = value
			}
		case "x_forwarded_for_header_value":
			if once {
				ev.Forwarded = forwarded(value)
			}
		case "uri":
			if ev.Target == nil {
				ev.Target = value
			}
		}
		msg = rest[min(end+1, len(rest)):]
	}
	switch {
	case !ev.Src.IsValid():
		return whyNoClient
	case !anyFold(status, "blocked", "alerted"):
		ev.Kind = ingest.KindOther
	default:
		ev.Kind = ingest.KindProbe
	}
	return ""
}

// asmEnd is where a value ends: at a quote before a comma, or at the end of the line.
func asmEnd(b []byte) int {
	if i := bytes.Index(b, []byte(`",`)); i >= 0 {
		return i
	}
	return bytes.LastIndexByte(b, '"')
}

// newBigIPLog reads what the BIG-IP under it says of logins: its own administrators'
// (pam_audit), and those that its Access Policy Manager lets through to others. Of these
// a session's first line alone names the client.
var newBigIPLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) > 0 && line[0] == '<' {
		if rest, ok := priority(line); ok {
			line = rest
		}
	}
	if ev.Time, msg, ok = c.bsdStamp(line); !ok {
		return nil, false, false
	}
	host, msg, ok := bytes.Cut(bytes.TrimLeft(msg, " "), []byte(" "))
	if !ok {
		return nil, false, false
	}
	ev.Host = host
	level, said, _ := bytes.Cut(msg, []byte(" "))
	switch string(level) {
	case "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug":
	default:
		return nil, false, false
	}
	program, said, ok := bytes.Cut(said, []byte("]: "))
	if _, ev.PID, _ = bytes.Cut(program, []byte("[")); !ok || bytes.IndexByte(program, ' ') >= 0 || !digits(ev.PID) {
		return nil, false, false
	}
	return said, len(said) > 11 && digits(said[:8]) && said[8] == ':', true
}, func(h *shared) messenger { return &conversation{h, bigIPSays} })

var bigIPSays = concat(
	say(ingest.KindConnect,
		"{n}:{n}: {id}: New session from client IP {addr} ({text}",
	).of(serviceVPN),
	say(ingest.KindAuthFailure,
		"{n}:{n}: {id}: AD agent: Auth (logon attempt:{n}): authenticate with '{user}' failed",
	).of(serviceVPN),
	say(ingest.KindAuthSuccess,
		"{n}:{n}: {id}: AD agent: Auth (logon attempt:{n}): authenticate with '{user}' successful",
	).exists().of(serviceVPN),
	say(ingest.KindAuthSuccess,
		"{n}:{n}: AUDIT - user {user} - RAW: httpd(pam_audit): user={text} partition={words} tty={word} host={addr} attempts={n} start={words}",
	).exists().of(servicePanel),
)
