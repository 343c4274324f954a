package format

import (
	"bytes"
	"net/netip"

	"gumshoe/ingest"
)

// w3c reads the W3C extended log format of IIS, Azure, CloudFront and Windows' firewall, and Amazon's flow logs: values
// parted by blanks or tabs, named by a directive that the server writes at the
// head of the file and after each restart.
//
//	#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)
//	2026-11-20 10:00:00 192.0.2.1 GET /index.html 200 Mozilla/5.0+(X11)
//
// A blank inside a value is written as "+" or "%20", so that no client can move
// the fields. Chunks of a file that do not see the directive take the one of its
// head.
type w3c struct {
	structured
	seen   *traits
	fields []byte // the names, as in the directive
	agents bool   // ... with a client's agent or a query among them
	target []byte // scratch: path and query joined
}

// IIS's default since version 7, and CloudFront's standard log.
const (
	iisFields = "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken"

	cloudFrontFields = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type " +
		"x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status " +
		"fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end"
)

func newW3C(s setup) lineParser {
	p := &w3c{structured: structured{clock: newClock(s.Context)}, seen: s.seen}
	if s.known.fields != "" {
		p.fields = []byte(s.known.fields)
		p.agents = namesAgents(p.fields)
	}
	return p
}

// Parse implements ingest.Parser.
func (p *w3c) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	if len(line) > 1 && line[0] == '#' {
		return p.directive(line)
	}
	p.why = "no line of W3C extended format"
	if fields, ok := flowFields(line); ok {
		return p.name(fields)
	}
	fields, mark := p.fields, byte(' ')
	switch flow := bytes.Contains(fields, []byte(" srcaddr ")); {
	case !flow && isFlow(line):
		fields = []byte(vpcFlowFields)
	case flow && len(line) > 20:
	case len(line) < 20 || !digit(line[0]) || line[4] != '-' || line[10] != ' ' && line[10] != '\t':
		return ingest.Unparsed
	case len(fields) == 0:
		if fields = p.usual(line); fields == nil {
			return ingest.Unparsed
		}
		fallthrough
	default:
		mark = line[10]
	}
	p.record.reset()
	for rest, names := line, fields; len(names) > 0; {
		var name, value []byte
		if name, names = nextField(names); len(rest) == 0 {
			return ingest.Unparsed
		}
		if i := bytes.IndexByte(rest, mark); i >= 0 {
			value, rest = rest[:i], rest[i+1:]
		} else {
			value, rest = rest, nil
		}
		p.record.set(nil, name, value, false)
	}
	return p.tell(line, ev)
}

func (p *w3c) tell(line []byte, ev *ingest.Event) ingest.Result {
	r := &p.record
	if path, query := r.value[meansTarget], r.value[meansQuery]; len(path) > 0 && len(query) > 0 {
		p.target = append(append(append(p.target[:0], path...), '?'), query...)
		r.value[meansTarget] = p.target
	}
	ev.Time = r.time(&p.clock)
	a, ok := clientAddress(r.value[meansAddr])
	switch {
	case ev.Time == 0 || !ok:
		ev.Reset()
		return ingest.Unparsed
	case !p.agents && p.transfer(ev), p.mail(ev):
	case r.request(ev):
		ev.User = r.value[meansUser]
	case r.has(meansPacket) && r.has(meansEvent) && !r.has(meansMethod): // Windows' firewall
		if ev.Kind = r.firewall(ev); bytes.Contains(line, []byte(" SEND")) || r.outward(a) { // our own packet
			ev.Kind = ingest.KindOther
			return ingest.Parsed
		}
	default:
		ev.Reset()
		return ingest.Unparsed
	}
	ev.Src = a
	return ingest.Parsed
}

// transfer reads a line of IIS's FTP server, whose log has no agents; version 6 puts the
// number of the session before a command, "[12]PASS".
func (p *w3c) transfer(ev *ingest.Event) bool {
	command := p.record.value[meansMethod]
	if i := bytes.IndexByte(command, ']'); i > 0 && command[0] == '[' {
		command = command[i+1:]
	}
	if !isTransfer(command) {
		return false
	}
	ev.Service, ev.Kind, ev.User = ingest.ServiceFTP, ingest.KindOther, p.record.value[meansUser]
	switch status := string(p.record.value[meansStatus]); {
	case string(command) == "ControlChannelOpened":
		ev.Kind = ingest.KindConnect
	case string(command) == "PASS" && status == "530":
		ev.Kind = ingest.KindAuthFailure
	case string(command) == "PASS" && status == "230" && accountOf(ev.User) != nil: // "anonymous" is nobody
		ev.Kind = ingest.KindAuthSuccess
	}
	return true
}

// namesAgents reports whether the fields are those of a web server, which knows agents,
// or queries at least.
func namesAgents(fields []byte) bool {
	return bytes.Contains(fields, []byte("cs(User-Agent)")) || bytes.Contains(fields, []byte("cs-uri-query"))
}

// isTransfer reports whether a method is a command of FTP, or what IIS writes where
// there is none.
func isTransfer(b []byte) bool {
	switch string(b) {
	case "USER", "PASS", "ACCT", "CWD", "CDUP", "XCWD", "QUIT", "REIN", "PORT", "PASV", "EPRT", "EPSV", "TYPE", "STRU", "MODE", "RETR", "STOR", "STOU", "APPE", "ALLO", "REST", "RNFR", "RNTO",
		"ABOR", "DELE", "RMD", "XRMD", "MKD", "XMKD", "PWD", "XPWD", "LIST", "NLST", "MLSD", "MLST", "SITE", "SYST", "STAT", "HELP", "NOOP", "FEAT", "OPTS", "SIZE", "MDTM", "AUTH", "PBSZ", "PROT", "CCC", "HOST", "LANG",
		"ControlChannelOpened", "ControlChannelClosed", "DataChannelOpened", "DataChannelClosed", "created", "sent", "closed":
		return true
	}
	return false
}

// mail reads a line of IIS's SMTP server, whose fields are those of its web server. What
// it calls the account is the client's HELO name.
func (p *w3c) mail(ev *ingest.Event) bool {
	if proto := p.record.value[meansProto]; string(proto) != "SMTP" && string(proto) != "ESMTP" {
		return false
	}
	ev.Service, ev.Kind = ingest.ServiceSMTP, ingest.KindOther
	return true
}

// directive reads a line with "#" before it.
func (p *w3c) directive(line []byte) ingest.Result {
	p.why = "a directive"
	for _, name := range [...]string{"#Version:", "#Software:", "#Date:", "#Start-Date:", "#Remark:", "#End-Date:", "#Time Format:"} {
		if bytes.HasPrefix(line, []byte(name)) {
			return ingest.Ignored
		}
	}
	rest, ok := cut(line, "#Fields:")
	if !ok {
		return ingest.Unparsed
	}
	return p.name(rest)
}

// name takes the fields of the lines that follow.
func (p *w3c) name(fields []byte) ingest.Result {
	p.why = "a directive"
	p.fields = append(p.fields[:0], bytes.TrimSpace(fields)...)
	p.agents = namesAgents(p.fields)
	if p.seen.fields == "" {
		p.seen.fields = string(p.fields)
	}
	return ingest.Ignored
}

// usual guesses the fields of a file whose head is missing from their number.
func (p *w3c) usual(line []byte) []byte {
	switch {
	case bytes.Count(line, []byte("\t")) >= 25:
		return []byte(cloudFrontFields)
	case bytes.Count(line, []byte(" ")) == 14:
		return []byte(iisFields)
	}
	return nil
}

// The flow logs of Amazon's networks are of this shape as well, with a first line that
// names the fields, or these:
//
//	2 ACCOUNT eni-1 SRC DST 20641 22 6 20 4249 START END REJECT OK
const vpcFlowFields = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes starttime end action log-status"

// isFlow recognises a line of the usual fields.
func isFlow(line []byte) bool {
	return bytes.HasPrefix(line, []byte("2 ")) && bytes.Count(line, []byte(" ")) == 13 && bytes.Contains(line, []byte(" eni-"))
}

// flowFields reads the line that names the fields, and has nothing else. What it calls
// "start" is the stamp.
func flowFields(line []byte) (fields []byte, ok bool) {
	if !bytes.Contains(line, []byte(" srcaddr ")) || !bytes.Contains(line, []byte(" dstaddr ")) || !bytes.Contains(line, []byte(" start ")) {
		return nil, false
	}
	for _, c := range line {
		if c != ' ' && c != '-' && (c < 'a' || c > 'z') {
			return nil, false
		}
	}
	return bytes.Replace(line, []byte(" start "), []byte(" starttime "), 1), true
}

// outward reports whether a packet goes from a private network out to a public address.
func (r *record) outward(src netip.Addr) bool {
	dst, ok := clientAddress(r.value[meansPacket])
	return ok && src.IsPrivate() && !dst.IsPrivate()
}

// nextField takes the first blank-separated name off a list.
func nextField(b []byte) (name, rest []byte) {
	if i := bytes.IndexByte(b, ' '); i >= 0 {
		return b[:i], bytes.TrimLeft(b[i:], " ")
	}
	return b, nil
}
