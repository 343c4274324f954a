package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// newNginxErrorLog reads nginx's error log:
//
//	2026/11/20 10:00:00 [error] 29#29: *17 MESSAGE, client: ADDR, server: NAME, request: "GET / HTTP/1.1", host: "NAME", referrer: "URL"
//
// The message may quote a path or an account, and behind the client stand the
// request, the host and the referrer. None of them is escaped.
var newNginxErrorLog = newOwnLog(openNginxError, func(h *shared) messenger { return &nginxErrors{webErrors{newApps(h)}} })

type nginxErrors struct{ webErrors }

// message implements messenger.
func (n *nginxErrors) message(msg []byte, ev *ingest.Event) string { return n.nginx(msg, ev) }

// openNginxError is an opener.
func openNginxError(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if len(line) < 30 || line[4] != '/' {
		return nil, false, false
	}
	t, rest, ok := c.isoStamp(line)
	if !ok || len(rest) < 8 || rest[0] != ' ' || rest[1] != '[' {
		return nil, false, false
	}
	end := bytes.Index(rest, []byte("] "))
	if end < 0 || !isLevel(rest[2:end]) && string(rest[2:end]) != "emerg" {
		return nil, false, false
	}
	rest = rest[end+2:]
	process, rest, ok := bytes.Cut(rest, []byte("#"))
	if _, isNumber := number(process); !ok || !isNumber {
		return nil, false, false
	}
	thread, rest, ok := bytes.Cut(rest, []byte(": "))
	if _, isNumber := number(thread); !ok || !isNumber {
		return nil, false, false
	}
	ev.Time, ev.PID = t, process
	if len(rest) > 0 && rest[0] == '*' {
		if _, after, ok := bytes.Cut(rest, []byte(" ")); ok {
			rest = after
		}
	}
	return rest, true, true
}

var nginxVerdicts = verdicts(
	verdict{text: `" was not found in "`, kind: ingest.KindAuthFailure, status: 401, anywhere: true},
	verdict{text: `": password mismatch`, kind: ingest.KindAuthFailure, status: 401, anywhere: true},
	verdict{text: "client login failed: ", kind: ingest.KindAuthFailure},
	verdict{text: "client logged in", kind: ingest.KindAuthSuccess},
	verdict{text: "no user/password was provided for basic authentication", kind: ingest.KindHTTPRequest, status: 401, anywhere: true},
	verdict{text: "limiting requests, excess", kind: ingest.KindAbuse, status: 503},
	verdict{text: "limiting connections by zone", kind: ingest.KindAbuse, status: 503},
	verdict{text: "access forbidden by rule", kind: ingest.KindReject, status: 403},
	verdict{text: "ModSecurity: ", kind: ingest.KindProbe, status: 403},
	verdict{text: "[ModSecurity]", kind: ingest.KindProbe, status: 403},
	verdict{text: "NAXSI_FMT: ", kind: ingest.KindProbe, status: 403},
	verdict{text: "client sent invalid ", kind: ingest.KindProbe, status: 400},
	verdict{text: "client sent too long ", kind: ingest.KindProbe, status: 400},
	verdict{text: "client sent plain HTTP request to HTTPS port", kind: ingest.KindHTTPRequest, status: 400},
	verdict{text: "client intended to send too large body", kind: ingest.KindHTTPRequest, status: 413},
	verdict{text: "invalid host in request", kind: ingest.KindProbe, status: 400},
	verdict{text: `" is forbidden (13: Permission denied)`, kind: ingest.KindHTTPRequest, status: 403, anywhere: true},
	verdict{text: "directory index of ", kind: ingest.KindHTTPRequest, status: 403},
	verdict{text: "failed (2: No such file or directory)", kind: ingest.KindHTTPRequest, status: 404, anywhere: true},
	verdict{text: "failed (20: Not a directory)", kind: ingest.KindHTTPRequest, status: 404, anywhere: true},
	verdict{text: "failed (36: File name too long)", kind: ingest.KindProbe, status: 404, anywhere: true},
	verdict{text: "is not found (2: No such file or directory)", kind: ingest.KindHTTPRequest, status: 404, anywhere: true},
	verdict{text: "is not found (20: Not a directory)", kind: ingest.KindHTTPRequest, status: 404, anywhere: true},
	verdict{text: "SSL_do_handshake() failed", kind: ingest.KindOther},
)

// nginx judges a message with the client behind it.
func (w *webErrors) nginx(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceWeb
	if rest, ok := cut(msg, "client "); ok { // mail proxy: "client ADDR:PORT connected to ADDR:PORT"
		if peer, _, ok := bytes.Cut(rest, []byte(" connected to ")); ok {
			if a, ok := clientAddress(peer); ok {
				ev.Src, ev.Kind = a, ingest.KindConnect
				return ""
			}
		}
	}
	text, tail, a, ok := nginxClient(msg)
	if !ok {
		return whyNoClient
	}
	ev.Src = a
	nginxRequest(tail, ev)
	if _, said, ok := bytes.Cut(text, []byte("sent in stderr: ")); ok {
		if why := w.inPHP(said, ev); why == "" {
			return ""
		}
		ev.Kind = ingest.KindOther
		return ""
	}
	v, ok := judge(nginxVerdicts, text)
	if !ok {
		ev.Kind = ingest.KindOther
		return ""
	}
	ev.Kind, ev.Status = v.kind, v.status
	switch v.kind {
	case ingest.KindAuthFailure, ingest.KindAuthSuccess:
		ev.Service = serviceApp
		if user, ok := nginxUser(text); ok {
			ev.User = user
		}
		if bytes.Contains(text, []byte(`" was not found in "`)) {
			ev.Account = ingest.AccountAbsent
		}
	}
	return ""
}

// nginxClient finds the client of a message. The first ", client: " is nginx's own
// unless quoted text of the client's stands before it. Then one inside quotes is
// none, and all others must agree.
func nginxClient(msg []byte) (text, tail []byte, a netip.Addr, ok bool) {
	const mark = ", client: "
	quotes, at, torn := 0, 0, false
	for {
		n := bytes.Index(msg[at:], []byte(mark))
		if n < 0 {
			break
		}
		quotes += bytes.Count(msg[at:at+n], []byte{'"'})
		at += n + len(mark)
		rest := msg[at:]
		host := rest[:clientEnd(rest)]
		b, isAddr := address(host)
		if quotes%2 == 1 || !isAddr && string(host) != "unix:" {
			continue
		}
		torn = torn || ok && a != b
		if !ok || torn {
			text, tail = msg[:at-len(mark)], rest[len(host):]
		}
		a, ok = b, true
		if quotes == 0 {
			break
		}
	}
	if torn {
		a = netip.Addr{}
	}
	return text, tail, a, ok
}

// clientEnd returns where the client's address ends: at a comma, or before
// " using starttls".
func clientEnd(b []byte) int {
	if i := bytes.IndexAny(b, ", "); i >= 0 {
		return i
	}
	return len(b)
}

// nginxRequest reads what follows the client.
func nginxRequest(tail []byte, ev *ingest.Event) {
	if _, rest, ok := bytes.Cut(tail, []byte(`, request: "`)); ok {
		if end := bytes.Index(rest, []byte(`", `)); end >= 0 {
			rest = rest[:end]
		}
		readRequest(bytes.TrimSuffix(rest, []byte(`"`)), ev)
	}
	if _, rest, ok := bytes.Cut(tail, []byte(`, host: "`)); ok {
		host, _, _ := bytes.Cut(rest, []byte(`"`))
		ev.VHost = withoutPort(host)
	}
	if _, rest, ok := bytes.Cut(tail, []byte(`, login: "`)); ok {
		ev.User, _, _ = bytes.Cut(rest, []byte(`"`))
	}
}

// nginxUser reads `user "NAME"...`.
func nginxUser(text []byte) ([]byte, bool) {
	rest, ok := cut(text, `user "`)
	if !ok {
		return nil, false
	}
	end := bytes.LastIndex(rest, []byte(`" was not found in "`))
	if end < 0 {
		end = bytes.LastIndex(rest, []byte(`": password mismatch`))
	}
	if end < 0 {
		return nil, false
	}
	return rest[:end], true
}
