package quality

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// peer is fail2ban. Its own filters read the logs through fail2ban-regex; whom
// that would have banned follows from the limits of its jails.
type peer struct {
	path string
}

func findPeer() *peer {
	path, err := exec.LookPath("fail2ban-regex")
	if err != nil {
		return nil
	}
	return &peer{path}
}

// replays reports whether the peer reads the logs of that size; of larger sites it
// would take hours.
func (q *Quality) replays(size traffic.Size) bool {
	return q.peer != nil && size.Name == traffic.Sizes[0].Name
}

// jails are those that Debian's jail.conf has for these logs, with its limits.
var jails = []struct {
	filter, log string
	maxRetry    int
}{
	{"sshd", "auth.log", 5}, {"dovecot", "mail.log", 5}, {"postfix[mode=auth]", "mail.log", 5}, {"nginx-botsearch", "nginx/access.log", 2},
}

// findTime is jail.conf's: a source is banned for maxRetry failures in it.
const findTime = 10 * time.Minute

// failure is a line of `fail2ban-regex -o row`: address and seconds.
var failure = regexp.MustCompile(`(?m)^\['([0-9a-f.:]+)',\s+(\d+)`)

// banned returns the addresses that would have been banned, by when.
func (p *peer) banned(ctx context.Context, dir string) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	for _, j := range jails {
		text, err := exec.CommandContext(ctx, p.path, "--usedns=no", "-o", "row", filepath.Join(dir, j.log), j.filter).Output()
		if err != nil && len(text) == 0 && !strings.Contains(err.Error(), "exit status 1") { // 1: not a line matched
			return nil, fmt.Errorf("%s over %s: %w", p.path, j.log, err)
		}
		for addr, at := range overLimit(string(text), j.maxRetry) {
			if first, ok := out[addr]; !ok || at.Before(first) {
				out[addr] = at
			}
		}
	}
	return out, nil
}

// overLimit returns when each address of fail2ban-regex's rows had failed
// maxRetry times in findTime for the first time.
func overLimit(rows string, maxRetry int) map[string]time.Time {
	out, recent := map[string]time.Time{}, map[string][]int64{}
	for _, m := range failure.FindAllStringSubmatch(rows, -1) {
		at, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			continue
		}
		r := append(recent[m[1]], at)
		for r[0] < at-int64(findTime/time.Second) {
			r = r[1:]
		}
		recent[m[1]] = r
		if _, ok := out[m[1]]; !ok && len(r) >= maxRetry {
			out[m[1]] = time.Unix(at, 0).UTC()
		}
	}
	return out
}
