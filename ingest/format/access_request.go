package format

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"gumshoe/ingest"
)

// closing finds the quote that ends a field which begins at from. A quote after
// an odd number of backslashes is escaped. Servers that do not escape leave
// quotes inside; the closing one is followed by a blank or ends the line.
func closing(line []byte, from int) int {
	for i := from; ; {
		n := bytes.IndexByte(line[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		slashes := 0
		for j := i - 1; j >= from && line[j] == '\\'; j-- {
			slashes++
		}
		if slashes%2 == 0 && (i+1 == len(line) || line[i+1] == ' ') {
			return i
		}
		i++
	}
}

// numbers reads " STATUS BYTES"; either may be "-". It returns where they end.
func (p *access) numbers(line []byte, at int, ev *ingest.Event) (end int, ok bool) {
	b := line[at:]
	if len(b) < 2 || b[0] != ' ' {
		return 0, p.refuse(at, "status is missing")
	}
	b = b[1:]
	if b[0] == '-' {
		b = b[1:]
	} else {
		n, rest, ok := leading(b)
		if !ok || n > 999 || len(rest) > 0 && rest[0] != ' ' {
			return 0, p.refuse(at+1, "status is not a number")
		}
		ev.Status = uint16(n)
		b = rest
	}
	if len(b) < 2 || b[0] != ' ' {
		if len(b) == 0 {
			return len(line), true
		}
		return 0, p.refuse(len(line)-len(b), "size is missing")
	}
	b = b[1:]
	if b[0] == '-' {
		return len(line) - len(b) + 1, true
	}
	n, rest, ok := leading(b)
	if !ok || len(rest) > 0 && rest[0] != ' ' {
		return 0, p.refuse(len(line)-len(b), "size is not a number")
	}
	ev.Bytes = n
	return len(line) - len(rest), true
}

// leading reads the decimal number at the head of b.
func leading(b []byte) (n int64, rest []byte, ok bool) {
	if len(b) >= 8 {
		w := binary.LittleEndian.Uint64(b)
		if marks := notDigits(w); marks != 0 { // no branch depends on how many digits there are
			past := bits.TrailingZeros64(marks) &^ 7
			return eightDigits(w << 1 << (63 - past)), b[past/8:], past > 0
		}
	}
	i := 0
	for i < len(b) && digit(b[i]) {
		if i == 18 {
			return 0, b, false
		}
		n = n*10 + int64(b[i]-'0')
		i++
	}
	return n, b[i:], i > 0
}

// trailer reads ' "REFERER" "AGENT"' and what may stand behind them.
func (p *access) trailer(b []byte, ev *ingest.Event) {
	for _, field := range [...]*[]byte{&ev.Referer, &ev.Agent} {
		value, rest, ok := quotedField(b)
		if !ok {
			break
		}
		if len(value) > 0 {
			*field = unlessAbsent(value)
		}
		b = rest
	}
	further(b, ev)
}

// unlessAbsent returns a field without the "-" of an absent one.
func unlessAbsent(b []byte) []byte {
	if absent(b) {
		return b[:0]
	}
	return b
}

// further reads ' "X-FORWARDED-FOR"', where nginx's own example has the third field, and
// behind it nginx's request time if it cannot be anything else.
func further(b []byte, ev *ingest.Event) {
	if len(b) < 2 {
		return
	}
	if ev.Duration = requestTime(b[1:]); ev.Duration >= 0 {
		return
	}
	if value, rest, ok := quotedField(b); ok {
		ev.Forwarded = forwarded(value)
		if len(rest) > 1 {
			ev.Duration = requestTime(rest[1:])
		}
	}
}

// quotedField reads ' "VALUE"' at the head of b.
func quotedField(b []byte) (value, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != ' ' || b[1] != '"' {
		return nil, b, false
	}
	end := closing(b, 2)
	if end < 0 {
		return nil, b, false
	}
	return b[2:end], b[end+1:], true
}

// forwarded returns a chain of addresses as a proxy logs it, or nil where the
// field holds something else.
func forwarded(b []byte) []byte {
	if len(b) < len("::1") || bytes.IndexByte(b, '.') < 0 && bytes.IndexByte(b, ':') < 0 {
		return nil
	}
	return b
}

// requestTime reads nginx's $request_time where it bears a name ("rt=0.012") or
// stands right behind the agent with its three decimals. Apache's %D and other
// bare numbers might be bytes, and are left alone.
func requestTime(b []byte) int32 {
	word, _, _ := bytes.Cut(b, []byte(" "))
	for _, name := range [...]string{"rt=", "request_time="} {
		if rest, ok := cut(word, name); ok {
			word = rest
			break
		}
	}
	word = bytes.Trim(word, `"`)
	seconds, rest, ok := leading(word)
	if !ok || seconds > 1e6 || len(rest) != 4 || rest[0] != '.' {
		return -1
	}
	ms, rest, ok := leading(rest[1:])
	if !ok || len(rest) > 0 {
		return -1
	}
	return int32(seconds*1000 + ms)
}

// readRequest splits "METHOD TARGET PROTO" and decides whether it is HTTP.
func readRequest(r []byte, ev *ingest.Event) {
	ev.Kind = ingest.KindHTTPRequest
	if len(r) == 0 || absent(r) {
		return // the connection closed before a request, as browsers' spare ones do
	}
	method := bytes.IndexByte(r, ' ')
	last := bytes.LastIndexByte(r, ' ')
	if method > 0 && isToken(r[:method]) {
		switch target := r[method+1:]; {
		case last > method && bytes.HasPrefix(r[last+1:], []byte("HTTP/")):
			ev.Method, ev.Target, ev.Proto = r[:method], r[method+1:last], r[last+1:]
			if len(ev.Target) > 0 && ev.Target[0] != '/' && !bytes.HasPrefix(ev.Proto, []byte("HTTP/1")) {
				partTarget(ev)
			}
			return
		case len(target) > 0 && target[0] == '/' && !otherProtocol(r[last+1:]):
			ev.Method, ev.Target = r[:method], target // HTTP/0.9
			return
		case len(r) >= haproxyCut:
			if ev.Method, ev.Target = r[:method], target; partTarget(ev) {
				return
			}
			ev.Method = nil
		}
	}
	ev.Kind, ev.Target = ingest.KindProbe, r
}

// haproxyCut is where HAProxy cuts a request line short (tune.http.logurilen), which
// then lacks its protocol.
const haproxyCut = 1000

// partTarget parts "https://HOST/PATH", as HAProxy since 2.1 writes every request of
// HTTP/2: there the client always names scheme and host, while in HTTP/1 only a client
// of a proxy does.
func partTarget(ev *ingest.Event) bool {
	host, path, ok := partURL(ev.Target)
	if !ok {
		return false
	}
	ev.Target = path
	if len(ev.VHost) == 0 {
		ev.VHost = withoutPort(host)
	}
	return true
}

// isToken reports whether b can be an HTTP method: letters, with dashes and
// underscores as extensions use them.
func isToken(b []byte) bool {
	if len(b) > 24 {
		return false
	}
	for _, c := range b {
		if !letter(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// otherProtocol recognises "RTSP/1.0" and the like.
func otherProtocol(b []byte) bool {
	name, version, ok := bytes.Cut(b, []byte("/"))
	if !ok || len(name) == 0 || len(version) == 0 || !digit(version[0]) {
		return false
	}
	for _, c := range name {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}
