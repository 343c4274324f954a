package enrich

import (
	"slices"
	"strings"
)

// The bounds of RFC 1035, section 2.3.4, in bytes.
const (
	maxName  = 253
	maxLabel = 63
)

// tidy makes a short list of the names that a resolver returned. The owner of the
// address wrote them, and can write ten thousand: those of crawlers' domains come
// first, so that they are not lost among others.
func tidy(texts []string) []string {
	var out []string
	for _, t := range texts {
		if name, ok := hostname(t); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	slices.SortStableFunc(out, func(a, b string) int {
		switch theirs, others := crawlerDomain(a), crawlerDomain(b); {
		case theirs == others:
			return 0
		case theirs:
			return -1
		}
		return 1
	})
	return out[:min(len(out), maxNames)]
}

// hostname returns a name in lower case and without its last dot, if it is one
// that a host can have: letters, digits, hyphens and, as many do, underscores.
func hostname(text string) (string, bool) {
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	if len(name) > maxName || !strings.Contains(name, ".") {
		return "", false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > maxLabel || strings.ContainsFunc(label, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
		}) {
			return "", false
		}
	}
	return name, true
}

// below reports whether a name lies in one of the domains, at the border of a label.
func below(name string, domains []string) bool {
	return slices.ContainsFunc(domains, func(d string) bool { return name == d || strings.HasSuffix(name, "."+d) })
}
