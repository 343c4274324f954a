package report

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
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
	s = schemes.ReplaceAllStringFunc(s, defangScheme)
	s = addressLike.ReplaceAllStringFunc(s, defangAddress)
	return nameLike.ReplaceAllStringFunc(s, defangName)
}

// schemes are what a mail program opens on a tap, with or without slashes.
var schemes = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://|(?:mailto|tel|sms|facetime|javascript|data|xmpp|callto|skype|magnet|geo|cid|file):`)

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
var addressLike = regexp.MustCompile(`[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*|\d{1,3}(?:\.\d{1,3}){3}`)

// defangAddress breaks an address at its last separator.
func defangAddress(s string) string {
	if s == "::" {
		return s
	}
	if !strings.Contains(s, ":") { // four numbers, if they are an address or not
		at := strings.LastIndexByte(s, '.')
		return s[:at] + "[.]" + s[at+1:]
	}
	bare := strings.TrimRight(s, ".")
	tail := s[len(bare):]
	if _, err := netip.ParseAddr(bare); err != nil {
		// A sentence may put a colon behind an address.
		trimmed := strings.TrimSuffix(bare, ":")
		if _, err := netip.ParseAddr(trimmed); err != nil {
			return s
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

// nameLike finds what may be a host name, in any script: names with a letter.
// The ideographic full stops are dots to a resolver.
var nameLike = regexp.MustCompile(`@?[\pL\pM\pN_-]+(?:[.。．｡][\pL\pM\pN_-]+)+`)

// defangName breaks every dot of a name behind which a top-level domain may
// stand. File names keep theirs: their endings are no domains.
func defangName(s string) string {
	mail := s[0] == '@'
	var b strings.Builder
	rest := s
	for {
		at := strings.IndexAny(rest, ".。．｡")
		if at < 0 {
			b.WriteString(rest)
			return b.String()
		}
		_, size := utf8.DecodeRuneInString(rest[at:])
		label, dot, next := rest[:at], rest[at:at+size], rest[at+size:]
		b.WriteString(label)
		if mail || strings.EqualFold(label, "www") || topLevel(next) {
			b.WriteString("[" + dot + "]")
		} else {
			b.WriteString(dot)
		}
		rest = next
	}
}

// topLevel reports whether the label that rest begins with may be a top-level
// domain: at least two letters, or punycode, and no ending of files.
func topLevel(rest string) bool {
	label := rest
	if at := strings.IndexAny(rest, ".。．｡"); at >= 0 {
		label = rest[:at]
	}
	label = strings.ToLower(label)
	if strings.HasPrefix(label, "xn--") {
		return true
	}
	letters := 0
	for _, r := range label {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
		letters++
	}
	return letters >= 2 && !fileEndings[label]
}

// fileEndings are endings of files in requests and logs that IANA never delegated
// as top-level domains. Endings that are domains as well (.sh, .zip, .py, .pl)
// are not among them.
var fileEndings = setOf(`asp aspx asmx ashx axd bak bz2 cfg cfm cgi class conf config crt css csv db deb dll doc docx env eml exe gif git gz
	gzip htaccess htm html htpasswd ico inc ini jar jpeg jpg js json jsp jspx jws key lock log lua mdb mjs old orig passwd pdf pem php phps phtml
	png ppt pptx properties ps1 rar rb rpm rtf save sql sqlite sqlite3 svg svn swf swp tar tgz tmp toml ts txt wasm war webp woff woff2 xls xlsx
	xml xsl xz yaml yml zst service socket timer`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
