package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// newLiteSpeedLog reads LiteSpeed's error log, which names the connection in a
// bracket before the message:
//
//	2026-11-20 10:00:00.123456 [NOTICE] [17] [ADDR:PORT:HTTP2-1#VHOST] [STDERR] MESSAGE
//	2026-11-20 10:00:00.123456 [INFO] [17] [ADDR:PORT-5#VHOST] User 'NAME' failed to authenticate.
var newLiteSpeedLog = newOwnLog(openLiteSpeed, func(h *shared) messenger { return &liteSpeed{webErrors{newApps(h)}} })

type liteSpeed struct{ webErrors }

// message implements messenger. The client stands in ev.
func (l *liteSpeed) message(msg []byte, ev *ingest.Event) string {
	ev.Service = ingest.ServiceWeb
	return l.inPHP(msg, ev)
}

// openLiteSpeed is an opener.
func openLiteSpeed(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	t, rest, ok := c.isoStamp(line)
	if !ok || len(rest) < 2 || rest[1] != '[' {
		return nil, false, false
	}
	level, rest, ok := bytes.Cut(rest[2:], []byte("]"))
	if !ok || !isLevel(level) {
		return nil, false, false
	}
	for rest = trimDecoration(rest, 0); len(rest) > 0 && rest[0] == '['; {
		group, after, ok := bytes.Cut(rest[1:], []byte("] "))
		if !ok {
			return nil, false, false
		}
		rest = after
		if i := bytes.IndexAny(group, "#"); i > 0 {
			group = group[:i]
		}
		if a, ok := connection(group); ok {
			ev.Time, ev.Src = t, a
			return rest, true, true
		}
	}
	return nil, false, false
}

// connection reads "ADDR:PORT-5" and "ADDR:PORT:HTTP2-1"; IPv6 stands in
// brackets.
func connection(b []byte) (a netip.Addr, ok bool) {
	head := b
	if i := bytes.IndexByte(b, ']'); i > 0 {
		head = b[i:]
	}
	colon := bytes.IndexByte(head, ':')
	if colon < 0 {
		return a, false
	}
	end := colon + 1
	for end < len(head) && digit(head[end]) {
		end++
	}
	if end == colon+1 || end == len(head) || head[end] != ':' && head[end] != '-' {
		return a, false
	}
	host := b[:len(b)-len(head)+colon]
	return address(host)
}
