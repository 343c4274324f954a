package enrich

import (
	"io"
	"net/netip"
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
	cache[netip.Prefix, heldOwner]
}

// heldOwner is one answer. Without an owner and a contact, the registry knows nothing
// of it.
type heldOwner struct {
	Network netip.Prefix `json:"network"`
	Name    string       `json:"owner,omitempty"`
	Abuse   string       `json:"abuse,omitempty"`
	Until   time.Time    `json:"until"`
}

func (e heldOwner) key() netip.Prefix { return e.Network }
func (e heldOwner) until() time.Time  { return e.Until }
func (e heldOwner) valid() bool {
	return e.Network.IsValid() && e.Network == e.Network.Masked() && e.Name == words(e.Name) && e.Abuse == mailbox(e.Abuse)
}

// NewOwners returns an empty cache that keeps answers for a time.
func NewOwners(keep time.Duration) *Owners {
	return &Owners{cache[netip.Prefix, heldOwner]{longest: keep, most: maxOwners, answers: map[netip.Prefix]heldOwner{}}}
}

// ReadOwners reads a cache. Answers that are too old are left out.
func ReadOwners(r io.Reader, now time.Time, keep time.Duration) (*Owners, error) {
	o := NewOwners(keep)
	if err := o.read(r, now); err != nil {
		return nil, err
	}
	return o, nil
}

// get returns what is known of the smallest network around an address.
func (o *Owners) get(a netip.Addr, now time.Time) (Owner, bool) {
	for bits := a.BitLen(); bits > 0; bits-- {
		if e, ok := o.fresh(netip.PrefixFrom(a, bits).Masked(), now); ok {
			return Owner{e.Network, e.Name, e.Abuse}, true
		}
	}
	return Owner{}, false
}

func (o *Owners) put(owner Owner, now time.Time) {
	keep := o.longest
	if owner.Name == "" && owner.Abuse == "" {
		keep = min(keep, keepUnregistered)
	}
	o.hold(heldOwner{owner.Network, owner.Name, owner.Abuse, lasts(now, keep)})
}
