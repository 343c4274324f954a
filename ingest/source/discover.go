package source

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// logins are the logs of logins and mail where distributions keep them, and web
// the access logs. general holds the lines of logins too, but so do the others
// where they exist: it is read only without them.
var (
	logins  = []string{"auth.log", "secure", "mail.log", "maillog"}
	general = []string{"syslog", "messages"}
	others  = []string{
		"nginx/*access*.log", "apache2/*access*.log", "httpd/*access_log", "httpd/*access*.log",
		"lighttpd/*access*.log", "dovecot.log", "dovecot/*.log",
	}
)

// Discover finds the logs under root (/var/log) and those of their rotated
// siblings that may hold lines since a time: that were written to since then.
func Discover(root string, since time.Time) []string {
	live := existing(root, logins)
	if len(live) == 0 {
		live = existing(root, general)
	}
	live = append(live, existing(root, others)...)
	var out []string
	for _, path := range live {
		for _, s := range Siblings(path) {
			if info, err := os.Stat(s); err == nil && (parseName(s).live() || !info.ModTime().Before(since)) {
				out = append(out, s)
			}
		}
	}
	slices.SortFunc(out, compareNames)
	return slices.Compact(out)
}

// existing expands patterns below root.
func existing(root string, patterns []string) []string {
	var out []string
	for _, p := range patterns {
		found, _ := fs.Glob(os.DirFS(root), p) // fails for a malformed pattern alone
		for _, f := range found {
			out = append(out, filepath.Join(root, f))
		}
	}
	return out
}

// Siblings lists the files of the log that path belongs to, oldest first, path
// itself included.
func Siblings(path string) []string {
	dir := filepath.Dir(path)
	log := parseName(path).log
	out := []string{path}
	entries, _ := os.ReadDir(dir) // unreadable: opening path itself will tell why
	for _, e := range entries {
		s := filepath.Join(dir, e.Name())
		if !e.IsDir() && s != path && parseName(s).log == log {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, compareNames)
	return out
}
