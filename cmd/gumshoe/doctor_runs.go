package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// How old the last complete run may be before somebody should know: the timer runs
// four times a day.
const (
	lateRun = 13 * time.Hour
	lostRun = 3 * 24 * time.Hour
)

// How much history makes which comparison possible.
const (
	daySeason  = 7 * 24 * time.Hour
	weekSeason = 3 * daySeason
)

// checkMemory looks at what earlier runs left.
func (d *doctor) checkMemory(ctx context.Context) {
	m, err := d.app.remember(ctx, &job{Settings: d.settings, DryRun: true})
	if err != nil {
		d.fail("base.history", "ls -la "+d.settings.StateDir, "%v", err)
		return
	}
	defer m.close()
	d.checkLast(m)
	if !m.fresh {
		d.checkGaps(m)
	}
	stat, damage, err := m.archive.Stat()
	known := stat.Newest.Sub(stat.Oldest)
	switch {
	case err != nil:
		d.fail("base.history", "gumshoe archive stat", "%v", err)
	case len(damage) > 0 || stat.Damaged > 0:
		d.warn("base.history", "gumshoe archive stat", "%d hours of the archive are damaged; they are not counted.", max(stat.Damaged, len(damage)))
	case stat.Oldest.IsZero():
		d.warn("base.history", "gumshoe analyze", "There is no history yet: nothing can be called unusual.")
	case known < daySeason:
		d.warn("base.history", "", "%s of history: the hours of a day are known after a week, the days of a week after three.", showAge(known))
	case known < weekSeason:
		d.ok("base.history", "%s: the hours of a day are known, the days of a week after three weeks", showAge(known))
	default:
		d.ok("base.history", "%s: hours and weekdays are known", showAge(known))
	}
}

// checkLast looks at when everything was last analyzed.
func (d *doctor) checkLast(m *memory) {
	if m.fresh {
		d.warn("run.last", "gumshoe analyze", "It never ran here.")
		return
	}
	age := d.machine.now.Sub(m.last.Until)
	at := m.last.Until.In(d.settings.Location).Format("2006-01-02 15:04 MST")
	switch {
	case m.jumped(d.machine.now):
		d.fail("run.last", "timedatectl", "The last run ended at %s, which is in the future: the clock was set back, or was wrong then.", at)
	case age > lostRun:
		d.fail("run.last", "gumshoe analyze", "The last complete run ended %s ago, at %s.", showAge(age), at)
	case age > lateRun:
		d.warn("run.last", "systemctl status gumshoe.service", "The last complete run ended %s ago, at %s.", showAge(age), at)
	default:
		d.ok("run.last", "%s ago, up to %s", showAge(age), at)
	}
}

// cronTabs are where a line of cron's may run the job.
var cronTabs = []string{"/etc/crontab", "/etc/cron.d/*", "/var/spool/cron/crontabs/root", "/var/spool/cron/root", "/etc/crontabs/root"}

// checkRuns asks who runs the job.
func (d *doctor) checkRuns(ctx context.Context) {
	timer, err := d.machine.ask(ctx, "systemctl", "is-active", "gumshoe.timer")
	if err == nil && timer == "active" {
		next, _ := d.machine.ask(ctx, "systemctl", "show", "gumshoe.timer", "--property", "NextElapseUSecRealtime", "--value")
		d.ok("run.timer", "active, next %s", orDash(next))
		if failed, err := d.machine.ask(ctx, "systemctl", "is-failed", "gumshoe.service"); err == nil && failed == "failed" {
			d.fail("run.service", "journalctl --unit gumshoe.service --lines 40", "The last run of the timer failed.")
		}
		return
	}
	if tab := d.cronTab(); tab != "" {
		d.ok("run.timer", "by cron: %s", tab)
		return
	}
	try := "systemctl enable --now gumshoe.timer"
	if !d.machine.has("/run/systemd/system") {
		try = "cp /usr/share/doc/gumshoe/examples/crontab.example /etc/cron.d/gumshoe"
	}
	d.warn("run.timer", try, "Neither a timer nor cron runs it.")
}

// cronTab returns the table of cron's that runs the job, "" if none does.
func (d *doctor) cronTab() string {
	for _, pattern := range cronTabs {
		files, _ := filepath.Glob(d.machine.path(pattern)) // the patterns are well formed
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			for line := range strings.Lines(string(text)) {
				if strings.Contains(bareLine(line), "gumshoe analyze") {
					return d.machine.own(file)
				}
			}
		}
	}
	return ""
}

// Room that should be left where the state is.
const (
	scarce = 1 << 30
	dire   = 100 << 20
)

// checkDisk looks at the room for what is kept, and at who may read it.
func (d *doctor) checkDisk() {
	dir := d.settings.StateDir
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		d.ok("disk.state", "%s is made by the first run", dir)
		return
	}
	if err != nil {
		d.fail("disk.state", "ls -ld "+dir, "%v", err)
		return
	}
	if info.Mode().Perm()&0o007 != 0 {
		d.fail("disk.private", "chmod o= "+dir, "%s can be entered by everybody; it holds addresses and accounts.", dir)
	}
	var fsys syscall.Statfs_t
	if err := syscall.Statfs(dir, &fsys); err != nil {
		d.warn("disk.state", "df "+dir, "%v", err)
		return
	}
	free := int64(fsys.Bavail) * int64(fsys.Bsize) // their types differ from machine to machine
	used := sizeOf(dir)
	switch {
	case free < dire:
		d.fail("disk.state", "gumshoe archive prune", "%d MiB are used, and only %d MiB are free.", used>>20, free>>20)
	case free < scarce:
		d.warn("disk.state", "gumshoe archive prune", "%d MiB are used, and %d MiB are free.", used>>20, free>>20)
	default:
		d.ok("disk.state", "%d MiB used, %d MiB free; %s kept", used>>20, free>>20, showDuration(d.settings.KeepArchive))
	}
}

// sizeOf adds up the files below a directory.
func sizeOf(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error { // what cannot be seen is not counted
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				bytes += info.Size()
			}
		}
		return nil
	})
	return bytes
}
