package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gumshoe/analyze/judge"
	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/ingest/archive"
	"gumshoe/ingest/source"
)

const defaultConfig = "/etc/gumshoe/gumshoe.yaml"

// Settings are all that a run is told, checked. Later sources win over earlier
// ones: defaults, the configuration file, conf.d/*.yaml in lexical order, the
// environment (GUMSHOE_*), flags; lists (sources, ban.allow, mail.to) grow
// instead. Where each value comes from is kept, for `config show --origin` and
// for reasons ("on the allowlist (gumshoe.yaml:12)").
type Settings struct {
	Host     string
	Location *time.Location // of stamps without an offset
	Sources  []SourceSetting
	Formats  []FormatSetting // described by the person
	StateDir string
	Last     time.Duration // what the job covers
	Save     bool          // write the report to ReportDir
	Reports  string        // "": reports/ in StateDir
	BanMode  string        // off, critical, strong

	KeepArchive  time.Duration // how long the archive holds what is not a service's hour
	KeepServices time.Duration // and these
	ArchiveMiB   int           // most that the archive takes; 0: no limit
	HashAccounts bool          // store names of accounts as keyed hashes

	DNS         string        // who is behind an address may be asked of DNS: auto, true, false
	OwnerLookup bool          // who owns a network may be asked of the registries
	OwnerKeep   time.Duration // how long their answers are kept
	Databases   []Database    // of countries and networks; none: those that are in the usual places

	Allow    []Network
	AllowWho []Allowed // who is meant by something else than an address
	Own      []Network
	Proxies  []ProxySetting

	Drivers []string // who carries bans out; none: auto
	Actions []ActionSetting
	jails   map[string]string // where those of Ban.Jails are configured that are, by name
	Filter  firewall.Options  // of the packet filters

	Mail MailSettings

	AI        judge.Settings // of the second opinion; without BaseURL there is none
	AIKeyFile string         // holds the key of its endpoint; "": it needs none, or systemd hands it in

	Scanners []ScannerSetting // the owner's own: labelled, never accused
	Ban      ban.Policy       // bounds; BanMode arms it

	Files []string // the files that were read, in order

	origin map[string][]string // by key; one entry a list item
}

// SourceSetting is one configured log.
type SourceSetting struct {
	Path     string // glob; "" with Journal
	Journal  *source.Journal
	Format   string         // auto, or a format's name
	Location *time.Location // nil: Settings.Location
	Optional bool           // its absence is no complaint
	From     string         // where it is configured
	unknown  error          // the complaint, should no format have that name
}

// Database is one file that tells countries or networks of addresses.
type Database struct {
	Path string // or none
	From string // where it is written
}

// Network is an address or prefix of a list.
type Network struct {
	Prefix netip.Prefix
	From   string // where it is written
}

// Policy returns the bounds of bans, armed as the mode says.
func (s *Settings) Policy() ban.Policy {
	p := s.Ban
	p.Armed, p.Strong = s.BanMode != "off", s.BanMode == "strong"
	return p
}

// ReportDir is where reports are saved.
func (s *Settings) ReportDir() string {
	if s.Reports != "" {
		return s.Reports
	}
	return filepath.Join(s.StateDir, "reports")
}

// defaults are the settings of a machine without configuration.
func defaults() *Settings {
	s := &Settings{Location: time.Local, StateDir: defaultStateDir(), Last: 6 * time.Hour, BanMode: "off", DNS: dnsAuto, Ban: ban.DefaultPolicy(), AI: judge.Defaults(), Mail: defaultMail(), OwnerKeep: 14 * 24 * time.Hour,
		KeepArchive: archive.DefaultPolicy.MaxAge, KeepServices: archive.DefaultPolicy.ServiceAge, origin: map[string][]string{}}
	if name, err := os.Hostname(); err == nil {
		s.Host = name
	}
	s.Sources = defaultSources()
	return s
}

// fromDefault is the origin of what nobody set.
const fromDefault = "default"

// defaultStateDir follows the file system hierarchy for root and the XDG base
// directories for everyone else.
func defaultStateDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/gumshoe"
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "gumshoe")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join(os.TempDir(), "gumshoe")
	}
	return filepath.Join(home, ".local/state/gumshoe")
}

// flagKeys are the flags that set a key of the configuration.
var flagKeys = map[string]string{"state-dir": "state_dir", "tz": "timezone", "last": "last", "save-report": "report.save", "dns": "dns", "siem": "siem"}

// settings reads files, environment and the command's flags. Every error is one
// of configuration. With adHoc, a default configuration that this user may not
// read is a note: old logs can be read by anyone.
func (a *app) settings(cmd *cobra.Command, adHoc bool) (*Settings, error) {
	s := defaults()
	main, explicit := a.config, cmd.Flags().Changed("config")
	if env := os.Getenv("GUMSHOE_CONFIG"); env != "" && !explicit {
		main, explicit = env, true
	}
	if main == defaultConfig && !explicit {
		main = ownConfig(main)
	}
	if err := s.readFiles(main, explicit); err != nil {
		if explicit || !adHoc || !errors.Is(err, fs.ErrPermission) {
			return nil, usagef("%w", err)
		}
		a.note("%v; going on without it", err)
	}
	for _, file := range s.Files {
		a.detail("settings from %s", file)
	}
	if err := s.readEnvironment(os.Environ()); err != nil {
		return nil, usagef("%w", err)
	}
	if err := s.readFlags(cmd.Flags()); err != nil {
		return nil, usagef("%w", err)
	}
	if err := s.check(); err != nil {
		return nil, usagef("%w", err)
	}
	return s, nil
}

// ownConfig is the configuration of a user who is not root, where gumshoe init
// writes it; without one, the machine's.
func ownConfig(machine string) string {
	if os.Geteuid() == 0 {
		return machine
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return machine
	}
	own := filepath.Join(dir, "gumshoe", "gumshoe.yaml")
	if _, err := os.Stat(own); err != nil {
		return machine
	}
	return own
}

// readFiles reads the main file, what stands in conf.d and the lists in
// allow.d. Only an explicitly named main file must exist.
func (s *Settings) readFiles(main string, explicit bool) error {
	text, err := os.ReadFile(main)
	switch {
	case err == nil:
		if err := s.readYAML(main, text); err != nil {
			return err
		}
	case explicit || !errors.Is(err, fs.ErrNotExist):
		return err
	}
	dir := filepath.Dir(main)
	parts, err := filepath.Glob(filepath.Join(dir, "conf.d", "*.yaml"))
	if err != nil {
		return err
	}
	for _, part := range parts {
		text, err := os.ReadFile(part)
		if err != nil {
			return err
		}
		if err := s.readYAML(part, text); err != nil {
			return err
		}
	}
	return s.readLists(filepath.Join(dir, "allow.d"))
}

// readEnvironment reads GUMSHOE_BAN_MODE and the like. A name that is no
// setting is an error, because a misspelt one would silently do nothing.
func (s *Settings) readEnvironment(environ []string) error {
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "GUMSHOE_") || name == "GUMSHOE_CONFIG" {
			continue
		}
		k := keyByEnv(name)
		if k == nil {
			return errors.New("environment: " + name + " is no setting; gumshoe config show lists them")
		}
		values := []string{value}
		if k.list {
			values = strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
		}
		for _, v := range values {
			if err := s.set(k, v, name); err != nil {
				return errors.New("environment: " + name + ": " + err.Error())
			}
		}
	}
	return nil
}

func (s *Settings) readFlags(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if key, ok := flagKeys[f.Name]; ok && err == nil {
			if e := s.set(keyByName(key), f.Value.String(), "--"+f.Name); e != nil {
				err = errors.New("--" + f.Name + ": " + e.Error())
			}
		}
		// The flag arms; it does not weaken a configuration that says strong.
		if f.Name == "auto-ban-critical" && f.Value.String() == "true" && s.BanMode == "off" {
			err = errors.Join(err, s.set(keyByName("ban.mode"), "critical", "--"+f.Name))
		}
	})
	return err
}

// check looks at values that must fit each other. A source may name a format
// that another file describes.
func (s *Settings) check() error {
	for _, src := range s.Sources {
		if _, err := s.formatNamed(src.Format); err != nil {
			if strings.HasPrefix(src.Format, filterPrefix) {
				return fmt.Errorf("%s: %w", src.From, err)
			}
			return src.unknown
		}
	}
	if b := s.Ban; b.Base > b.Max || b.Slow > b.Max {
		return errors.New("ban.base and ban.slow must not be longer than ban.max (" + showDuration(b.Max) + ", " + s.from("ban.max") + ")")
	}
	if err := s.Mail.check(s.Host); err != nil {
		return err
	}
	if s.AI.BaseURL == "" {
		return nil
	}
	if err := s.AI.Check(); err != nil {
		return fmt.Errorf("ai (%s): %w", s.from("ai.base_url"), err)
	}
	return nil
}

// from says where a scalar was set.
func (s *Settings) from(key string) string {
	if o := s.origin[key]; len(o) > 0 {
		return o[len(o)-1]
	}
	return fromDefault
}
