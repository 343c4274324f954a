package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/printer"
	"github.com/goccy/go-yaml/token"

	"gumshoe/ingest/format"
)

// yamlError is a complaint about a place in a configuration file. It shows the
// line with a caret below.
type yamlError struct {
	file string
	at   *token.Token // nil: of something that stands nowhere, as a key that is left empty behind the end of a document
	text string
}

func (e *yamlError) Error() string {
	if e.at == nil {
		return e.file + ": " + e.text
	}
	var p printer.Printer
	return fmt.Sprintf("%s:%d:%d: %s\n%s", e.file, e.at.Position.Line, e.at.Position.Column, e.text, p.PrintErrorToken(e.at, false))
}

// yamlReader walks one file. It walks the syntax tree instead of decoding into
// a struct, so that every value keeps its place: for errors, and for telling a
// person where a setting comes from.
type yamlReader struct {
	s    *Settings
	file string
}

// readYAML adds what a file sets. Unknown and repeated keys are errors.
func (s *Settings) readYAML(file string, content []byte) error {
	s.Files = append(s.Files, file)
	r := &yamlReader{s: s, file: file}
	tree, err := parser.ParseBytes(content, 0)
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && syntax.Token != nil {
			return r.errorf(syntax.Token, "%s", syntax.Message)
		}
		return fmt.Errorf("%s: %w", file, err)
	}
	if len(tree.Docs) > 1 {
		return r.errorf(tree.Docs[1].Start, "a second document; one file is one document")
	}
	for _, doc := range tree.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.NullType || doc.Body.Type() == ast.CommentType {
			continue
		}
		if err := r.section(doc.Body, ""); err != nil {
			return err
		}
	}
	return nil
}

// section reads a mapping whose keys all begin with prefix ("ban.").
func (r *yamlReader) section(n ast.Node, prefix string) error {
	return r.each(n, func(name string, at *token.Token, value ast.Node) error {
		name = prefix + name
		switch name {
		case "sources":
			return r.list(value, r.source)
		case "formats":
			return r.list(value, r.format)
		case "scanners":
			return r.list(value, r.scanner)
		case "jails":
			return r.list(value, r.jail)
		case "actions":
			return r.list(value, r.action)
		}
		if k := keyByName(name); k != nil {
			if k.list {
				return r.list(value, func(item ast.Node) error { return r.assign(k, item) })
			}
			return r.assign(k, value)
		}
		if slices.ContainsFunc(keys, func(k key) bool { return strings.HasPrefix(k.name, name+".") }) {
			return r.section(value, name+".")
		}
		return r.errorf(at, "unknown key %q; known here: %s", strings.TrimPrefix(name, prefix), strings.Join(keysBelow(prefix), ", "))
	})
}

// keysBelow lists the keys and sections that may stand below prefix.
func keysBelow(prefix string) []string {
	var out []string
	if prefix == "" {
		out = append(out, "sources", "formats", "scanners", "jails", "actions")
	}
	for _, k := range keys {
		if rest, ok := strings.CutPrefix(k.name, prefix); ok {
			name, _, _ := strings.Cut(rest, ".")
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// source reads one entry of sources. The first that is configured replaces the
// built-in list.
func (r *yamlReader) source(n ast.Node) error {
	at := n.GetToken()
	src := SourceSetting{Format: "auto", From: r.place(at)}
	journal := &journalSetting{}
	err := r.each(n, func(name string, at *token.Token, node ast.Node) error {
		if known, err := r.journalKey(journal, name, node); known {
			return err
		}
		v, err := r.scalar(node)
		if err != nil {
			return err
		}
		switch name {
		case "path":
			if _, bad := filepath.Match(v, ""); bad != nil || v == "" {
				err = fmt.Errorf("%q is no path or pattern", v)
			}
			src.Path = v
		case "format":
			src.Format = v
			src.unknown = r.errorf(node.GetToken(), "%q is no format; write auto, %s, or the name of one of your formats", v, strings.Join(format.Names(), ", "))
		case "fail2ban":
			src.Format = filterPrefix + v
		case "timezone":
			src.Location, err = parseZone(v)
		case "optional":
			src.Optional, err = parseBool(v)
		default:
			return r.errorf(at, "unknown key %q; known here: path, journal, units, identifiers, format, fail2ban, timezone, optional", name)
		}
		if err != nil {
			return r.errorf(node.GetToken(), "%w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if src.Journal, err = journal.of(src); err != nil {
		return r.errorf(at, "%w", err)
	}
	s := r.s
	if len(s.Sources) > 0 && s.Sources[0].From == fromDefault {
		s.Sources = nil
	}
	s.Sources = append(s.Sources, src)
	return nil
}

func (r *yamlReader) assign(k *key, n ast.Node) error {
	v, err := r.scalar(n)
	if err != nil {
		return err
	}
	if err := r.s.set(k, v, r.place(n.GetToken())); err != nil {
		return r.errorf(n.GetToken(), "%w", err)
	}
	return nil
}

// each calls visit for every key of a mapping.
func (r *yamlReader) each(n ast.Node, visit func(name string, at *token.Token, value ast.Node) error) error {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return r.errorf(n.GetToken(), "expected keys with values here")
	}
	for _, v := range m.Values {
		at := v.Key.GetToken()
		if _, plain := v.Key.(*ast.StringNode); !plain {
			return r.errorf(at, "expected a plain key")
		}
		if err := visit(at.Value, at, v.Value); err != nil {
			return err
		}
	}
	return nil
}

// list calls visit for every item of a sequence.
func (r *yamlReader) list(n ast.Node, visit func(ast.Node) error) error {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		return r.errorf(n.GetToken(), "expected a list here, one item a line after \"- \"")
	}
	for _, item := range seq.Values {
		if err := visit(item); err != nil {
			return err
		}
	}
	return nil
}

// scalar returns the text of a plain value. Anchors, aliases, tags and the many
// other things YAML can say have no use here and are refused.
func (r *yamlReader) scalar(n ast.Node) (string, error) {
	switch n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode:
		return n.GetToken().Value, nil
	case *ast.NullNode:
		return "", r.errorf(n.GetToken(), "a value is missing here")
	}
	return "", r.errorf(n.GetToken(), "expected a single value here")
}

func (r *yamlReader) place(at *token.Token) string {
	return fmt.Sprintf("%s:%d", r.file, at.Position.Line)
}

func (r *yamlReader) errorf(at *token.Token, format string, args ...any) error {
	return &yamlError{r.file, at, fmt.Errorf(format, args...).Error()}
}
