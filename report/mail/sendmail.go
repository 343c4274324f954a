package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// Sendmail hands letters to the machine's own mail system, which has a queue.
type Sendmail struct {
	Path  string        // "/usr/sbin/sendmail" or what stands in for it
	Whole time.Duration // how long one letter may take; 0: a minute
}

const defaultSendmail = time.Minute

// Exit codes of sysexits.h that are about the letter and will not change.
var refusals = map[int]string{
	65: "the mail is malformed",
	67: "no such user",
	68: "no such host",
}

// Send runs sendmail without a shell: -i, because a line with a single dot is
// no end, and the recipients after --, so that none of them is taken for an
// option. The program sees neither our environment, where secrets may be, nor
// our input.
func (s Sendmail) Send(ctx context.Context, l Letter) []Failure {
	if err := l.check(); err != nil {
		return everybody(l, Refused, err)
	}
	whole := s.Whole
	if whole == 0 {
		whole = defaultSendmail
	}
	ctx, cancel := context.WithTimeout(ctx, whole)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.Path, append([]string{"-i", "-f", l.From, "--"}, l.To...)...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second // a child of it may keep our pipes
	cmd.Stdin = bytes.NewReader(bytes.ReplaceAll(l.Data, []byte("\r\n"), []byte("\n")))
	var said head
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	outcome := Unreachable
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		outcome = Deferred
		if why, ok := refusals[exit.ExitCode()]; ok {
			outcome, err = Refused, fmt.Errorf("%s (%w)", why, err)
		}
	}
	return everybody(l, outcome, tell(fmt.Errorf("%s: %w %s", s.Path, err, said.text)))
}

// head keeps the beginning of what a program says, and takes the rest so that
// the program does not wait for a reader.
type head struct{ text []byte }

func (h *head) Write(p []byte) (int, error) {
	const most = 2048
	h.text = append(h.text, p[:min(len(p), most-len(h.text))]...)
	return len(p), nil
}
