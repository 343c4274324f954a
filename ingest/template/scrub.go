package template

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// secretMark stands for a secret in a line that is kept.
const secretMark = "***"

// secret is a place where one stands. Only a line that holds one of the words, in
// lower case, with what goes on like a secret behind it can match: to look for
// that costs a hundredth of the pattern.
type secret struct {
	words   []string
	goesOn  func(behind string) bool // nil: whatever follows
	pattern *regexp.Regexp
}

func (s *secret) in(lower string) bool {
	return slices.ContainsFunc(s.words, func(w string) bool {
		for rest := lower; ; {
			i := strings.Index(rest, w)
			if i < 0 {
				return false
			}
			rest = rest[i+len(w):]
			if s.goesOn == nil || s.goesOn(rest) {
				return true
			}
		}
	})
}

const spaces = "\t\n\f\r " // \s of patterns

// isGiven reports whether a name, of which some letters may be left, ends in an
// equals sign or a colon.
func isGiven(behind string) bool {
	behind = strings.TrimLeft(behind, "abcdefghijklmnopqrstuvwxyz_-")
	behind = strings.TrimLeft(strings.TrimLeft(behind, `"'`), spaces)
	return behind != "" && (behind[0] == '=' || behind[0] == ':')
}

// isQuoted reports whether a quotation mark is among the next few words.
func isQuoted(behind string) bool {
	for range 2 {
		word := strings.TrimLeft(behind, spaces)
		if len(word) == len(behind) {
			return false
		}
		if behind = word; behind != "" && (behind[0] == '"' || behind[0] == '\'') {
			return true
		}
		behind = strings.TrimPrefix(strings.TrimPrefix(behind, "is"), "was")
	}
	return false
}

// isLogin reports whether a user and a password stand before a host.
func isLogin(behind string) bool {
	colon := strings.IndexAny(behind, `:/@"'<`+spaces)
	return colon >= 0 && behind[colon] == ':' && strings.Contains(behind[colon:], "@")
}

// secrets are the places of a line where passwords, tokens and keys stand. What
// is kept of each are its groups.
//
// A name may be part of a longer one (db_password, X-Auth-Token, "apiKey"), its
// value may be quoted. Of "key" and "code", which mostly mean something else, it
// must be all of the name and stand in a query. A line may have been cut within a
// quoted value.
var secrets = sync.OnceValue(func() []secret {
	given := []string{"passw", "passphrase", "pwd", "passcode", "secret", "token", "key", "session", "sessid", "credential", "signature"}
	return []secret{
		{[]string{"authorization"}, isGiven, regexp.MustCompile(`(?i)((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:basic|bearer|digest|negotiate|ntlm|token|apikey|aws4-[a-z0-9-]+)\s+)[^\s"',;]+`)},
		{[]string{"cookie"}, isGiven, regexp.MustCompile(`(?i)(\b(?:set-)?cookie["']?\s*:\s*["']?)[^"'|]+`)},
		{[]string{"bearer", "basic"}, nil, regexp.MustCompile(`(\b(?i:bearer|basic)\s+)[A-Za-z0-9][A-Za-z0-9+/_.~=-]*[A-Z0-9=][A-Za-z0-9+/_.~=-]*`)},
		{given, isGiven, regexp.MustCompile(`(?i)([a-z0-9_.-]*(?:passw(?:or)?d|passphrase|pwd|passcode|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|session[_-]?(?:id|key)|sessid|credentials?|signature)["']?\s*[=:]\s*)(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s"',;&|)\]}<]+)`)},
		{[]string{"pass=", "pin=", "otp=", "sid=", "session=", "sig="}, nil, regexp.MustCompile(`(?i)(\b(?:pass|pin|otp|sid|session|sig)=)(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s"',;&|)\]}<]+)`)},
		{[]string{"key=", "code=", "auth=", "state="}, nil, regexp.MustCompile(`(?i)([?&](?:key|code|auth|state)=)[^\s"'&<]+`)},
		{[]string{"password", "passphrase", "token"}, isQuoted, regexp.MustCompile(`(?i)(\b(?:password|passphrase|token)\s+(?:is\s+|was\s+)?)(?:"(?:[^"\\]|\\.)+"?|'(?:[^'\\]|\\.)+'?)`)},
		{[]string{"://"}, isLogin, regexp.MustCompile(`(://[^\s:/@"'<]*:)[^\s@/"'<]+(@)`)},
	}
})

// Scrub replaces the passwords, tokens and keys in a line that is to be kept or
// shown by a mark.
func Scrub(line string) string { return scrub(line, secretMark) }

// scrub replaces the secrets in a line by a mark: a line that nobody understands
// goes into reports and mails, and may hold what a client typed. It is for lines
// that are shown; to do it with every line would cost more than to read them.
func scrub(line, mark string) string {
	lower := strings.ToLower(line)
	if !strings.ContainsAny(lower, `=:"'`) && !strings.Contains(lower, "bearer") && !strings.Contains(lower, "basic") {
		return line
	}
	for _, s := range secrets() {
		if s.in(lower) {
			line = s.pattern.ReplaceAllString(line, "${1}"+mark+"${2}")
		}
	}
	return line
}
