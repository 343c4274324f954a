// Package proxy finds the real client of a web request that came through a
// proxy.
//
//	Event (Src = peer, Forwarded = what the line says) ─▶ trusted? ─▶ Src = client
//
// X-Forwarded-For, Forwarded, CF-Connecting-IP and their kin are headers: anyone
// can send them. They are believed only where the peer itself is a proxy that
// the administrator trusts, and then only as far to the left as the hops are
// trusted too: the right-most address that is no trusted proxy was written by
// one, everything before it by the client.
//
// The package also counts who the peers are, so that a server behind a proxy
// which nobody has named is told of it: its report would accuse the proxy.
package proxy

import (
	"fmt"
	"net/netip"

	"github.com/gaissmai/bart"

	"gumshoe/ingest"
)

// Proxies are the proxies that a run trusts and the services that it knows.
type Proxies struct {
	trusted   bart.Lite
	services  bart.Table[string]
	outline   outline // of both
	resolvers []*resolver
}

// New returns proxies of which the given networks are trusted.
func New(trusted []netip.Prefix) *Proxies {
	p := &Proxies{}
	for _, t := range trusted {
		p.trusted.Insert(t.Masked())
		p.outline.draw(t)
	}
	for _, name := range append(Services(), "loopback") {
		for _, r := range Ranges(name) {
			p.services.Insert(r, name)
			p.outline.draw(r)
		}
	}
	return p
}

// NewEnricher returns the step that resolves the events of one worker. It runs
// before all others, which then see the client. It is not to be called while
// another worker's step runs.
func (p *Proxies) NewEnricher() ingest.Enricher {
	r := &resolver{proxies: p, clients: map[string]netip.Addr{}, through: map[string]uint64{}}
	p.resolvers = append(p.resolvers, r)
	return r
}

// A hint needs this many requests, and more than half of all from one proxy.
const enough = 20

// Hint says in a sentence or two what keeps the real clients of most requests
// from being seen, and what to do; "" if nothing does. It is meaningful after
// the scan.
func (p *Proxies) Hint() string {
	var requests, silent uint64
	through := map[string]uint64{}
	for _, r := range p.resolvers {
		requests += r.requests
		silent += r.silent
		for name, n := range r.through {
			through[name] += n
		}
	}
	if requests < enough {
		return ""
	}
	percent := func(n uint64) uint64 { return n * 100 / requests }
	for _, name := range Names() {
		if n := through[name]; n > requests/2 {
			return fmt.Sprintf("%d %% of the web requests came through %s, so their addresses are not the visitors'. "+
				"Write trusted_proxies: [%s], and let the web server log the X-Forwarded-For header or resolve it itself.", percent(n), called(name), name)
		}
	}
	if silent > requests/2 {
		return fmt.Sprintf("%d %% of the web requests came through a trusted proxy, and the log does not say for whom. "+
			"Let the web server log the X-Forwarded-For header ($http_x_forwarded_for in nginx, %%{X-Forwarded-For}i in Apache).", percent(silent))
	}
	return ""
}

func called(name string) string {
	if name == "loopback" {
		return "a proxy on this machine"
	}
	return "the proxy service " + name
}

// maxClients bounds the memory of one resolver, and maxChain what is kept there.
const (
	maxClients = 1 << 15
	maxChain   = 256
)

// resolver is the step of one worker.
type resolver struct {
	proxies *Proxies
	clients map[string]netip.Addr // by forwarded chain

	last        netip.Addr // peer of the last request, and what it is
	lastTrusted bool
	lastService string

	requests uint64            // web requests with an address
	silent   uint64            // of them through a trusted proxy that does not say for whom
	through  map[string]uint64 // of them through services that nobody trusts
}

// EnrichAll implements ingest.BatchEnricher.
func (r *resolver) EnrichAll(evs []ingest.Event) {
	for i := range evs {
		r.Enrich(&evs[i])
	}
}

// Enrich implements ingest.Enricher.
func (r *resolver) Enrich(ev *ingest.Event) {
	if ev.Service != ingest.ServiceWeb || !ev.Src.IsValid() {
		return
	}
	r.requests++
	if r.proxies.outline.touches(ev.Src) {
		r.resolve(ev)
	}
}

// resolve looks closer at the peer of a request, which may be a proxy.
func (r *resolver) resolve(ev *ingest.Event) {
	if ev.Src != r.last {
		r.last, r.lastTrusted, r.lastService = ev.Src, r.proxies.trusted.Contains(ev.Src), ""
		if !r.lastTrusted {
			r.lastService, _ = r.proxies.services.Lookup(ev.Src)
		}
	}
	switch {
	case r.lastService != "":
		r.through[r.lastService]++
	case r.lastTrusted && len(ev.Forwarded) == 0:
		r.silent++
	case r.lastTrusted:
		if client := r.client(ev.Forwarded); client.IsValid() {
			ev.Src = client
		}
	}
}

// client resolves a chain, from memory where it can.
func (r *resolver) client(chain []byte) netip.Addr {
	if a, ok := r.clients[string(chain)]; ok {
		return a
	}
	a := client(chain, &r.proxies.trusted)
	if len(chain) <= maxChain {
		if len(r.clients) == maxClients {
			clear(r.clients)
		}
		r.clients[string(chain)] = a
	}
	return a
}
