package quality

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"gumshoe/report"
)

// program is the built gumshoe.
type program struct {
	path string
}

// analyze runs `gumshoe analyze --json`, leaves what it said in a file, for people
// who ask why, and returns the cases.
func (p program) analyze(ctx context.Context, said string, args ...string) ([]report.CaseJSON, error) {
	out, err := p.run(ctx, append([]string{"analyze", "--json", "--no-color"}, args...)...)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(said, out, 0o600); err != nil {
		return nil, err
	}
	return decode[report.CaseJSON](out)
}

// event is what `gumshoe parse` says of a line, as far as it is looked at here.
type event struct {
	Kind  string `json:"kind"`
	Src   string `json:"src"`
	Class any    `json:"class"` // a text or several
}

// parse runs `gumshoe parse` on one log.
func (p program) parse(ctx context.Context, file string) ([]event, error) {
	out, err := p.run(ctx, "parse", file)
	if err != nil {
		return nil, err
	}
	return decode[event](out)
}

// The exit codes of a run that did its work: findings and a source that could not
// be read are told by them too.
const (
	exitFindings = 3
	exitDegraded = 4
)

// run executes the program without what the environment or this machine's
// configuration would tell it.
func (p program) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.path, args...)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "GUMSHOE_") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && (exit.ExitCode() == exitFindings || exit.ExitCode() == exitDegraded) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", p.path, strings.Join(args, " "), err, errs.String())
	}
	return out, nil
}

// decode reads one object a line.
func decode[T any](text []byte) ([]T, error) {
	var out []T
	d := json.NewDecoder(bufio.NewReader(bytes.NewReader(text)))
	for d.More() {
		var v T
		if err := d.Decode(&v); err != nil {
			return nil, fmt.Errorf("reading what gumshoe wrote: %w", err)
		}
		out = append(out, v)
	}
	return out, nil
}
