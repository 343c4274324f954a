package source

import (
	"context"
	"io"
	"os"
)

// Stdin is the argument that stands for standard input.
const Stdin = "-"

// spool copies a stream to a temporary file without a name, so that it can be
// read on all cores and its lines again as evidence.
func spool(ctx context.Context, name string, in io.Reader, dir string) (*File, error) {
	file, err := os.CreateTemp(dir, "gumshoe-*")
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
	if err != nil {
		file.Close()
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &File{name: name, file: file, info: info}, nil
}
