package format

import (
	"bytes"
	"slices"

	"gumshoe/ingest"
)

// newKerioLog reads the security, spam and warning logs of Kerio Connect.
var newKerioLog = newOwnLog(openBracketed((*clock).namedMonth), speaks(ingest.ServiceSMTP,
	say(ingest.KindAuthFailure,
		"Failed {word} login from {addr} with SASL method {word}",
		"Failed {word} login from {addr}[[, user {user}]]",
		"{word}: Authentication failed for user {user}. Attempt from IP address {addr}. {words}",
		"{word}: User {user} authentication failed. Attempt from IP address {addr}[[.]]",
		"{word}: Invalid password for user {user}. Attempt from IP address {addr}[[.]]",
		"Administration login into {words} from {addr} failed: {words}",
		"Authentication failed for user {user} from IP address {addr}{words}",
	),
	say(ingest.KindAuthFailure, "{word}: User {user} doesn't exist. Attempt from IP address {addr}[[.]]").absent(),
	say(ingest.KindUserUnknown, "Attempt to deliver to unknown recipient <{user}>, from <{text}>, IP address {addr}").absent(),
	say(ingest.KindRelayDenied, "Relay attempt from IP address {addr}, mail from <{text}> to <{text}> rejected"),
	say(ingest.KindAbuse,
		"SMTP Spam attack detected from {addr}, {words}",
		"Directory harvest attack from {addr} detected{words}",
		"Too many {words} from {addr}{words}",
	),
	say(ingest.KindReject,
		"IP address {addr} found in DNS blacklist {words}, mail from <{text}> to <{text}>[[ rejected]]",
		"Client with IP address {addr} has no reverse DNS entry, {words}",
		"Message from IP address {addr}, sender <{text}> rejected: {words}",
		"Message rejected, IP address {addr}, {text}",
	),
))

// openBracketed opens "[STAMP] MESSAGE". Many applications write such lines: a
// daemon is sure of its own by what all its messages begin with, if there is such
// a thing, and of lines that begin otherwise it knows nothing.
func openBracketed(stamp func(*clock, []byte) (int64, []byte, bool), heads ...string) opener {
	return func(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
		if len(line) < 2 || line[0] != '[' {
			return nil, false, false
		}
		if ev.Time, msg, ok = stamp(c, line[1:]); !ok {
			return nil, false, false
		}
		msg, ok = cut(msg, "] ")
		sure = slices.ContainsFunc(heads, func(head string) bool { return bytes.HasPrefix(msg, []byte(head)) })
		return bytes.TrimRight(msg, " "), sure, ok && (sure || len(heads) == 0)
	}
}

// dominoSays are the messages of HCL, once Lotus, Domino's tasks.
var dominoSays = concat(
	say(ingest.KindAuthFailure,
		"SMTP Server: Authentication failed for user {user} ; connecting host {peer}",
		"SMTP Server [{word}] Authentication failed for user {user} ; connecting host {peer}",
		"POP3 Server: Authentication failed for user {user} ; connecting host {peer}",
		"IMAP Server: Authentication failed for user {user} ; connecting host {peer}",
		"{word} Server: {user} [{addr}] authentication failure using internet password",
		"{word} Server: {user} {addr} authentication failure using internet password",
		"smtp: {user} [{addr}] authentication failure using internet password",
		"smtp: {text} {addr} authentication failure using internet password",
		"{word}: {user} [{addr}] authentication failure using internet password",
	),
	say(ingest.KindReject,
		"SMTP Server[[ [{word}]]] Connection from [{addr}] rejected for policy reasons.{words}",
		"SMTP Server: Connection from [{addr}] rejected for policy reasons.{words}",
	),
	say(ingest.KindRelayDenied, "SMTP Server: {peer} attempt to relay {text} rejected{words}"),
)

// newDominoLog reads "[PID:TID] 03-07-2005 23:07:20   MESSAGE"; the order of the
// date is the country's.
var newDominoLog = newOwnLog(openDomino, speaks(ingest.ServiceSMTP, dominoSays))

func openDomino(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	b := line
	if len(b) > 0 && b[0] == '[' {
		if _, b, ok = bytes.Cut(b, []byte("] ")); !ok {
			return nil, false, false
		}
	}
	if ev.Time, msg, ok = c.dayFirst(b); !ok {
		if ev.Time, msg, ok = c.isoStamp(b); !ok {
			return nil, false, false
		}
	}
	msg, ok = cut(msg, "  ")
	return bytes.TrimLeft(msg, " "), false, ok
}

// newOracleIMSLog reads the XML records of Oracle's Messaging Server, in which
// the client's text is escaped. tr is "TCP|our address|our port|peer|its port".
func newOracleIMSLog(s setup) lineParser { return &oracleIMS{clock: newClock(s.Context)} }

type oracleIMS struct {
	clock
	why string
}

// Parse implements ingest.Parser.
func (p *oracleIMS) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no connection record"
	if !bytes.HasPrefix(line, []byte("<co ts=\"")) {
		return ingest.Unparsed
	}
	ev.Time, _, _ = p.isoStamp(xmlAttribute(line, " ts=\""))
	ev.Service = ingest.ServiceSMTP
	tr := xmlAttribute(line, " tr=\"TCP|")
	for range 2 {
		_, tr, _ = bytes.Cut(tr, []byte("|"))
	}
	peer, _, _ := bytes.Cut(tr, []byte("|"))
	addr, ok := address(peer)
	if !ok {
		p.why = "names no client"
		return ingest.Ignored
	}
	ev.Src, ev.User = addr, xmlAttribute(line, " us=\"")
	switch words := xmlAttribute(line, " mi=\""); {
	case bytes.HasPrefix(words, []byte("Authentication successful")):
		ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
	case bytes.HasPrefix(xmlAttribute(line, " di=\""), []byte("535 ")), bytes.HasPrefix(words, []byte("Bad password")):
		ev.Kind = ingest.KindAuthFailure
	case bytes.HasPrefix(xmlAttribute(line, " di=\""), []byte("5")):
		ev.Kind = ingest.KindReject
	default:
		p.why = whyQuiet
		return ingest.Ignored
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *oracleIMS) Reason() string { return p.why }

func xmlAttribute(line []byte, start string) []byte {
	_, value, _ := bytes.Cut(line, []byte(start))
	value, _, _ = bytes.Cut(value, []byte("\""))
	return value
}

// newExchangeLog reads the protocol logs of Exchange's IMAP and POP services:
// dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context.
func newExchangeLog(s setup) lineParser { return &exchange{clock: newClock(s.Context)} }

type exchange struct {
	clock
	why string
}

// Parse implements ingest.Parser.
func (p *exchange) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no protocol log record"
	var ok bool
	var rest []byte
	if len(line) > 0 && line[0] == '#' && bytes.HasPrefix(line, []byte("#Fields: dateTime,sessionId,seqNumber")) {
		p.why = whyQuiet
		return ingest.Ignored
	}
	if ev.Time, rest, ok = p.isoStamp(line); !ok || len(rest) == 0 || rest[0] != ',' {
		ev.Reset()
		return ingest.Unparsed
	}
	var fields [10][]byte // up to the command; before it only the user is the client's
	for i := range fields {
		if fields[i], rest, ok = bytes.Cut(rest[min(1, len(rest)):], []byte(",")); !ok && i < len(fields)-1 {
			ev.Reset()
			return ingest.Unparsed
		}
		rest = line[len(line)-len(rest)-1:]
	}
	host, _ := splitPort(fields[3], false)
	addr, ok := address(host)
	if !ok {
		ev.Reset()
		return ingest.Unparsed
	}
	ev.Src, ev.User, ev.Service = addr, fields[4], ingest.ServiceIMAP
	switch command := fields[8]; {
	case bytes.Contains(rest, []byte("AuthFailed:")), bytes.Contains(rest, []byte("LogonFailed:")):
		ev.Kind = ingest.KindAuthFailure
	case string(command) == "authenticate", string(command) == "login", string(command) == "pass", string(command) == "auth":
		if !bytes.Contains(rest, []byte("R=ok")) {
			p.why = whyQuiet
			return ingest.Ignored
		}
		ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
	default:
		p.why = whyQuiet
		return ingest.Ignored
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *exchange) Reason() string { return p.why }
