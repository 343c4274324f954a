package main

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/proxy"
	"gumshoe/ingest/source"
	"gumshoe/ingest/template"
	"gumshoe/ingest/webconf"
)

// What is read of the logs to say how well they are understood.
const (
	sampleLines  = 5000 // of each log
	sampleFiles  = 8    // of the logs that one pattern names
	logDepth     = 3    // how deep below /var/log logs are looked for
	logEntries   = 4000 // and among how many files
	fairShare    = 0.65 // of a log's lines that should be understood, or name nobody
	smallTalk    = 20   // lines of a log of which not one is understood, and that may all name nobody
	worthReading = 0.5  // of the lines of a log that nobody named
)

// moreLogs are where other daemons and containers log.
var moreLogs = []string{"/var/lib/docker/containers/*/*-json.log"}

// foundLog is a log of this machine, looked into.
type foundLog struct {
	Setting  SourceSetting
	Files    []string // that are there now
	Formats  []string
	Services []string       // that it tells of
	Lines    int            // that were read
	Known    int            // of them, those that were understood
	Own      int            // of the others, those that name nobody on the internet: daemons talk of themselves
	Events   int            // of them, those that tell of somebody
	Web      int            // of them, requests
	Local    int            // of these, those that came from this machine itself
	Proxied  map[string]int // and those that came from a well-known proxy, by its name
	Trouble  string         // why it cannot be read
}

// Share is how much of it was understood, from 0 to 1.
func (f *foundLog) Share() float64 {
	if f.Lines == 0 {
		return 1
	}
	return float64(f.Known) / float64(f.Lines)
}

// Fair reports whether hardly a line of it goes unheard that names somebody.
func (f *foundLog) Fair() bool {
	if f.Known == 0 && f.Lines >= smallTalk {
		return false
	}
	return float64(f.Known+f.Own) >= fairShare*float64(f.Lines)
}

// Name is what it is called in the configuration.
func (f *foundLog) Name() string {
	if f.Setting.Journal != nil {
		return "journal"
	}
	return f.Setting.Path
}

// literal makes the pattern that only one path matches.
var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// first is a file of it, to look closer at.
func (f *foundLog) first() string {
	if len(f.Files) > 0 {
		return f.Files[0]
	}
	return f.Name()
}

// logSurvey looks for logs and into them.
type logSurvey struct {
	machine  *machine
	settings *Settings
	detect   func(string, []byte) ingest.Format
	services map[string][]netip.Prefix // networks of well-known proxies
	seen     map[string]bool
	found    []foundLog
}

func (a *app) newLogSurvey(m *machine, s *Settings, conf webconf.Config) *logSurvey {
	o := &opening{app: a, base: source.Options{Detect: s.detector(nil)}}
	o.describe(conf)
	detect := func(name string, sample []byte) ingest.Format { return o.detect(m.own(name), sample) }
	v := &logSurvey{machine: m, settings: s, detect: detect, seen: map[string]bool{}, services: map[string][]netip.Prefix{}}
	for _, name := range proxy.Services() {
		v.services[name] = proxy.Ranges(name)
	}
	return v
}

// findLogs looks where logs usually are, where the web servers' own configuration
// says that they are, and then into whatever else grows below /var/log.
func (a *app) findLogs(ctx context.Context, m *machine, conf webconf.Config) ([]foundLog, error) {
	v := a.newLogSurvey(m, defaults(), conf)
	if !slices.ContainsFunc(loginLogs, func(p string) bool { return written(m.path(p)) }) {
		v.journal(ctx)
	}
	for _, p := range commonLogs {
		v.pattern(ctx, p, 0)
	}
	for _, l := range conf.Logs {
		v.pattern(ctx, l.Path, 0)
	}
	for _, p := range moreLogs {
		v.pattern(ctx, p, worthReading)
	}
	for _, p := range v.others() {
		v.pattern(ctx, literal.Replace(p), worthReading)
	}
	return v.found, ctx.Err()
}

// journal looks into systemd's journal, which is worth reading as soon as there is one.
func (v *logSurvey) journal(ctx context.Context) {
	if v.machine.has("/var/log/journal") || v.machine.has("/run/log/journal") {
		v.found = append(v.found, v.sampleJournal(ctx, SourceSetting{Journal: &source.Journal{}, Format: "auto"}))
	}
}

// pattern looks into the logs that a pattern names, and keeps it if at least this
// share of their lines is understood, and tells of somebody.
func (v *logSurvey) pattern(ctx context.Context, pattern string, atLeast float64) {
	f := v.sample(ctx, SourceSetting{Path: pattern, Format: "auto"})
	if len(f.Files) == 0 || atLeast > 0 && (f.Events == 0 || f.Share() < atLeast) {
		return
	}
	for _, p := range f.Files {
		v.seen[p] = true
	}
	v.found = append(v.found, f)
}

// sampleJournal looks at the last hours of a journal.
func (v *logSurvey) sampleJournal(ctx context.Context, setting SourceSetting) (f foundLog) {
	opt := v.options()
	for _, back := range []time.Duration{time.Hour, 24 * time.Hour} {
		f = foundLog{Setting: setting}
		opt.Since = v.machine.now.Add(-back)
		file, err := source.OpenJournal(ctx, *setting.Journal, opt)
		if file != nil {
			v.look(ctx, &f, file)
		}
		if err != nil {
			f.Trouble = err.Error()
			return f
		}
		if f.Lines >= sampleLines/10 {
			break
		}
	}
	return f
}

// sample looks into the files of a source that no other source has named.
func (v *logSurvey) sample(ctx context.Context, setting SourceSetting) foundLog {
	f := foundLog{Setting: setting}
	paths, _ := filepath.Glob(v.machine.path(setting.Path)) // a malformed pattern matches nothing
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() && !v.seen[v.machine.own(p)] {
			f.Files = append(f.Files, v.machine.own(p))
		}
	}
	for _, p := range f.Files[:min(len(f.Files), sampleFiles)] {
		if isDatabase(p) {
			f.Formats, f.Services = []string{"fail2ban's database"}, []string{"fail2ban"}
			continue
		}
		if ctx.Err() != nil {
			return f
		}
		file, err := source.Open(v.machine.path(p), v.options())
		switch {
		case err == nil:
			v.look(ctx, &f, file)
		case !errors.Is(err, source.ErrNotLog):
			f.Trouble = err.Error()
		}
	}
	return f
}

func (v *logSurvey) options() source.Options {
	return source.Options{Detect: v.detect, Location: v.settings.Location}
}

// errEnough ends the look into a log.
var errEnough = errors.New("enough was read")

// look reads the first lines of a log.
func (v *logSurvey) look(ctx context.Context, f *foundLog, file *source.File) {
	defer file.Close()
	if file.Format() == nil {
		if file.Size() > 0 {
			f.Trouble = "not in a format known here"
		}
		return
	}
	if name := file.Format().Name(); !slices.Contains(f.Formats, name) {
		f.Formats = append(f.Formats, name)
	}
	others := template.New(ingest.Hash{})
	err := ingest.Walk(ctx, file, v.machine.now, func(l ingest.Line) error {
		f.Lines++
		if l.Known {
			f.Known++
		} else {
			others.Add(l.Text, l.Read, ingest.Origin{Offset: l.End})
		}
		if l.Event != nil {
			v.count(f, l.Event)
		}
		if l.Number >= sampleLines {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		f.Trouble = err.Error()
	}
	for _, t := range others.Templates() {
		if t.Clients == 0 {
			f.Own += int(t.Lines)
		}
	}
}

func (v *logSurvey) count(f *foundLog, e *ingest.Event) {
	f.Events++
	if e.Service != "" && !slices.Contains(f.Services, e.Service) {
		f.Services = append(f.Services, e.Service)
	}
	if e.Kind != ingest.KindHTTPRequest {
		return
	}
	f.Web++
	if e.Src.IsLoopback() {
		f.Local++
		return
	}
	for name, networks := range v.services {
		if slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(e.Src) }) {
			if f.Proxied == nil {
				f.Proxied = map[string]int{}
			}
			f.Proxied[name]++
		}
	}
}

// others lists what else below /var/log looks like a log, without the rotated
// siblings of one.
func (v *logSurvey) others() (out []string) {
	top := v.machine.path("/var/log")
	n := 0
	_ = filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error { // what cannot be listed is no log of ours
		if n++; err != nil || n > logEntries {
			return fs.SkipDir
		}
		if d.IsDir() {
			if d.Name() == "journal" || strings.Count(strings.TrimPrefix(path, top), "/") >= logDepth {
				return fs.SkipDir
			}
			return nil
		}
		if info, err := d.Info(); err != nil || !d.Type().IsRegular() || info.Size() == 0 || v.seen[v.machine.own(path)] || source.LogName(path) != path {
			return nil
		}
		out = append(out, v.machine.own(path))
		return nil
	})
	return slices.DeleteFunc(out, func(p string) bool { return v.machine.now.Sub(modified(v.machine.path(p))) > stale })
}

func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
