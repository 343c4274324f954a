package archive

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// sweepOnce removes what killed runs left behind, before the first change.
func (a *Archive) sweepOnce() error {
	if a.swept {
		return nil
	}
	if err := a.sweep(); err != nil {
		return err
	}
	a.swept = true
	return nil
}

// sweep removes manifests that a folded day replaces, data files that no
// manifest names, and temporary files. Where a manifest cannot be read nothing is
// removed: its files may be valid.
func (a *Archive) sweep() error {
	named := map[string]bool{}
	unread := map[string]bool{} // directories
	units, damage, err := a.units(allTime)
	if err != nil {
		return err
	}
	for _, d := range damage {
		start, span, _ := parseManifestName(path.Base(d.Path))
		for _, k := range Kinds {
			unread[dataDir(k, start, span)] = true
		}
	}
	for i := range units {
		u := &units[i]
		if u.shadowed() {
			if err := a.remove(u.manifest.path()); err != nil {
				return err
			}
			continue
		}
		for _, f := range u.manifest.Files {
			named[f.Path] = true
		}
	}
	return errors.Join(a.sweepDir(manifestDir, func(rel string) bool { return !strings.HasSuffix(rel, tmpSuffix) }),
		a.sweepData(named, unread))
}

// sweepDir removes the files of a directory that are not to be kept.
func (a *Archive) sweepDir(dir string, keep func(rel string) bool) error {
	list, err := os.ReadDir(a.path(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	kept := 0
	for _, e := range list {
		rel := path.Join(dir, e.Name())
		if e.IsDir() || keep(rel) {
			kept++
		} else if err := a.remove(rel); err != nil {
			return err
		}
	}
	if kept == 0 && dir != manifestDir {
		a.removeEmpty(filepath.FromSlash(dir))
	}
	return nil
}

// sweepData sweeps every directory of data files.
func (a *Archive) sweepData(named, unread map[string]bool) error {
	for _, k := range Kinds {
		days, _ := os.ReadDir(a.path("kind=" + string(k)))
		for _, d := range days {
			dayDir := path.Join("kind="+string(k), d.Name())
			hours, _ := os.ReadDir(a.path(dayDir))
			for _, h := range hours {
				dir := path.Join(dayDir, h.Name())
				if err := a.sweepDir(dir, func(rel string) bool { return named[rel] || unread[dir] && !strings.HasSuffix(rel, tmpSuffix) }); err != nil {
					return err
				}
			}
			if len(hours) == 0 {
				a.removeEmpty(filepath.FromSlash(dayDir))
			}
		}
	}
	return nil
}
