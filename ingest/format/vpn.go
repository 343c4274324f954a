package format

import (
	"bytes"

	"gumshoe/ingest"
)

// openvpnSays are OpenVPN's messages. The client's address stands in front,
// after the login behind its common name: "NAME/ADDR:PORT ".
var openvpnSays = concat(
	say(ingest.KindAuthFailure,
		"{addr:port} TLS Auth Error: Auth Username/Password verification failed for peer",
		"{text}/{addr:port} TLS Auth Error: Auth Username/Password verification failed for peer",
		"{addr:port} user '{user}' could not authenticate.", // pfSense and OPNsense
		"user '{user}' could not authenticate.",
		"{addr:port} TLS Auth Error: username attempted to change from '{user}' to '{text}' -- tunnel disabled",
		"{addr:port} VERIFY ERROR: depth={n}, error={text}",
		"{addr:port} VERIFY X509NAME ERROR: {text}",
		"{addr:port} VERIFY EKU ERROR",
		"{addr:port} SENT CONTROL [{user}]: 'AUTH_FAILED{text}",
	),
	say(ingest.KindProbe,
		"{addr:port} WARNING: Bad encapsulated packet length from peer {words}",
		"{addr:port} TLS Error: cannot locate HMAC in incoming packet from {word}",
		"{addr:port} Authenticate/Decrypt packet error: {words}",
		"TLS Error: cannot locate HMAC in incoming packet from [AF_INET]{addr:port}",
		"TLS Error: cannot locate HMAC in incoming packet from [AF_INET6]{addr:port}",
		"Authenticate/Decrypt packet error: packet HMAC authentication failed[[ {addr:port}]]",
		"TLS Error: incoming packet authentication failed from [AF_INET]{addr:port}",
		"TLS Error: incoming packet authentication failed from [AF_INET6]{addr:port}",
		"TLS Error: incoming packet authentication failed from {addr:port}",
		"tls-crypt unwrap error: packet authentication failed from {addr:port}",
		"{addr:port} TLS Error: tls-crypt unwrapping failed from {word}",
		"TLS Error: tls-crypt unwrapping failed from [AF_INET]{addr:port}",
		"TLS Error: tls-crypt unwrapping failed from [AF_INET6]{addr:port}",
		"{addr:port} TLS Error: reading acknowledgement record from packet",
		"{addr:port} TLS Error: unknown opcode received from {word} {words}",
	),
	say(ingest.KindReject,
		"{addr:port} TLS Error: TLS handshake failed",
		"{addr:port} TLS_ERROR: BIO read tls_read_plaintext error: {words}",
		"{addr:port} Connection reset, restarting [{n}]",
		"{addr:port} TLS Error: TLS key negotiation failed to occur within {n} seconds (check your network connectivity)",
	),
	say(ingest.KindAuthSuccess,
		"{addr:port} [{user}] Peer Connection Initiated with {words}",
		"{addr:port} TLS: Username/Password authentication succeeded for username '{user}'{words}",
	).exists(),
	say(ingest.KindConnect,
		"TCP connection established with [AF_INET]{addr:port}",
		"TCP connection established with [AF_INET6]{addr:port}",
		"{addr:port} TLS: Initial packet from {words}",
	),
)

var newOpenVPN = speaks(serviceVPN, openvpnSays)

// newOpenVPNLog reads OpenVPN's own log: stamps of ctime(3) until 2.4, ISO since.
var newOpenVPNLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.ctimeStamp(line); !ok {
		if ev.Time, msg, ok = c.isoStamp(line); !ok {
			return nil, false, false
		}
	}
	if msg, ok = cut(msg, " "); !ok {
		return nil, false, false
	}
	if us, rest, found := bytes.Cut(msg, []byte(" ")); found && bytes.HasPrefix(us, []byte("us=")) {
		msg = rest
	}
	return msg, false, true
}, newOpenVPN)

// newPluto reads Libreswan's and Openswan's daemon.
var newPluto = speaks(serviceVPN,
	say(ingest.KindReject,
		"packet from {addr:port}: initial {words} message received on {text} but no connection has been authorized{text}",
		"packet from {addr:port}: {word} message received on {text} but no suitable connection found{text}",
	),
	say(ingest.KindAuthFailure,
		"\"{word}\"[{n}] {addr} #{n}: probable authentication failure{words}",
		"\"{word}\"[{n}] {addr} #{n}: XAUTH: User {user}: Authentication Failed: {words}",
	),
	say(ingest.KindAuthSuccess, "\"{word}\"[{n}] {addr} #{n}: XAUTH: User {user}: Authentication Successful").exists(),
	say(ingest.KindProbe, "packet from {addr:port}: {words}invalid{text}", "packet from {addr:port}: {words}malformed{text}"),
)

// charon is strongSwan's daemon. Its lines name the connection they are about,
// "06[IKE] <con1|62> ...", and only "received packet: from ADDR[PORT]" the peer.
type charon struct{ *shared }

func newCharon(h *shared) messenger { return &charon{h} }

var charonSays = concat(
	say(ingest.KindOther, "sending packet: from {ip}[{n}] to {addr}[{n}] ({n} bytes)"),
	say(ingest.KindConnect, "received packet: from {addr}[{n}] to {ip}[{n}] ({n} bytes)", "{addr} is initiating a{words} IKE_SA", "{addr} is initiating an IKE_SA"),
	say(ingest.KindAuthFailure,
		"EAP method {word} failed for peer {text}",
		"EAP-MS-CHAPv2 verification failed, {words}",
		"RADIUS authentication of '{user}' failed",
		"XAuth authentication of '{user}' failed",
		"XAuth pam_authenticate for '{user}' failed: {words}",
		"PAM authentication of '{user}' failed",
		"tried {n} shared key{words} for '{text}' - '{user}', but MAC mismatched",
		"no shared key found for '{text}' - '{user}'",
		"no shared key found for '{text}'[{ip}] - '{user}'[{addr}]",
	),
	say(ingest.KindAuthFailure,
		"no EAP key found for hosts '{text}' - '{user}'",
		"no trusted {word} public key found for '{user}'",
	).absent(),
	say(ingest.KindReject,
		"no IKE config found for {word}...{addr}, sending NO_PROPOSAL_CHOSEN",
		"no matching CHILD_SA config found for {words}",
		"no matching peer config found",
		"received proposals unacceptable",
		"received proposals inacceptable",
	),
	say(ingest.KindProbe, "deleting half open IKE_SA with {addr} after timeout"),
	say(ingest.KindAuthSuccess,
		"authentication of '{user}' with {words} successful",
		"{word} authentication of '{user}' successful",
		"EAP method {word} succeeded, {words}",
		"IKE_SA {word} established between {ip}[{words}]...{addr}[{user}]",
	).exists(),
)

// newCharonLog reads a file of charon's own, "2026-11-20 10:00:00 06[IKE] <con1|62> MESSAGE";
// how the stamp looks is up to its configuration.
var newCharonLog = newOwnLog(func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.headStamp(line); !ok {
		return nil, false, false
	}
	msg = bytes.TrimLeft(msg, " ")
	if len(msg) < 8 || !digit(msg[0]) || !digit(msg[1]) || msg[2] != '[' || msg[6] != ']' {
		return nil, false, false
	}
	ev.PID = msg[:2] // the thread
	return msg, true, true
}, newCharon)

// message implements messenger.
func (p *charon) message(msg []byte, ev *ingest.Event) string {
	ev.Service = serviceVPN
	if head, rest, ok := bytes.Cut(msg, []byte("] ")); ok && len(head) < 9 && bytes.IndexByte(head, '[') > 0 {
		msg = rest
	}
	sa := ingest.Event{Host: ev.Host}
	if rest, ok := cut(msg, "<"); ok {
		if name, said, ok := bytes.Cut(rest, []byte("> ")); ok {
			sa.PID, msg = name, said
			if i := bytes.LastIndexByte(name, '|'); i >= 0 {
				sa.PID = name[i+1:] // the connection gets its name only once it is chosen
			}
		}
	}
	client := p.processes.of(&sa)
	if !charonSays.tell(msg, ev) {
		return whyMessage
	}
	switch {
	case ev.Kind == ingest.KindConnect:
		client.saw(ev.Src)
	case !ev.Src.IsValid() && client != nil:
		ev.Src = client.addr
	}
	return ""
}
