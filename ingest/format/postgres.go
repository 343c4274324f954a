package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// postgres reads PostgreSQL's server log. Its lines begin with whatever
// log_line_prefix says; the address of a client stands there (%h, %r), in
// "connection received: host=ADDR" of the same process, or in the message.
type postgres struct{ *shared }

func newPostgres(h *shared) messenger { return &postgres{h} }

var newPostgresLog = newOwnLog(openPostgres, newPostgres)

var postgresSays = concat(
	say(ingest.KindAuthFailure,
		`no pg_hba.conf entry for host "{addr}", user "{user}", database "{text}"[[, SSL {word}]][[, no encryption]]`,
		`no pg_hba.conf entry for host "{addr}", user "{user}", database "{text}", SSL encryption`,
		`pg_hba.conf rejects connection for host "{addr}", user "{user}", database "{text}"[[, SSL {word}]][[, no encryption]]`,
		`password authentication failed for user "{user}"`,
		`{word} authentication failed for user "{user}"`,
		`{word} authentication failed for user "{user}": {text}`,
	),
	say(ingest.KindAuthFailure, `role "{user}" does not exist`).absent(),
	say(ingest.KindAuthSuccess, `connection authorized: user={user} database={text}`, `connection authorized: user={user}`).exists(),
	say(ingest.KindConnect, "connection received: host={peer}[[ port={n}]]"),
	say(ingest.KindDisconnect, "disconnection: session time: {word} user={user} database={text} host={addr}[[ port={n}]]"),
	say(ingest.KindProbe,
		"invalid length of startup packet",
		"unsupported frontend protocol {word}: {words}",
		"could not accept SSL connection: {words}",
	),
)

// postgresLevels precede the message, with two blanks.
var postgresLevels = [...]string{"FATAL:  ", "LOG:  ", "ERROR:  ", "DETAIL:  ", "HINT:  ", "STATEMENT:  ", "CONTEXT:  ", "WARNING:  ", "NOTICE:  ", "PANIC:  "}

// postgresLevel finds the first level of a line; without one, level is "".
func postgresLevel(msg []byte) (at int, level string) {
	at = len(msg)
	for _, l := range postgresLevels {
		if i := bytes.Index(msg[:min(len(msg), at+len(l))], []byte(l)); i >= 0 && i < at {
			at, level = i, l
		}
	}
	return at, level
}

// openPostgres finds the stamp at the head of the line and leaves the rest of
// the prefix to message. Only a line with a level is PostgreSQL's.
func openPostgres(c *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	if ev.Time, msg, ok = c.isoStamp(line); !ok {
		return nil, false, false
	}
	if _, level := postgresLevel(msg); level != "" {
		return msg, true, true
	}
	return nil, false, false
}

// message implements messenger.
func (p *postgres) message(msg []byte, ev *ingest.Event) string {
	ev.Service = servicePostgres
	at, level := postgresLevel(msg)
	if level == "" {
		return whyMessage
	}
	if prefix := msg[:at]; !readRDSPrefix(prefix, ev) {
		p.readPrefix(prefix, ev)
	}
	client, said := p.processes.of(ev), msg[at+len(level):]
	if !postgresSays.tell(said, ev) {
		return whyMessage
	}
	_, again := postgresLevel(said)
	switch {
	case again != "" && ev.Kind != ingest.KindAuthFailure:
		return whyMessage
	case again != "": // the account is one, too, and all behind it may be the client's
		ev.Src = netip.Addr{}
	case ev.Kind == ingest.KindConnect:
		client.saw(ev.Src)
	case !ev.Src.IsValid() && client != nil:
		ev.Src = client.addr
	case contains(ev.User, ev.Src):
		ev.Src = netip.Addr{} // the prefix repeats the account
	}
	if ev.Kind == ingest.KindDisconnect || ev.Kind == ingest.KindProbe {
		client.end()
	}
	return ""
}

// contains reports whether a client's text names the address.
func contains(text []byte, a netip.Addr) bool {
	b, _, n := soleAddress(text)
	return n > 1 || n == 1 && a == b
}

// readRDSPrefix reads what Amazon's RDS puts before a message, `%t:%r:%u@%d:[%p]:`,
// " UTC:192.0.2.1(4444):shop@orders:[123]:": the host stands before all that is the
// client's, and the process behind it.
func readRDSPrefix(prefix []byte, ev *ingest.Event) bool {
	zone, rest, isZone := bytes.Cut(bytes.TrimPrefix(prefix, []byte(" ")), []byte(":"))
	rest, isEnd := bytes.CutSuffix(rest, []byte("]:"))
	pid := bytes.LastIndex(rest, []byte(":["))
	if !isZone || !isEnd || !isZoneName(zone) || pid < 0 || !digits(rest[pid+2:]) {
		return false
	}
	ev.PID = rest[pid+2:]
	if host, port, ok := bytes.Cut(rest[:pid], []byte("(")); ok {
		if n := bytes.IndexByte(port, ')'); n > 0 && digits(port[:n]) {
			ev.Src, _ = address(host)
		}
	}
	return true
}

// readPrefix finds the process "[123]" and the host "192.0.2.1(5432)" among the
// words of the prefix. The user and database in it ("USER@DATABASE") are the
// client's, and they may hold what they like; two hosts are no answer, and one
// beside the @ is none. One behind them counts unless the sample has lines with
// an account and no host: then the name of a database goes on with it.
func (p *postgres) readPrefix(prefix []byte, ev *ingest.Event) {
	found, account, local := 0, false, false
	for word := range bytes.FieldsFuncSeq(prefix, func(r rune) bool { return r == ' ' || r == ',' || r == '=' }) {
		word = bytes.TrimSuffix(word, []byte(":"))
		if n := len(word); n > 2 && word[0] == '[' && word[n-1] == ']' && ev.PID == nil {
			pid, _, _ := bytes.Cut(word[1:n-1], []byte("-"))
			if digits(pid) {
				ev.PID = pid
			}
			continue
		}
		if bytes.IndexByte(word, '@') >= 0 {
			account = account || len(word) > 1
			if _, _, n := soleAddress(bytes.ReplaceAll(word, []byte("@"), []byte(" "))); n > 0 {
				found = 2
			}
			continue
		}
		if isAccountKey(word) {
			account = true
			continue
		}
		local = local || string(word) == "[local]"
		host, _, _ := bytes.Cut(word, []byte("("))
		if account && p.known.pgNoHost {
			continue
		}
		if a, ok := address(host); ok && (found == 0 || a != ev.Src) {
			found++
			ev.Src = a
		}
	}
	p.seen.pgNoHost = p.seen.pgNoHost || account && !local && found == 0
	if found > 1 {
		ev.Src = netip.Addr{}
	}
}

// isAccountKey reports whether a word of the prefix says that what the client
// chose comes next.
func isAccountKey(word []byte) bool { return anyFold(word, "user", "db", "database", "app") }
