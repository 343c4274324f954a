package window

import (
	"bytes"
	"maps"
	"slices"
	"unicode/utf8"

	"gumshoe/ingest"
)

// Name is what is known of an object beyond its counts.
type Name struct {
	Text   string // account, vhost and template, agent, service or log; verbatim: hostile
	Path   ingest.PathFlags
	Client ingest.ClientKind
	Claim  string // agent: the search engine whose name it carries
}

// naming is the name of a Builder's object. Its text is one of the Builder's copies.
type naming struct {
	text   []byte
	client ingest.ClientKind
	claim  string
}

// copies are texts that a Builder keeps until it merges its objects. They stand in
// blocks that do not move: a slice that grows leaves four times behind what it holds.
type copies struct {
	blocks [][]byte
	block  int // that is written to
}

// copyBlock is how many bytes a block has. A longer text, of a host's name as long as a
// line may be, stands alone and is let go of: the blocks before one that has room for it
// would be passed over, and others made for what comes behind it, at each merge anew.
const copyBlock = 32 << 10

// join returns a copy of two texts, one behind the other.
func (c *copies) join(a []byte, b string) []byte {
	n := len(a) + len(b)
	if n > copyBlock {
		return append(append(make([]byte, 0, n), a...), b...)
	}
	for c.block < len(c.blocks) && cap(c.blocks[c.block])-len(c.blocks[c.block]) < n {
		c.block++
	}
	if c.block == len(c.blocks) {
		c.blocks = append(c.blocks, make([]byte, 0, copyBlock))
	}
	p := &c.blocks[c.block]
	begin := len(*p)
	*p = append(append(*p, a...), b...)
	return (*p)[begin:]
}

// reset takes all copies back and keeps the memory.
func (c *copies) reset() {
	c.block = 0
	for i := range c.blocks {
		c.blocks[i] = c.blocks[i][:0]
	}
}

// names is a bounded dictionary. It keeps the names with the smallest ids: ids
// are hashes, so that is a fair sample, and one that does not depend on who saw
// which name first.
type names struct {
	of    map[uint64]Name
	limit int
	bar   bar
}

// add notes the name that a Builder has for an id. It copies the text only if
// that is news. Of several texts for one id, which older archives have where an
// account was met in several letter cases, the greatest is kept: the lower-case one.
func (d *names) add(id uint64, n *naming) {
	if d.bar.drops(id) {
		return
	}
	if old, ok := d.of[id]; ok && old.Text >= string(n.text) {
		return
	}
	d.put(id, Name{Text: string(n.text), Client: n.client, Claim: n.claim})
}

// put keeps a name.
func (d *names) put(id uint64, n Name) {
	if d.of == nil {
		d.of = map[uint64]Name{}
	}
	d.of[id] = n
}

// prune drops all but limit names, if there are more than the limit with what is
// to spare, and reports whether there were.
func (d *names) prune(spare func(limit int) int) bool {
	if len(d.of) <= spare(d.limit) {
		return false
	}
	ids := make([]uint64, 0, len(d.of))
	for id := range d.of {
		ids = append(ids, id)
	}
	d.bar.sink(ids, d.limit)
	for _, id := range ids {
		if d.bar.drops(id) {
			delete(d.of, id)
		}
	}
	return true
}

// forget drops the names of what a bar drops.
func (d *names) forget(beyond bar) {
	if beyond != 0 {
		maps.DeleteFunc(d.of, func(id uint64, _ Name) bool { return beyond.drops(id) })
	}
}

// cut bounds what is kept of the attacker's text.
func cut(s []byte) []byte {
	s = s[:min(len(s), 256)]
	if utf8.Valid(s) {
		return s
	}
	return bytes.ToValidUTF8(s, []byte("\uFFFD"))
}

// bar is the value at and above which hashes are dropped; 0: none yet. It only
// ever sinks. Whatever lies below the bar that all of a run would have lies
// below that of every part of it, and so was never dropped: which hashes are
// left does not depend on the order in which they came.
type bar uint64

func (b bar) drops(hash uint64) bool { return b != 0 && hash >= uint64(b) }

// sink lowers the bar until at most limit of the hashes lie below it. It puts
// them into order.
func (b *bar) sink(hashes []uint64, limit int) {
	slices.Sort(hashes)
	if len(hashes) > limit {
		*b = bar(hashes[limit])
	}
}

// slack is how far a table grows beyond its limit before it is cut: cutting
// costs as much as everything that is in it.
func slack(limit int) int { return limit + limit/4 }
