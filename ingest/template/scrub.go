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
// lower case, can match: to look for them costs a hundredth of the pattern.
type secret struct {
	words   []string
	pattern *regexp.Regexp
}

func (s *secret) in(lower string) bool {
	return slices.ContainsFunc(s.words, func(w string) bool { return strings.Contains(lower, w) })
}

// secrets are the places of a line where passwords, tokens and keys stand. What
// is kept of each are its groups.
//
// A name may be part of a longer one (db_password, X-Auth-Token, "apiKey"), its
// value may be quoted. Of "key" and "code", which mostly mean something else, it
// must be all of the name and stand in a query. A line may have been cut within a
// quoted value.
var secrets = sync.OnceValue(func() []secret {
	return []secret{
		{[]string{"authorization"}, regexp.MustCompile(`(?i)((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:basic|bearer|digest|negotiate|ntlm|token|apikey|aws4-[a-z0-9-]+)\s+)[^\s"',;]+`)},
		{[]string{"cookie"}, regexp.MustCompile(`(?i)(\b(?:set-)?cookie["']?\s*:\s*["']?)[^"'|]+`)},
		{[]string{"bearer", "basic"}, regexp.MustCompile(`(\b(?i:bearer|basic)\s+)[A-Za-z0-9][A-Za-z0-9+/_.~=-]*[A-Z0-9=][A-Za-z0-9+/_.~=-]*`)},
		{[]string{"passw", "passphrase", "pwd", "passcode", "secret", "token", "key", "session", "sessid", "credential", "signature"}, regexp.MustCompile(`(?i)([a-z0-9_.-]*(?:passw(?:or)?d|passphrase|pwd|passcode|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|session[_-]?(?:id|key)|sessid|credentials?|signature)["']?\s*[=:]\s*)(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s"',;&|)\]}<]+)`)},
		{[]string{"pass=", "pin=", "otp=", "sid=", "session=", "sig="}, regexp.MustCompile(`(?i)(\b(?:pass|pin|otp|sid|session|sig)=)(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s"',;&|)\]}<]+)`)},
		{[]string{"key=", "code=", "auth=", "state="}, regexp.MustCompile(`(?i)([?&](?:key|code|auth|state)=)[^\s"'&<]+`)},
		{[]string{"password", "passphrase", "token"}, regexp.MustCompile(`(?i)(\b(?:password|passphrase|token)\s+(?:is\s+|was\s+)?)(?:"(?:[^"\\]|\\.)+"?|'(?:[^'\\]|\\.)+'?)`)},
		{[]string{"://"}, regexp.MustCompile(`(://[^\s:/@"'<]*:)[^\s@/"'<]+(@)`)},
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
