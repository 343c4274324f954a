package enrich

import (
	"io"
	"net/netip"
	"slices"
	"time"
)

// How long answers are kept. What was in trouble is asked for again.
const (
	keepConfirmed = 7 * 24 * time.Hour
	keepOther     = 24 * time.Hour
)

// maxCached bounds the answers that are kept.
const maxCached = 50_000

// Cache holds answers of the domain name system of earlier runs, by address.
type Cache struct {
	cache[netip.Addr, cached]
}

// cached is one answer.
type cached struct {
	Address netip.Addr `json:"address"`
	Names   []Name     `json:"names"`
	Until   time.Time  `json:"until"`
}

func (e cached) key() netip.Addr  { return e.Address }
func (e cached) until() time.Time { return e.Until }
func (e cached) valid() bool {
	return e.Address.IsValid() && len(e.Names) <= maxNames && !slices.ContainsFunc(e.Names, func(n Name) bool { return !n.valid() })
}

func (n Name) valid() bool {
	text, ok := hostname(n.Text)
	return ok && text == n.Text
}

// NewCache returns an empty cache.
func NewCache() *Cache {
	return &Cache{cache[netip.Addr, cached]{longest: keepConfirmed, most: maxCached, answers: map[netip.Addr]cached{}}}
}

// ReadCache reads a cache. Answers that are too old are left out.
func ReadCache(r io.Reader, now time.Time) (*Cache, error) {
	c := NewCache()
	if err := c.read(r, now); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Cache) get(a netip.Addr, now time.Time) (Answer, bool) {
	e, ok := c.fresh(a, now)
	return Answer{Names: e.Names}, ok
}

func (c *Cache) put(a netip.Addr, answer Answer, now time.Time) {
	if answer.Trouble {
		return
	}
	keep := keepOther
	if answer.Confirmed() != "" {
		keep = keepConfirmed
	}
	c.hold(cached{a, answer.Names, lasts(now, keep)})
}
