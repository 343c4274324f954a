package window

import (
	"bytes"
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

// maxNames bounds the names of one kind. Beyond it an attacker is making them
// up; the objects are still counted, without a name.
const maxNames = 1 << 18

// names is a bounded dictionary. It keeps the names with the smallest ids: ids
// are hashes, so that is a fair sample, and one that does not depend on who saw
// which name first. Whatever is among the smallest of all builders is among the
// smallest of its own, and was never dropped.
type names struct {
	of    map[uint64]Name
	limit int
	bar   uint64 // ids from here on are dropped; 0: none yet
}

func newNames(limit int) names {
	if limit == 0 {
		limit = maxNames
	}
	return names{of: map[uint64]Name{}, limit: limit}
}

func (d *names) wants(id uint64) bool { return d.bar == 0 || id < d.bar }

// lacks reports whether the name of an id is worth making.
func (d *names) lacks(id uint64) bool {
	_, ok := d.of[id]
	return !ok && d.wants(id)
}

// put adds a name. Of several texts for one id the greatest is kept: accounts
// differ in letter case only, and the greatest spelling is the lower-case one.
func (d *names) put(id uint64, n Name) {
	if !d.wants(id) {
		return
	}
	if old, ok := d.of[id]; ok && old.Text >= n.Text {
		return
	}
	d.of[id] = n
	if len(d.of) >= d.limit+d.limit/4+1 {
		d.prune()
	}
}

// prune drops all but limit names.
func (d *names) prune() {
	if len(d.of) <= d.limit {
		return
	}
	ids := make([]uint64, 0, len(d.of))
	for id := range d.of {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	d.bar = ids[d.limit]
	for _, id := range ids[d.limit:] {
		delete(d.of, id)
	}
}

// spell notes how an account was spelled, without allocating for a spelling
// that does not change anything.
func (d *names) spell(id uint64, user []byte) {
	if !d.wants(id) {
		return
	}
	user = cut(user)
	if old, ok := d.of[id]; !ok || old.Text < string(user) {
		d.put(id, Name{Text: string(user)})
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
