package enrich

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// cache holds what strangers answered in earlier runs, each under its key and until
// its time is over. Its file has one answer a line.
type cache[K key[K], E entry[K]] struct {
	longest time.Duration // for which any answer is kept
	most    int           // answers that are kept, and with them the size of the file
	answers map[K]E
	changed bool
}

// key is an address or a network.
type key[K any] interface {
	comparable
	Compare(K) int
}

// entry is one answer.
type entry[K any] interface {
	key() K
	until() time.Time
	valid() bool // could have been written here
}

// read reads a file. Answers that are too old, or would be kept for longer than any
// is, are left out: a clock that was years ahead must not make one last for years.
func (c *cache[K, E]) read(r io.Reader, now time.Time) error {
	dec := json.NewDecoder(bufio.NewReader(r))
	for n := 1; ; n++ {
		var e E
		err := dec.Decode(&e)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("answer %d: %w", n, err)
		case n > c.most:
			return fmt.Errorf("more than %d answers", c.most)
		case !e.valid():
			return fmt.Errorf("answer %d is none", n)
		case now.Before(e.until()) && !e.until().After(now.Add(c.longest)):
			c.answers[e.key()] = e
		}
	}
}

// Write writes the file, by key. Of too many answers those that last longest are kept.
func (c *cache[K, E]) Write(w io.Writer) error {
	all := make([]E, 0, len(c.answers))
	for _, e := range c.answers {
		all = append(all, e)
	}
	byKey := func(a, b E) int { return a.key().Compare(b.key()) }
	slices.SortFunc(all, func(a, b E) int { return cmp.Or(b.until().Compare(a.until()), byKey(a, b)) })
	all = all[:min(len(all), c.most)]
	slices.SortFunc(all, byKey)
	enc := json.NewEncoder(w)
	for _, e := range all {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

// Changed reports whether the cache holds what the file it was read from does not.
func (c *cache[K, E]) Changed() bool { return c.changed }

// fresh returns an answer whose time is not over.
func (c *cache[K, E]) fresh(k K, now time.Time) (E, bool) {
	e, ok := c.answers[k]
	return e, ok && now.Before(e.until())
}

func (c *cache[K, E]) hold(e E) {
	c.answers[e.key()] = e
	c.changed = true
}

// lasts is when an answer of now that is kept for a time is over, as a file has it.
func lasts(now time.Time, keep time.Duration) time.Time {
	return now.Add(keep).UTC().Truncate(time.Second)
}
