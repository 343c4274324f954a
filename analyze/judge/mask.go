package judge

import (
	"cmp"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest/lazyregexp"
)

// Name is a pseudonym and what it stands for. Only this machine knows both.
type Name struct {
	Pseudonym string // src_3, net_1, acct_7, host_2
	Real      string
}

// masker gives everything that identifies somebody a pseudonym, the same one
// throughout a run, and finds the real name again.
type masker struct {
	names   []Name
	of      map[string]string // kind and lower-case name: its pseudonym
	real    map[string]string // pseudonym: name
	count   map[string]int    // pseudonyms by kind
	hidden  map[string]string // lower-case names to be replaced wherever they stand: the kind
	longest int               // of hidden
}

// What pseudonyms stand for.
const (
	sourceKind  = "src"
	networkKind = "net"
	accountKind = "acct"
	hostKind    = "host"
)

var pseudonym = lazyregexp.New(`\b(?:src|net|acct|host)_\d+\b`)

// newMasker knows the accounts and hosts that any case names, and those that the
// caller knows besides: they are replaced inside other texts, too.
func newMasker(cases []analyze.Case, hosts []string) *masker {
	m := &masker{of: map[string]string{}, real: map[string]string{}, count: map[string]int{}, hidden: map[string]string{}}
	for _, h := range hosts {
		m.hide(hostKind, h)
	}
	for i := range cases {
		for _, t := range cases[i].Targets {
			switch t.Kind {
			case analyze.AccountName:
				m.hide(accountKind, t.Value)
				if local, domain, ok := strings.Cut(t.Value, "@"); ok {
					m.hide(accountKind, local)
					m.hide(hostKind, domain)
				}
			case analyze.Endpoint:
				if host, _ := splitEndpoint(t.Value); host != "" {
					m.hide(hostKind, host)
				}
			}
		}
	}
	return m
}

// hide has a name replaced wherever it stands. The names that every scanner
// tries, "admin", tell nothing of anybody, and replacing them would garble paths.
func (m *masker) hide(kind, name string) {
	name = strings.ToLower(name)
	if len(name) < 2 || inVocabulary(name) || m.hidden[name] != "" {
		return
	}
	m.hidden[name] = kind
	m.longest = max(m.longest, len(name))
}

// name returns the pseudonym of a thing.
func (m *masker) name(kind, real string) string {
	key := kind + " " + strings.ToLower(real)
	if p, ok := m.of[key]; ok {
		return p
	}
	m.count[kind]++
	p := fmt.Sprintf("%s_%d", kind, m.count[kind])
	m.of[key], m.real[p] = p, real
	m.names = append(m.names, Name{p, real})
	return p
}

// prefix returns the pseudonym of a source or a network.
func (m *masker) prefix(p netip.Prefix) string {
	kind, text := networkKind, p.String()
	if p.IsSingleIP() {
		kind, text = sourceKind, p.Addr().String()
	} else if p.Addr().Is6() && p.Bits() == 64 {
		kind = sourceKind
	}
	return m.name(kind, text)
}

// clean returns a stranger's text without anything that identifies somebody or
// opens something: the query is cut off, escapes are undone once, then addresses,
// hosts, mail addresses and known names become pseudonyms and long identifiers
// their length.
func (m *masker) clean(text string) string {
	if text = withoutQuery(text); len(text) > 3*maxSample { // a name that is cut in two would not be known
		text = text[:3*maxSample]
		text = text[:max(0, strings.LastIndexAny(text, "/ "))]
	}
	if plain, err := url.PathUnescape(text); err == nil {
		text = withoutQuery(plain)
	}
	return m.withoutNames(strings.ToValidUTF8(text, "?"))
}

// withoutNames replaces what identifies somebody.
func (m *masker) withoutNames(text string) string {
	text = strings.ReplaceAll(text, seam, "?")
	text = mailAddress().ReplaceAllStringFunc(text, func(s string) string { return m.name(accountKind, s) + seam })
	text = m.withoutKnown(text)
	text = v4Like().ReplaceAllStringFunc(text, func(s string) string { return m.name(sourceKind, s) + seam })
	text = v6Like().ReplaceAllStringFunc(text, func(s string) string {
		if a, err := netip.ParseAddr(s); err == nil {
			return m.name(sourceKind, a.String()) + seam
		}
		return s
	})
	text = dotted().ReplaceAllStringFunc(text, func(s string) string {
		if host := hostIn(s); host != "" {
			return m.name(hostKind, host) + seam + s[len(host):]
		}
		return s
	})
	text = opaque().ReplaceAllStringFunc(text, func(s string) string {
		if !pseudonym().MatchString(s) && strings.ContainsAny(s, "0123456789") {
			return fmt.Sprintf("id%d", len(s)) + seam
		}
		return s
	})
	return strings.ReplaceAll(joint().ReplaceAllString(text, "?$1"), seam, "")
}

// seam is behind each replacement until all are made: its number is not to run into
// one that follows, "src_1" and "4", and make another name or the look of an address.
const seam = "\x00"

var (
	mailAddress = lazyregexp.New(`[\w.+=-]+@[\w.-]+`)
	v4Like      = lazyregexp.New(`\d{1,3}(?:[.-]\d{1,3}){3}`)
	v6Like      = lazyregexp.New(`[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*`)
	dotted      = lazyregexp.New(`[\p{L}\d-]+(?:\.[\p{L}\d_-]+)+`)
	joint       = lazyregexp.New(seam + `([.-]?\d)`)
	opaque      = lazyregexp.New(`[A-Za-z0-9_+=-]{16,}`)
)

func withoutQuery(text string) string {
	if i := strings.IndexAny(text, "?#;&"); i >= 0 {
		return text[:i]
	}
	return text
}

// withoutKnown replaces the known names: short ones where they are a whole word,
// longer ones anywhere. The longest of those that begin at one place wins.
func (m *masker) withoutKnown(text string) string {
	if len(m.hidden) == 0 {
		return text
	}
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // a letter whose lower case is longer
		text = lower
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		n := 0
		for j := min(len(text), i+m.longest); j >= i+2 && n == 0; j-- {
			if _, ok := m.hidden[lower[i:j]]; ok && (j-i >= anywhereFrom || wholeWord(lower, i, j)) {
				n = j - i
			}
		}
		if n == 0 {
			b.WriteByte(text[i])
			i++
			continue
		}
		b.WriteString(m.name(m.hidden[lower[i:i+n]], text[i:i+n]) + seam)
		i += n
	}
	return b.String()
}

// anywhereFrom is the length from which a name is replaced inside a longer word.
const anywhereFrom = 5

func wholeWord(s string, i, j int) bool {
	return (i == 0 || !isWord(s[i-1])) && (j == len(s) || !isWord(s[j]))
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// splitEndpoint parts the host from the path of an endpoint that has one.
func splitEndpoint(endpoint string) (host, path string) {
	i := strings.IndexByte(endpoint, '/')
	if i <= 0 {
		return "", endpoint
	}
	return endpoint[:i], endpoint[i:]
}

// hostIn returns what of a dotted word is the name of a host: all of it but the
// endings of files, if what is left has two labels, the last of letters. Backups are
// often named after their site. Of an unknown ending a host is assumed.
func hostIn(word string) string {
	labels := strings.Split(word, ".")
	for len(labels) > 1 && slices.Contains(endings, strings.ToLower(labels[len(labels)-1])) {
		labels = labels[:len(labels)-1]
	}
	last := labels[len(labels)-1]
	if len(labels) < 2 || len(last) < 2 || strings.ContainsAny(last, "0123456789") {
		return ""
	}
	return strings.Join(labels, ".")
}

// restore puts the real names back. Which pseudonyms a text may use, general and
// particular have settled.
func (m *masker) restore(text string) string {
	return pseudonym().ReplaceAllStringFunc(text, func(p string) string {
		real := []rune(cmp.Or(m.real[p], "somebody"))
		return string(real[:min(len(real), maxReal)])
	})
}

// maxReal is the most characters of a name that an explanation shows: who tries to
// log in may choose long ones.
const maxReal = 64
