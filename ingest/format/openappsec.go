package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newOpenAppSec reads the security events of the firewall open-appsec, an object
// for each request that it found hostile:
//
//	{"eventTime":"2026-11-20T10:00:00.123",...,"eventAudience":"Security",...,"eventData":{...,"sourceIP":"ADDR","httpSourceId":"ADDR",...}}
//
// sourceIP is the peer; httpSourceId tells users apart, and may be the word of a
// header.
func newOpenAppSec(s setup) lineParser {
	return &openAppSec{structured{clock: newClock(s.Context)}}
}

type openAppSec struct{ structured }

// Parse implements ingest.Parser.
func (p *openAppSec) Parse(line []byte, ev *ingest.Event) ingest.Result {
	ev.Reset()
	p.why = "no event of open-appsec"
	if !bytes.HasPrefix(line, []byte(`{"eventTime":`)) {
		return ingest.Unparsed
	}
	audience, _ := member(line, "eventAudience")
	data, _ := member(line, "eventData")
	peer, ok := member(data, "sourceIP")
	if string(audience) != "Security" || !ok {
		return ingest.Unparsed
	}
	if ev.Src, ok = address(peer); !ok {
		return ingest.Unparsed
	}
	if at, ok := member(line, "eventTime"); ok {
		ev.Time, _ = p.anyStamp(at)
	}
	ev.Service, ev.Kind = ingest.ServiceWeb, ingest.KindProbe
	ev.Method, _ = member(data, "httpMethod")
	ev.Target, _ = member(data, "httpUriPath")
	ev.VHost, _ = member(data, "httpHostName")
	if id, _ := member(data, "httpSourceId"); !bytes.Equal(id, peer) {
		ev.Forwarded = forwarded(id)
	}
	return ingest.Parsed
}
