package traffic

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Dir writes logs as they lie in /var/log: the running log, the previous one as
// .1, older ones as .2.gz and on. Files get the time of their last line or of
// their rotation, in the file system and in the gzip header, so that stamps
// without a year can be told.
type Dir struct {
	Level int // of gzip, 0 to 9

	path string
	end  Instant
	file [logs]*logFile
}

// names are the logs' places under /var/log.
var names = [logs]string{Access: "nginx/access.log", Auth: "auth.log", Mail: "mail.log"}

// logrotate runs once a day, at 06:25 UTC.
const (
	rotateEvery = 24 * time.Hour
	rotateAt    = Instant(6*time.Hour + 25*time.Minute)
)

// NewDir returns an Output for a directory whose logs end at end. With rotate
// unset each log is one file.
func NewDir(path string, end time.Time, rotate bool) *Dir {
	d := &Dir{Level: gzip.BestCompression, path: path, end: At(end)}
	for log, name := range names {
		d.file[log] = &logFile{name: name, rotate: rotate}
	}
	return d
}

// WriteLine implements Output.
func (d *Dir) WriteLine(log Log, at Instant, line []byte) error {
	f := d.file[log]
	if f.out == nil || at >= f.until {
		if err := f.turn(d, at); err != nil {
			return err
		}
	}
	f.last = at
	f.buffer.Write(line)
	return f.buffer.WriteByte('\n')
}

// Close completes the files.
func (d *Dir) Close() error {
	var errs []error
	for _, f := range d.file {
		errs = append(errs, f.close())
	}
	return errors.Join(errs...)
}

// logFile is the file that a log is being written to.
type logFile struct {
	name   string
	rotate bool
	out    *os.File
	gz     *gzip.Writer
	buffer *bufio.Writer
	until  Instant // first moment that belongs to the next file
	last   Instant // of the last line
}

// turn closes the present file and opens the one for lines of the given moment.
func (f *logFile) turn(d *Dir, at Instant) error {
	if err := f.close(); err != nil {
		return err
	}
	name, age := f.name, 0
	f.until = d.end + 1
	if f.rotate {
		rotations := func(t Instant) Instant { return (t - rotateAt) / Instant(rotateEvery) }
		if age = int(rotations(d.end) - rotations(at)); age > 0 {
			name = fmt.Sprintf("%s.%d", name, age)
			f.until = rotateAt + (rotations(at)+1)*Instant(rotateEvery)
		}
	}
	if age > 1 {
		name += ".gz"
	}
	name = filepath.Join(d.path, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	f.out = out
	var w io.Writer = out
	if age > 1 {
		if f.gz, err = gzip.NewWriterLevel(out, d.Level); err != nil {
			return err
		}
		f.gz.ModTime = f.until.Time()
		w = f.gz
	}
	f.buffer = bufio.NewWriterSize(w, 1<<16)
	return nil
}

func (f *logFile) close() error {
	if f.out == nil {
		return nil
	}
	err := f.buffer.Flush()
	if f.gz != nil {
		err = errors.Join(err, f.gz.Close())
	}
	err = errors.Join(err, f.out.Close())
	if err == nil {
		err = os.Chtimes(f.out.Name(), time.Time{}, f.last.Time())
	}
	f.out, f.gz = nil, nil
	return err
}
