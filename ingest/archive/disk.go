package archive

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// disk is every step that changes the archive, so that tests can count the
// steps, stop at one, or run out of space. Nothing but Sync makes it durable.
type disk interface {
	MkdirAll(dir string) error
	Write(path string, data []byte) error // a new file
	Sync(paths []string) error            // makes files, and names in directories, durable
	Rename(from, to string) error
	Remove(path string) error // a file or an empty directory
}

type osDisk struct{}

func (osDisk) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o750) }

func (osDisk) Write(path string, data []byte) error { return os.WriteFile(path, data, 0o640) }

// syncing bounds the files that are synced at a time.
const syncing = 16

// Sync waits for all at once: the disk takes them together, and what is synced
// already costs nothing.
func (osDisk) Sync(paths []string) error {
	errs := make([]error, len(paths))
	gate := make(chan struct{}, syncing)
	var running sync.WaitGroup
	for i, path := range paths {
		gate <- struct{}{}
		running.Go(func() {
			errs[i] = syncOne(path)
			<-gate
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

func syncOne(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) Remove(path string) error { return os.Remove(path) }

// blob is a file to be written.
type blob struct {
	path string // in the archive
	data []byte
}

const tmpSuffix = ".tmp"

// write writes files under temporary names, renames them and makes the files and
// their names durable. After an error some may be there; what the archive cannot
// remove itself is swept later.
func (a *Archive) write(files []blob) error {
	if len(files) == 0 {
		return nil
	}
	dirs := a.dirsOf(files)
	var tmps []string
	err := func() error {
		for _, dir := range dirs {
			if err := a.disk.MkdirAll(dir); err != nil {
				return err
			}
		}
		for _, f := range files {
			tmps = append(tmps, a.path(f.path)+tmpSuffix)
			if err := a.disk.Write(a.path(f.path)+tmpSuffix, f.data); err != nil {
				return err
			}
		}
		return a.disk.Sync(tmps)
	}()
	if err != nil {
		for _, tmp := range tmps {
			err = errors.Join(err, a.disk.Remove(tmp))
		}
		return err
	}
	for _, f := range files {
		if err := a.disk.Rename(a.path(f.path)+tmpSuffix, a.path(f.path)); err != nil {
			return err
		}
	}
	return a.disk.Sync(dirs)
}

// dirsOf lists the directories of files and those above, up to the archive: a
// killed run may have made one and not synced it.
func (a *Archive) dirsOf(files []blob) (dirs []string) {
	known := map[string]bool{}
	for _, f := range files {
		for dir := filepath.Dir(filepath.FromSlash(f.path)); !known[dir]; dir = filepath.Dir(dir) {
			known[dir] = true
			dirs = append(dirs, filepath.Join(a.dir, dir))
		}
	}
	return dirs
}
