package archive

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// disk is every step that changes the archive, so that tests can count the
// steps, stop at one, or run out of space.
type disk interface {
	MkdirAll(dir string) error            // durable: each new directory is synced into its parent
	Write(path string, data []byte) error // a new file, synced
	Rename(from, to string) error         // not synced
	Remove(path string) error             // a file or an empty directory
	SyncDir(dir string) error             // makes renames and removals in dir durable
}

type osDisk struct{}

func (d osDisk) MkdirAll(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := d.MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.SyncDir(parent)
}

func (osDisk) Write(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) Remove(path string) error { return os.Remove(path) }

func (osDisk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// commit writes files under temporary names, renames them and makes both the
// files and their names durable. What is left of a failure is swept later.
func commit(d disk, files map[string][]byte, order []string) error {
	dirs := map[string]bool{}
	var dirOrder []string
	for _, path := range order {
		dir := filepath.Dir(path)
		if !dirs[dir] {
			dirs[dir] = true
			dirOrder = append(dirOrder, dir)
			if err := d.MkdirAll(dir); err != nil {
				return err
			}
		}
		if err := d.Write(path+tmpSuffix, files[path]); err != nil {
			return errors.Join(err, d.Remove(path+tmpSuffix))
		}
		if err := d.Rename(path+tmpSuffix, path); err != nil {
			return err
		}
	}
	for _, dir := range dirOrder {
		if err := d.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

const tmpSuffix = ".tmp"
