package format

import (
	"fmt"
	"slices"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// grokNames are the names of Logstash's grok that logs of servers need, in RE2.
// They take what a daemon writes; only DATA and GREEDYDATA take blanks.
var grokNames = map[string]string{
	"IPV4":     `(?:\d{1,3}\.){3}\d{1,3}`,
	"IPV6":     `\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[0-9A-Za-z.]+)?\]?`,
	"IP":       `(?:%{IPV6}|%{IPV4})`,
	"HOSTNAME": `[0-9A-Za-z][0-9A-Za-z_.-]*`,
	"IPORHOST": `(?:%{IP}|%{HOSTNAME})`,
	"HOSTPORT": `%{IPORHOST}:%{POSINT}`,
	"MAC":      `(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}`,

	"USERNAME":     `[a-zA-Z0-9._-]+`,
	"USER":         `%{USERNAME}`,
	"EMAILADDRESS": `[^\s@<>"]+@%{HOSTNAME}`,
	"PROG":         `[!-Z\\^-~]+`,
	"LOGLEVEL":     `(?i:trace|debug|info(?:rmation)?|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe|alert|emerg(?:ency)?)`,

	"WORD":         `\b\w+\b`,
	"NOTSPACE":     `\S+`,
	"SPACE":        `\s*`,
	"DATA":         `.*?`,
	"GREEDYDATA":   `.*`,
	"QUOTEDSTRING": `(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`,
	"QS":           `%{QUOTEDSTRING}`,

	"INT":       `[+-]?\d+`,
	"POSINT":    `[1-9]\d*`,
	"NONNEGINT": `\d+`,
	"NUMBER":    `[+-]?\d+(?:\.\d+)?`,
	"BASE10NUM": `%{NUMBER}`,
	"BASE16NUM": `(?:0[xX])?[0-9A-Fa-f]+`,
	"UUID":      `[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`,

	"UNIXPATH":     `/[^\s"']*`,
	"WINPATH":      `[A-Za-z]:\\[^\s"']*`,
	"PATH":         `(?:%{UNIXPATH}|%{WINPATH})`,
	"URIPATH":      `/[^\s?#"]*`,
	"URIPARAM":     `\?[^\s#"]*`,
	"URIPATHPARAM": `%{URIPATH}(?:%{URIPARAM})?`,
	"URI":          `[A-Za-z][A-Za-z0-9+.-]*://[^\s"]+`,

	"YEAR":              `\d{4}`,
	"MONTH":             `[A-Z][a-z]{2,8}`,
	"MONTHNUM":          `\d{1,2}`,
	"MONTHDAY":          `\d{1,2}`,
	"DAY":               `[A-Z][a-z]{2,8}`,
	"HOUR":              `\d{1,2}`,
	"MINUTE":            `\d{2}`,
	"SECOND":            `\d{2}(?:[.,]\d+)?`,
	"TIME":              `%{HOUR}:%{MINUTE}:%{SECOND}`,
	"TZ":                `[A-Z]{1,5}`,
	"ISO8601_TIMEZONE":  `(?:Z|[+-]\d{2}:?\d{2})`,
	"TIMESTAMP_ISO8601": `\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}(?::%{SECOND})?(?: ?%{ISO8601_TIMEZONE})?`,
	"SYSLOGTIMESTAMP":   `[A-Z][a-z]{2} {1,2}\d{1,2} %{TIME}`,
	"HTTPDATE":          `\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}`,
	"DATE_EU":           `\d{1,2}[./-]\d{1,2}[./-]\d{2,4}`,
	"DATE_US":           `%{DATE_EU}`,
	"DATESTAMP":         `%{DATE_EU}[- ]%{TIME}`,
}

// grokReference is "%{NAME}", "%{NAME:field}" or "%{NAME:field:type}"; Logstash's
// "[source][ip]" is the field source.ip.
var grokReference = lazyregexp.New(`%\{([^}]*)\}`)

// expandGrok writes a grok pattern as a regular expression of package regexp.
func expandGrok(pattern string) (string, error) {
	var out strings.Builder
	last := 0
	for _, at := range grokReference().FindAllStringSubmatchIndex(pattern, -1) {
		out.WriteString(pattern[last:at[0]])
		last = at[1]
		name, field, _ := strings.Cut(pattern[at[2]:at[3]], ":")
		field, kind, typed := strings.Cut(field, ":")
		switch {
		case grokNames[name] == "":
			return "", &PatternError{pattern, at[2], fmt.Sprintf("no grok name %q; known: %s", name, strings.Join(sortedNames(grokNames), ", "))}
		case typed && kind != "int" && kind != "float":
			return "", &PatternError{pattern, at[2] + len(name) + len(field) + 2, fmt.Sprintf("%q is no type; write int, float or none", kind)}
		case field == "":
			out.WriteString("(?:" + grokExpression(name) + ")")
			continue
		}
		if field = strings.ReplaceAll(strings.Trim(field, "[]"), "][", "."); field == "timestamp" { // as Logstash's own patterns call it
			field = "@timestamp"
		}
		if ecs[field] == nil {
			return "", &PatternError{pattern, at[2] + len(name) + 1, unknownField(field)}
		}
		out.WriteString("(?P<" + groupName(field) + ">" + grokExpression(name) + ")")
	}
	out.WriteString(pattern[last:])
	return out.String(), nil
}

// grokExpression resolves the names within a name.
func grokExpression(name string) string {
	return grokReference().ReplaceAllStringFunc(grokNames[name], func(ref string) string {
		return "(?:" + grokExpression(ref[2:len(ref)-1]) + ")"
	})
}

func sortedNames[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
