package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// ordinary reads a line as nearly all are, and leaves every other one, and the event with
// it, as it was for plainly:
//
//	ADDR - - [02/Jan/2006:15:04:05 -0700] "GET /TARGET HTTP/1.1" 200 BYTES "REFERER" "AGENT"
//
// Where the address ends, the request is known to begin, and of what follows only the
// three quotes that end a field are searched for: a line of 245 bytes takes 40 ns less.
func (p *access) ordinary(line []byte, ev *ingest.Event) bool {
	var src netip.Addr
	a, n := leading4(line)
	if n > 0 {
		src = netip.AddrFrom4(a)
	} else if src, n = leading6(line); n == 0 {
		return false
	}
	if len(line) < n+len(` - - [02/Jan/2006:15:04:05 -0700] "GET / HTTP/1.1" 200 0`) {
		return false
	}
	head, b := line[n:n+35], line[n+35:]
	if string(head[:6]) != " - - [" || string(head[32:]) != `] "` {
		return false
	}
	t, ok := p.clfStamp(head[6:32])
	if !ok {
		return false
	}
	end := bytes.IndexByte(b, '"')
	if end < len("GET / HTTP/1.1") || b[end-1] == '\\' {
		return false
	}
	request, b := b[:end], b[end+1:]
	method, last := len("GET"), len(request)-len(" HTTP/1.1")
	if string(request[:4]) != "GET " {
		if string(request[:5]) != "POST " && string(request[:5]) != "HEAD " {
			return false
		}
		method = len("POST")
	}
	if proto := request[last:]; request[method+1] != '/' || string(proto[:6]) != " HTTP/" || proto[6] == ' ' || proto[7] != '.' || proto[8] == ' ' {
		return false
	}
	if len(b) < len(" 200 0") || b[0] != ' ' || !digit(b[1]) || !digit(b[2]) || !digit(b[3]) || b[4] != ' ' {
		return false
	}
	status := uint16(b[1]-'0')*100 + uint16(b[2]-'0')*10 + uint16(b[3]-'0')
	size, b, ok := leading(b[5:])
	if !ok {
		return false
	}
	var referer, agent []byte
	if len(b) > 0 { // not the common format
		if len(b) < 2 || string(b[:2]) != ` "` {
			return false
		}
		b = b[2:]
		if end = bytes.IndexByte(b, '"'); end <= 0 || b[end-1] == '\\' || len(b) < end+3 || string(b[end:end+3]) != `" "` {
			return false
		}
		referer, b = b[:end], b[end+3:]
		if end = bytes.IndexByte(b, '"'); end <= 0 || b[end-1] == '\\' || len(b) > end+1 && b[end+1] != ' ' {
			return false
		}
		agent, b = b[:end], b[end+1:]
	}
	ev.Time, ev.Src = t, src
	ev.Service, ev.Kind = ingest.ServiceWeb, ingest.KindHTTPRequest
	ev.Method, ev.Target, ev.Proto = request[:method], request[method+1:last], request[last+1:]
	ev.Status, ev.Bytes = status, size
	ev.Referer, ev.Agent = unlessAbsent(referer), unlessAbsent(agent)
	if len(b) > 0 {
		further(b, ev)
	}
	if p.sampling {
		p.seen.paths = true
	}
	return true
}

// leading6 reads the IPv6 address that a blank ends at the head of b, and returns its
// length there, 0 if there is none. A zone, in which anything may stand, is none.
func leading6(b []byte) (a netip.Addr, n int) {
	n = max(bytes.IndexByte(b[:min(len(b), 48)], ' '), 0)
	if a, ok := address(b[:n]); ok && bytes.IndexByte(b[:n], '%') < 0 {
		return a, n
	}
	return a, 0
}
