package format

import "bytes"

// target is what was asked for, with its query where the log parts them ("uri" and
// "args"). A load balancer that ends TLS logs the whole URL: the site's name is then
// the host that was asked for, as in a record that has both. Only a request line
// tells whether the client itself wrote a URL, as it does to a proxy.
func (r *record) target() []byte {
	target := r.value[meansTarget]
	if host, path, ok := partURL(target); ok {
		target = path
		if !r.has(meansVHost) {
			r.value[meansVHost] = host
		}
	}
	query := bytes.TrimPrefix(r.value[meansQuery], []byte("?"))
	if len(query) == 0 || !bytes.HasPrefix(target, []byte("/")) || bytes.IndexByte(target, '?') >= 0 {
		return target
	}
	from := len(r.scratch)
	r.scratch = append(append(append(r.scratch, target...), '?'), query...)
	return r.scratch[from:]
}

// partURL reads "https://HOST/PATH". Of a URL without a path the path is "/". What can be
// no host is left in the target, where payloads are looked for: in HTTP/2 the client writes
// there what it likes.
func partURL(b []byte) (host, path []byte, ok bool) {
	scheme, rest, ok := bytes.Cut(b, []byte("://"))
	if !ok || !anyFold(scheme, "http", "https", "ws", "wss") {
		return nil, nil, false
	}
	at := bytes.IndexAny(rest, "/?")
	switch {
	case at < 0:
		return rest, slash, isHost(rest)
	case rest[at] == '?':
		return nil, nil, false
	}
	return rest[:at], rest[at:], isHost(rest[:at])
}

// isHost reports whether b is written like the name or the address of a host, with or
// without a port.
func isHost(b []byte) bool {
	for _, c := range b {
		if !letter(c) && !digit(c) && c < 0x80 && bytes.IndexByte([]byte(".-_:[]"), c) < 0 {
			return false
		}
	}
	return len(b) > 0
}

var slash = []byte("/")
