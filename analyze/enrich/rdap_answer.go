package enrich

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"
)

// Owner is what a registry says of a network. Its texts are what the owner wrote
// there; they are checked and bounded, and escaped by whoever shows them.
type Owner struct {
	Network netip.Prefix
	Name    string // of the organization, or else of the network; "" for unknown
	Abuse   string // mail address for complaints; "" for unknown
}

// MaxAnswer bounds the answer of a registry, in bytes. Real ones have 2 to 40 KB.
const MaxAnswer = 256 << 10

var errNotAbout = errors.New("the answer is not about this address")

// rdapNetwork is the part of an "ip network" (RFC 9083, section 5.4) that is read.
type rdapNetwork struct {
	Start    string       `json:"startAddress"`
	End      string       `json:"endAddress"`
	Name     string       `json:"name"`
	Entities []rdapEntity `json:"entities"`
}

// rdapEntity is somebody who has to do with it (section 5.1).
type rdapEntity struct {
	Handle   string          `json:"handle"`
	Roles    []string        `json:"roles"`
	VCard    json.RawMessage `json:"vcardArray"`
	Entities []rdapEntity    `json:"entities"`
}

// readOwner reads what a registry answered about an address.
func readOwner(text []byte, a netip.Addr) (Owner, error) {
	if len(text) > MaxAnswer {
		return Owner{}, fmt.Errorf("the answer is longer than %d bytes", MaxAnswer)
	}
	var n rdapNetwork
	if err := json.Unmarshal(text, &n); err != nil {
		return Owner{}, fmt.Errorf("reading the answer: %w", err)
	}
	network, ok := networkAround(a, n.Start, n.End)
	if !ok {
		return Owner{}, errNotAbout
	}
	return Owner{network, n.owner(), n.abuse()}, nil
}

// broadest4 and broadest6 bound the network that an answer may speak for: the
// largest that a registry ever gave to one owner. An answer for half the internet
// would be remembered for all of it.
const (
	broadest4 = 8
	broadest6 = 16
)

// networkAround returns the largest network around an address in a range, which
// need not be one network as a whole.
func networkAround(a netip.Addr, first, last string) (netip.Prefix, bool) {
	start, err := netip.ParseAddr(first)
	end, err2 := netip.ParseAddr(last)
	if err != nil || err2 != nil || start.BitLen() != a.BitLen() || end.BitLen() != a.BitLen() {
		return netip.Prefix{}, false
	}
	for bits := range a.BitLen() + 1 {
		p := netip.PrefixFrom(a, bits).Masked()
		if start.Compare(p.Addr()) <= 0 && lastIn(p).Compare(end) <= 0 {
			return p, a.Is4() && bits >= broadest4 || a.Is6() && bits >= broadest6
		}
	}
	return netip.Prefix{}, false
}

// lastIn returns the last address of a network.
func lastIn(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(b); i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// owner names the registrant: the organization before a person, and never by the
// handle alone that maintains the entry. Where there is none, the network's name.
func (n *rdapNetwork) owner() string {
	var other string
	for _, e := range withRole(n.Entities, "registrant") {
		c := e.card()
		switch {
		case c.name == "" || strings.EqualFold(c.name, e.Handle):
		case c.organization:
			return c.name
		case other == "":
			other = c.name
		}
	}
	if other != "" {
		return other
	}
	return words(n.Name)
}

// abuse returns the first mail address for complaints.
func (n *rdapNetwork) abuse() string {
	for _, e := range withRole(n.Entities, "abuse") {
		if mail := e.card().mail; mail != "" {
			return mail
		}
	}
	return ""
}

// maxEntities and maxNesting bound the search: an abuse desk stands below its
// organization, which stands below the network.
const (
	maxEntities = 200
	maxNesting  = 4
)

// withRole returns those with a role, who stand nearest to the network first.
func withRole(level []rdapEntity, role string) (found []rdapEntity) {
	for range maxNesting {
		var next []rdapEntity
		for _, e := range level[:min(len(level), maxEntities)] {
			if slices.Contains(e.Roles, role) {
				found = append(found, e)
			}
			next = append(next, e.Entities...)
		}
		level = next
	}
	return found
}

// card is what is read of a vCard.
type card struct {
	name, mail   string
	organization bool
}

// card reads the jCard of an entity (RFC 7095): ["vcard", [[name, parameters,
// type, value], …]]. What is none is passed over.
func (e *rdapEntity) card() (c card) {
	var parts []json.RawMessage
	if json.Unmarshal(e.VCard, &parts) != nil || len(parts) < 2 {
		return c
	}
	var properties [][]json.RawMessage
	if json.Unmarshal(parts[1], &properties) != nil {
		return c
	}
	for _, p := range properties {
		var name, value string
		if len(p) < 4 || json.Unmarshal(p[0], &name) != nil || json.Unmarshal(p[3], &value) != nil {
			continue
		}
		switch strings.ToLower(name) {
		case "fn":
			c.name = words(value)
		case "kind":
			c.organization = value == "org"
		case "email":
			if c.mail == "" {
				c.mail = mailbox(value)
			}
		}
	}
	return c
}

// words makes one short line of a text that shows all it holds.
func words(s string) string {
	return organisation(strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}

// mailbox returns a plain mail address, "" for anything else: it may end up in the
// To line of a letter.
func mailbox(s string) string {
	local, domain, ok := strings.Cut(strings.TrimSpace(s), "@")
	name, good := hostname(domain)
	if !ok || !good || local == "" || len(local) > 64 || strings.ContainsFunc(local, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".+_-", r)
	}) {
		return ""
	}
	return local + "@" + name
}
