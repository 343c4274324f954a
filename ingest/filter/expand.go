package filter

import (
	"errors"
	"fmt"
	"strings"
)

// Bounds of interpolation: a value that refers to others can grow without end.
const (
	maxInterpolation = 10 // levels, as in Python's configparser
	maxTags          = 25 // replacements of one tag in one option, as in fail2ban
	maxValue         = 256 << 10
)

var errTooLong = fmt.Errorf("longer than %d bytes after interpolation", maxValue)

// get returns an option of a section with its %(name)s replaced; ok is false
// where there is no such option. Variables win over the section's own options,
// those over the defaults.
func (c *config) get(section, name string, vars options) (value string, ok bool, err error) {
	if value, ok = c.lookup(section, name, vars); !ok {
		return "", false, nil
	}
	value, err = c.interpolate(value, section, vars, 0)
	return value, true, err
}

func (c *config) lookup(section, name string, vars options) (string, bool) {
	for _, m := range []options{vars, c.sections[section], c.defaults} {
		if v, ok := m[name]; ok {
			return v, true
		}
	}
	return "", false
}

// interpolate replaces %(name)s and %(section/name)s, and %% by a percent sign.
func (c *config) interpolate(value, section string, vars options, level int) (string, error) {
	if level > maxInterpolation {
		return "", errors.New("interpolated too deeply")
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(value, "%")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if b.Len() > maxValue {
			return "", errTooLong
		}
		if value, found = strings.CutPrefix(rest, "%"); found {
			b.WriteByte('%')
			continue
		}
		name, after, found := strings.Cut(rest, ")s")
		if !found || !strings.HasPrefix(name, "(") || strings.Contains(name[1:], ")") {
			return "", errors.New("% must be followed by % or (name)s")
		}
		name = strings.ToLower(c.marks.plain(name[1:]))
		inner, found := c.lookup(section, name, vars)
		if !found {
			inner, found = c.foreign(section, name)
		}
		if !found {
			return "", fmt.Errorf("%%(%s)s is not defined", name)
		}
		inner, err := c.interpolate(inner, section, vars, level+1)
		if err != nil {
			return "", err
		}
		b.WriteString(inner)
		value = after
	}
}

// foreign looks up "section/name", "known/name" and "default/name", each with
// the defaults to fall back on.
func (c *config) foreign(section, name string) (string, bool) {
	other, name, found := strings.Cut(name, "/")
	if !found {
		if name = other; name == "__name__" {
			return section, true
		}
		return "", false
	}
	from := c.sections[other]
	switch other {
	case "known":
		from = c.known[section]
	case "default":
		from = nil
	}
	if v, ok := from[name]; ok {
		return v, true
	}
	v, ok := c.defaults[name]
	return v, ok
}

// tagger replaces <name> tags in the options of a filter.
type tagger struct {
	*config
	opts options // of [Definition] and [Init] and the parameters, interpolated
	vars options // parameters
}

// tag returns what replaces <name>. Names of patterns (<HOST>, <F-USER>) are
// none of a filter's own and stay.
func (t *tagger) tag(name string) (string, bool) {
	if v, ok := t.opts[name]; ok {
		return v, true
	}
	if section, opt, found := strings.Cut(name, "/"); found {
		opt = strings.ToLower(opt)
		if strings.EqualFold(section, "known") {
			if v, ok := t.known["Definition"][opt]; ok {
				v, err := t.interpolate(v, "Definition", t.vars, 0)
				return v, err == nil
			}
			section = "Definition"
		}
		if v, ok, err := t.get(section, opt, nil); ok && err == nil {
			return v, true
		}
	}
	v, ok, err := t.get("Definition", strings.ToLower(name), t.vars)
	return v, ok && err == nil
}

// expand replaces tags, also those that come together only by replacing others:
// <mdre-<mode>>.
func (t *tagger) expand(name, value string) (string, error) {
	uses := map[string]int{}
	for changed := true; changed; {
		changed = false
		for at := 0; ; {
			start, end := nextTag(value, at)
			if start < 0 {
				break
			}
			tag := t.marks.plain(value[start+1 : end-1])
			repl, ok := t.tag(tag)
			if !ok {
				at = end
				continue
			}
			if uses[tag]++; uses[tag] > maxTags || tag == name {
				return "", fmt.Errorf("<%s> refers to itself", tag)
			}
			value = value[:start] + repl + value[end:]
			if len(value) > maxValue {
				return "", errTooLong
			}
			at, changed = start, true
		}
	}
	return value, nil
}

// nextTag finds "<name>" from a place on: no blank, no bracket inside.
func nextTag(s string, from int) (start, end int) {
	start = -1
	for i := from; i < len(s); i++ {
		switch s[i] {
		case '<':
			start = i
		case ' ':
			start = -1
		case '>':
			if start >= 0 && i > start+1 {
				return start, i + 1
			}
			start = -1
		}
	}
	return -1, -1
}
