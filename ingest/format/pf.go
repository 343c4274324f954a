package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// pf is the packet filter of OpenBSD and its relatives, whose log is read with
// tcpdump -n -e -ttt -i pflog0, and sent to syslog by some:
//
//	Nov 20 10:00:00.123456 rule 4/(match) block in on em0: ADDR.51234 > ADDR.22: S 1:1(0) win 1024
//
// Up to the packet's ends everything is the filter's own; older versions write
// "rule 4/0(match): block".

// newPFLog reads the lines as they are printed.
var newPFLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = pfStamp(c, line); !ok || !isPF(msg) {
		return nil, false, false
	}
	return msg, true, true
}, func(*shared) messenger { return pf{} })

// newPF reads them behind syslog's stamp, which a relay may write much later: their own
// counts.
func newPF(h *shared) messenger {
	c := newClock(h.Context)
	return pf{&c}
}

type pf struct{ *clock }

// pfStamp reads the stamp of -ttt, or the one with a date of -tttt.
func pfStamp(c *clock, line []byte) (t int64, rest []byte, ok bool) {
	if t, rest, ok = c.bsdStamp(line); !ok {
		if t, rest, ok = c.isoStamp(line); !ok {
			return 0, nil, false
		}
	}
	rest, ok = cut(rest, " ")
	return t, rest, ok
}

// isPF recognises "rule 4/(match" and "rule 4.web.0/0(match"; the rule "def" is the
// one that stands for none.
func isPF(b []byte) bool {
	rule, ok := cut(b, "rule ")
	if !ok {
		return false
	}
	number, reason, ok := bytes.Cut(rule, []byte("/"))
	if !ok || len(number) == 0 || len(number) > 64 || bytes.IndexByte(number, ' ') >= 0 {
		return false
	}
	open := bytes.IndexByte(reason, '(')
	return open >= 0 && open < 4 && (open == 0 || digits(reason[:open])) && bytes.IndexByte(reason, ')') > open
}

// message implements messenger.
func (p pf) message(msg []byte, ev *ingest.Event) string {
	if p.clock != nil {
		if t, rest, ok := pfStamp(p.clock, msg); ok {
			ev.Time, msg = t, rest
		}
	}
	if !isPF(msg) {
		return whyMessage
	}
	_, said, _ := bytes.Cut(msg, []byte(")"))
	said = bytes.TrimLeft(said, ": ")
	if bytes.HasPrefix(said, []byte("[")) { // [uid 0, pid 77]
		_, said, _ = bytes.Cut(said, []byte("] "))
	}
	action, packet, ok := bytes.Cut(said, []byte(": "))
	action, isBlock := cut(action, "block in on ")
	ev.Service = serviceFirewall
	if !ok || !isBlock || bytes.IndexByte(action, ' ') >= 0 {
		return whyQuiet
	}
	src, rest, _ := bytes.Cut(packet, []byte(" "))
	if ev.Src, ok = dottedPort(src); !ok || !bytes.HasPrefix(rest, []byte("> ")) {
		ev.Src = netip.Addr{}
		return whyNoClient
	}
	ev.Kind = ingest.KindReject
	return ""
}

// dottedPort reads an address with a port behind a dot, "192.0.2.1.22", or without one.
func dottedPort(b []byte) (netip.Addr, bool) {
	dots := bytes.Count(b, []byte("."))
	if dots == 4 || dots == 1 && bytes.IndexByte(b, ':') >= 0 {
		i := bytes.LastIndexByte(b, '.')
		if !digits(b[i+1:]) {
			return netip.Addr{}, false
		}
		b = b[:i]
	}
	return address(b)
}
