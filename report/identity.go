package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gumshoe/analyze"
)

// IdentityJSON is what is known of who is behind a source. What is unknown is
// left out.
type IdentityJSON struct {
	Source       string `json:"source"`
	Country      string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	ASN          uint32 `json:"asn,omitempty"`
	Organization string `json:"organization,omitempty"` // of the ASN
	Name         string `json:"name,omitempty"`         // that DNS confirms
	Owner        string `json:"owner,omitempty"`        // of the network, by its registry
	Abuse        string `json:"abuse,omitempty"`        // the owner's mail address for complaints
	CIDR         string `json:"cidr,omitempty"`         // the network that is the owner's
}

func identitiesJSON(c *analyze.Case) []IdentityJSON {
	var out []IdentityJSON
	for _, id := range c.Identities {
		j := IdentityJSON{address(id.Source), id.Country, id.ASN, id.Org, id.Name, id.Owner, id.Abuse, ""}
		if id.CIDR.IsValid() {
			j.CIDR = id.CIDR.String()
		}
		out = append(out, j)
	}
	return out
}

// behind says who is behind the sources of a case: of one all that is known, of
// many the countries, networks and owners that most of them are of.
func behind(c *analyze.Case) []string {
	switch ids := c.Identities; {
	case len(ids) == 0:
		return nil
	case len(c.Sources) == 1:
		known := slices.DeleteFunc([]string{ids[0].Country, network(ids[0]), ids[0].Name}, func(s string) bool { return s == "" })
		return nonempty(strings.Join(known, ", "), owner(ids[0]))
	}
	return slices.Concat(commonest("Countries", c, func(id analyze.Identity) string { return id.Country }), commonest("Networks", c, network),
		commonest("Owners", c, holder))
}

// owner says whose network it is, and who hears complaints about it.
func owner(id analyze.Identity) string {
	if s := holder(id); s != "" {
		return "Owner: " + s + "."
	}
	return ""
}

func holder(id analyze.Identity) string {
	if !id.CIDR.IsValid() {
		return ""
	}
	s := fmt.Sprintf("%s (%s", cmp.Or(id.Owner, "unknown"), id.CIDR)
	if id.Abuse != "" {
		s += ", abuse contact " + id.Abuse
	}
	return s + ")"
}

func network(id analyze.Identity) string {
	if id.ASN == 0 {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("AS%d %s", id.ASN, id.Org))
}

// commonest counts the sources of a case by a part of what is known of them:
// "Countries: CN 12, US 3 and 4 more; unknown of 2".
func commonest(title string, c *analyze.Case, part func(analyze.Identity) string) []string {
	n := map[string]int{}
	known := 0
	for _, id := range c.Identities {
		if s := part(id); s != "" {
			n[s]++
			known++
		}
	}
	if known == 0 {
		return nil
	}
	items := make([]string, 0, len(n))
	for s := range n {
		items = append(items, s)
	}
	slices.SortFunc(items, func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	for i, s := range items {
		items[i] = s + " " + count(n[s])
	}
	line := title + ": " + fewest(items, 4)
	if rest := len(c.Sources) - known; rest > 0 {
		line += "; unknown of " + count(rest)
	}
	return []string{line + "."}
}

// credits are the lines that the licences of databases ask for.
func (r Report) credits() []string {
	out := make([]string, len(r.Credits))
	for i, c := range r.Credits {
		out[i] = "With " + c + "."
	}
	return out
}
