// Package ingest reads log lines and turns them into events.
//
//	Source ──chunks of whole lines──▶ Parser ──Event──▶ Enricher ──▶ Sink
//
// A Source knows where bytes come from (a file, a rotated and compressed
// sibling, standard input), a Parser what a line of one format says, an
// Enricher what the client's own text (request target, user agent) amounts to,
// and a Sink what to keep. Scan drives them on all cores. The package itself
// is pure vocabulary and control flow; its children do the work and are handed
// in by cmd/gumshoe.
//
// All log text is written by the attacker. An Event therefore carries an
// address only where the daemon itself wrote it, never one found inside text
// that a client chose.
package ingest

import (
	"hash/maphash"
	"net/netip"
	"slices"
	"time"
	"unsafe"
)

// Kind says what one log line reports. The names are those of the `parse`
// command's output.
type Kind uint8

// The kinds of event.
const (
	KindOther       Kind = iota // understood, but of no interest to any detector
	KindAuthFailure             // a login attempt that failed
	KindInvalidUser             // an attempt on an account that does not exist, announced before its failure
	KindAuthSuccess             // an authenticated login
	KindHTTPRequest             // a web request
	KindProbe                   // a hostile request or protocol abuse
	KindRelayDenied             // mail: relaying refused
	KindUserUnknown             // mail: recipient does not exist
	KindReject                  // mail, ftp, dns: refused for another reason
	KindAbuse                   // too many connections, errors or bad commands
	KindBan                     // another guard (fail2ban) banned the address
	KindConnect                 // a connection was opened
	KindDisconnect              // a connection ended
	KindSession                 // a session of an account opened or closed, or a privileged command
	kindCount
)

var kindNames = [kindCount]string{"other", "auth_failure", "invalid_user", "auth_success", "http_request", "probe",
	"relay_denied", "user_unknown", "reject", "abuse", "ban", "connect", "disconnect", "session"}

func (k Kind) String() string { return kindNames[k] }

// Hostile reports whether the kind by itself is a complaint about the client.
func (k Kind) Hostile() bool {
	switch k {
	case KindAuthFailure, KindInvalidUser, KindProbe, KindRelayDenied, KindUserUnknown, KindReject, KindAbuse, KindBan:
		return true
	}
	return false
}

// Account says whether the log line tells that the account exists.
type Account uint8

// What a line says about the existence of its account.
const (
	AccountUnknown Account = iota
	AccountExists
	AccountAbsent // "invalid user", "user unknown"
)

// Event is one normalized happening. Its byte slices and its Src point into the
// reader's buffer or into a Parser's scratch space and are valid until the next
// call of Parse: whoever keeps them copies them.
type Event struct {
	Time    int64      // milliseconds since 1970-01-01T00:00:00Z; 0: the line has no believable stamp
	Src     netip.Addr // the remote party: unmapped, without zone; invalid when the line names no address
	SrcHost []byte     // the remote party where the daemon logged a name instead of an address
	Service string     // one of the Service constants, or the name a user format gives
	Kind    Kind
	Account Account
	Key     bool   // AuthSuccess: by public key or certificate, not by password
	Count   uint32 // happenings the line stands for ("message repeated 5 times"); 0: another line of the log tells of the same happening
	User    []byte // attempted account, verbatim
	Said    []byte // the line or the part of it in which the client may have said more than a name. Looked at, never read for facts
	Host    []byte // machine that wrote the line, from its envelope
	Program []byte // program that wrote the line, from its envelope
	PID     []byte // process id, from the envelope

	// Web requests only.
	VHost   []byte
	Method  []byte
	Target  []byte // path with query, as logged
	Proto   []byte
	Referer []byte // without the "-" of an absent one
	Agent   []byte // user agent, without the "-" of an absent one; nil: none was logged, not even that
	// Forwarded is X-Forwarded-For or the like as logged: the client's word,
	// to be believed only of a proxy that is trusted.
	Forwarded []byte
	Status    uint16 // 0: not logged
	Bytes     int64  // response body; -1: not logged
	Duration  int32  // time to answer in milliseconds; -1: not logged

	// Filled by an Enricher.
	Request Request
	Client  Client

	agentKey  uint64 // 0: not asked for yet
	targetKey uint64 // likewise
}

// Reset empties the event for the next line.
func (e *Event) Reset() {
	*e = Event{} // clears in place; a literal with values would be built elsewhere and copied
	e.Count, e.Bytes, e.Duration = 1, -1, -1
}

// keySeed is secret, so that nobody can aim two agents or targets at one key.
var keySeed = maphash.MakeSeed()

// AgentKey returns the hash of Agent by which the tables of this process know
// it. It is made once for all enrichers: Agent is not to change afterwards.
func (e *Event) AgentKey() uint64 {
	if e.agentKey == 0 {
		e.agentKey = maphash.Bytes(keySeed, e.Agent) | 1<<63
	}
	return e.agentKey
}

// TargetKey returns the hash of Target, like AgentKey.
func (e *Event) TargetKey() uint64 {
	if e.targetKey == 0 {
		e.targetKey = maphash.Bytes(keySeed, e.Target) | 1<<63
	}
	return e.targetKey
}

// heldBy reports whether all bytes of the event are in buf.
func (e *Event) heldBy(buf []byte) bool {
	return within(e.Target, buf) && within(e.Agent, buf) && within(e.Referer, buf) && within(e.Method, buf) && within(e.Proto, buf) &&
		within(e.User, buf) && within(e.Said, buf) && within(e.Host, buf) && within(e.Program, buf) && within(e.PID, buf) &&
		within(e.VHost, buf) && within(e.SrcHost, buf) && within(e.Forwarded, buf)
}

// within reports whether the bytes of b, if any, are in buf.
func within(b, buf []byte) bool {
	return len(b) == 0 || uintptr(unsafe.Pointer(unsafe.SliceData(b)))-uintptr(unsafe.Pointer(unsafe.SliceData(buf))) < uintptr(len(buf))
}

// Stamp returns the event's time.
func (e *Event) Stamp() time.Time { return time.UnixMilli(e.Time).UTC() }

// Service names used by the built-in formats. A service is what the remote
// party talked to, not the program that wrote the line: sshd's PAM lines are
// "sshd".
const (
	ServiceSSH   = "sshd"
	ServiceWeb   = "http"
	ServiceApp   = "webapp" // the accounts of what runs behind the web server, and the server's own passwords
	ServiceSMTP  = "smtp"
	ServiceIMAP  = "imap" // IMAP and POP3: one password, one account
	ServiceFTP   = "ftp"
	ServiceSudo  = "sudo"
	ServiceLogin = "login" // console and other PAM services
	ServiceAdmin = "admin" // who may do what on the machine: its accounts and timetables

	ServiceFail2ban = "fail2ban" // bans of another guard
)

// KindNames lists the names of all kinds.
func KindNames() []string { return kindNames[:] }

// ParseKind finds a kind by its name.
func ParseKind(name string) (k Kind, ok bool) {
	i := slices.Index(kindNames[:], name)
	return Kind(max(i, 0)), i >= 0
}
