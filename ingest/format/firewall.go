package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// kernel reads the packets that netfilter logged (UFW, iptables, nftables,
// firewalld, Shorewall, Sophos' ulogd), those of ipfw, and WireGuard's debug messages. The
// prefix is the administrator's own and tells whether the packet was dropped.
type kernel struct{}

func newKernel(*shared) messenger { return kernel{} }

// message implements messenger.
func (kernel) message(msg []byte, ev *ingest.Event) string {
	if len(msg) > 0 && msg[0] == '[' { // uptime
		if _, rest, ok := bytes.Cut(msg, []byte("] ")); ok && (len(msg) < 2 || msg[1] == ' ' || digit(msg[1])) {
			msg = rest
		}
	}
	if rest, ok := cut(msg, "wireguard: "); ok {
		ev.Service = serviceVPN
		if wireguardSays.tell(rest, ev) {
			return ""
		}
		return whyQuiet
	}
	if rest, ok := cut(msg, `id="`); ok {
		return sophosPacket(rest, ev)
	}
	if bytes.HasPrefix(msg, []byte("ipfw: ")) {
		ev.Service = serviceFirewall
		if ipfwSays.tell(msg, ev) {
			return ""
		}
		return whyQuiet
	}
	i := bytes.Index(msg, []byte("IN="))
	if i < 0 || i > 0 && letter(msg[i-1]) {
		return whyQuiet
	}
	prefix, packet := msg[:i], msg[i:]
	src, ok := packetField(packet, " SRC=")
	addr, isAddr := address(src)
	if !ok || !isAddr || !bytes.Contains(packet, []byte(" DST=")) {
		return whyQuiet
	}
	in, _ := packetField(packet, "IN=")
	ev.Service, ev.Src, ev.Kind = serviceFirewall, addr, ingest.KindReject
	if len(in) == 0 {
		ev.Src, ev.Kind = netip.Addr{}, ingest.KindOther // our own packet
	} else if accepted(prefix) {
		ev.Kind = ingest.KindOther
	}
	return ""
}

// sophosPacket reads a packet of Sophos' UTM: id="2001" ... action="drop" ... srcip="ADDR".
func sophosPacket(packet []byte, ev *ingest.Event) string {
	src, ok := packetField(packet, ` srcip="`)
	addr, isAddr := address(bytes.TrimSuffix(src, []byte(`"`)))
	if !ok || !isAddr {
		return whyQuiet
	}
	ev.Service, ev.Src, ev.Kind = serviceFirewall, addr, ingest.KindOther
	action, _ := packetField(packet, ` action="`)
	if refuses(bytes.TrimSuffix(action, []byte(`"`))) {
		ev.Kind = ingest.KindReject
	}
	return ""
}

// accepted reports whether the prefix says that the packet was let through.
func accepted(prefix []byte) bool {
	for i := range prefix {
		for _, word := range [...]string{"allow", "accept", "audit", "pass"} {
			if end := i + len(word); end <= len(prefix) && bytes.EqualFold(prefix[i:end], []byte(word)) {
				return true
			}
		}
	}
	return false
}

// packetField reads one KEY=VALUE of a logged packet.
func packetField(packet []byte, key string) (value []byte, ok bool) {
	_, rest, ok := bytes.Cut(packet, []byte(key))
	value, _, _ = bytes.Cut(rest, []byte(" "))
	return value, ok
}

// ipfwSays are the packets that FreeBSD's packet filter logged.
var ipfwSays = concat(
	say(ingest.KindReject,
		"ipfw: {n} Deny {word} {addr:port} {ip} in via {word}", "ipfw: {n} Deny {word} {addr} {ip} in via {word}",
		"ipfw: {n} Reset {word} {addr:port} {ip} in via {word}",
		"ipfw: {n} Unreach {n} {word} {addr:port} {ip} in via {word}",
	),
	say(ingest.KindOther, "ipfw: {n} Deny {words} out via {word}", "ipfw: {n} Accept {words}", "ipfw: {n} Count {words}"),
)

var wireguardSays = say(ingest.KindAuthFailure,
	"{word}: Packet has unallowed src IP ({ip}) from peer {n} ({addr:port})",
	"{word}: Invalid handshake initiation from {addr:port}",
	"{word}: Invalid MAC of handshake, dropping packet from {addr:port}",
	"{word}: Receiving handshake {words} from {addr:port} failed",
)

// filterlog reads the packet filter of pfSense and OPNsense, comma separated:
// rule,sub rule,anchor,tracker,interface,reason,action,direction,IP version,...
type filterlog struct{}

func newFilterlog(*shared) messenger { return filterlog{} }

// message implements messenger.
func (filterlog) message(msg []byte, ev *ingest.Event) string {
	var fields [19][]byte
	n := 0
	for n < len(fields) {
		var more bool
		fields[n], msg, more = bytes.Cut(msg, []byte(","))
		if n++; !more {
			break
		}
	}
	src := fields[18]
	if string(fields[8]) == "6" {
		src = fields[15]
	}
	addr, ok := address(src)
	if n < 17 || !ok {
		return whyMessage
	}
	ev.Service, ev.Src, ev.Kind = serviceFirewall, addr, ingest.KindOther
	switch string(fields[6]) {
	case "block", "reject":
		ev.Kind = ingest.KindReject
	}
	return ""
}
