package analyze

import "net/netip"

// Identity is what is known of who is behind a source. It is told beside a case
// and weighs nothing: an address accuses nobody by where it is.
type Identity struct {
	Source  netip.Prefix
	Country string // ISO 3166-1 alpha-2; "" for unknown
	ASN     uint32 // of the network that announces it; 0 for unknown
	Org     string // who that is, in the words of a database; "" for unknown
	Name    string // that the address gives itself and DNS confirms; "" for none or not asked

	Owner string       // of the network, in the words of the registry; "" for unknown or not asked
	Abuse string       // the owner's mail address for complaints; "" for unknown
	CIDR  netip.Prefix // the network that Owner and Abuse are of; zero for unknown
}

// Known reports whether anything is.
func (i *Identity) Known() bool {
	return i.Country != "" || i.ASN != 0 || i.Name != "" || i.CIDR.IsValid()
}
