package format

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"

	"gumshoe/ingest"
)

// access reads the access logs of Apache and nginx: common, combined, either
// with the virtual host in front, and with further fields behind.
//
//	[VHOST[:PORT] ]ADDR IDENT USER [02/Jan/2006:15:04:05 -0700] "REQUEST" STATUS BYTES ["REFERER" "AGENT" ...]
//
// Both servers escape the quote in everything that a client sends (Apache as
// \", nginx as \x22), so the first quote of the line opens the request, and the
// stamp stands right before it. What precedes the stamp is read from the left;
// only the user and the virtual host there are the client's.
type access struct {
	clock
	setup
	head    [2]uint64 // the last "02/Jan/2006:15:" seen, its first eight bytes and its last
	hour    int64     // its milliseconds, as if the zone were UTC; noDate: it is none
	tail    uint64    // the last " -0700" seen
	offset  int64     // its milliseconds
	problem string
	column  int
}

func newAccess(s setup) lineParser {
	p := accessOf(s)
	return &p
}

// accessOf returns a reader that knows no hour yet, and of zones that of UTC: six NUL
// bytes are none.
func accessOf(s setup) access {
	return access{clock: newClock(s.Context), setup: s, hour: noDate, tail: zoneOfUTC}
}

// accessMessenger reads access lines that a web server sends through syslog.
type accessMessenger struct{ access }

// message implements messenger.
func (m *accessMessenger) message(msg []byte, ev *ingest.Event) string {
	if m.read(msg, ev) {
		return ""
	}
	return m.Reason()
}

// Parse implements ingest.Parser.
func (p *access) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	if !p.read(line, ev) {
		return ingest.Unparsed
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *access) Reason() string {
	return "not a combined line: " + p.problem + " at column " + strconv.Itoa(p.column+1)
}

// refuse notes why a line is not of this format; the sentence is made only when
// somebody asks.
func (p *access) refuse(column int, problem string) bool {
	p.column, p.problem = column, problem
	return false
}

func (p *access) read(line []byte, ev *ingest.Event) bool {
	return p.ordinary(line, ev) || p.plainly(line, ev)
}

// plainly reads any line of the format.
func (p *access) plainly(line []byte, ev *ingest.Event) bool {
	quote := bytes.IndexByte(line, '"')
	if quote < 0 {
		return p.refuse(len(line), "no quoted request")
	}
	t, open, vhost, ok := p.stamp(line[:quote])
	if !ok {
		return p.refuse(quote, "no stamp in brackets")
	}
	if !p.client(line[:open], ev) {
		return p.refuse(0, "no client address")
	}
	if vhost != nil {
		ev.VHost = vhost
	}
	end := closing(line, quote+1)
	if end < 0 {
		return p.refuse(quote, "request is not closed")
	}
	request := line[quote+1 : end]
	n, ok := p.numbers(line, end+1, ev)
	if !ok {
		return false
	}
	ev.Time = t
	ev.Service = ingest.ServiceWeb
	readRequest(request, ev)
	p.wholeURL(ev)
	p.trailer(line[n:], ev)
	return true
}

// wholeURL parts the target of a server that always writes the host before the path.
func (p *access) wholeURL(ev *ingest.Event) {
	switch {
	case len(ev.Target) == 0:
	case ev.Target[0] == '/':
		if p.sampling {
			p.seen.paths = true
		}
	case p.sampling && bytes.Contains(ev.Target, []byte("://")):
		p.seen.urls++
	case p.known.wholeURLs():
		partTarget(ev)
	}
}

// stamp reads the stamp that ends head, and tells where its bracket opens. A
// word between the stamp and the request is the virtual host.
func (p *access) stamp(head []byte) (t int64, open int, vhost []byte, ok bool) {
	n := len(head)
	if n < 30 || head[n-1] != ' ' {
		return 0, 0, nil, false
	}
	if open = n - 29; head[n-2] == ']' && head[open] == '[' {
		if t, ok = p.clfStamp(head[open+1 : n-2]); ok {
			return t, open, nil, true
		}
	}
	end := bytes.LastIndexByte(head, ']')
	if end < 0 {
		return 0, 0, nil, false
	}
	if open = bytes.LastIndexByte(head[:end], '['); open < 0 {
		return 0, 0, nil, false
	}
	if t, ok = p.clfStamp(bytes.TrimRight(head[open+1:end], " ")); !ok {
		if t, ok = p.foreignStamp(head[open+1 : end]); !ok {
			return 0, 0, nil, false
		}
	}
	if word := bytes.TrimSpace(head[end+1:]); hostname(word) {
		vhost = word
	}
	return t, open, vhost, true
}

// clfStamp reads "02/Jan/2006:15:04:05 -0700"; the zone may be missing, and
// Python's servers write a blank before the clock. The hour and the zone are kept
// from line to line.
func (p *access) clfStamp(b []byte) (t int64, ok bool) {
	if len(b) < 20 {
		return 0, false
	}
	if first, last := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[7:]); p.head[0] != first || p.head[1] != last {
		p.head, p.hour = [2]uint64{first, last}, clfHour(b)
	}
	past, ok := intoHour(b[15:])
	if p.hour == noDate || !ok {
		return 0, false
	}
	t = p.hour + past
	if len(b) == 20 {
		return p.local(t), true
	}
	tail := uint64(0)
	if len(b) == 26 {
		if tail = binary.LittleEndian.Uint64(b[18:]) >> 16; tail == p.tail {
			return t - p.offset, true
		}
	}
	offset, rest, ok := zone(b[20:])
	if !ok || len(rest) > 0 {
		return 0, false
	}
	if len(b) == 26 {
		p.tail, p.offset = tail, offset
	}
	return t - offset, true
}

const (
	noDate    = -1 << 62
	zoneOfUTC = ' ' | '+'<<8 | '0'<<16 | '0'<<24 | '0'<<32 | '0'<<40 // " +0000"
)

// clfHour reads "02/Jan/2006:15:".
func clfHour(b []byte) int64 {
	d, ok1 := two(b)
	month := monthName(b[3:])
	y, ok2 := four(b[7:])
	h, ok3 := two(b[12:])
	s := civil{year: y, month: month, day: d, hour: h}
	if !ok1 || !ok2 || !ok3 || b[2] != '/' || b[6] != '/' || b[11] != ':' && b[11] != ' ' || b[14] != ':' || y == 0 || !s.valid() {
		return noDate
	}
	return s.utc()
}

// client reads "[VHOST ]ADDR IDENT USER ". A virtual host may look like an
// address, because the client may choose it: then the second address is the
// server's word. Where the fields can be cut in two ways, the event has no
// source.
func (p *access) client(head []byte, ev *ingest.Event) bool {
	if a, n := leading4(head); n > 0 && string(head[n:]) == " - - " { // nearly every line
		ev.Src = netip.AddrFrom4(a)
		return true
	}
	first, rest, ok := bytes.Cut(head, []byte(" "))
	if !ok || len(first) == 0 {
		return false
	}
	second, tail, ok := bytes.Cut(rest, []byte(" "))
	if !ok {
		return false
	}
	if a, ok := address(second); ok {
		p.seen.vhost = true
		ev.VHost = withoutPort(first)
		ident, user, _ := bytes.Cut(tail, []byte(" "))
		if !holdsAddress(ident) && !holdsAddress(user) {
			ev.Src = a
		}
		ev.User = userOf(user)
		return true
	}
	ev.User = userOf(tail)
	if p.known.vhost && holdsAddress(tail) {
		return true // a virtual host with blanks in it, perhaps
	}
	if a, ok := address(first); ok {
		ev.Src = a
		return true
	}
	if absent(second) && hostname(first) { // HostnameLookups On
		ev.SrcHost = first
		return true
	}
	return false
}

// userOf reads the user before the stamp. Some servers write a request id and
// then the user: a last field that is absent means no user.
func userOf(b []byte) []byte {
	b = bytes.Trim(b, " ")
	if len(b) == 0 || absent(b) || bytes.HasSuffix(b, []byte(" -")) {
		return nil
	}
	return b
}

// holdsAddress reports whether a blank-separated word of b is an address.
func holdsAddress(b []byte) bool {
	for len(b) > 0 {
		var word []byte
		word, b, _ = bytes.Cut(b, []byte(" "))
		if _, ok := address(word); ok {
			return true
		}
	}
	return false
}

// withoutPort strips ":443" from a virtual host.
func withoutPort(b []byte) []byte {
	if i := bytes.LastIndexByte(b, ':'); i > 0 && bytes.IndexByte(b[:i], ':') < 0 {
		return b[:i]
	}
	return b
}

// absent reports whether a field is the "-" that stands for none.
func absent(b []byte) bool { return len(b) == 1 && b[0] == '-' }
