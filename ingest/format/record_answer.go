package format

import "bytes"

// answer takes a request out of a record's message where no field holds it, or
// not its status:
//
//	HTTP: POST http://music.example/auth/login
//	POST /loki/api/v1/push (401) 1.2ms
//	Processed request: ... 64B 403 "POST /_matrix/client/v3/login HTTP/1.1" "curl/8.5.0"
//
// The client of it is named by a field.
func (r *record) answer() {
	if !r.has(meansAddr) || r.has(meansStatus) && (r.has(meansTarget) || r.has(meansRequest)) {
		return
	}
	msg := r.value[meansMessage]
	if inner := r.value[meansInner]; bytes.HasPrefix(inner, []byte("Processed request: ")) {
		msg = inner
	}
	if rest, ok := cut(msg, "Processed request: "); ok {
		before, quoted, ok := bytes.Cut(rest, []byte(` "`))
		line, _, _ := bytes.Cut(quoted, []byte(`"`))
		if status := lastWord(before); ok && isStatus(status) {
			r.value[meansStatus], r.value[meansRequest] = status, line
		}
		return
	}
	msg, _ = cut(msg, "HTTP: ")
	method, rest, _ := bytes.Cut(msg, []byte(" "))
	target, rest, _ := bytes.Cut(rest, []byte(" "))
	if !isUsualMethod(method) {
		return
	}
	if host, path, ok := partURL(target); ok { // Navidrome writes the whole URL
		r.value[meansVHost], target = host, path
	}
	if !bytes.HasPrefix(target, []byte("/")) && !bytes.Contains(target, []byte("://")) {
		return
	}
	if !r.has(meansStatus) {
		word, _, _ := bytes.Cut(rest, []byte(" "))
		if word = bytes.Trim(word, "()"); !isStatus(word) {
			return
		}
		r.value[meansStatus] = word
	}
	r.value[meansMethod], r.value[meansTarget] = method, target
}

func lastWord(b []byte) []byte { return b[bytes.LastIndexByte(b, ' ')+1:] }

func isUsualMethod(b []byte) bool {
	for _, m := range usualMethods {
		if bytes.Equal(b, m) {
			return true
		}
	}
	return false
}
