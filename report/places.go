package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"gumshoe/analyze"
)

// maxPlaces is how many countries and networks are counted by name.
const maxPlaces = 8

// place is a country or a network, with how many of the accused are of it.
type place struct {
	Name  string
	N     int
	Width string // of its bar, in percent of the longest
}

// places counts the accused of all cases of level low and above, each source
// once, by country and by network. Of whom nothing is known is counted as
// unknown; where nothing at all is known there is nothing to count.
func (r Report) places() (countries, networks []place) {
	if !slices.ContainsFunc(r.Cases, func(c analyze.Case) bool { return len(c.Identities) > 0 }) {
		return nil, nil
	}
	known := map[netip.Prefix]analyze.Identity{}
	accused := map[netip.Prefix]bool{}
	for _, c := range r.Cases {
		if c.Level < analyze.Low {
			continue
		}
		for _, s := range c.Sources {
			accused[s] = true
		}
		for _, id := range c.Identities {
			known[id.Source] = id
		}
	}
	tally := func(part func(analyze.Identity) string) []place {
		n, unknown := map[string]int{}, 0
		for s := range accused {
			if name := part(known[s]); name != "" {
				n[name]++
			} else {
				unknown++
			}
		}
		return ranking(n, unknown)
	}
	return tally(func(id analyze.Identity) string { return id.Country }), tally(network)
}

// ranking lists names by their numbers, the smallest joined.
func ranking(n map[string]int, unknown int) (out []place) {
	if len(n) == 0 {
		return nil
	}
	for name, k := range n {
		out = append(out, place{Name: name, N: k})
	}
	slices.SortFunc(out, func(a, b place) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
	if len(out) > maxPlaces {
		rest := place{Name: fmt.Sprintf("%s more", count(len(out)-maxPlaces))}
		for _, p := range out[maxPlaces:] {
			rest.N += p.N
		}
		out = append(out[:maxPlaces:maxPlaces], rest)
	}
	if unknown > 0 {
		out = append(out, place{Name: "unknown", N: unknown})
	}
	top := 0
	for _, p := range out {
		top = max(top, p.N)
	}
	for i := range out {
		out[i].Width = percent(float64(out[i].N) / float64(top))
	}
	return out
}

// placeRows are the places of the accused as facts; none where nothing is known.
func (r Report) placeRows() (out []row) {
	countries, networks := r.places()
	if len(countries) > 0 {
		out = append(out, row{"Countries", []string{placeLine(countries)}})
	}
	if len(networks) > 0 {
		out = append(out, row{"Networks", []string{placeLine(networks)}})
	}
	return out
}

// placeLine lists places in a sentence: "BR 12, VN 6, unknown 2".
func placeLine(ps []place) string {
	items := make([]string, len(ps))
	for i, p := range ps {
		items[i] = p.Name + " " + count(p.N)
	}
	return fewest(items, maxPlaces+2)
}

// mostFirst writes counted names, the largest number first: "24 on imap".
func mostFirst(n map[string]int, between string) []string {
	names := make([]string, 0, len(n))
	for s := range n {
		names = append(names, s)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	for i, s := range names {
		names[i] = count(n[s]) + between + s
	}
	return names
}
