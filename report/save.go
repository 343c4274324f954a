package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// saveLayout is the stamp in the name of a saved report.
const saveLayout = "20060102T150405Z"

// Save writes the report to dir as HTML, text and NDJSON, named by the end of
// its window, and points latest.* at the three. A file appears whole or not at
// all; a report of the same window is replaced. The reports name attackers and
// accounts: only the owner and the group can read them.
func Save(dir string, r Report) (paths []string, err error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("making the report directory: %w", err)
	}
	end := r.To
	if end.IsZero() {
		end = r.Now
	}
	stamp := end.UTC().Format(saveLayout)
	renderers := []struct {
		suffix string
		render func(io.Writer, Report) error
	}{
		{"html", HTML},
		{"txt", func(w io.Writer, r Report) error { return Text(w, r, TextOptions{}) }},
		{"ndjson", archiveNDJSON},
	}
	for _, f := range renderers {
		name := stamp + "." + f.suffix
		if err := replaceFile(dir, name, func(w io.Writer) error { return f.render(w, r) }); err != nil {
			return paths, fmt.Errorf("saving the report %q: %w", filepath.Join(dir, name), err)
		}
		if err := replaceLink(dir, "latest."+f.suffix, name); err != nil {
			return paths, fmt.Errorf("linking the latest report: %w", err)
		}
		paths = append(paths, filepath.Join(dir, name))
	}
	return paths, syncDir(dir)
}

// replaceFile writes a file beside its place and renames it, so that a reader
// never meets half of it, not even after a crash.
func replaceFile(dir, name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(dir, "."+name+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close() // a second Close fails harmlessly
			os.Remove(f.Name())
		}
	}()
	if err = f.Chmod(0o640); err != nil {
		return err
	}
	if err = write(f); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(dir, name))
}

// replaceLink points dir/name at target. Symlink does not overwrite, so the new
// link is made aside and renamed over the old one. A run that was killed in between
// may have had the same number, as in containers: what it left gives way.
func replaceLink(dir, name, target string) error {
	aside := filepath.Join(dir, fmt.Sprintf(".%s-%d", name, os.Getpid()))
	if err := os.Remove(aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, aside); err != nil {
		return err
	}
	if err := os.Rename(aside, filepath.Join(dir, name)); err != nil {
		os.Remove(aside)
		return err
	}
	return nil
}

// syncDir makes the renames durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
