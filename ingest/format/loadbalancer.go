package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newLoadBalancer reads the access logs of AWS's load balancers. They write the
// whole URL for every request, where elsewhere one is the mark of a client that
// takes the server for a proxy.
func newLoadBalancer(s setup) lineParser { return &loadBalancer{elbLines(s)} }

type loadBalancer struct{ lineParser }

// Parse implements ingest.Parser.
func (p *loadBalancer) Parse(line []byte, ev *ingest.Event) ingest.Result {
	r := p.lineParser.Parse(line, ev)
	if r != ingest.Parsed {
		return r
	}
	scheme, rest, ok := bytes.Cut(ev.Target, []byte("://"))
	if slash := bytes.IndexByte(rest, '/'); ok && slash > 0 && bytes.IndexByte(scheme, '/') < 0 {
		ev.VHost, ev.Target = withoutPort(rest[:slash]), rest[slash:]
	}
	return r
}
