package archive

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// manifest says what is valid of an hour or of a folded day.
type manifest struct {
	Schema  int       `json:"schema"`
	Start   time.Time `json:"start"`
	Span    int       `json:"span"` // seconds
	Entries []entry   `json:"entries"`
	Files   []file    `json:"files"`
}

// entry is what one hour of a log was counted from.
type entry struct {
	Hour    time.Time `json:"hour"`
	Log     string    `json:"log"`
	Seen    []Seen    `json:"seen"`
	Damaged bool      `json:"damaged,omitempty"` // a file of it was set aside: any reading is better
}

// file is one data file.
type file struct {
	Kind   Kind   `json:"kind"`
	Log    string `json:"log,omitempty"` // of an hour's file; a day's file holds all logs
	Path   string `json:"path"`          // in the archive, with slashes
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func newManifest(start time.Time, span time.Duration) *manifest {
	return &manifest{Schema: SchemaVersion, Start: start, Span: int(span / time.Second)}
}

func (m *manifest) span() time.Duration { return time.Duration(m.Span) * time.Second }

func (m *manifest) path() string { return manifestPath(m.Start, m.span()) }

// empty reports whether nothing would be lost without the manifest.
func (m *manifest) empty() bool { return len(m.Entries) == 0 && len(m.Files) == 0 }

// entry returns what is recorded of an hour of a log.
func (m *manifest) entry(start time.Time, log string) (*entry, bool) {
	i, ok := slices.BinarySearchFunc(m.Entries, entry{Hour: start, Log: log}, compareEntries)
	if !ok {
		return nil, false
	}
	return &m.Entries[i], true
}

func compareEntries(a, b entry) int {
	return cmp.Or(a.Hour.Compare(b.Hour), cmp.Compare(a.Log, b.Log))
}

// encode returns the manifest's bytes, the same for the same content.
func (m *manifest) encode() []byte {
	slices.SortFunc(m.Entries, compareEntries)
	slices.SortFunc(m.Files, func(a, b file) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Path, b.Path)) })
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(m); err != nil {
		panic("archive: a manifest is always encodable: " + err.Error())
	}
	return b.Bytes()
}

// errNewer is the error of what a newer version of the program wrote. It is not
// damaged and never set aside.
var errNewer = errors.New("written by a newer version of gumshoe")

// load reads the manifest of an hour or a day: nil if there is none. A question asks
// for the same hours many times, and to parse what they say is dearer than to read it:
// that is done again only where the bytes have changed.
func (a *Archive) load(start time.Time, span time.Duration) (*manifest, error) {
	rel := manifestPath(start, span)
	data, err := os.ReadFile(a.path(rel))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if known, ok := a.parsed.Load(rel); ok && bytes.Equal(known.(parsed).data, data) {
		return known.(parsed).manifest.clone(), nil
	}
	m, err := parseManifest(data, start, span)
	if err != nil {
		return nil, err
	}
	a.parsed.Store(rel, parsed{data, m.clone()})
	return m, nil
}

// parsed is a manifest as it was read, which nobody changes.
type parsed struct {
	data     []byte
	manifest *manifest
}

// clone returns a copy whose lists may be changed.
func (m *manifest) clone() *manifest {
	c := *m
	c.Entries, c.Files = slices.Clone(m.Entries), slices.Clone(m.Files)
	return &c
}

// parseManifest believes nothing: a manifest names files that are opened, moved
// and removed.
func parseManifest(data []byte, start time.Time, span time.Duration) (*manifest, error) {
	m := &manifest{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, err
	}
	switch {
	case m.Schema > SchemaVersion:
		return nil, errNewer
	case m.Schema < 1 || !m.Start.Equal(start) || m.span() != span:
		return nil, fmt.Errorf("is not the manifest of %s", start.Format(hourLayout))
	}
	m.Start = start
	for i := range m.Entries {
		e := &m.Entries[i]
		if e.Hour = e.Hour.UTC(); !e.Hour.Equal(e.Hour.Truncate(hour)) || e.Hour.Before(start) || !e.Hour.Before(start.Add(span)) {
			return nil, fmt.Errorf("has an entry of another time: %s", e.Hour)
		}
	}
	if !slices.IsSortedFunc(m.Entries, compareEntries) {
		return nil, errors.New("has entries out of order")
	}
	for _, f := range m.Files {
		if !slices.Contains(Kinds, f.Kind) {
			return nil, fmt.Errorf("names a file of an unknown kind: %.40q", f.Kind)
		}
		if err := checkDataPath(f.Path, f.Kind, start, span); err != nil {
			return nil, err
		}
		if f.Bytes < 0 || f.Rows < 0 {
			return nil, errors.New("names a file of less than nothing")
		}
	}
	return m, nil
}

// revision is a manifest that is to become valid, with its new files by path. The
// files that the old one, which may be nil, names alone are removed.
type revision struct {
	old, new *manifest
	data     map[string][]byte
}

// commit makes a manifest valid.
func (a *Archive) commit(m, old *manifest, data map[string][]byte) error {
	return a.commitAll([]revision{{old: old, new: m, data: data}})
}

// commitAll makes manifests valid, each in one instant, and waits for the disk a
// few times for all of them: first the new files are written, then the manifests,
// and at last old files are removed.
func (a *Archive) commitAll(changes []revision) error {
	var files, manifests []blob
	var empty []string
	for _, c := range changes {
		manifest := c.new.encode() // puts the files into order
		for _, f := range c.new.Files {
			if content, ok := c.data[f.Path]; ok {
				files = append(files, blob{f.Path, content})
			}
		}
		switch {
		case !c.new.empty():
			manifests = append(manifests, blob{c.new.path(), manifest})
		case c.old != nil:
			empty = append(empty, c.new.path())
		}
	}
	if err := a.write(files); err != nil {
		return err
	}
	if err := a.write(manifests); err != nil {
		return err
	}
	for _, path := range empty {
		if err := a.remove(path); err != nil {
			return err
		}
	}
	if len(empty) > 0 {
		if err := a.disk.Sync([]string{a.path(manifestDir)}); err != nil {
			return err
		}
	}
	for _, c := range changes {
		for _, f := range c.dropped() {
			a.removeData(f.Path)
		}
	}
	return nil
}

// dropped returns the files that only the old manifest names.
func (c revision) dropped() (out []file) {
	if c.old == nil {
		return nil
	}
	named := map[string]bool{}
	for _, f := range c.new.Files {
		named[f.Path] = true
	}
	for _, f := range c.old.Files {
		if !named[f.Path] {
			out = append(out, f)
		}
	}
	return out
}

// remove removes a file of the archive; it may be gone already.
func (a *Archive) remove(rel string) error {
	if err := a.disk.Remove(a.path(rel)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// removeData removes a data file that nothing names any more, and the
// directories that it leaves empty. What cannot be removed is swept later.
func (a *Archive) removeData(rel string) {
	if a.remove(rel) == nil {
		a.removeEmpty(filepath.Dir(filepath.FromSlash(rel)))
	}
}

// removeEmpty removes empty directories from dir upwards. Those that are not
// empty, or not ours to remove, stay.
func (a *Archive) removeEmpty(dir string) {
	for ; dir != "."; dir = filepath.Dir(dir) {
		if list, err := os.ReadDir(a.path(dir)); err != nil || len(list) > 0 || a.disk.Remove(a.path(dir)) != nil {
			return
		}
	}
}
