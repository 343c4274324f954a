// Package enrich tells who is behind an address: the country and the network that
// a local database names, the name that the domain name system confirms, and, where
// that is asked for, whose network it is by the registries.
//
//	crawler claims ──▶ DNS ──▶ Judge ──▶ detectors and guards: is it Googlebot?
//	accused sources ──▶ Places, DNS, Registries ──▶ Identify ──▶ facts beside a case
//
// Where an address is and what it is called accuses nobody. One thing does: to
// call oneself a search engine's crawler, and to have a name that clearly is
// another. An answer has therefore three states, and whatever the domain name
// system does not answer clearly is Unknown.
//
// The package does no input or output of its own: the resolver, the getter of
// documents, the content of databases, the caches of earlier answers and the clock are
// handed in. All names are the text of strangers; they are checked and bounded where
// they come in.
package enrich
