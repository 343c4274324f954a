package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gumshoe/ban"
)

// Where the machine writes down who is logged in.
const (
	logindSessions = "/run/systemd/sessions"
	utmpFile       = "/run/utmp"
)

// remote is an open session and where it says that it is from: an address, or the
// name that a daemon found for it.
type remote struct {
	ban.Session
	host string
}

// remoteSessions lists the authenticated sessions from elsewhere that are open now,
// by logind and by utmp: each of them misses some that the other has, and newer
// systems have no utmp at all. A TCP connection is no session: anybody can open one.
func remoteSessions() ([]remote, error) {
	found, err := loginds(logindSessions)
	text, utmpErr := os.ReadFile(utmpFile)
	if utmpErr != nil && !errors.Is(utmpErr, fs.ErrNotExist) {
		err = errors.Join(err, utmpErr)
	}
	return append(found, utmpSessions(text, running)...), err
}

// openSessions are those of remoteSessions whose address is written down.
func openSessions() (out []ban.Session, err error) {
	found, err := remoteSessions()
	for _, r := range found {
		if r.From.IsValid() {
			out = append(out, r.Session)
		}
	}
	return out, err
}

// guardSessions are the open sessions for the guard against cutting one off.
func (a *app) guardSessions(ctx context.Context) ([]ban.Session, error) {
	found, err := remoteSessions()
	sessions, locateErr := a.located(ctx, found)
	return sessions, errors.Join(err, locateErr)
}

// located gives each session its address. Where a daemon wrote a name down instead,
// as sshd does with UseDNS, DNS is asked for it.
func (a *app) located(ctx context.Context, found []remote) (out []ban.Session, err error) {
	for _, r := range found {
		addrs := []netip.Addr{r.From}
		if !r.From.IsValid() {
			if a.resolver == nil || !hostName().MatchString(r.host) {
				continue // a terminal, or nothing that could be asked for
			}
			names := addressesOf(ctx, a.resolver, r.host)
			if problem := names.problem(); problem != nil {
				err = errors.Join(err, fmt.Errorf("%s is logged in from %q, whose address is not known: %w", legible(r.User), r.host, problem))
			}
			addrs = names.found
		}
		for _, addr := range addrs {
			r.From = addr
			out = append(out, r.Session)
		}
	}
	return out, err
}

// plain is an address as events have it.
func plain(a netip.Addr) netip.Addr { return a.WithZone("").Unmap() }

// loginds reads the files of systemd-logind, one a session, as sd_session_get_remote_host(3)
// does: KEY=VALUE lines, of which USER, REMOTE_HOST, STATE and REALTIME (microseconds)
// are asked.
func loginds(dir string) (out []remote, err error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range files {
		if !f.Type().IsRegular() {
			continue // beside each there may be a pipe that keeps it open
		}
		text, readErr := os.ReadFile(filepath.Join(dir, f.Name()))
		if readErr != nil {
			if !errors.Is(readErr, fs.ErrNotExist) { // ended just now
				err = errors.Join(err, readErr)
			}
			continue
		}
		if r, ok := logindSession(string(text)); ok {
			out = append(out, r)
		}
	}
	return out, err
}

// logindSession reads one session; ok is false for one from here, or that is over.
func logindSession(text string) (r remote, ok bool) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		k, v, _ := strings.Cut(strings.TrimSpace(line), "=")
		if n := len(v); n > 1 && v[0] == '"' && v[n-1] == '"' {
			v = v[1 : n-1]
		}
		values[k] = v
	}
	r.User, r.host = values["USER"], values["REMOTE_HOST"]
	if r.host == "" || values["STATE"] == "closing" {
		return r, false
	}
	if from, err := netip.ParseAddr(r.host); err == nil {
		r.From = plain(from)
	}
	if micro, err := strconv.ParseInt(values["REALTIME"], 10, 64); err == nil && micro > 0 {
		r.Since = time.UnixMicro(micro)
	}
	return r, true
}

// running reports whether there is a process of that number: what a program that
// was killed left in utmp is no session.
func running(pid int32) bool {
	return pid > 0 && !errors.Is(syscall.Kill(int(pid), 0), syscall.ESRCH)
}
