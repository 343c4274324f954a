package source

import (
	"context"
	"errors"
	"io"
	"os"
)

// Stdin is the argument that stands for standard input.
const Stdin = "-"

// spool copies a stream to a temporary file without a name, so that it can be
// read on all cores and its lines again as evidence. Where the stream breaks
// off, the file holds what came before and the error says why.
func spool(ctx context.Context, name string, in io.Reader, dir string) (*File, error) {
	file, err := os.CreateTemp(spoolDir(dir), "gumshoe-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		file.Close()
		return nil, err
	}
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(file, in)
		done <- err
	}()
	select {
	case err = <-done:
	case <-ctx.Done():
		// The copy may wait for a terminal for ever; it ends with the process.
		return nil, ctx.Err()
	}
	info, bad := file.Stat()
	if bad != nil {
		file.Close()
		return nil, errors.Join(err, bad)
	}
	return &File{name: name, file: file, info: info}, err
}

// namedPipe is opened by its first read, for that waits for a writer, who may
// never come, and only reading can be interrupted (see spool).
type namedPipe struct {
	path string
	file *os.File // nil: not opened yet
}

// Read implements io.Reader. The pipe is closed at its end.
func (p *namedPipe) Read(b []byte) (n int, err error) {
	if p.file == nil {
		if p.file, err = os.Open(p.path); err != nil {
			return 0, err
		}
	}
	if n, err = p.file.Read(b); err != nil {
		p.file.Close()
	}
	return n, err
}

// spoolDir is where large temporary files belong unless somebody says otherwise:
// /tmp is in memory on many machines.
func spoolDir(asked string) string {
	const large = "/var/tmp"
	if asked != "" || os.Getenv("TMPDIR") != "" {
		return asked
	}
	if info, err := os.Stat(large); err != nil || !info.IsDir() {
		return ""
	}
	return large
}
