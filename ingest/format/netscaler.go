package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newNetScalerLog reads Citrix's NetScaler, which puts a stamp of its own, the
// name of the host and the packet engine between syslog's stamp and its message:
//
//	Nov 20 10:00:00 <local0.warn> 192.0.2.10 11/20/2026:10:00:00 GMT ns1 0-PPE-0 : default AAA LOGIN_FAILED 2871 0 :  User jdoe - Client_ip 198.51.100.7 - ...
var newNetScalerLog = newOwnLog(openNetScaler, speaks(serviceVPN, netScalerSays))

// The account stands before the address, the browser's name behind it.
var netScalerSays = concat(
	say(ingest.KindAuthFailure,
		"{word} LOGIN_FAILED {n} {n} :  User {user} - Client_ip {addr}[[ - Failure_reason {text}]]",
		`{word} Message {n} {n} :  "AAA LOGIN_FAILED: User {user} - Client_ip {addr} - Failure_reason {text}`,
		`{word} CMD_EXECUTED {n} {n} :  User {user} - [[ADM_User {word} - ]]Remote_ip {addr} - Command "login {text}" - Status "ERROR: {words}"`,
	),
	say(ingest.KindAuthSuccess,
		"{word} LOGIN {n} {n} : [[ ]]Context {text} - SessionId: {n}-[[ ]] User {user} - Client_ip {addr} - Nat_ip {text}",
		`{word} CMD_EXECUTED {n} {n} :  User {user} - [[ADM_User {word} - ]]Remote_ip {addr} - Command "login {text}" - Status "Success"`,
	).exists(),
	say(ingest.KindSession, `{word} CMD_EXECUTED {n} {n} :  User {user} - [[ADM_User {word} - ]]Remote_ip {addr} - Command "{text}" - Status "{words}"`),
)

// openNetScaler is an opener. The stamp's zone is the appliance's unless it is
// written; the order of the date is the American one.
func openNetScaler(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	head, msg, ok := bytes.Cut(line, []byte("-PPE-"))
	if !ok || len(head) > 160 {
		return nil, false, false
	}
	at := bytes.LastIndexByte(head, ':') // of the clock, 15 bytes behind the date's begin
	if at < 16 {
		return nil, false, false
	}
	zone := clock{}
	if !bytes.Contains(head[at:], []byte(" GMT ")) {
		zone = *c
	}
	if ev.Time, _, ok = zone.dayFirst(head[at-16:]); !ok {
		return nil, false, false
	}
	if _, msg, ok = bytes.Cut(msg, []byte(" : ")); !ok {
		return nil, false, false
	}
	msg, _ = cut(msg, "default ")
	return msg, true, true
}
