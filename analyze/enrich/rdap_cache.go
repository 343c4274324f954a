package enrich

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"
)

// keepUnregistered is how long it is believed that a registry knows nothing.
const keepUnregistered = 24 * time.Hour

// maxOwners bounds the networks that are kept.
const maxOwners = 20_000

// Owners holds what registries answered, by network: of a thousand attackers in
// one, a registry is asked once. An answer speaks for all of its network, though
// a part of it may be registered to a customer by himself: who gave it to him
// takes complaints, too.
type Owners struct {
	keep    time.Duration
	known   map[netip.Prefix]heldOwner
	changed bool
}

// heldOwner is one answer; the cache is written as one of them a line. Without an
// owner and a contact, the registry knows nothing of it.
type heldOwner struct {
	Network netip.Prefix `json:"network"`
	Name    string       `json:"owner,omitempty"`
	Abuse   string       `json:"abuse,omitempty"`
	Asked   time.Time    `json:"asked"`
}

// NewOwners returns an empty cache that keeps answers for a time.
func NewOwners(keep time.Duration) *Owners {
	return &Owners{keep: keep, known: map[netip.Prefix]heldOwner{}}
}

// ReadOwners reads a cache. Answers that are too old, or of the future, are left out.
func ReadOwners(r io.Reader, now time.Time, keep time.Duration) (*Owners, error) {
	o := NewOwners(keep)
	dec := json.NewDecoder(bufio.NewReader(r))
	for n := 1; ; n++ {
		var e heldOwner
		err := dec.Decode(&e)
		switch {
		case errors.Is(err, io.EOF):
			return o, nil
		case err != nil:
			return nil, fmt.Errorf("answer %d: %w", n, err)
		case n > maxOwners:
			return nil, fmt.Errorf("more than %d answers", maxOwners)
		case !e.Network.IsValid() || e.Network != e.Network.Masked() || e.Name != words(e.Name) || e.Abuse != mailbox(e.Abuse):
			return nil, fmt.Errorf("answer %d is none", n)
		case o.fresh(e, now):
			o.known[e.Network] = e
		}
	}
}

func (o *Owners) fresh(e heldOwner, now time.Time) bool {
	keep := o.keep
	if e.Name == "" && e.Abuse == "" {
		keep = min(keep, keepUnregistered)
	}
	age := now.Sub(e.Asked)
	return age >= 0 && age < keep
}

// Changed reports whether the cache holds what the file it was read from does not.
func (o *Owners) Changed() bool { return o.changed }

// Write writes the cache, by network. Of too many answers the freshest are kept.
func (o *Owners) Write(w io.Writer) error {
	all := make([]heldOwner, 0, len(o.known))
	for _, e := range o.known {
		all = append(all, e)
	}
	byNetwork := func(a, b heldOwner) int { return a.Network.Compare(b.Network) }
	slices.SortFunc(all, byNetwork)
	slices.SortStableFunc(all, func(a, b heldOwner) int { return b.Asked.Compare(a.Asked) })
	all = all[:min(len(all), maxOwners)]
	slices.SortFunc(all, byNetwork)
	enc := json.NewEncoder(w)
	for _, e := range all {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

// get returns what is known of the smallest network around an address.
func (o *Owners) get(a netip.Addr, now time.Time) (Owner, bool) {
	for bits := a.BitLen(); bits > 0; bits-- {
		e, ok := o.known[netip.PrefixFrom(a, bits).Masked()]
		if ok && o.fresh(e, now) {
			return Owner{e.Network, e.Name, e.Abuse}, true
		}
	}
	return Owner{}, false
}

func (o *Owners) put(owner Owner, now time.Time) {
	o.known[owner.Network] = heldOwner{owner.Network, owner.Name, owner.Abuse, now.UTC().Truncate(time.Second)}
	o.changed = true
}
