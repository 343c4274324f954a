package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Journal names entries of systemd's journal.
type Journal struct {
	Path        string   // a directory or file of journals; "": this machine's
	Units       []string // "ssh", "postfix@-.service"
	Identifiers []string // "sshd"; entries of a unit or an identifier; neither: all
}

// Name is what reports call the journal.
func (j Journal) Name() string {
	if j.Path == "" {
		return "journal"
	}
	return j.Path
}

// Bounds on what is asked of journalctl.
const (
	maxJournal  = 4 << 30         // bytes of lines; journald itself keeps no more than 4 GiB
	journalWait = 5 * time.Second // for its exit after the last entry
)

var errJournalSize = fmt.Errorf("more than %d GiB of lines; name units or identifiers, or a shorter span", maxJournal>>30)

// OpenJournal reads a journal from Options.Since on through journalctl, which
// knows every version and compression of the files, and spools its entries as
// lines of syslog. There is no cursor: which hours are read decides what counts.
// The file may come together with an error, which is why it ends early.
func OpenJournal(ctx context.Context, j Journal, opt Options) (*File, error) {
	f, err := spoolJournal(ctx, j, opt)
	return f.ready(j.Name(), err, opt)
}

func spoolJournal(ctx context.Context, j Journal, opt Options) (*File, error) {
	args, err := j.arguments(opt)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, "journalctl", args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "SYSTEMD_LOG_LEVEL=err")
	cmd.WaitDelay = journalWait
	var complaint head
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("journalctl is not installed")
	}
	if err != nil {
		return nil, err
	}
	f, err := spool(ctx, j.Name(), &capped{in: newJournalLines(out), left: maxJournal, tell: opt.Spooling}, opt.TempDir)
	if err != nil {
		cancel()
	}
	if f != nil {
		f.journal = true
	}
	if bad := cmd.Wait(); bad != nil && err == nil {
		err = fmt.Errorf("journalctl: %s", complaint.firstLine(bad))
	}
	return f, err
}

// arguments are those of journalctl. None that comes from outside can become an
// option.
func (j Journal) arguments(opt Options) ([]string, error) {
	args := []string{"--output=export", "--quiet", "--no-pager", "--output-fields=" + strings.Join(journalFields, ",")}
	if j.Path != "" {
		info, err := os.Stat(j.Path)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			args = append(args, "--directory="+j.Path)
		} else {
			args = append(args, "--file="+globLiteral(j.Path))
		}
	}
	for _, bound := range []struct {
		option string
		at     time.Time
	}{{"--since=@", opt.Since}, {"--until=@", opt.Until}} {
		if !bound.at.IsZero() {
			args = append(args, bound.option+strconv.FormatInt(bound.at.Unix(), 10))
		}
	}
	for _, u := range j.Units {
		if filepath.Ext(u) == "" {
			u += ".service"
		}
		args = append(args, "_SYSTEMD_UNIT="+u)
	}
	if len(j.Units) > 0 && len(j.Identifiers) > 0 {
		args = append(args, "+") // or
	}
	for _, id := range j.Identifiers {
		args = append(args, "SYSLOG_IDENTIFIER="+id)
	}
	return args, nil
}

// globLiteral quotes a path for an option that takes a pattern.
func globLiteral(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// capped is a reader that tells how much it has given and fails where that is too
// much.
type capped struct {
	in   io.Reader
	left int64
	gave int64
	tell func(gave int64) // may be nil
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errJournalSize
	}
	n, err := c.in.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	c.gave += int64(n)
	if c.tell != nil {
		c.tell(c.gave)
	}
	return n, err
}

// head keeps the beginning of what is written to it.
type head struct{ text []byte }

func (h *head) Write(p []byte) (int, error) {
	h.text = append(h.text, p[:min(len(p), headSize-len(h.text))]...)
	return len(p), nil
}

// firstLine is the first line of a program's complaint, or err if it had none.
func (h *head) firstLine(err error) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(h.text), []byte("\n"))
	if len(line) == 0 {
		return err.Error()
	}
	return strings.ToValidUTF8(string(line), "?")
}

// holdsJournals reports whether a directory has journals in it.
func holdsJournals(entries []fs.DirEntry) bool {
	for _, e := range entries {
		if !e.IsDir() && journalName(e.Name()) {
			return true
		}
	}
	return false
}

// journalName recognizes a journal by its name; one that journald found damaged
// ends in a tilde.
func journalName(base string) bool {
	return strings.HasSuffix(strings.TrimSuffix(base, "~"), ".journal")
}
