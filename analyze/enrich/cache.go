package enrich

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
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

// maxCached bounds the answers that are kept, and with them the file.
const maxCached = 50_000

// Cache holds answers of earlier runs.
type Cache struct {
	answers map[netip.Addr]cached
	changed bool
}

// cached is one answer; the cache is written as one of them a line.
type cached struct {
	Address netip.Addr `json:"address"`
	Names   []Name     `json:"names"`
	Until   time.Time  `json:"until"`
}

// NewCache returns an empty cache.
func NewCache() *Cache { return &Cache{answers: map[netip.Addr]cached{}} }

// ReadCache reads a cache. Answers that are too old, or would be kept for longer
// than any is, are left out.
func ReadCache(r io.Reader, now time.Time) (*Cache, error) {
	c := NewCache()
	dec := json.NewDecoder(bufio.NewReader(r))
	for n := 1; ; n++ {
		var e cached
		err := dec.Decode(&e)
		switch {
		case errors.Is(err, io.EOF):
			return c, nil
		case err != nil:
			return nil, fmt.Errorf("answer %d: %w", n, err)
		case n > maxCached:
			return nil, fmt.Errorf("more than %d answers", maxCached)
		case !e.Address.IsValid() || len(e.Names) > maxNames || slices.ContainsFunc(e.Names, func(n Name) bool { return !n.valid() }):
			return nil, fmt.Errorf("answer %d is none", n)
		case now.Before(e.Until) && !e.Until.After(now.Add(keepConfirmed)):
			c.answers[e.Address] = e
		}
	}
}

func (n Name) valid() bool {
	text, ok := hostname(n.Text)
	return ok && text == n.Text
}

// Changed reports whether the cache holds what the file it was read from does not.
func (c *Cache) Changed() bool { return c.changed }

// Write writes the cache, by address. Of too many answers the freshest are kept.
func (c *Cache) Write(w io.Writer) error {
	all := make([]cached, 0, len(c.answers))
	for _, e := range c.answers {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b cached) int { return cmp.Or(b.Until.Compare(a.Until), a.Address.Compare(b.Address)) })
	all = all[:min(len(all), maxCached)]
	slices.SortFunc(all, func(a, b cached) int { return a.Address.Compare(b.Address) })
	enc := json.NewEncoder(w)
	for _, e := range all {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cache) get(a netip.Addr, now time.Time) (Answer, bool) {
	e, ok := c.answers[a]
	return Answer{Names: e.Names}, ok && now.Before(e.Until)
}

func (c *Cache) put(a netip.Addr, answer Answer, now time.Time) {
	if answer.Trouble {
		return
	}
	keep := keepOther
	if answer.Confirmed() != "" {
		keep = keepConfirmed
	}
	c.answers[a] = cached{a, answer.Names, now.Add(keep).UTC().Truncate(time.Second)}
	c.changed = true
}
