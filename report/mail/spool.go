package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// entry is a letter in the spool: one file, named so that the names sort by the
// time of posting.
type entry struct {
	Letter
	Queued time.Time
	Begun  bool // somebody has it already

	name string // of the file
	size int64
}

// stampLayout begins the name of a spooled letter. The fraction has a fixed
// width, or the names would not sort.
const stampLayout = "20060102T150405.000000000Z"

// fileName is where a letter is kept.
func fileName(queued time.Time, key string) string {
	return queued.UTC().Format(stampLayout) + "-" + keyHash(key) + ".json"
}

// keyHash stands for a key in a file name.
func keyHash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:8])
}

// put writes an entry, in place of one with the same name.
func (o Outbox) put(e entry) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return replaceFile(o.Dir, e.name, raw)
}

// names lists the spooled letters, oldest first.
func (o Outbox) names() ([]string, error) {
	dir, err := os.ReadDir(o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the spool: %w", err)
	}
	var names []string
	for _, f := range dir { // sorted by name
		if f.Type().IsRegular() && strings.HasSuffix(f.Name(), ".json") && f.Name() != historyName {
			names = append(names, f.Name())
		}
	}
	return names, nil
}

// get reads an entry.
func (o Outbox) get(name string) (entry, error) {
	raw, err := os.ReadFile(filepath.Join(o.Dir, name))
	if err != nil {
		return entry{}, err
	}
	e, err := decode(raw)
	if err != nil {
		return entry{}, fmt.Errorf("the spooled letter %q cannot be read: %w", name, err)
	}
	e.name = name
	return e, nil
}

// decode reads what put has written.
func decode(raw []byte) (entry, error) {
	e := entry{size: int64(len(raw))}
	if err := json.Unmarshal(raw, &e); err != nil {
		return entry{}, err
	}
	if e.Key == "" || len(e.To) == 0 {
		return entry{}, errors.New("it says neither which letter it is nor to whom")
	}
	return e, nil
}

// setAside renames a file that is no letter, so that it is told once and a
// person can look at it.
func (o Outbox) setAside(name string) error {
	return os.Rename(filepath.Join(o.Dir, name), filepath.Join(o.Dir, name+".bad"))
}

// remove takes an entry out of the spool.
func (o Outbox) remove(name string) error { return os.Remove(filepath.Join(o.Dir, name)) }

// tempPrefix begins the names of files that are being written.
const tempPrefix = ".writing-"

// sweep removes what a killed process has left half written.
func (o Outbox) sweep() error {
	left, err := filepath.Glob(filepath.Join(o.Dir, tempPrefix+"*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// replaceFile writes a file beside its place and renames it: after a crash it
// is there whole or not at all. Letters name attackers and accounts; nobody else
// may read them.
func replaceFile(dir, name string, content []byte) (err error) {
	f, err := os.CreateTemp(dir, tempPrefix+"*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close() // a second Close fails harmlessly
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync() // the rename too
}
