package proxy

import (
	_ "embed"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

//go:embed ranges.txt
var published string

// ranges are the networks of each service by name. The list is part of the
// program: a mistake in it shows in the first test.
var ranges = sync.OnceValue(func() map[string][]netip.Prefix { return readRanges(published) })

func readRanges(text string) map[string][]netip.Prefix {
	lists := map[string][]netip.Prefix{}
	name := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		if inner, ok := strings.CutPrefix(line, "["); ok {
			name = strings.TrimSuffix(inner, "]")
			continue
		}
		for word := range strings.FieldsSeq(line) {
			lists[name] = append(lists[name], netip.MustParsePrefix(word))
		}
	}
	return lists
}

// near are networks in which a proxy of one's own stands.
var near = map[string][]netip.Prefix{
	"loopback": prefixes("127.0.0.0/8", "::1/128"),
	"private":  prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"),
}

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Services names the proxy services whose networks are known here.
func Services() []string { return slices.Sorted(maps.Keys(ranges())) }

// Names lists what Ranges knows: the services, "loopback" and "private".
func Names() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for _, m := range []map[string][]netip.Prefix{ranges(), near} {
			for name := range m {
				if !yield(name) {
					return
				}
			}
		}
	})
}

// Ranges returns the networks that a name stands for, nil for an unknown one.
func Ranges(name string) []netip.Prefix {
	if list, ok := ranges()[name]; ok {
		return list
	}
	return near[name]
}
