package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newExchangeSMTP reads the protocol logs of Exchange's SMTP connectors:
// date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context.
// The event ">" is what the server answered, "<" what the client said.
func newExchangeSMTP(s setup) lineParser { return &exchangeSMTP{clock: newClock(s.Context)} }

type exchangeSMTP struct {
	clock
	why string
}

// exchangeAnswers are the beginnings of answers that tell of a client.
var exchangeAnswers = []struct {
	text string
	kind ingest.Kind
}{
	{"535 ", ingest.KindAuthFailure},
	{"235 ", ingest.KindAuthSuccess},
	{"550 5.7.54 ", ingest.KindRelayDenied},
	{"550 5.7.1 Unable to relay", ingest.KindRelayDenied},
	{"550 5.1.10 ", ingest.KindUserUnknown},
	{"550 5.1.1 ", ingest.KindUserUnknown},
	{"421 4.3.2 ", ingest.KindReject},
}

// Parse implements ingest.Parser.
func (p *exchangeSMTP) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no record of an SMTP connector"
	t, rest, ok := p.isoStamp(line)
	if !ok {
		return ingest.Unparsed
	}
	var fields [7][]byte // the stamp's end, then up to the event; none of them is the client's
	for i := range fields {
		if fields[i], rest, ok = bytes.Cut(rest, []byte(",")); !ok {
			return ingest.Unparsed
		}
	}
	client, port := splitPort(fields[5], true)
	addr, isAddr := address(client)
	if len(fields[0]) > 0 || !digits(fields[3]) || !port || !isAddr || len(fields[6]) != 1 {
		return ingest.Unparsed
	}
	if p.why = whyQuiet; fields[6][0] != '>' {
		return ingest.Ignored
	}
	for _, answer := range exchangeAnswers {
		if bytes.HasPrefix(rest, []byte(answer.text)) {
			ev.Time, ev.Src, ev.Service, ev.Kind = t, addr, ingest.ServiceSMTP, answer.kind
			return ingest.Parsed
		}
	}
	return ingest.Ignored
}

// Reason implements ingest.Explainer.
func (p *exchangeSMTP) Reason() string { return p.why }
