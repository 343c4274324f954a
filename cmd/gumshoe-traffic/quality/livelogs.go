package quality

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
)

// liveLogs are logs that are still being written while somebody reads them, and
// that are rotated about once a day.
type liveLogs struct {
	dir     string
	whole   *traffic.Dir // a copy that nobody rotates, or nil
	files   map[traffic.Log]*liveLog
	rotated time.Time
	lines   int
}

type liveLog struct {
	path string
	file *os.File
	out  *bufio.Writer
	last traffic.Instant
}

func newLiveLogs(dir string, whole *traffic.Dir) (*liveLogs, error) {
	l := &liveLogs{dir: dir, whole: whole, files: map[traffic.Log]*liveLog{}}
	for log, name := range map[traffic.Log]string{traffic.Access: "nginx/access.log", traffic.Auth: "auth.log", traffic.Mail: "mail.log"} {
		f := &liveLog{path: filepath.Join(dir, name)}
		l.files[log] = f
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			return nil, err
		}
		if err := f.open(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// WriteLine implements traffic.Output.
func (l *liveLogs) WriteLine(log traffic.Log, at traffic.Instant, line []byte) error {
	f := l.files[log]
	f.last = at
	l.lines++
	if l.whole != nil {
		if err := l.whole.WriteLine(log, at, line); err != nil {
			return err
		}
	}
	if _, err := f.out.Write(line); err != nil {
		return err
	}
	return f.out.WriteByte('\n')
}

// flush brings everything to the disk, with the time of its last line.
func (l *liveLogs) flush() error {
	var errs []error
	for _, f := range l.files {
		errs = append(errs, f.out.Flush(), os.Chtimes(f.path, time.Time{}, f.last.Time()))
	}
	return errors.Join(errs...)
}

// rotate renames the logs once they are a day old, as logrotate does.
func (l *liveLogs) rotate(now time.Time) error {
	if now.Sub(l.rotated) < 22*time.Hour {
		return nil
	}
	l.rotated = now
	for _, f := range l.files {
		if err := f.file.Close(); err != nil {
			return err
		}
		if err := os.Rename(f.path, f.path+".1"); err != nil {
			return err
		}
		if err := f.open(); err != nil {
			return err
		}
	}
	return nil
}

func (l *liveLogs) close() error {
	var errs []error
	for _, f := range l.files {
		errs = append(errs, f.out.Flush(), f.file.Close())
	}
	if l.whole != nil {
		errs = append(errs, l.whole.Close())
	}
	return errors.Join(errs...)
}

func (f *liveLog) open() (err error) {
	f.file, err = os.Create(f.path)
	f.out = bufio.NewWriterSize(f.file, 1<<16)
	return err
}
