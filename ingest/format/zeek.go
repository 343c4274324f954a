package format

import (
	"bytes"
	"strconv"

	"gumshoe/ingest"
)

// zeek reads the logs of the network monitor Zeek in columns parted by tabs, named by a
// directive that Zeek writes at the head of each file:
//
//	#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	...
//	1795168801.123456	CHhAvVGS1DHFjwGM9	ADDR	51234	ADDR	22	...
//
// A tab in a value is written as \x09, so that no client can move the columns. What a
// file is about is told by the names: a connection's end, a dialogue of ssh, a request,
// a notice. That ssh let somebody in is Zeek's guess from the sizes of packets, and
// makes no login.
type zeek struct {
	clock
	seen    *traits
	columns map[string]int // by name; nil: no directive yet
	values  [][]byte       // scratch
	why     string
}

func newZeekLog(s setup) lineParser {
	p := &zeek{clock: newClock(s.Context), seen: s.seen}
	p.name([]byte(s.known.columns))
	return p
}

// Reason implements ingest.Explainer.
func (p *zeek) Reason() string { return p.why }

// Parse implements ingest.Parser.
func (p *zeek) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no line of Zeek's"
	if len(line) > 0 && line[0] == '#' {
		return p.directive(line)
	}
	if !p.cut(line) {
		return ingest.Unparsed
	}
	if ev.Time, _ = p.anyStamp(p.value("ts")); ev.Time == 0 {
		return ingest.Unparsed
	}
	if p.why = p.tell(ev); p.why != "" {
		return ingest.Ignored
	}
	return ingest.Parsed
}

// directive reads a line that Zeek writes about the file.
func (p *zeek) directive(line []byte) ingest.Result {
	name, _, ok := bytes.Cut(line, []byte("\t"))
	switch string(name) {
	case "#fields":
		if !p.name(line) {
			return ingest.Unparsed
		}
		if p.seen.columns == "" {
			p.seen.columns = string(line)
		}
	case "#set_separator", "#empty_field", "#unset_field", "#path", "#open", "#close", "#types":
	default:
		if ok || !bytes.HasPrefix(line, []byte(`#separator \x09`)) {
			return ingest.Unparsed
		}
	}
	p.why = "a directive"
	return ingest.Ignored
}

// name takes the names of columns from a directive.
func (p *zeek) name(directive []byte) bool {
	names, ok := cut(directive, "#fields\tts\t")
	if !ok {
		return false
	}
	p.columns = map[string]int{"ts": 0}
	n := 1 // not of the names: rubbish repeats them
	for name := range bytes.SplitSeq(names, []byte("\t")) {
		p.columns[string(name)] = n
		n++
	}
	p.values = make([][]byte, n)
	return true
}

// cut parts a line into as many values as there are columns.
func (p *zeek) cut(line []byte) bool {
	if p.columns == nil || bytes.Count(line, []byte("\t")) != len(p.values)-1 {
		return false
	}
	for i := range p.values {
		p.values[i], line, _ = bytes.Cut(line, []byte("\t"))
	}
	return true
}

// value is that of a column, nil if there is none or it is not set.
func (p *zeek) value(name string) []byte {
	i, ok := p.columns[name]
	if !ok {
		return nil
	}
	if v := p.values[i]; string(v) != "-" && string(v) != "(empty)" {
		return v
	}
	return nil
}

func (p *zeek) has(name string) bool { _, ok := p.columns[name]; return ok }

func (p *zeek) tell(ev *ingest.Event) string {
	if p.has("note") {
		return p.notice(ev)
	}
	var ok bool
	if ev.Src, ok = address(p.value("id.orig_h")); !ok {
		return whyNoClient
	}
	switch {
	case p.has("auth_success"):
		ev.Service, ev.Kind = ingest.ServiceSSH, ingest.KindConnect
		if string(p.value("direction")) == "OUTBOUND" {
			return whyQuiet
		}
		if string(p.value("auth_success")) == "F" {
			ev.Kind = ingest.KindAuthFailure
		}
		return ""
	case p.has("status_code") && p.has("uri"):
		return p.request(ev)
	case p.has("conn_state"):
		if string(p.value("local_orig")) == "T" {
			return whyQuiet
		}
		ev.Service, ev.Kind = serviceFirewall, ingest.KindConnect
		switch string(p.value("conn_state")) {
		case "REJ", "S0", "SH", "RSTOS0":
			ev.Kind = ingest.KindReject
		}
		return ""
	}
	return whyQuiet
}

// request fills in what a client asked for, and what the server answered.
func (p *zeek) request(ev *ingest.Event) string {
	status, err := strconv.ParseUint(string(p.value("status_code")), 10, 16)
	target := p.value("uri")
	if err != nil || len(target) == 0 {
		return whyQuiet
	}
	ev.Service, ev.Kind, ev.Status = ingest.ServiceWeb, ingest.KindHTTPRequest, uint16(status)
	ev.Method, ev.Target, ev.Proto = p.value("method"), target, p.value("version")
	ev.VHost, ev.Agent, ev.Referer, ev.User = withoutPort(p.value("host")), p.value("user_agent"), p.value("referrer"), p.value("username")
	if n, rest, ok := leading(p.value("response_body_len")); ok && len(rest) == 0 {
		ev.Bytes = n
	}
	return ""
}

// zeekNotices are those whose source is the one who did it.
var zeekNotices = map[string]ingest.Kind{
	"Scan::Address_Scan": ingest.KindProbe, "Scan::Port_Scan": ingest.KindProbe, "HTTP::SQL_Injection_Attacker": ingest.KindProbe,
	"SSH::Password_Guessing": ingest.KindAbuse, "FTP::Bruteforcing": ingest.KindAbuse,
}

func (p *zeek) notice(ev *ingest.Event) string {
	kind, ok := zeekNotices[string(p.value("note"))]
	if !ok {
		return whyQuiet
	}
	ev.Service, ev.Kind = serviceIDS, kind
	if ev.Src, ok = address(p.value("src")); !ok {
		return whyNoClient
	}
	return ""
}
