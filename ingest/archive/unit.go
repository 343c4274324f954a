package archive

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"
)

// interval is a time from one instant to just before another.
type interval struct{ from, to time.Time }

// allTime is every time that a manifest can have.
var allTime = interval{time.Time{}, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}

// unit is an hour or a folded day, as its manifest tells.
type unit struct {
	start    time.Time
	span     time.Duration
	manifest *manifest
	folded   *manifest // of an hour: of the day that it may have been folded into
}

// valid reports whether an entry stands for itself: an hour whose log was folded
// is in the file of the day already.
func (u *unit) valid(start time.Time, log string) bool {
	if u.folded == nil {
		return true
	}
	_, ok := u.folded.entry(start, log)
	return !ok
}

// shadowed reports whether the day holds all of the hour.
func (u *unit) shadowed() bool {
	return u.folded != nil && !slices.ContainsFunc(u.manifest.Entries, func(e entry) bool { return u.valid(e.Hour, e.Log) })
}

// files returns the valid files of a kind.
func (u *unit) files(k Kind) (out []file) {
	for _, f := range u.manifest.Files {
		if f.Kind == k && u.valid(u.start, f.Log) {
			out = append(out, f)
		}
	}
	return out
}

// units reads the manifests of a time, in its order. Those that cannot be read
// are returned beside: only a directory that cannot be listed is an error.
//
// A manifest that is gone when it is to be read was folded a moment ago, perhaps
// into a day that was not listed yet: then the directory is listed again.
func (a *Archive) units(in interval) (units []unit, damage []Damage, err error) {
	for again, try := true, 0; again && try < 10; try++ {
		if units, damage, again, err = a.list(in); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(units, func(a, b unit) int { return cmp.Or(a.start.Compare(b.start), cmp.Compare(b.span, a.span)) })
	var folded *manifest
	for i := range units {
		switch u := &units[i]; {
		case u.span == day:
			folded = u.manifest
		case folded != nil && dayOf(u.start).Equal(folded.Start):
			u.folded = folded
		}
	}
	return units, damage, nil
}

// list reads the manifests of a time in any order, and reports whether one was gone.
func (a *Archive) list(in interval) (units []unit, damage []Damage, gone bool, err error) {
	list, err := os.ReadDir(a.path(manifestDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, false, nil
	}
	if err != nil {
		return nil, nil, false, err
	}
	for _, e := range list {
		start, span, ok := parseManifestName(e.Name())
		if !ok || !start.Before(in.to) || !start.Add(span).After(in.from) {
			continue
		}
		m, err := a.load(start, span)
		switch {
		case err != nil:
			damage = append(damage, Damage{Path: path.Join(manifestDir, e.Name()), Reason: err.Error()})
		case m == nil:
			gone = true
		default:
			units = append(units, unit{start: start, span: span, manifest: m})
		}
	}
	return units, damage, gone, nil
}
