package rule

import (
	"cmp"
	"fmt"
	"strings"

	"gumshoe/analyze"
)

// Limits that the exported jails begin with: those of fail2ban's own defaults.
const (
	jailTries  = 5
	jailWindow = "10m"
	jailTerm   = "1h"
)

// Fail2ban writes a learned rule as a filter and a jail of fail2ban.
func Fail2ban(r *analyze.Rule) (string, error) {
	p, err := Compile(r.Pattern)
	if err != nil {
		return "", fmt.Errorf("rule %s cannot be exported: %w", r.ID, err)
	}
	f := filter{name: "gumshoe-" + r.ID, about: fmt.Sprintf("learned rule %s, %s", r.ID, r.State), daemon: r.Program}
	f.failregex = []string{f.head() + p.fail2ban() + "$"}
	return f.String(), nil
}

// filter is a fail2ban filter and its jail in the making.
type filter struct {
	name      string
	about     string // what a comment says of it
	daemon    string // "" where the lines have no envelope
	failregex []string
	ports     string // "" for all
	logpath   string // "" for the system's
}

// head matches what stands before a message, from where fail2ban has cut out the stamp.
func (f *filter) head() string {
	if f.daemon == "" {
		return `^[^0-9A-Za-z]{0,8}`
	}
	return `^%(__prefix_line)s`
}

// String writes both, with where they belong.
func (f *filter) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n# Try it first: fail2ban-regex LOGFILE /etc/fail2ban/filter.d/%s.conf\n\n", comment(f.about), f.name)
	fmt.Fprintf(&b, "# ---- /etc/fail2ban/filter.d/%s.conf ----\n", f.name)
	if f.daemon != "" {
		b.WriteString("[INCLUDES]\nbefore = common.conf\n\n")
	}
	b.WriteString("[Definition]\n")
	if f.daemon != "" {
		fmt.Fprintf(&b, "_daemon = %s\n", python(f.daemon))
	}
	b.WriteString("failregex = " + strings.Join(f.failregex, "\n            ") + "\nignoreregex =\n\n")
	fmt.Fprintf(&b, "# ---- /etc/fail2ban/jail.d/%s.conf ----\n[%s]\nenabled  = false\nfilter   = %s\n", f.name, f.name, f.name)
	if f.ports == "" {
		b.WriteString("banaction = %(banaction_allports)s\n")
	} else {
		fmt.Fprintf(&b, "port     = %s\n", f.ports)
	}
	fmt.Fprintf(&b, "logpath  = %s\nmaxretry = %d\nfindtime = %s\nbantime  = %s\n", cmp.Or(f.logpath, "%(syslog_daemon)s"), jailTries, jailWindow, jailTerm)
	return b.String()
}

// comment makes text fit for a comment of any of the files: printable ASCII on one line.
func comment(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 200)]
}
