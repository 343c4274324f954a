package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"gumshoe/ingest/source"
)

// journalSetting is what a source says of a journal while it is read.
type journalSetting struct {
	source.Journal
	on bool
}

// journalKey reads a key of a source that is about the journal:
//
//   - journal: true                      # this machine's, or a path
//     units: [ssh, postfix@-]
//     identifiers: [sudo]
func (r *yamlReader) journalKey(j *journalSetting, name string, node ast.Node) (known bool, err error) {
	list := map[string]*[]string{"units": &j.Units, "identifiers": &j.Identifiers}[name]
	switch {
	case list != nil:
		return true, r.list(node, func(item ast.Node) error {
			v, err := r.scalar(item)
			if err == nil && (v == "" || strings.ContainsAny(v, "*?[ ")) {
				err = r.errorf(item.GetToken(), "%q is no name; patterns are not understood here", v)
			}
			*list = append(*list, v)
			return err
		})
	case name != "journal":
		return false, nil
	}
	v, err := r.scalar(node)
	if err != nil {
		return true, err
	}
	if on, bad := parseBool(v); bad == nil {
		j.on = on
		if !on {
			return true, r.errorf(node.GetToken(), "write true, or the path of a journal; without this source it is not read")
		}
		return true, nil
	}
	j.on, j.Path = true, v
	return true, nil
}

// of returns the journal of a source, nil if it is a file.
func (j *journalSetting) of(src SourceSetting) (*source.Journal, error) {
	switch {
	case j.on && src.Path != "":
		return nil, errors.New("a source has a path or a journal, not both")
	case j.on:
		return &j.Journal, nil
	case len(j.Units)+len(j.Identifiers) > 0:
		return nil, errors.New("units and identifiers are of a journal: write journal: true")
	case src.Path == "":
		return nil, errors.New("a source needs a path or a journal")
	}
	return nil, nil
}

// journal is the value of the key journal.
func (s *SourceSetting) journal() string {
	switch {
	case s.Journal == nil:
		return ""
	case s.Journal.Path == "":
		return strconv.FormatBool(true)
	}
	return s.Journal.Path
}

// putJournal writes the source as YAML.
func (s *SourceSetting) putJournal(put func(line, from string)) {
	put("  - journal: "+quote(s.journal()), s.From)
	for _, list := range []struct {
		key   string
		items []string
	}{{"units", s.Journal.Units}, {"identifiers", s.Journal.Identifiers}} {
		if len(list.items) == 0 {
			continue
		}
		put("    "+list.key+":", "")
		for _, item := range list.items {
			put("      - "+quote(item), "")
		}
	}
	put("    optional: "+strconv.FormatBool(s.Optional), "")
}
