package report

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"gumshoe/ingest/lazyregexp"
)

// Mail programs turn whatever looks like an address into a link, in the text part
// too: a log line could so put a live link to an attacker's page under the
// administrator's thumb. defang breaks such text where a reader can mend it:
// 203.0.113[.]7, 2001:db8[::]9, anna@example[.]org,
// hxxp://. It is applied to text, never to markup.
func defang(s string) string {
	if !strings.ContainsAny(s, ".:@。．｡") {
		return s
	}
	s = schemes().ReplaceAllStringFunc(s, defangScheme)
	s = addressLike().ReplaceAllStringFunc(s, defangAddress)
	return nameLike().ReplaceAllStringFunc(s, defangName)
}

// schemes are what a mail program opens on a tap, with or without slashes.
var schemes = lazyregexp.New(`(?i)[a-z][a-z0-9+.-]*://|(?:mailto|tel|sms|facetime|javascript|data|xmpp|callto|skype|magnet|geo|cid|file):`)

func defangScheme(s string) string {
	switch strings.ToLower(s) {
	case "http://":
		return "hxxp://"
	case "https://":
		return "hxxps://"
	case "hxxp://", "hxxps://":
		return s
	}
	at := strings.IndexByte(s, ':')
	return s[:at] + "[:]" + s[at+1:]
}

// addressLike finds what may be an IP address; times of day look alike.
var (
	addressLike = lazyregexp.New(`[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*|\d{1,3}(?:\.\d{1,3}){3,}`)
	fourNumbers = lazyregexp.New(`\d{1,3}(?:\.\d{1,3}){3,}`)
)

// defangAddress breaks an address at its last separator.
func defangAddress(s string) string {
	if s == "::" {
		return s
	}
	if !strings.Contains(s, ":") { // four numbers, if they are an address or not; of more any four may be one
		numbers := strings.SplitN(s, ".", 4)
		return strings.Join(numbers[:3], ".") + "[.]" + strings.ReplaceAll(numbers[3], ".", "[.]")
	}
	bare := strings.TrimRight(s, ".")
	tail := s[len(bare):]
	if _, err := netip.ParseAddr(bare); err != nil {
		// A sentence may put a colon behind an address.
		trimmed := strings.TrimSuffix(bare, ":")
		if _, err := netip.ParseAddr(trimmed); err != nil {
			return fourNumbers().ReplaceAllStringFunc(s, defangAddress)
		}
		bare, tail = trimmed, bare[len(trimmed):]+tail
	}
	if at := strings.LastIndexByte(bare, '.'); at >= 0 {
		return bare[:at] + "[.]" + bare[at+1:] + tail
	}
	if at := strings.Index(bare, "::"); at >= 0 {
		return bare[:at] + "[::]" + bare[at+2:] + tail
	}
	at := strings.LastIndexByte(bare, ':')
	return bare[:at] + "[:]" + bare[at+1:] + tail
}

// nameLike finds what may be a host name, in any script.
// The ideographic full stops are dots to a resolver.
var nameLike = lazyregexp.New(`@?[\pL\pM\pN_-]+(?:[.。．｡][\pL\pM\pN_-]+)+`)

// defangName breaks every dot of a name behind which a top-level domain stands. The
// endings of files, and the words of a setting such as geo.databases, are none, and
// stay readable.
func defangName(s string) string {
	mail := s[0] == '@'
	var b strings.Builder
	rest := s
	for {
		at := strings.IndexAny(rest, dots)
		if at < 0 {
			b.WriteString(rest)
			return b.String()
		}
		_, size := utf8.DecodeRuneInString(rest[at:])
		label, dot, next := rest[:at], rest[at:at+size], rest[at+size:]
		b.WriteString(label)
		if mail || endsInWWW(label) || topLevel(next) {
			b.WriteString("[" + dot + "]")
		} else {
			b.WriteString(dot)
		}
		rest = next
	}
}

// endsInWWW reports whether a label is "www", or ends in it behind what a mail program
// takes for the end of a word.
func endsInWWW(label string) bool {
	before := len(label) - len("www")
	if before < 0 || !strings.EqualFold(label[before:], "www") {
		return false
	}
	return before == 0 || !wordByte(label[before-1])
}

func wordByte(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_'
}

// dots are what a resolver takes for one.
const dots = ".。．｡"

// reserved are top-level domains that are never delegated (RFC 2606, RFC 6761, RFC 7686)
// or that networks use within themselves.
var reserved = map[string]bool{"example": true, "test": true, "invalid": true, "localhost": true, "local": true, "internal": true, "lan": true, "onion": true}

// topLevel reports whether the label that rest begins with is a top-level domain: one of
// IANA's, or in punycode or another script, where it is not looked up. A mail program may
// take a dash, or a letter it does not know, for the end of the name: evil.com-, evil.com-a.
func topLevel(rest string) bool {
	label, _, _ := strings.Cut(rest, ".")
	if at := strings.IndexAny(label, dots); at >= 0 {
		label = label[:at]
	}
	label = strings.ToLower(label)
	if strings.HasPrefix(label, "xn--") {
		return true
	}
	word := 0
	for word < len(label) && wordByte(label[word]) {
		word++
	}
	return word > 0 && delegated(label[:word]) || word < len(label) && delegated(label)
}

// delegated is topLevel for a whole label in small letters.
func delegated(label string) bool {
	if reserved[label] {
		return true
	}
	other := false
	for _, r := range label {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
		other = other || r >= utf8.RuneSelf
	}
	if other {
		return utf8.RuneCountInString(label) >= 2
	}
	_, listed := publicsuffix.PublicSuffix(label)
	return listed
}
