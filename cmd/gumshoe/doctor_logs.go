package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// checkConfig looks at what the settings name and cannot check by themselves.
func (d *doctor) checkConfig() {
	s := d.settings
	if len(s.Files) == 0 {
		d.warn("config", "gumshoe init", "There is no configuration: the usual logs are read, and all settings are defaults.")
	} else {
		d.ok("config", "%s", strings.Join(s.Files, ", "))
	}
	for _, file := range []string{s.AIKeyFile, s.Mail.PasswordFile, s.Mail.WebhookSecretFile} {
		if file == "" {
			continue
		}
		info, err := os.Stat(file)
		switch {
		case err != nil:
			d.fail("config.secrets", "install -m 600 /dev/null "+file, "%v", err)
		case info.Mode().Perm()&0o077 != 0:
			d.fail("config.secrets", "chmod 600 "+file, "%s can be read by others (mode %#o).", file, info.Mode().Perm())
		default:
			d.ok("config.secrets", "%s is private", file)
		}
	}
}

// slugJunk is what the id of a source leaves out of its path.
var slugJunk = lazyregexp.New(`[^A-Za-z0-9-]+`)

// sourceID names the check of a source.
func sourceID(s SourceSetting) string {
	if s.Journal != nil {
		words := slices.Concat([]string{"src.journal"}, s.Journal.Units, s.Journal.Identifiers)
		return strings.Join(words, ".")
	}
	path := strings.TrimSuffix(strings.TrimPrefix(s.Path, "/var/log/"), ".log")
	return "src." + strings.Trim(slugJunk().ReplaceAllString(path, "."), ".")
}

// checkSources looks into every log that a run would read.
func (d *doctor) checkSources(ctx context.Context) {
	conf := webconfOf(d.machine)
	v := d.app.newLogSurvey(d.machine, d.settings, conf)
	described := v.detect
	sources := d.settings.Sources
	if len(sources) > 0 && sources[0].From == fromDefault {
		for _, l := range conf.Logs {
			sources = append(slices.Clip(sources), SourceSetting{Path: l.Path, Format: "auto", Optional: true, From: fromDefault})
		}
	}
	var logs []foundLog
	absent := 0
	for _, s := range sources {
		v.detect = described
		if named, err := d.settings.formatNamed(s.Format); err == nil && named != nil {
			v.detect = d.settings.detector(named)
		}
		var f foundLog
		if s.Journal != nil {
			f = v.sampleJournal(ctx, s)
		} else {
			f = v.sample(ctx, s)
		}
		for _, p := range f.Files {
			v.seen[p] = true
		}
		if len(f.Files) == 0 && s.Journal == nil && s.Optional {
			absent++
		}
		d.checkSource(&f)
		logs = append(logs, f)
	}
	if absent > 0 {
		d.ok("src.optional", "%d optional logs are not there", absent)
	}
	if !slices.ContainsFunc(logs, func(f foundLog) bool {
		return slices.Contains(f.Services, ingest.ServiceSSH)
	}) {
		d.warn("src.logins", "gumshoe init", "No log that is read tells of ssh logins: guessing and break-ins are not seen.")
	}
	d.checkRotation(logs)
	d.checkProxies(logs)
	d.checkTrust()
}

func (d *doctor) checkSource(f *foundLog) {
	id := sourceID(f.Setting)
	there := len(f.Files) > 0 || f.Setting.Journal != nil
	newest := time.Time{}
	for _, p := range f.Files {
		if at := modified(d.machine.path(p)); at.After(newest) {
			newest = at
		}
	}
	switch {
	case !there && f.Setting.Optional: // checkSources counts them
	case !there:
		d.fail(id, "gumshoe init", "%s is configured (%s), and there is no such log.", f.Setting.Path, f.Setting.From)
	case f.Trouble != "" && f.Setting.Optional && f.Setting.Journal != nil:
		d.warn(id, "journalctl --lines 1", "%s", legible(f.Trouble))
	case f.Trouble != "" && d.machine.euid != 0 && strings.Contains(f.Trouble, fs.ErrPermission.Error()):
		d.fail(id, "sudo gumshoe doctor", "%s: %s", legible(f.Name()), legible(f.Trouble))
	case f.Trouble != "":
		d.fail(id, "ls -l "+legible(f.first()), "%s: %s", legible(f.Name()), legible(f.Trouble))
	case f.Lines > 0 && f.Known == 0 && !f.Fair():
		d.fail(id, "gumshoe parse --explain "+legible(f.first()), "Not one of %d lines is understood.", f.Lines)
	case !f.Fair():
		d.warn(id, "gumshoe parse --explain "+legible(f.first()), "%s", f.understood())
	case len(f.Files) > 0 && d.machine.now.Sub(newest) > stale && !f.Setting.Optional:
		d.warn(id, "ls -l "+f.Setting.Path, "Nobody has written it for %s.", showAge(d.machine.now.Sub(newest)))
	default:
		text := f.understood()
		if !newest.IsZero() {
			text += fmt.Sprintf(", last written %s ago", showAge(d.machine.now.Sub(newest)))
		}
		d.ok(id, "%s", text)
	}
}

// showAge says in one unit how long something is ago.
func showAge(age time.Duration) string {
	switch {
	case age < time.Minute:
		return fmt.Sprintf("%d s", max(0, age/time.Second))
	case age < time.Hour:
		return fmt.Sprintf("%d min", age/time.Minute)
	case age < 48*time.Hour:
		return fmt.Sprintf("%d h", age/time.Hour)
	default:
		return fmt.Sprintf("%d days", age/(24*time.Hour))
	}
}

// checkProxies asks whether the logs have the visitors, or only what is in front.
func (d *doctor) checkProxies(logs []foundLog) {
	seen := inFront(logs)
	seen = slices.DeleteFunc(seen, func(name string) bool {
		return slices.ContainsFunc(d.settings.Proxies, func(p ProxySetting) bool { return p.Text == name })
	})
	visits := 0
	for i := range logs {
		visits += logs[i].Web
	}
	switch {
	case len(seen) > 0:
		d.warn("net.proxy", "gumshoe config show --origin", "Most requests come through %s, which is not in trusted_proxies: their clients may be unseen.", strings.Join(seen, ", "))
	case len(d.settings.Proxies) > 0:
		d.ok("net.proxy", "%d trusted", len(d.settings.Proxies))
	default:
		d.ok("net.proxy", "none in front, by %d requests", visits)
	}
}

// checkTrust asks whether those who may name the clients are proxies, or everybody.
func (d *doctor) checkTrust() {
	told := d.settings.credulous(webconfOf(d.machine).Proxies)
	for _, c := range told {
		d.fail("net.trust", c.mend, "%s", c)
	}
	if len(told) == 0 {
		d.ok("net.trust", "nobody but proxies names the clients of web requests")
	}
}

// checkClock asks whether the machine's clock is kept in step.
func (d *doctor) checkClock(ctx context.Context) {
	synced, err := d.machine.ask(ctx, "timedatectl", "show", "--property", "NTPSynchronized", "--value")
	switch {
	case err != nil:
		why, _, _ := strings.Cut(err.Error(), "\n")
		d.warn("time.clock", "timedatectl", "Whether the clock is in step is not known: %s", legible(why))
	case synced != "yes":
		try := "timedatectl set-ntp true"
		if can, err := d.machine.ask(ctx, "timedatectl", "show", "--property", "CanNTP", "--value"); err == nil && can == "no" {
			try = "apt-get install systemd-timesyncd" // there is nothing yet to be switched on
		}
		d.warn("time.clock", try, "Nobody keeps the clock in step; bans and seasons depend on it.")
	default:
		d.ok("time.clock", "in step, %s", d.settings.Location)
	}
}

// From these ages on a database of countries is out of date. Those of MaxMind's kind
// come anew every week or month; packages of the others lie for many months in a release
// of a distribution, and who has the newest cannot mend it.
const (
	oldGeo      = 35 * 24 * time.Hour
	oldGeoTable = 365 * 24 * time.Hour
)

func (d *doctor) checkGeo() {
	paths, configured := d.settings.databases()
	if len(paths) == 0 {
		if configured {
			d.ok("geo.age", "none is wanted")
		} else {
			d.warn("geo.age", d.settings.fetchCountries(), "There is no database of countries: they are told as unknown.")
		}
		return
	}
	var newest fs.FileInfo
	var file string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			d.fail("geo.files", "ls -l "+p, "%v", err)
		} else if newest == nil || info.ModTime().After(newest.ModTime()) {
			newest, file = info, p
		}
	}
	if newest == nil {
		return
	}
	old, try := oldGeo, "ls -l "+file
	if filepath.Ext(file) != ".mmdb" {
		old, try = oldGeoTable, "apt-get install --only-upgrade tor-geoipdb"
		if filepath.Dir(file) == filepath.Join(d.settings.StateDir, "geo") {
			try = d.settings.fetchCountries()
		}
	}
	if age := d.machine.now.Sub(newest.ModTime()); age > old {
		d.warn("geo.age", try, "Country data is %s old.", showAge(age))
	} else {
		d.ok("geo.age", "%d files, %s old", len(paths), showAge(age))
	}
}
