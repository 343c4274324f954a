package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"gumshoe/ingest"
	"gumshoe/ingest/format"
	"gumshoe/ingest/lazyregexp"
)

// FormatSetting is a log format that a person described.
type FormatSetting struct {
	format.User
	Format ingest.Format
	From   string // where it is configured
}

// formatName is what a format may be called: a word that needs no quotes in YAML
// or a shell.
var formatName = lazyregexp.New(`^[a-z][a-z0-9_-]*$`)

// lineTokens are the places of what one line of a format is made of.
type lineTokens struct{ line, pattern *token.Token }

// format reads one entry of formats. A format of one pattern needs no list of
// lines: pattern, kind and outcome may stand beside its name.
func (r *yamlReader) format(n ast.Node) error {
	at := n.GetToken()
	u := format.User{}
	var own format.UserLine
	ownAt := lineTokens{line: at}
	var places []lineTokens
	nameAt := at
	err := r.each(n, func(key string, at *token.Token, node ast.Node) error {
		if key == "lines" {
			return r.list(node, func(item ast.Node) error {
				l, tokens, err := r.formatLine(item)
				u.Lines, places = append(u.Lines, l), append(places, tokens)
				return err
			})
		}
		if field := map[string]*string{"name": &u.Name, "program": &u.Program, "service": &u.Service, "time": &u.Time}[key]; field != nil {
			v, err := r.scalar(node)
			if *field = v; key == "name" {
				nameAt = node.GetToken()
			}
			return err
		}
		known, err := r.lineKey(&own, &ownAt, key, node)
		if !known {
			return r.errorf(at, "unknown key %q; known here: name, program, service, time, lines, pattern, grok, kind, outcome", key)
		}
		return err
	})
	if err != nil {
		return err
	}
	if ownAt.pattern != nil {
		u.Lines, places = append(u.Lines, own), append(places, ownAt)
	}
	if err := r.s.checkFormatName(u.Name); err != nil {
		return r.errorf(nameAt, "%w", err)
	}
	if len(u.Lines) == 0 {
		return r.errorf(at, "a format needs lines, or a pattern or grok of its own")
	}
	f, err := format.NewUser(u)
	if err != nil {
		return r.formatError(err, at, places)
	}
	r.s.Formats = append(r.s.Formats, FormatSetting{u, f, r.place(at)})
	return nil
}

// formatLine reads one entry of a format's lines.
func (r *yamlReader) formatLine(n ast.Node) (l format.UserLine, tokens lineTokens, err error) {
	tokens.line = n.GetToken()
	err = r.each(n, func(key string, at *token.Token, node ast.Node) error {
		known, err := r.lineKey(&l, &tokens, key, node)
		if !known {
			return r.errorf(at, "unknown key %q; known here: pattern, grok, kind, outcome", key)
		}
		return err
	})
	return l, tokens, err
}

// lineKey reads one key of a line.
func (r *yamlReader) lineKey(l *format.UserLine, tokens *lineTokens, key string, node ast.Node) (known bool, err error) {
	switch key {
	case "pattern":
		tokens.pattern = node.GetToken()
		l.Pattern, err = r.scalar(node)
	case "grok":
		tokens.pattern = node.GetToken()
		l.Grok, err = r.scalar(node)
	case "kind":
		l.Kind, err = r.scalar(node)
	case "outcome":
		err = r.each(node, func(name string, at *token.Token, words ast.Node) error {
			list := map[string]*[]string{"success": &l.Success, "failure": &l.Failure}[name]
			if list == nil {
				return r.errorf(at, "unknown key %q; known here: success, failure", name)
			}
			return r.list(words, func(item ast.Node) error {
				v, err := r.scalar(item)
				*list = append(*list, v)
				return err
			})
		})
	default:
		return false, nil
	}
	return true, err
}

// checkFormatName refuses names that are none or taken.
func (s *Settings) checkFormatName(name string) error {
	if !formatName().MatchString(name) {
		return fmt.Errorf("%q is no name of a format; write small letters, digits, - and _", name)
	}
	if _, builtIn := format.ByName(name); builtIn || name == "auto" {
		return fmt.Errorf("%q is a format of gumshoe's own; choose another name", name)
	}
	if f := s.userFormat(name); f != nil {
		return fmt.Errorf("format %q is described already (%s)", name, f.From)
	}
	return nil
}

func (s *Settings) userFormat(name string) *FormatSetting {
	if i := slices.IndexFunc(s.Formats, func(f FormatSetting) bool { return f.Name == name }); i >= 0 {
		return &s.Formats[i]
	}
	return nil
}

// formatError puts a mistake in a format where it was written.
func (r *yamlReader) formatError(err error, at *token.Token, places []lineTokens) error {
	var line *format.LineError
	if !errors.As(err, &line) {
		return r.errorf(at, "%w", err)
	}
	tokens := places[line.Line]
	var pattern *format.PatternError
	if errors.As(err, &pattern) && tokens.pattern != nil {
		return &patternError{r.place(tokens.pattern), pattern}
	}
	return r.errorf(tokens.line, "%w", line.Err)
}

// patternError shows the place of a mistake within a pattern.
type patternError struct {
	place string
	*format.PatternError
}

func (e *patternError) Error() string {
	before := strings.Repeat(" ", utf8.RuneCountInString(e.Pattern[:e.Offset]))
	return fmt.Sprintf("%s: %s\n    %s\n    %s^", e.place, e.Text, e.Pattern, before)
}

func (e *patternError) Unwrap() error { return e.PatternError }

// formatNamed finds a format by the name that the configuration or a flag gives
// it; nil stands for auto.
func (s *Settings) formatNamed(name string) (ingest.Format, error) {
	if name == "auto" {
		return nil, nil
	}
	if name, ok := strings.CutPrefix(name, filterPrefix); ok {
		return filterNamed(name)
	}
	if f, ok := format.ByName(name); ok {
		return f, nil
	}
	if f := s.userFormat(name); f != nil {
		return f.Format, nil
	}
	own := make([]string, 0, len(s.Formats))
	for _, f := range s.Formats {
		own = append(own, f.Name)
	}
	return nil, fmt.Errorf("%q is no format; write auto, %s", name, strings.Join(append(own, format.Names()...), ", "))
}

// putFormats writes the formats as a configuration file would.
func (s *Settings) putFormats(put func(line, from string)) {
	if len(s.Formats) > 0 {
		put("formats:", "")
	}
	for _, f := range s.Formats {
		put("  - name: "+quote(f.Name), f.From)
		for _, v := range [...]struct{ key, value string }{{"program", f.Program}, {"service", f.Service}, {"time", f.Time}} {
			if v.value != "" {
				put("    "+v.key+": "+quote(v.value), "")
			}
		}
		put("    lines:", "")
		for _, l := range f.Lines {
			if l.Grok != "" {
				put("      - grok: "+quote(l.Grok), "")
			} else {
				put("      - pattern: "+quote(l.Pattern), "")
			}
			put("        kind: "+quote(l.Kind), "")
			if len(l.Success)+len(l.Failure) > 0 {
				put("        outcome:", "")
				put("          success: "+quoteList(l.Success), "")
				put("          failure: "+quoteList(l.Failure), "")
			}
		}
	}
}

func quoteList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
