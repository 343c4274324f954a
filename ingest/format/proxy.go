package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newSquidLog reads Squid's native access log:
//
//	1386543323.000      4 192.0.2.1 TCP_DENIED/403 4099 GET URL USER HIER_NONE/- text/html
//
// Squid encodes blanks in everything that a client sends.
func newSquidLog(s setup) lineParser { return &squid{} }

type squid struct{ why string }

// newSquid reads the same lines in Squid's messages to syslog.
func newSquid(*shared) messenger { return &squid{} }

// Parse implements ingest.Parser.
func (p *squid) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	if p.why = p.message(line, ev); p.why != "" {
		return ingest.Unparsed
	}
	return ingest.Parsed
}

const whySquid = "no line of Squid's native log"

// message implements messenger.
func (*squid) message(line []byte, ev *ingest.Event) (why string) {
	t, rest, ok := epochStamp(line)
	if !ok || len(rest) == 0 || rest[0] != ' ' {
		return whySquid
	}
	var fields [9][]byte // elapsed, client, code/status, bytes, method, URL, user, hierarchy, type
	n := 0
	for word := range bytes.FieldsSeq(rest) {
		if n == len(fields) {
			break
		}
		fields[n] = word
		n++
	}
	code, status, ok := bytes.Cut(fields[2], []byte("/"))
	number, isStatus := number(status)
	addr, isAddr := address(fields[1])
	if n < 7 || !ok || !isStatus || !isAddr || !digits(fields[0]) || number > 999 {
		return whySquid
	}
	ev.Time, ev.Src, ev.Service, ev.Status = t, addr, serviceProxy, uint16(number)
	ev.Target = fields[5]
	if !absent(fields[4]) {
		ev.Method = fields[4]
	}
	if !absent(fields[6]) {
		ev.User = fields[6]
	}
	switch {
	case bytes.HasPrefix(code, []byte("TCP_DENIED")) && number == 407 && ev.User == nil:
		ev.Kind = ingest.KindOther // the challenge that every client of a proxy with logins gets first
	case bytes.HasPrefix(code, []byte("TCP_DENIED")) && number == 407:
		ev.Kind = ingest.KindAuthFailure
	case bytes.HasPrefix(code, []byte("TCP_DENIED")):
		ev.Kind = ingest.KindReject
	case bytes.HasPrefix(code, []byte("NONE")) && (number == 400 || number == 405 || number == 417 || number == 501):
		ev.Kind = ingest.KindProbe
	default:
		ev.Kind = ingest.KindOther
	}
	return ""
}

// Reason implements ingest.Explainer.
func (p *squid) Reason() string { return p.why }

// new3proxyLog reads 3proxy: "11-06-2013 02:09:40 +0300 PROXY.3128 00004 USER
// ADDR:PORT ...". The code after the service tells what went wrong; its last
// digits 4 to 9 stand for failed authentication.
var new3proxyLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.dayFirst(line); !ok {
		if ev.Time, msg, ok = epochStamp(line); !ok {
			return nil, false, false
		}
	}
	msg, ok = cut(msg, " ")
	return msg, false, ok
}, func(*shared) messenger { return threeProxy{} })

type threeProxy struct{}

var threeProxySays = say(ingest.KindOther, "{word} {n} {user} {addr:port} {ip} {n} {n} {n} {text}", "{word} {n} {user} {addr:port} {ip} {n} {n} {n}")

// message implements messenger.
func (threeProxy) message(msg []byte, ev *ingest.Event) string {
	ev.Service = serviceProxy
	service, rest, _ := bytes.Cut(msg, []byte(" "))
	code, _, _ := bytes.Cut(rest, []byte(" "))
	if bytes.IndexByte(service, '.') < 0 || len(code) != 5 || !digits(code) || !threeProxySays.tell(bytes.TrimRight(msg, " "), ev) {
		return whyMessage
	}
	if string(ev.User) == "-" {
		ev.User = nil
	}
	switch n, _ := number(code); {
	case n%100 >= 4 && n%100 <= 9:
		ev.Kind = ingest.KindAuthFailure
	case n%100 >= 1 && n%100 <= 3, n%100 == 10:
		ev.Kind = ingest.KindReject
	}
	return ""
}

// dante reads sockd, "block(1): tcp/accept ]: ADDR.PORT ADDR.PORT: REASON". The
// ports follow a dot.
type dante struct{}

func newDante(*shared) messenger { return dante{} }

var danteSays = concat(
	say(ingest.KindAuthFailure,
		`could not access user "{user}"'s records in the system password file: {words}`,
		`system password authentication failed for user "{user}"`,
		`pam_authenticate() for user "{user}" failed: {words}`,
		`error after reading {n} byte{words} in {n} second{words}: could not access user "{user}"'s records in the system password file: {words}`,
		`error after reading {n} byte{words} in {n} second{words}: system password authentication failed for user "{user}"`,
		`error after reading {n} byte{words} in {n} second{words}: pam_authenticate() for user "{user}" failed: {words}`,
	),
	say(ingest.KindProbe, "error after reading {n} byte{words}: {words}"),
)

// message implements messenger.
func (dante) message(msg []byte, ev *ingest.Event) string {
	ev.Service = serviceProxy
	msg, _ = cut(msg, "info: ")
	blocked, rest, ok := bytes.Cut(msg, []byte("]: "))
	if !ok || !bytes.HasPrefix(blocked, []byte("block(")) {
		return whyQuiet
	}
	peer, rest, _ := bytes.Cut(rest, []byte(" "))
	if login, at, ok := bytes.Cut(peer, []byte("@")); ok { // "pam%user@ADDR.PORT", after a login
		_, ev.User, _ = bytes.Cut(login, []byte("%"))
		peer = at
	}
	dot := bytes.LastIndexByte(peer, '.')
	if dot < 0 {
		return whyMessage
	}
	addr, ok := address(peer[:dot])
	if !ok {
		return whyMessage
	}
	_, reason, _ := bytes.Cut(rest, []byte(": "))
	if !danteSays.tell(reason, ev) {
		ev.Kind = ingest.KindReject
	}
	ev.Src = addr
	return ""
}
