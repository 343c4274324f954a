package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// haproxy reads HAProxy's httplog, tcplog and error lines:
//
//	ADDR:PORT [20/Nov/2026:10:00:00.123] FRONTEND BACKEND/SERVER T/T/T/T/T STATUS BYTES COOKIE COOKIE FLAGS CONNS QUEUES {CAPTURED} "REQUEST"
//	ADDR:PORT [20/Nov/2026:10:00:00.123] FRONTEND BACKEND/SERVER T/T/T BYTES FLAGS CONNS QUEUES
//	ADDR:PORT [20/Nov/2026:10:00:00.123] FRONTEND/LISTENER: SSL handshake failure
//
// The address stands first; nothing of the client's precedes the request.
type haproxy struct{ clock }

func newHAProxy(h *shared) messenger {
	return &haproxy{newClock(h.Context)}
}

var newHAProxyLog = newOwnLog(openHAProxy, newHAProxy)

// openHAProxy is an opener: the line is the message.
func openHAProxy(_ *clock, line []byte, _ *ingest.Event) (msg []byte, sure, ok bool) {
	i := bytes.Index(line, []byte(" ["))
	if i <= 0 || i > 56 || len(line) < i+26 || !digit(line[i+2]) || line[i+4] != '/' {
		return nil, false, false
	}
	_, ok = proxyPeer(line[:i])
	return line, false, ok
}

const whyHAProxy = "unknown message of HAProxy"

// message implements messenger.
func (p *haproxy) message(msg []byte, ev *ingest.Event) string {
	if rest, ok := cut(msg, "Connect from "); ok { // without an option for its log
		peer, _, _ := bytes.Cut(rest, []byte(" to "))
		if ev.Src, ok = proxyPeer(peer); !ok {
			return whyHAProxy
		}
		ev.Service, ev.Kind = ingest.ServiceWeb, ingest.KindConnect
		return ""
	}
	peer, rest, ok := bytes.Cut(msg, []byte(" ["))
	a, isAddr := proxyPeer(peer)
	if !ok || !isAddr || len(rest) < 24 {
		return whyHAProxy
	}
	if ev.Time == 0 {
		if t, _, ok := p.namedMonth(rest); ok {
			ev.Time = t
		}
	}
	ev.Src, ev.Service = a, ingest.ServiceWeb
	_, rest, ok = bytes.Cut(rest, []byte("] "))
	if !ok {
		return whyHAProxy
	}
	var fields [5][]byte
	at := rest
	for i := range fields {
		fields[i], at, _ = bytes.Cut(at, []byte(" "))
	}
	if quote := bytes.IndexByte(rest, '"'); quote >= 0 && isStatusField(fields[3]) {
		if n, ok := number(fields[3]); ok {
			ev.Status = uint16(n)
		}
		if n, tail, ok := leading(fields[4]); ok && len(tail) == 0 {
			ev.Bytes = n
		}
		readRequest(bytes.TrimSuffix(rest[quote+1:], []byte(`"`)), ev)
		return ""
	}
	if bytes.Contains(rest, []byte("SSL handshake failure")) {
		ev.Kind = ingest.KindAbuse
		return ""
	}
	ev.Kind = ingest.KindConnect
	return ""
}

// proxyPeer reads HAProxy's "ADDR:PORT"; IPv6 stands without brackets.
func proxyPeer(b []byte) (a netip.Addr, ok bool) {
	host, port := splitPort(b, true)
	if !port {
		return a, false
	}
	return address(host)
}

// isStatusField reports whether a field of httplog is the status; "-1" is that
// of an aborted request.
func isStatusField(b []byte) bool { return isStatus(b) || string(b) == "-1" }
