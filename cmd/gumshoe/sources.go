package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/format"
	"gumshoe/ingest/source"
	"gumshoe/ingest/webconf"
)

// commonLogs are where Debian, Red Hat and their daemons log by default.
var commonLogs = []string{
	"/var/log/auth.log", "/var/log/secure", "/var/log/mail.log", "/var/log/maillog", "/var/log/syslog", "/var/log/messages",
	"/var/log/nginx/*access*.log", "/var/log/apache2/*access*.log", "/var/log/httpd/*access*log", "/var/log/lighttpd/*access*.log",
	"/var/log/fail2ban.log", banDatabase,
	"/var/log/exim4/mainlog", "/var/log/exim4/rejectlog", "/var/log/dovecot*.log", "/var/log/vsftpd.log", "/var/log/proftpd/*.log",
}

// loginLogs are those that hold what the journal holds of logins.
var loginLogs = []string{"/var/log/auth.log", "/var/log/secure", "/var/log/syslog", "/var/log/messages"}

// stale is how long a log of logins is quiet when nobody writes it any more: cron
// alone makes it grow every hour.
const stale = 2 * 24 * time.Hour

// defaultSources are those of a machine without configuration. The journal is
// among them where none of loginLogs is written: Debian 12 has no other log of
// logins, but may have the old one.
func defaultSources() (out []SourceSetting) {
	for _, path := range commonLogs {
		out = append(out, SourceSetting{Path: path, Format: "auto", Optional: true, From: fromDefault})
	}
	if !slices.ContainsFunc(loginLogs, written) {
		out = append(out, SourceSetting{Journal: &source.Journal{}, Format: "auto", Optional: true, From: fromDefault})
	}
	return out
}

func written(path string) bool {
	info, err := os.Stat(path)
	return err == nil && time.Since(info.ModTime()) < stale
}

// opening opens the sources of the job.
type opening struct {
	app    *app
	logs   *logs
	job    *job
	base   source.Options
	memory *memory
	// What the web servers of this machine say of their logs, by the pattern of
	// their path.
	web []webLog
	// Patterns overlap. A file is read by the first source that names it.
	seen map[string]bool
}

// webLog is an access log whose format the web server's configuration describes.
type webLog struct {
	pattern string
	format  ingest.Format
}

// configured opens the sources of the configuration with those of their rotated
// siblings that may hold lines of the window or its history. Without
// configuration the logs of the web servers are found from theirs.
func (l *logs) configured(ctx context.Context, a *app, j *job, m *memory, base source.Options) error {
	o := &opening{app: a, logs: l, job: j, memory: m, base: base, seen: map[string]bool{}}
	conf := webconf.Read(os.DirFS("/"))
	l.proxies = conf.Proxies
	o.describe(conf)
	sources := slices.Clone(j.Settings.Sources)
	if len(sources) > 0 && sources[0].From == fromDefault {
		for _, log := range conf.Logs {
			sources = append(sources, SourceSetting{Path: log.Path, Format: "auto", Optional: true, From: fromDefault})
		}
	}
	for _, s := range sources {
		open := o.files
		switch {
		case s.Journal != nil:
			open = o.journal
		case isDatabase(s.Path):
			open = o.banDatabase
		}
		if err := open(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// describe keeps the formats of a web server's configuration.
func (o *opening) describe(conf webconf.Config) {
	for _, note := range conf.Notes {
		o.app.detail("%s", note)
	}
	for _, log := range conf.Logs {
		if log.Spec == "" || log.Error {
			continue
		}
		f, err := format.Custom(filepath.Base(log.Path), log.Spec)
		if err != nil {
			o.app.detail("%s: %v", log.From, err)
			continue
		}
		o.web = append(o.web, webLog{log.Path, f})
	}
}

// detect finds the format of a file: as its web server describes it, else by
// what is in it.
func (o *opening) detect(name string, sample []byte) ingest.Format {
	log := source.LogName(name)
	for _, w := range o.web {
		if ok, _ := filepath.Match(w.pattern, log); ok { // a malformed pattern matches nothing
			return w.format
		}
	}
	return o.base.Detect(name, sample)
}

// options are those of one source.
func (o *opening) options(s SourceSetting) (source.Options, error) {
	opt := o.base
	if s.Location != nil {
		opt.Location = s.Location
	}
	named, err := o.job.Settings.formatNamed(s.Format)
	opt.Detect = o.detect
	if named != nil {
		o.app.leftOut(named)
		opt.Detect = o.job.Settings.detector(named)
	}
	return opt, err
}

// absent tells that a source is not there. An optional one is a line in the
// report; one that nobody asked for is not even that.
func (o *opening) absent(s SourceSetting, n source.Note) {
	switch {
	case s.From == fromDefault:
		o.app.detail("%s: not there", n.Path)
	case s.Optional:
		o.app.detail("%s: optional, and not there", n.Path)
		o.logs.absent = append(o.logs.absent, n.Path)
	default:
		o.logs.note(o.app, n)
	}
}

func (o *opening) files(ctx context.Context, s SourceSetting) error {
	opt, err := o.options(s)
	if err != nil {
		return err
	}
	found, err := filepath.Glob(s.Path)
	if err != nil || len(found) == 0 {
		o.absent(s, source.Note{Path: s.Path, Text: "configured, but no such file (" + s.From + ")", Err: os.ErrNotExist})
		return nil
	}
	since := o.since()
	var paths []string
	for _, f := range found {
		for _, sib := range source.Siblings(f) {
			if info, err := os.Stat(sib); err == nil && !o.seen[sib] && (sib == f || !info.ModTime().Before(since)) {
				paths = append(paths, sib)
				o.seen[sib] = true
			}
		}
	}
	return o.logs.expand(ctx, o.app, paths, opt)
}

// since is the first moment that the job looks at.
func (o *opening) since() time.Time { return o.job.readFrom(o.logs, o.memory) }

// journal opens a journal for the hours that the job looks at.
func (o *opening) journal(ctx context.Context, s SourceSetting) error {
	opt, err := o.options(s)
	if err != nil {
		return err
	}
	opt.Since, opt.Until = o.since(), o.job.Span.Until
	show, done := o.app.progress(-1)
	opt.Spooling = show
	f, err := source.OpenJournal(ctx, *s.Journal, opt)
	done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f != nil {
		o.app.detail("%s: %d MiB of lines since %s", f.Name(), f.Size()>>20, opt.Since.UTC().Format(time.DateOnly))
		o.logs.sources = append(o.logs.sources, f)
	}
	switch {
	case err == nil:
	case f == nil && s.Optional:
		o.absent(s, source.Note{Path: s.Journal.Name()})
	default:
		o.logs.missed(o.app, err.Error())
	}
	return nil
}
