package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newCisco reads the firewalls, routers and switches of Cisco. Their messages
// stand behind "%FACILITY-SEVERITY-MNEMONIC: ".
var newCisco = speaks(serviceRouter,
	say(ingest.KindAuthFailure,
		`Login denied from {addr}/{n} to {word} for user "{user}"`,
		"User authentication failed: IP address: {addr}, Uname: {user}",
		"Group <{text}> User <{user}> IP <{addr}> Authentication: rejected, Session Type: {words}",
		"Group <{text}> User <{user}> IP <{addr}> Authentication failed",
		"Group = {text}, Username = {user}, IP = {addr}, Session disconnected. {words} Reason: Authentication failed",
		"User '{user}' authentication for SSH2 Session from {addr} (tty = {n}) using {words} Failed",
		"AAA user authentication Rejected : reason = {words} : local database : user = {user} : user IP = {addr}",
		"AAA user authentication Rejected : reason = {words} : server = {ip} : user = {user} : user IP = {addr}",
		"Login failed [user: {user}] [Source: {addr}] [localport: {n}] [Reason: {words}] at {words}",
		"pam_aaa:Authentication failed for user {user} from {addr} - {word}",
		"pam_aaa:Authentication failed from {addr} - {word}",
		`SSH session from {addr} on interface {word} for user "{user}" disconnected by SSH server, reason: "Rejected by server"{words}`,
		"{word} enable password incorrect for {n} tries (from {addr})",
		"Authentication failed for user '{user}' from {addr}/{n} to {ip}/{n} on interface {word}",
		"Group = {text}, Username = {user}, IP = {addr}, Remote peer has failed user authentication - check configured username and password",
		"Local:{words} Remote:{addr:port} Username:{user} Negotiation aborted due to ERROR: Failed to authenticate the IKE SA",
		"New {word} connection for user {user}, source {addr} destination {ip}  REJECTED",     // small business switches
		"error: PAM: Authentication failure for[[ illegal user]] {user} from {addr} - {word}", // NX-OS
		"Failed authentication attempt by user '{user}' from '{addr}' on {words}",             // IOS XR
		"user {user} failed to login [from: {addr}] [service: {word}] [reason: {words}]",      // Arista, whose messages look alike
	),
	say(ingest.KindAuthSuccess,
		`Login permitted from {addr}/{n} to {word} for user "{user}"`,
		"User authentication succeeded: IP address: {addr}, Uname: {user}",
		"Group <{text}> User <{user}> IP <{addr}> AnyConnect parent session started.",
		"Group <{text}> User <{user}> IP <{addr}> WebVPN session started.",
		"User '{user}' authentication for SSH2 Session from {addr} (tty = {n}) using {words} Succeeded",
		"Group <{text}> User <{user}> IP <{addr}> Authentication: successful, Session Type: {words}",
		"Login Success [user: {user}] [Source: {addr}] [localport: {n}] at {words}",
		"Authentication succeeded for user '{user}' from {addr}/{n} to {ip}/{n} on interface {word}",
		"Successfully authenticated user '{user}' from '{addr}' on {words}",
		"New {word} connection for user {user}, source {addr} destination {ip} ACCEPTED",
		"user {user} logged in [from: {addr}] [service: {word}]",
	).exists(),
	say(ingest.KindSession, "Group <{text}> User <{user}> IP <{addr}> IPv4 Address <{ip}> {words}").exists(),
	say(ingest.KindConnect, "SSH2 Session request from {addr} (tty = {n}) using {words}"),
	say(ingest.KindReject,
		"Deny {word} src {word}:{addr}/{n} dst {words}",
		"Deny {word} src {word}:{addr} dst {words}",
		"Deny {word} reverse path check from {addr} to {ip} on interface {word}",
		"Deny inbound {word} from {addr}/{n} to {ip}/{n} {words}",
		"Inbound TCP connection denied from {addr}/{n} to {ip}/{n} {words}",
		"access-list {word} denied {word} {word}/{addr}({n}) -> {words}",
		"list {word} denied {word} {addr}({n}) -> {words}",
		"list {word} denied {word} {addr} -> {words}",
		"list {word} denied {word} {addr}({n}) ({words}) -> {words}",
		"list {word} denied {addr} {n} packet", "list {word} denied {addr} {n} packets",
		"{word} access denied by ACL from {addr}/{n} to {words}",
		"Shunned packet: {addr} ==> {ip} on interface {word}",
		"Denied ICMP type={n}, {words} {addr} on interface {word} to {ip}: no matching session",
		"Denied ICMP type={n}, code={n} from {addr} on interface {word}",
		"Deny IP spoof from ({addr}) to {ip} on interface {word}",
		"Deny inbound {word} src {word}:{addr}/{n} dst {words}",
		"Deny inbound {word} src {word}:{addr} dst {words}",
		"Deny protocol {n} src {word}:{addr} dst {words}",
		"Auth from {addr}/{n} to {ip}/{n} failed (too many pending auths) on interface {word}",
		"Dropping {word} session {addr:port} {ip} {words}",
		"Authentication failure for SNMP req from host {addr}", // one packet, whose sender may be made up
		"IKE message from {addr} failed its sanity check or is malformed",
		"Processing of {word} mode failed with peer at {addr}",
		"[[Group = {text}, ]]IP = {addr}, All IPSec SA proposals found unacceptable!",
		"[[Group = {text}, ]]IP = {addr}, Error processing payload: Payload ID: {n}",
		"Local:{words} Remote:{addr:port} Username:{user} Negotiation aborted due to ERROR: {words}",
		"{words}AccessControlRuleAction: Block, SrcIP: {addr}, DstIP: {ip}, {text}", // Firepower
	),
	say(ingest.KindProbe,
		"Threat-detection adds host {addr} to shun list",
		"Host {addr} is attacking. {words}",
		"IDS:{n} {words} from {addr} to {ip} on interface {word}",
		"Sig:{n} Subsig:{n} Sev:{n} {words} [{addr:port} -> {ip}] {words}",
		"Unexpected message type has arrived. Terminating the connection from {addr}",
		"{words} SrcIP: {addr}, DstIP: {ip}, {words}Classification: {text}", // Firepower's intrusion event
	),
	say(ingest.KindAbuse,
		"Threat-detection: Service[{word}] Peer[{addr}]: {words} adding shun to interface {words}",
		"Still timeleft for watching failures is {n} secs, [user: {user}] [Source: {addr}] [localport: {n}] [Reason: {words}] [ACL: {word}] at {words}",
	),
)

// ciscoMessage finds the message of a Cisco device in a line of which the
// envelope took "%ASA-6-605004" for the program, or a counter.
func ciscoMessage(program, msg []byte) ([]byte, bool) {
	if isMnemonic(program) {
		return msg, true
	}
	at := bytes.IndexByte(msg, '%')
	if at < 0 || at > 64 {
		return nil, false
	}
	mnemonic, said, ok := bytes.Cut(msg[at:], []byte(": "))
	return said, ok && isMnemonic(bytes.TrimSuffix(mnemonic, []byte(" "))) // IOS XR has a blank before the colon
}

// isMnemonic recognises "%SEC_LOGIN-4-LOGIN_FAILED".
func isMnemonic(b []byte) bool {
	if len(b) < 7 || len(b) > 64 || b[0] != '%' {
		return false
	}
	dashes := 0
	for _, c := range b[1:] {
		switch {
		case c == '-':
			dashes++
		case c != '_' && !digit(c) && (c < 'A' || c > 'Z'):
			return false
		}
	}
	return dashes >= 2
}
