package filter

import (
	"strconv"
	"strings"
)

// The addresses that fail2ban's tags stand for. They accept what fail2ban's do;
// its pattern of IPv6 ends in a look back that can never fail, and that would
// cost every pattern the linear engine.
const (
	ip4Pattern    = `(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})`
	ip6Pattern    = `(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|::){1,7}(?:[0-9a-fA-F]{1,4}|:))`
	dnsPattern    = `(?P<dns>[\w\-.^_]*\w)`
	cidrPattern   = `(?P<cidr>\d+)`
	addrPattern   = `\[?(?:` + ip4Pattern + `|` + ip6Pattern + `)\]?`
	hostPattern   = `(?:` + addrPattern + `|` + dnsPattern + `)`
	subnetPattern = `\[?(?:` + ip4Pattern + `|` + ip6Pattern + `)(?:/` + cidrPattern + `)?\]?`
)

// patternTags are the tags that stand for a pattern; each but HOST has the form
// <F-NAME/> too.
var patternTags = map[string]string{
	"HOST": hostPattern, "ADDR": addrPattern, "IP4": ip4Pattern, "IP6": ip6Pattern, "DNS": dnsPattern,
	"CIDR": cidrPattern, "SUBNET": subnetPattern,
	"F-ADDR/": addrPattern, "F-IP4/": ip4Pattern, "F-IP6/": ip6Pattern, "F-DNS/": dnsPattern,
	"F-CIDR/": cidrPattern, "F-SUBNET/": subnetPattern,
	"F-ID/": `(?P<fid>\S+)`, "F-PORT/": `(?P<fport>\w+)`,
}

// groupNames are the groups of <F-NAME> where they are not the name itself.
var groupNames = map[string]string{"id": "fid", "port": "fport"}

// resolveTags turns fail2ban's tags into Python's syntax. With addressOnly, which
// is usedns = no, <HOST> accepts no names of machines.
func resolveTags(pattern string, addressOnly bool) string {
	var b strings.Builder
	opened := map[string]bool{}
	skips := 0
	for {
		start := strings.IndexByte(pattern, '<')
		if start < 0 {
			b.WriteString(pattern)
			return b.String()
		}
		b.WriteString(pattern[:start])
		pattern = pattern[start:]
		name, ok := tagName(pattern)
		if !ok {
			b.WriteByte('<')
			pattern = pattern[1:]
			continue
		}
		tag := pattern[:len(name)+2]
		pattern = pattern[len(tag):]
		closing := strings.HasPrefix(name, "/")
		custom, isCustom := customTag(strings.TrimPrefix(name, "/"))
		switch repl, known := patternTags[name]; {
		case name == "HOST" && addressOnly:
			b.WriteString(addrPattern)
		case name == "SKIPLINES":
			b.WriteString(`\n(?P<skiplines` + strconv.Itoa(skips) + `>(?:(?:.*\n)*?))`)
			skips++
		case known:
			b.WriteString(repl)
		case isCustom && !closing:
			opened[custom] = true
			b.WriteString("(?P<" + custom + ">")
		case isCustom && opened[custom]:
			b.WriteByte(')')
		default:
			b.WriteString(tag)
		}
	}
}

// tagName reads "<NAME>", "</NAME>" or "<NAME/>" and returns it without brackets.
func tagName(s string) (string, bool) {
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '>':
			name := s[1:i]
			return name, strings.Trim(name, "/") != "" && !strings.Contains(strings.Trim(name, "/"), "/")
		case c != '/' && c != '_' && c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z'):
			return "", false
		}
	}
	return "", false
}

// customTag returns the group of F-NAME.
func customTag(name string) (string, bool) {
	name, ok := strings.CutPrefix(name, "F-")
	if !ok || name == "" || name != strings.ToUpper(name) || strings.Contains(name, "/") {
		return "", false
	}
	name = strings.ToLower(name)
	if mapped, ok := groupNames[name]; ok {
		name = mapped
	}
	return name, true
}

// localFlags gives "((?i)text)" and "(?:(?i)text)", which Python no longer
// reads, the scope that they had: "(?i:text)".
func localFlags(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == '\\' && i+1 < len(pattern) {
			b.WriteString(pattern[i : i+2])
			i++
			continue
		}
		if pattern[i] == '(' {
			if rest, flags, ok := scopedFlags(pattern[i+1:]); ok {
				b.WriteString("(?" + flags + ":")
				i = len(pattern) - len(rest) - 1
				continue
			}
		}
		b.WriteByte(pattern[i])
	}
	return b.String()
}

func scopedFlags(s string) (rest, flags string, ok bool) {
	s = strings.TrimPrefix(s, "?:")
	s, ok = strings.CutPrefix(s, "(?")
	flags, rest, closed := strings.Cut(s, ")")
	return rest, flags, ok && closed && flags != "" && strings.Trim(flags, "abcdefghijklmnopqrstuvwxyz") == ""
}
