package format

import (
	"bytes"
	"net/netip"
)

// record is a structured line: its values by meaning.
type record struct {
	value [meaningsCount][]byte
	rank  [meaningsCount]uint8
	heard tone // of all that says what happened
	torn  bool // one name, two addresses: the line was tampered with
	// elsewhere: the daemon names its peer, but not by an address ("peer=unix"). An
	// address under another name may then be a part of what the client chose.
	elsewhere bool
	login     bool   // an event is called "login"
	headers   bool   // the values are headers of the request
	open      bool   // values are not escaped, and a client's may go on with fields of its own making
	scratch   []byte // a message without its escapes
}

func (r *record) reset() { *r = record{scratch: r.scratch[:0]} }

// has reports whether the record has a value with the meaning.
func (r *record) has(m meaning) bool { return len(r.value[m]) > 0 }

// set files a value under its name.
func (r *record) set(parent, name, value []byte, foreign bool) {
	if string(name) == "logicalUserName" && !foreign { // Tomcat's %l: the "host" before it is %h, the client
		r.keep(named{meaning: meansAddr}, r.value[meansMachine], false)
		r.value[meansMachine] = nil
		return
	}
	if string(name) == "resultType" && string(value) == "0" { // Microsoft's: no error
		value = []byte("success")
	}
	var space [2 * maxName]byte
	if r.open && len(name) > 0 && isPeerName(fold(space[:0], name)) {
		_, isAddr := clientAddress(value)
		r.elsewhere = r.elsewhere || !isAddr
	}
	if len(value) == 0 || len(value) == 1 && value[0] == '-' || len(name) == 0 || string(name) == "body" && !aroundBody(parent) {
		return
	}
	if len(parent) > 0 {
		joined := fold(space[:0], parent)
		joined = fold(joined, name)
		if r.file(joined, value, foreign) {
			return
		}
	}
	r.file(fold(space[:0], name), value, foreign || notClient(parent))
}

// notClient reports whether fields inside an object of this name are about the
// other end of the connection.
func notClient(parent []byte) bool {
	return anyFold(parent, "server", "dest", "destination", "dst", "local", "host", "target", "upstream", "backend", "listener", "node", "pod", "observer", "agent")
}

func (r *record) file(name, value []byte, foreign bool) bool {
	n, ok := meaningOf[string(name)]
	if !ok {
		return false
	}
	r.keep(n, value, foreign)
	if other, ok := alsoMeans[string(name)]; ok {
		r.keep(other, value, foreign)
	}
	return true
}

// keep files a value unless a better one is there. A foreign value stands
// among headers or parameters that the client sent: such may name an account or
// an agent, never an address. Of headers by which proxies tell the client the last
// is kept: what stands before it came with the request.
func (r *record) keep(n named, value []byte, foreign bool) {
	m := n.meaning
	switch {
	case !foreign, m == meansUser, m == meansAgent, m == meansReferer, m == meansVHost, m == meansForwarded && r.headers:
	default:
		return
	}
	if m == meansStatus && !isStatus(value) {
		m = meansOutcome
	}
	if m == meansSeconds && bytes.IndexByte(value, ':') > 0 { // "requestTime" of Amazon's gateway is when
		m = meansTime
	}
	if m == meansAddr {
		if _, ok := clientAddress(value); !ok {
			return
		}
		same := n.rank+1 == r.rank[m] || r.open
		r.torn = r.torn || r.has(m) && same && !bytes.Equal(r.value[m], value)
	}
	switch m {
	case meansEvent, meansError, meansMessage, meansOutcome:
		r.heard |= listen(value)
		if m == meansEvent && anyFold(value, "login") {
			r.login = true
		} else if m == meansEvent && string(value) == "auth" { // Teleport
			r.heard |= toneSubject
		}
	}
	rank := n.rank + 1
	if foreign {
		rank += 100
	}
	if old := r.rank[m]; old == 0 || rank < old || rank == old && m == meansForwarded && r.headers {
		r.value[m], r.rank[m] = value, rank
	}
}

func isStatus(b []byte) bool {
	n, ok := number(b)
	return ok && len(b) == 3 && n >= 100 && n < 600
}

// bareAddress takes off what some programs write around an address: Java's
// "/192.0.2.1:4711", Samba's "ipv4:192.0.2.1:4711", and the interface in SonicWall's
// "192.0.2.1:4711:X1".
func bareAddress(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("/"))
	for _, family := range [...]string{"ipv4:", "ipv6:"} {
		b, _ = cut(b, family)
	}
	if _, n := leading4(b); n > 0 && n < len(b) && b[n] == ':' {
		if i := bytes.IndexByte(b[n+1:], ':'); i > 0 && digits(b[n+1:n+1+i]) {
			return b[:n+1+i]
		}
	}
	return b
}

// clientAddress reads an address field: with or without a port, or a list that
// proxies made, "CLIENT, PROXY1, PROXY2". Each proxy appended whom it heard, so
// a list is read from the right, past the addresses of private networks: the
// operator's own proxies. What stands further left may be the client's word.
func clientAddress(b []byte) (netip.Addr, bool) {
	var private netip.Addr
	for len(b) > 0 {
		item := b
		if i := bytes.LastIndexByte(b, ','); i >= 0 {
			item, b = b[i+1:], b[:i]
		} else {
			b = nil
		}
		item = bareAddress(bytes.TrimSpace(item))
		a, ok := address(item)
		if !ok {
			host, port := splitPort(item, false)
			if a, ok = address(host); !ok || !port {
				break
			}
		}
		if a.IsUnspecified() {
			break
		}
		if !a.IsPrivate() && !a.IsLoopback() {
			return a, true
		}
		private = a
	}
	return private, private.IsValid()
}
