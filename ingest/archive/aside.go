package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Damage is a part of the archive that could not be read. The run goes on
// without it.
type Damage struct {
	Path   string // of the file, in the archive
	Reason string
	Aside  string // where the file is kept now; empty: where it was
}

func (d Damage) String() string {
	s := fmt.Sprintf("archive file %q: %s", d.Path, d.Reason)
	if d.Aside != "" {
		s += fmt.Sprintf("; set aside as %q", d.Aside)
	}
	return s
}

// setAside moves a file out of the way, with a note that says why.
func (a *Archive) setAside(rel, reason string) (Damage, error) {
	d := Damage{Path: rel, Reason: reason}
	if a.opt.ReadOnly {
		return d, nil
	}
	to := asideName(rel)
	if err := a.disk.MkdirAll(a.path(asideDir)); err != nil {
		return d, err
	}
	switch err := a.disk.Rename(a.path(rel), a.path(to)); {
	case errors.Is(err, fs.ErrNotExist):
		return d, nil
	case err != nil:
		return d, err
	}
	d.Aside = to
	if err := a.disk.Write(a.path(to)+reasonSuffix, []byte(reason+"\n")); err != nil {
		return d, err
	}
	return d, a.disk.Sync([]string{a.path(to) + reasonSuffix, a.path(asideDir), filepath.Dir(a.path(rel))})
}

// loadOrAside reads a manifest. A damaged one is set aside, with the files of its
// time: without it nobody knows which of them are valid.
func (a *Archive) loadOrAside(start time.Time, span time.Duration) (*manifest, error) {
	m, err := a.load(start, span)
	if err == nil || errors.Is(err, errNewer) || a.opt.ReadOnly {
		return m, err
	}
	var outside *fs.PathError
	if errors.As(err, &outside) {
		return nil, err // not to be read is not damaged
	}
	return nil, a.manifestAside(start, span, err)
}

// manifestAside sets a damaged manifest aside, the files of its time before it.
func (a *Archive) manifestAside(start time.Time, span time.Duration, reason error) error {
	for _, k := range Kinds {
		dir := dataDir(k, start, span)
		list, err := os.ReadDir(a.path(dir))
		if err != nil {
			continue // of this kind there is nothing
		}
		for _, e := range list {
			if _, err := a.setAside(path.Join(dir, e.Name()), "its manifest is damaged"); err != nil {
				return err
			}
		}
		a.removeEmpty(filepath.FromSlash(dir))
	}
	_, err := a.setAside(manifestPath(start, span), reason.Error())
	return err
}

// unitsOrAside reads the manifests of a time and sets aside those that are damaged.
func (a *Archive) unitsOrAside(in interval) ([]unit, []Damage, error) {
	units, damage, err := a.units(in)
	if err != nil || a.opt.ReadOnly {
		return units, damage, err
	}
	for i, d := range damage {
		start, span, _ := parseManifestName(path.Base(d.Path))
		if _, err := a.loadOrAside(start, span); err != nil {
			continue // not damaged: of a newer version, or not to be read
		}
		damage[i].Aside = asideName(d.Path)
	}
	return units, damage, nil
}

func asideName(rel string) string { return path.Join(asideDir, strings.ReplaceAll(rel, "/", "_")) }

// dataAside sets a damaged data file aside and tells its manifest, so that the
// next reading of its hour replaces it, whatever it saw.
func (a *Archive) dataAside(u *unit, f file, reason string) (Damage, error) {
	d, err := a.setAside(f.Path, reason)
	if err != nil || a.opt.ReadOnly {
		return d, err
	}
	m, err := a.load(u.start, u.span)
	if err != nil || m == nil {
		return d, err
	}
	i := slices.Index(m.Files, f)
	if i < 0 {
		return d, nil
	}
	m.Files = slices.Delete(m.Files, i, i+1)
	for j := range m.Entries {
		if f.Log == "" || m.Entries[j].Log == f.Log {
			m.Entries[j].Damaged = true
		}
	}
	return d, a.commit(m, nil, nil)
}

// damaged tells of a file that could not be read. If the file is to blame it is
// set aside, and mended reports that its manifest does not name it any more.
func (a *Archive) damaged(at *piece, reason error) (d Damage, mended bool, err error) {
	if !errors.Is(reason, errDamaged) && !errors.Is(reason, fs.ErrNotExist) {
		return Damage{Path: at.file.Path, Reason: reason.Error()}, false, nil
	}
	d, err = a.dataAside(at.unit, at.file, reason.Error())
	return d, err == nil && !a.opt.ReadOnly, err
}

// piece is a file of a unit.
type piece struct {
	unit *unit
	file file
}

// errUnreadable is the error of a file that can be neither read nor set aside. It
// was added to the damage.
var errUnreadable = errors.New("a file cannot be read")

// mending does something to the units of a day. A file that stands in the way is
// set aside, and then it is done again with the rest.
func (a *Archive) mending(units []unit, damage *[]Damage, do func([]unit) (broken *piece, err error)) error {
	for {
		broken, err := do(units)
		if broken == nil {
			return err
		}
		told, mended, err := a.damaged(broken, err)
		*damage = append(*damage, told)
		switch {
		case err != nil:
			return fmt.Errorf("setting a damaged file aside: %w", err)
		case !mended:
			return errUnreadable
		}
		start := dayOf(units[0].start)
		if units, _, err = a.units(interval{start, start.Add(day)}); err != nil {
			return err
		}
	}
}

// reasonSuffix is that of the note beside a file that was set aside.
const reasonSuffix = ".reason"
