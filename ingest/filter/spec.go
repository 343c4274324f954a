package filter

import (
	"fmt"
	"strings"
)

// Spec names a filter and its parameters, as a jail does:
//
//	sshd[mode=aggressive, logtype="short"]
type Spec struct {
	Name   string
	Params map[string]string // by name in lower case
}

// ParseSpec reads a filter's name with its parameters. Values may be quoted;
// several brackets may follow each other.
func ParseSpec(text string) (Spec, error) {
	name, rest, bracket := strings.Cut(strings.TrimSpace(text), "[")
	s := Spec{Name: strings.TrimSpace(name), Params: map[string]string{}}
	if s.Name == "" || strings.ContainsAny(s.Name, "/\\ ") {
		return s, fmt.Errorf("%q is no name of a filter", s.Name)
	}
	for bracket {
		var err error
		if rest, err = s.params(rest); err != nil {
			return s, fmt.Errorf("filter %q: %w", text, err)
		}
		rest = strings.TrimSpace(rest)
		if rest == "" {
			break
		}
		if rest, bracket = strings.CutPrefix(rest, "["); !bracket {
			return s, fmt.Errorf("filter %q: %q after the parameters", text, rest)
		}
	}
	return s, nil
}

// params reads up to and with the closing bracket.
func (s *Spec) params(text string) (rest string, err error) {
	for {
		text = strings.TrimLeft(text, " \t\n,")
		if rest, ok := strings.CutPrefix(text, "]"); ok {
			return rest, nil
		}
		key, after, ok := strings.Cut(text, "=")
		if key = strings.TrimSpace(key); !ok || key == "" || strings.ContainsAny(key, " []\"'") {
			return "", fmt.Errorf("expected name=value and a closing bracket at %q", text)
		}
		var value string
		if after != "" && (after[0] == '"' || after[0] == '\'') {
			if value, text, ok = strings.Cut(after[1:], after[:1]); !ok {
				return "", fmt.Errorf("the quote of %s is not closed", key)
			}
		} else {
			end := strings.IndexAny(after, ",]")
			if end < 0 {
				return "", fmt.Errorf("missing ] after %s", key)
			}
			value, text = after[:end], after[end:]
		}
		s.Params[strings.ToLower(key)] = strings.TrimSpace(value)
	}
}
