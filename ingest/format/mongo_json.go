package format

import (
	"bytes"

	"gumshoe/ingest"
)

// mongoJSON reads mongod's log since 4.4, one JSON object a line, whose
// attributes name the remote side of every failure.
type mongoJSON struct {
	clock
	why string
}

func newMongoJSON(s setup) lineParser { return &mongoJSON{clock: newClock(s.Context)} }

// Parse implements ingest.Parser.
func (p *mongoJSON) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no JSON record of mongod"
	if len(line) == 0 || line[0] != '{' {
		return ingest.Unparsed
	}
	at, isStamp := member(line, "t")
	words, isMessage := member(line, "msg")
	if _, ok := member(line, "ctx"); !isStamp || !isMessage || !ok {
		return ingest.Unparsed
	}
	if date, ok := member(at, "$date"); ok {
		ev.Time, _, _ = p.isoStamp(date)
	}
	ev.Service = serviceMongo
	attr, _ := member(line, "attr")
	switch string(words) {
	case "Authentication failed", "Failed to authenticate":
		ev.Kind = ingest.KindAuthFailure
		for _, name := range [...]string{"speculative", "isSpeculative"} {
			if speculative, _ := member(attr, name); string(speculative) == "true" {
				ev.Kind = ingest.KindOther // the real attempt follows
			}
		}
		if problem, _ := member(attr, "error"); bytes.HasPrefix(problem, []byte("UserNotFound")) {
			ev.Account = ingest.AccountAbsent
		}
	case "Authentication succeeded", "Successfully authenticated":
		ev.Kind, ev.Account = ingest.KindAuthSuccess, ingest.AccountExists
	case "Connection accepted":
		ev.Kind = ingest.KindConnect
	case "Connection ended":
		ev.Kind = ingest.KindDisconnect
	case "Connection refused because there are too many open connections":
		ev.Kind = ingest.KindAbuse
	}
	for _, name := range [...]string{"principalName", "user"} {
		if user, ok := member(attr, name); ok && ev.User == nil {
			ev.User = user
		}
	}
	remote, ok := member(attr, "remote")
	if !ok {
		remote, _ = member(attr, "client")
	}
	host, _ := splitPort(remote, true)
	if ev.Src, ok = address(host); !ok && ev.Kind == ingest.KindOther {
		p.why = whyQuiet
		return ingest.Ignored
	}
	return ingest.Parsed
}

// Reason implements ingest.Explainer.
func (p *mongoJSON) Reason() string { return p.why }
