package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"gumshoe/ingest/lazyregexp"
)

func newConfig(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check and show the settings",
		Long: `Settings come from, each winning over the one before it: built-in defaults,
` + defaultConfig + `, conf.d/*.yaml beside it in lexical order, the
environment (GUMSHOE_BAN_MODE for ban.mode), flags. Lists (sources, formats,
scanners, jails, actions, trusted_proxies, geo.databases, ban.allow, ban.own,
ban.drivers, mail.to) grow instead. allow.d/*.list beside the configuration adds to
ban.allow, one address or prefix a line.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigCheck(a), newConfigShow(a))
	return cmd
}

func newConfigCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Read the settings and say whether they are right",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			for _, src := range s.Sources {
				if f, err := s.formatNamed(src.Format); err == nil {
					a.leftOut(f)
				}
				if src.Journal != nil {
					continue
				}
				if found, err := filepath.Glob(src.Path); len(found) == 0 && !src.Optional {
					a.note("%s: nothing matches %s (%v)", src.From, src.Path, err)
				}
			}
			if len(s.Files) == 0 {
				a.note("no configuration file; all settings are defaults")
			}
			a.note("settings are right")
			return nil
		},
	}
}

func newConfigShow(a *app) *cobra.Command {
	var origin bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print all settings, as YAML that could be their configuration",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			if a.json {
				return json.NewEncoder(a.out).Encode(s.document())
			}
			_, err = fmt.Fprint(a.out, s.yaml(origin))
			return err
		},
	}
	cmd.Flags().BoolVar(&origin, "origin", false, "say where each value comes from")
	return cmd
}

// setting is one value and where it was set.
type setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

// list returns all settings but the sources, in the order of keys; a list has
// one entry an item.
func (s *Settings) list() (out []setting) {
	for _, k := range keys {
		for i, v := range k.show(s) {
			o := fromDefault
			if from := s.origin[k.name]; i < len(from) {
				o = from[i]
			}
			out = append(out, setting{k.name, v, o})
		}
	}
	return out
}

// document is the settings for `config show --json`.
func (s *Settings) document() any {
	type source struct {
		Path     string `json:"path,omitempty"`
		Journal  string `json:"journal,omitempty"`
		Format   string `json:"format"`
		Timezone string `json:"timezone,omitempty"`
		Optional bool   `json:"optional"`
		Origin   string `json:"origin"`
	}
	type named struct {
		Name   string `json:"name"`
		Origin string `json:"origin"`
	}
	doc := struct {
		Schema   int       `json:"schema"`
		Files    []string  `json:"files"`
		Settings []setting `json:"settings"`
		Jails    []named   `json:"jails"`
		Actions  []named   `json:"actions"`
		Formats  []named   `json:"formats"`
		Scanners []named   `json:"scanners"`
		Sources  []source  `json:"sources"`
	}{Schema: schemaVersion, Files: s.Files, Settings: s.list(), Jails: []named{}, Actions: []named{}, Formats: []named{}, Scanners: []named{}}
	for _, j := range s.Ban.Jails {
		if place, configured := s.jails[j.Name]; configured {
			doc.Jails = append(doc.Jails, named{j.Name, place})
		}
	}
	for _, x := range s.Actions {
		doc.Actions = append(doc.Actions, named{x.Name, x.Place})
	}
	for _, x := range s.Scanners {
		doc.Scanners = append(doc.Scanners, named{x.Prefix.String(), x.Place})
	}
	for _, f := range s.Formats {
		doc.Formats = append(doc.Formats, named{f.Name, f.From})
	}
	for _, src := range s.Sources {
		zone := ""
		if src.Location != nil {
			zone = src.Location.String()
		}
		doc.Sources = append(doc.Sources, source{src.Path, src.journal(), src.Format, zone, src.Optional, src.From})
	}
	return doc
}

// yaml writes the settings as a configuration file would.
func (s *Settings) yaml(origin bool) string {
	var b strings.Builder
	put := func(line, from string) {
		if origin && from != "" {
			line = fmt.Sprintf("%-40s # %s", line, from)
		}
		b.WriteString(line + "\n")
	}
	section, last := "", ""
	for _, v := range s.list() {
		name, indent := v.Key, ""
		if head, rest, nested := strings.Cut(v.Key, "."); nested {
			if head != section {
				put(head+":", "")
			}
			section, name, indent = head, rest, "  "
		}
		if !keyByName(v.Key).list {
			put(indent+name+": "+quote(v.Value), v.Origin)
			continue
		}
		if v.Key != last {
			put(indent+name+":", "")
		}
		last = v.Key
		put(indent+"  - "+quote(v.Value), v.Origin)
	}
	s.putBans(put)
	s.putFormats(put)
	s.putScanners(put)
	put("sources:", "")
	for _, src := range s.Sources {
		if src.Journal != nil {
			src.putJournal(put)
			continue
		}
		put("  - path: "+quote(src.Path), src.From)
		put("    format: "+quote(src.Format), "")
		if src.Location != nil {
			put("    timezone: "+quote(src.Location.String()), "")
		}
		put("    optional: "+strconv.FormatBool(src.Optional), "")
	}
	return b.String()
}

// bare matches what YAML reads as it stands.
var bare = lazyregexp.New(`^[A-Za-z0-9/_.]([A-Za-z0-9/_.*+:-]*[A-Za-z0-9/_.*+-])?$`)

func quote(v string) string {
	if bare().MatchString(v) {
		return v
	}
	return strconv.Quote(v)
}
