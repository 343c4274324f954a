// Package agent says what a user agent claims to be: a browser, a crawler, a
// library, a monitor, a scanner.
//
// A client writes its agent itself, so that this is a claim and nothing more. But
// most automation is honest about itself, most of the rest copies a browser of
// years ago, and a lie about being a search engine can be checked. General rules
// come first (what calls itself a bot is one); a list of names then tells what
// the rules cannot know. No real browser may be called a bot.
package agent

import (
	"bytes"

	"gumshoe/ingest"
)

// Enricher fills Event.Client and marks the requests of attack tools as probes.
// It adds to Event.Request: run it after the enricher that fills that.
type Enricher struct {
	hash   ingest.Hash
	memo   map[uint64]*entry // by id
	recent []recent          // by Event.AgentKey: most requests need no look into the memo
	words  []word            // scratch: of the last agent that was looked at
}

type recent struct {
	key   uint64
	entry *entry
}

type entry struct {
	client ingest.Client
	attack bool
	until  int64 // milliseconds since 1970: later it is not plausible as a browser; 0: always plausible
	since  int64 // earlier it cannot have existed
}

const (
	maxMemo   = 1 << 14 // bounds the agents remembered; a scan of random agents starts afresh
	maxRecent = 1 << 11
)

// New returns an Enricher whose ids are hashed by h.
func New(h ingest.Hash) *Enricher {
	e := &Enricher{hash: h, memo: make(map[uint64]*entry), recent: make([]recent, maxRecent)}
	clear(e.recent) // written to: what is read first is mapped twice, and each time all processors are told
	return e
}

// Enrich implements ingest.Enricher.
func (e *Enricher) Enrich(ev *ingest.Event) {
	if ev.Kind != ingest.KindHTTPRequest && ev.Kind != ingest.KindProbe {
		return
	}
	key := ev.AgentKey()
	last := &e.recent[key>>32%maxRecent]
	if last.key != key {
		*last = recent{key, e.entry(ev.Agent)}
	}
	known := last.entry
	ev.Client = known.client
	ev.Client.Odd = known.odd(ev.Time)
	if known.attack {
		ev.Kind = ingest.KindProbe
		ev.Request.Class |= ingest.ClassScanner
		ev.Request.Stage = max(ev.Request.Stage, ingest.StageMarker)
	}
}

// EnrichAll implements ingest.BatchEnricher.
func (e *Enricher) EnrichAll(evs []ingest.Event) {
	for i := range evs {
		e.Enrich(&evs[i])
	}
}

// entry judges an agent, from memory where it can.
func (e *Enricher) entry(agent []byte) *entry {
	id := e.hash.Bytes(agent)
	known := e.memo[id]
	if known == nil {
		found := look(agent, &e.words)
		found.client.ID = id
		known = &found
		if len(e.memo) >= maxMemo {
			clear(e.memo)
		}
		e.memo[id] = known
	}
	return known
}

// odd reports whether the agent is impossible in itself or at the time of the
// request, in milliseconds.
func (e *entry) odd(at int64) bool {
	return e.client.Odd || at != 0 && (e.until != 0 && at > e.until || at < e.since)
}

// maxAgent bounds how much of an agent is looked at.
const maxAgent = 1 << 10

// look judges an agent. It allocates, but for the words; the Enricher remembers.
func look(agent []byte, words *[]word) entry {
	agent = bytes.TrimSpace(agent[:min(len(agent), maxAgent)])
	if len(agent) == 0 || string(agent) == "-" {
		return entry{client: ingest.Client{Kind: ingest.ClientEmpty}}
	}
	a := split(string(agent), (*words)[:0])
	*words = a.words
	e := entry{client: classify(a)}
	e.attack = e.client.Kind == ingest.ClientScanner && attackTool(a)
	switch {
	case e.client.Kind == ingest.ClientBrowser, a.mozilla && (e.client.Kind == ingest.ClientLibrary || e.client.Kind == ingest.ClientUnknown):
		e.since, e.until = lifetime(a)
		e.client.Odd = impossible(a)
	}
	if e.client.Kind == ingest.ClientCrawler || e.client.Kind == ingest.ClientFeed {
		e.client.Claim = claim(a)
	}
	return e
}
