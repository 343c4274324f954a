package firewall

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Tools finds and runs programs. The zero value takes them from PATH and from
// where administrators' programs are: cron's PATH leaves /usr/sbin out.
type Tools struct {
	Paths   map[string]string // program -> the file to run instead, such as iptables -> /usr/sbin/iptables-legacy
	Timeout time.Duration     // of one command; 0: a minute

	inside func(open func()) // opens sockets in the network where the programs of Paths are, in tests; nil: in ours
}

// limit is how long a command may take.
func (t Tools) limit() time.Duration { return cmp.Or(t.Timeout, time.Minute) }

// sbin is searched after PATH.
var sbin = []string{"/usr/sbin", "/sbin", "/usr/local/sbin"}

// find returns the file of a program, or an error that wraps ErrMissing.
func (t Tools) find(program string) (string, error) {
	if file, ok := t.Paths[program]; ok {
		program = file
	}
	if file, err := exec.LookPath(program); err == nil {
		return file, nil
	}
	if !strings.Contains(program, "/") {
		for _, dir := range sbin {
			if file, err := exec.LookPath(filepath.Join(dir, program)); err == nil {
				return file, nil
			}
		}
	}
	return "", fmt.Errorf("%s: %w", program, ErrMissing)
}

// run executes a program without a shell and returns what it printed.
func (t Tools) run(ctx context.Context, stdin io.Reader, argv ...string) ([]byte, error) {
	return t.runIn(ctx, nil, stdin, argv...)
}

// runIn is run with additions to the environment.
func (t Tools) runIn(ctx context.Context, env []string, stdin io.Reader, argv ...string) ([]byte, error) {
	file, err := t.find(argv[0])
	if err != nil {
		return nil, err
	}
	limit := t.limit()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, file, argv[1:]...)
	cmd.Env = slices.Concat(os.Environ(), []string{"LC_ALL=C"}, env)
	cmd.Stdin = stdin
	cmd.WaitDelay = time.Second // a grandchild that keeps our pipes open does not keep us
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %v", limit)
		}
		return nil, failure(argv, err, complaint.String())
	}
	return out.Bytes(), nil
}

// failure names a failed command with the end of what it complained, and
// recognizes the want of privileges in it.
func failure(argv []string, err error, complaint string) error {
	const most = 400
	complaint = strings.TrimSpace(complaint)
	if len(complaint) > most {
		complaint = "…" + complaint[len(complaint)-most:]
	}
	if refused(complaint) {
		err = ErrPrivilege
	}
	name := strings.Join(argv[:min(len(argv), 4)], " ")
	if complaint == "" {
		return fmt.Errorf("%s: %w", name, err)
	}
	return fmt.Errorf("%s: %w: %s", name, err, complaint)
}

// refused recognizes how ipset, iptables and nft say that one is not root.
func refused(complaint string) bool {
	return strings.Contains(complaint, "Operation not permitted") || strings.Contains(complaint, "Permission denied")
}
