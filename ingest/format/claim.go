package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// claim is a place in a message where a peer seems to be named: "ADDR",
// "ADDR port N" or "ADDR port N ssh2".
type claim struct {
	start, end int        // of the whole claim
	host       []byte     // address or name
	addr       netip.Addr // the host, where it is an address
	full       bool       // the port is there
}

// source files the claim as the event's source.
func (c *claim) source(ev *ingest.Event) {
	if c.addr.IsValid() {
		ev.Src = c.addr
	} else {
		ev.SrcHost = c.host
	}
}

// claimAt reads a claim that starts at msg[at].
func claimAt(msg []byte, at int) (c claim, ok bool) {
	b := msg[at:]
	n := bytes.IndexByte(b, ' ')
	if n < 0 {
		n = len(b)
	}
	host := b[:n]
	if n > 0 && host[n-1] == ':' {
		host = host[:n-1]
	}
	c = claim{start: at, end: at + len(host), host: host}
	if c.addr, ok = address(host); !ok && !hostname(host) {
		return c, false
	}
	rest, isPort := cut(b[len(host):], " port ")
	if !isPort {
		return c, true
	}
	digits := 0
	for digits < len(rest) && digit(rest[digits]) {
		digits++
	}
	if digits == 0 || digits > 5 {
		return c, true
	}
	c.full = true
	c.end = len(msg) - len(rest) + digits
	if tail := msg[c.end:]; len(tail) >= 5 && string(tail[:4]) == " ssh" && digit(tail[4]) {
		c.end += 5
	}
	return c, true
}

// lastFrom finds the peer of a message of the form "... from ADDR port N ssh2",
// of which the part before " from " holds text that the client chose. The
// rightmost claim is the daemon's own. Where the daemon may add a detail to its
// claim (": " and the key, or the client's own idea of its name), an earlier
// claim that goes on with ": " could be the real one as well, and if the two
// differ the message has no certain peer. user is what stands before the claim.
func lastFrom(msg []byte, detail bool) (user []byte, c claim, ok bool) {
	at := lastIndexWord(msg, " from ")
	if at < 0 {
		return nil, c, false
	}
	last, ok := claimAt(msg, at+len(" from "))
	whole := ok && (last.end == len(msg) || detail && hasDetail(msg, last.end))
	for i := at; detail; { // earlier claims that are followed by a detail
		i = lastIndexWord(msg[:i], " from ")
		if i < 0 {
			break
		}
		e, isClaim := claimAt(msg, i+len(" from "))
		if !isClaim || !e.full || !hasDetail(msg, e.end) {
			continue
		}
		switch {
		case !whole || !last.full: // what follows e is its detail
			at, last, whole = i, e, true
		case e.addr != last.addr || !e.addr.IsValid() && !bytes.Equal(e.host, last.host):
			return msg[:at], claim{}, false
		}
	}
	if !whole {
		return nil, c, false
	}
	return msg[:at], last, true
}

func hasDetail(msg []byte, end int) bool {
	return len(msg) > end+1 && msg[end] == ':' && msg[end+1] == ' '
}

// lastPeer finds the peer of a message that ends with "USER ADDR port N", or
// with the peer alone. user is what stands before, without the blank.
func lastPeer(msg []byte) (user []byte, c claim, ok bool) {
	at := len(msg)
	if p := lastIndexWord(msg, " port "); p >= 0 {
		at = p
	}
	at = bytes.LastIndexByte(msg[:at], ' ') + 1
	c, ok = claimAt(msg, at)
	if !ok || c.end != len(msg) {
		return nil, c, false
	}
	return bytes.TrimSuffix(msg[:at], []byte(" ")), c, true
}

// certainPeer finds the one address that "ADDR port N: " names in a message
// where client-chosen text may stand on both sides. Two different addresses
// are no answer.
func certainPeer(msg []byte) (user []byte, a netip.Addr, ok bool) {
	for i := 0; ; {
		n := bytes.Index(msg[i:], []byte(" port "))
		if n < 0 {
			return user, a, ok
		}
		i += n
		at := bytes.LastIndexByte(msg[:i], ' ') + 1
		c, isClaim := claimAt(msg, at)
		i += len(" port ")
		if !isClaim || !c.full || !hasDetail(msg, c.end) {
			continue
		}
		if !c.addr.IsValid() {
			continue
		}
		if ok && a != c.addr {
			return nil, netip.Addr{}, false
		}
		if !ok {
			user, a, ok = bytes.TrimSuffix(msg[:at], []byte(" ")), c.addr, true
		}
	}
}
