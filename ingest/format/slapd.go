package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// slapd reads OpenLDAP. The address stands in the ACCEPT line of a connection,
// the account in the BIND, the outcome in its RESULT; conn= ties them together.
type slapd struct{ *shared }

func newSlapd(h *shared) messenger { return &slapd{h} }

// message implements messenger.
func (p *slapd) message(msg []byte, ev *ingest.Event) string {
	ev.Service = serviceLDAP
	rest, ok := cut(msg, "conn=")
	if !ok {
		return whyQuiet
	}
	number, rest, ok := bytes.Cut(rest, []byte(" "))
	if !ok || !digits(number) {
		return whyMessage
	}
	conn := p.processes.of(&ingest.Event{PID: number, Host: ev.Host})
	if bytes.HasPrefix(rest, []byte("fd=")) {
		_, words, _ := bytes.Cut(rest, []byte(" "))
		return slapdConnection(words, conn, ev)
	}
	_, words, ok := bytes.Cut(rest, []byte(" ")) // op=1
	switch {
	case !ok:
	case bytes.HasPrefix(words, []byte(`BIND dn="`)):
		dn := words[len(`BIND dn="`):]
		if i := bytes.LastIndexByte(dn, '"'); i > 0 {
			conn.try(dn[:i])
		}
	case bytes.HasPrefix(words, []byte("RESULT tag=97 err=")):
		code, _, _ := bytes.Cut(words[len("RESULT tag=97 err="):], []byte(" "))
		switch string(code) {
		case "49", "48", "53": // invalid credentials, inappropriate authentication, unwilling
			ev.Kind = ingest.KindAuthFailure
		case "0":
			if conn.tried == 0 {
				return "anonymous"
			}
			ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
		default:
			return whyQuiet
		}
		ev.Src, ev.User = conn.addr, conn.user()
		return ""
	}
	return whyQuiet
}

// slapdConnection reads "ACCEPT from IP=192.0.2.1:45011 (IP=0.0.0.0:636)".
func slapdConnection(words []byte, conn *process, ev *ingest.Event) string {
	if peer, ok := cut(words, "ACCEPT from IP="); ok {
		peer, _, _ = bytes.Cut(peer, []byte(" "))
		host, _ := splitPort(peer, true)
		addr, ok := address(host)
		if !ok {
			return whyMessage
		}
		conn.end()
		conn.tried = 0
		conn.saw(addr)
		ev.Src, ev.Kind = addr, ingest.KindConnect
		return ""
	}
	if bytes.HasPrefix(words, []byte("closed")) {
		ev.Src, ev.Kind = conn.addr, ingest.KindDisconnect
		conn.addr = netip.Addr{}
		return ""
	}
	return whyQuiet
}
