package template

import (
	"regexp"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// masks matches what stands for a parameter in a template, with its quotes.
var masks = lazyregexp.New(`<(?:ip|num|time|hex|id|uuid|path|url|mail|host|str|\*)>`)

// Grok proposes a pattern for a template's lines: the first address is the
// source, what stands after "user" or "for" is the account, a stamp at the head
// is the line's. It is a draft for a person: only who knows the daemon knows
// which address is the client's.
func (t *Template) Grok() string {
	var out strings.Builder
	last, used := 0, map[string]bool{}
	as := func(name, field string) string {
		if used[field] {
			return "%{" + name + "}"
		}
		used[field] = true
		return "%{" + name + ":" + field + "}"
	}
	for _, at := range masks().FindAllStringIndex(t.Text, -1) {
		literal := t.Text[last:at[0]]
		out.WriteString(regexp.QuoteMeta(literal))
		last = at[1]
		switch t.Text[at[0]:at[1]] {
		case maskAddr:
			out.WriteString(as("IP", "source.ip"))
		case maskTime:
			if at[0] <= 1 {
				out.WriteString(as("DATA", "timestamp"))
			} else {
				out.WriteString("%{DATA}")
			}
		case maskNum:
			out.WriteString("%{NUMBER}")
		case maskHex:
			out.WriteString("%{BASE16NUM}")
		case maskUUID:
			out.WriteString("%{UUID}")
		case maskHost:
			out.WriteString("%{HOSTNAME}")
		case maskPath, maskURL, maskMail:
			out.WriteString("%{NOTSPACE}")
		case maskText:
			if strings.HasSuffix(literal, `"`) || strings.HasSuffix(literal, "'") {
				out.WriteString(account(literal[:len(literal)-1], as))
			} else {
				out.WriteString("<" + account(literal, as) + ">") // the mask stands for the brackets too
			}
		default:
			out.WriteString(account(literal, as))
		}
	}
	return out.String() + regexp.QuoteMeta(t.Text[last:])
}

// naming matches what stands before the name of an account.
var naming = lazyregexp.New(`(?i)(?:\b(?:user(?:name)?|account|login|for|uid)[ :=]*)$`)

func account(before string, as func(name, field string) string) string {
	if naming().MatchString(before) {
		return as("DATA", "user.name")
	}
	return "%{DATA}"
}
