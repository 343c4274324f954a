package enrich

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"
)

// Place is where an address belongs, as far as a database knows. Geolocation is
// a hint for people and weighs nothing.
type Place struct {
	Country string // ISO 3166-1 alpha-2; "" for unknown
	ASN     uint32 // 0 for unknown
	Org     string // who announces it, in the words of the database; "" for unknown
}

// Database tells where an address belongs; what it does not know is left empty.
type Database interface {
	Lookup(netip.Addr) Place
	// Credit names whose data it is, as its licence asks for; "" for unknown.
	Credit() string
}

// Open opens a database by its content: MaxMind's format or Tor's text.
func Open(content []byte) (Database, error) {
	if bytes.Contains(content[max(0, len(content)-maxMetadata):], []byte(metadataMark)) {
		return OpenMMDB(content)
	}
	return OpenTable(content)
}

// Places asks databases in order; the first that knows a thing tells it. They are
// opened when they are first needed, as a quiet night needs none.
type Places struct {
	open      func() []Database
	databases []Database
	told      []bool // by database: it knew something
	opened    bool
}

// NewPlaces returns Places whose databases open opens.
func NewPlaces(open func() []Database) *Places { return &Places{open: open} }

// all opens the databases when they are first asked for.
func (p *Places) all() []Database {
	if !p.opened {
		p.databases, p.opened = p.open(), true
		p.told = make([]bool, len(p.databases))
	}
	return p.databases
}

// Lookup tells all that the databases know.
func (p *Places) Lookup(a netip.Addr) (out Place) {
	a = a.Unmap()
	for i, d := range p.all() {
		if out.Country != "" && out.ASN != 0 {
			break
		}
		found := d.Lookup(a)
		p.told[i] = p.told[i] || found != Place{}
		if out.Country == "" {
			out.Country = found.Country
		}
		if out.ASN == 0 {
			out.ASN, out.Org = found.ASN, found.Org
		}
	}
	return out
}

// Credits names whose data was told.
func (p *Places) Credits() (out []string) {
	for i, d := range p.databases {
		if c := d.Credit(); p.told[i] && c != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// countryCode returns a code of two capitals, or "" for what is none: "??", "T1",
// "A1".
func countryCode(s string) string {
	if len(s) != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z' {
		return ""
	}
	return s
}

// maxOrg bounds the name of an organisation, in bytes.
const maxOrg = 80

// organisation makes one short line of a name from a database, which holds what
// the owner of a network wrote into a registry.
func organisation(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if len(s) <= maxOrg {
		return s
	}
	end := maxOrg
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.TrimSpace(s[:end])
}
