package format

import (
	"bytes"

	"gumshoe/ingest"
)

// serviceApp is what has accounts of its own behind a web server: its logins are
// guessed like any other's, while the web's 401 may be a step of a dialogue.
const serviceApp = ingest.ServiceApp

const whyNoClient = "names no client"

// tell makes the event of a record whose envelope is filed.
func (r *record) tell(ev *ingest.Event) (why string) {
	t, logon := r.logon()
	if said := r.tone(); !logon || t == toneSucceeded && said.failed() { // other programs have events of these numbers, too
		t, logon = said, false
	}
	r.torn = r.torn || r.elsewhere
	if a, ok := clientAddress(r.value[meansAddr]); ok && !r.torn {
		ev.Src = a
	}
	if r.request(ev) && !t.failed() {
		ev.User = r.account()
		return ""
	}
	ev.User = r.user()
	ev.Agent = r.value[meansAgent]
	if ev.Service = serviceApp; logon {
		ev.Service = ingest.ServiceLogin
	}
	if !ev.Src.IsValid() && !r.torn {
		if logon && tellLogon(r.value[meansMessage], ev) {
			return ""
		}
		return r.inMessage(t, ev)
	}
	switch {
	case t.failed():
		ev.Kind = ingest.KindAuthFailure
	case t.succeeded():
		ev.Kind = ingest.KindAuthSuccess
	case !ev.Src.IsValid():
		return whyQuiet
	default:
		r.deed(ev)
	}
	return ""
}

// deed finds what a client did of whom no field says it: the message may be a
// sentence of a program that is known.
func (r *record) deed(ev *ingest.Event) {
	said := *ev
	if said.Reset(); appSays().tell(r.value[meansMessage], &said) && said.Src == ev.Src {
		ev.Kind = said.Kind
		return
	}
	if r.screened(ev) {
		return
	}
	ev.Kind = r.packet(ev)
}

// screened fills the event with a request that a firewall for the web did not let
// through: its records tell what was asked for, not what was answered.
func (r *record) screened(ev *ingest.Event) bool {
	if !isUsualMethod(r.value[meansMethod]) || !bytes.HasPrefix(r.value[meansTarget], []byte("/")) || !refuses(r.value[meansEvent]) && !refuses(r.value[meansOutcome]) {
		return false
	}
	ev.Kind, ev.Service = ingest.KindProbe, ingest.ServiceWeb
	ev.Method, ev.Target, ev.Proto, ev.VHost, ev.Referer = r.value[meansMethod], r.target(), r.value[meansProto], withoutPort(r.value[meansVHost]), r.value[meansReferer]
	return true
}

// tone is what the fields that say what happened amount to. One named for success
// that says no is as good as words of failure; one that says yes tells of a login, unless
// something else was done: whoever asks for a new password has none.
func (r *record) tone() (t tone) {
	t = r.heard | r.known()
	switch outcome := r.value[meansOutcome]; {
	case t&toneSubject == 0:
	case anyFold(outcome, "false", "fail", "failure", "failed", "denied", "no"):
		t |= toneFailed
	case t&toneOther != 0:
	case anyFold(outcome, "true", "success", "succeeded", "ok", "yes", "allowed"):
		t |= toneSucceeded
	}
	return t
}

func anyFold(b []byte, words ...string) bool {
	for _, w := range words {
		if len(b) == len(w) && beginsWith(b, w) {
			return true
		}
	}
	return false
}

// user is the account that the record names, or its message.
func (r *record) user() []byte {
	if u := r.account(); u != nil {
		return u
	}
	return accountIn(r.unquoted(r.value[meansMessage]))
}

// account is the account that a field names.
func (r *record) account() []byte {
	if u := accountOf(r.value[meansUser]); u != nil {
		return u
	}
	if id := r.value[meansUserID]; bytes.IndexByte(id, '@') > 0 {
		return id
	}
	return nil
}

// accountOf is the account in a field, unless it stands for none.
func accountOf(b []byte) []byte {
	if len(b) == 0 || anyFold(b, "--", "null", "none", "anonymous", "anonymoususer", "undefined") {
		return nil
	}
	return b
}

// inMessage looks for the client in the message, for want of a field.
func (r *record) inMessage(t tone, ev *ingest.Event) string {
	msg := r.value[meansMessage]
	if appSays().tell(msg, ev) {
		return ""
	}
	if !t.failed() && !t.succeeded() {
		return whyQuiet
	}
	user := ev.User
	p := phrases{service: serviceApp}
	for _, text := range [...][]byte{msg, r.value[meansError]} {
		if why := p.message(r.unquoted(text), ev); why == "" {
			if len(user) > 0 {
				ev.User = user
			}
			return ""
		}
	}
	return whyNoClient
}

// unquoted takes the escapes off quotes within a quoted value of a pair.
func (r *record) unquoted(b []byte) []byte {
	if !r.open || !bytes.Contains(b, []byte(`\"`)) {
		return b
	}
	from := len(r.scratch)
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) && (b[i+1] == '"' || b[i+1] == '\\') {
			i++
		}
		r.scratch = append(r.scratch, b[i])
	}
	return r.scratch[from:]
}

// request fills the web part of the event, if the record is about an answered
// request.
func (r *record) request(ev *ingest.Event) bool {
	r.answer()
	status, ok := number(r.value[meansStatus])
	if !ok {
		return false
	}
	target := r.target()
	if event := r.value[meansEvent]; len(target) == 0 && bytes.HasPrefix(event, []byte("/")) { // authentik
		target = event
	}
	if line := r.value[meansRequest]; len(target) == 0 && bytes.HasPrefix(line, []byte("/")) && bytes.IndexByte(line, ' ') < 0 {
		target = line
	}
	switch line := r.value[meansRequest]; {
	case bytes.IndexByte(line, ' ') > 0:
		readRequest(line, ev)
	case len(target) > 0 && isToken(r.value[meansMethod]), bytes.HasPrefix(target, []byte("/")) && r.has(meansAddr):
		ev.Kind, ev.Method, ev.Target, ev.Proto = ingest.KindHTTPRequest, upperMethod(r.value[meansMethod]), target, r.value[meansProto]
	default:
		return false
	}
	ev.Service = ingest.ServiceWeb
	ev.Status = uint16(status)
	if host := withoutPort(r.value[meansVHost]); len(host) > 0 {
		ev.VHost = host
	}
	ev.Agent, ev.Referer = r.value[meansAgent], r.value[meansReferer]
	ev.Forwarded = forwarded(r.value[meansForwarded])
	if len(ev.VHost) == 0 && !isMachine(ev.Host) {
		ev.VHost = withoutPort(ev.Host)
	}
	ev.Host = nil
	if n, rest, ok := leading(r.value[meansBytes]); ok && len(rest) == 0 {
		ev.Bytes = n
	}
	ev.Duration = durationOf(r.value[meansSeconds])
	return true
}

// isMachine reports whether a host field of a request is the server's own name,
// not the one that was asked for: it has no dot.
func isMachine(host []byte) bool { return bytes.IndexByte(host, '.') < 0 }

// upperMethod is the method in capitals where it is a usual one; some frameworks
// write "post". Kubernetes writes verbs of its own, which are no methods: the
// request had another one, that the line does not tell.
func upperMethod(b []byte) []byte {
	for _, m := range usualMethods {
		if len(m) == len(b) && bytes.EqualFold(b, m) {
			return m
		}
	}
	switch string(b) {
	case "list", "watch", "create", "update", "deletecollection", "connect", "proxy", "impersonate":
		return nil
	}
	return b
}

var usualMethods = [][]byte{[]byte("GET"), []byte("POST"), []byte("HEAD"), []byte("PUT"), []byte("DELETE"), []byte("OPTIONS"), []byte("PATCH")}

// durationOf reads seconds with a fraction, as nginx and Caddy write them, into
// milliseconds. A whole number may be in any unit and is left alone.
func durationOf(b []byte) int32 {
	seconds, rest, ok := leading(b)
	if !ok || seconds > 1e6 || len(rest) < 2 || rest[0] != '.' {
		return -1
	}
	var s civil
	if rest = fraction(rest, &s); len(rest) > 0 && !bytes.Equal(rest, []byte("s")) {
		return -1
	}
	return int32(seconds*1000) + int32(s.ms)
}
