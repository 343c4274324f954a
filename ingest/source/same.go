package source

import (
	"bytes"
	"os"
)

// unique drops files whose lines are all in another one: a path given twice, a
// link, a copy that a rotation has just made, its compressed twin.
func unique(files []*File) (kept []*File, notes []Note) {
	byHead := map[string][]int{} // indexes into files
	dropped := make([]bool, len(files))
	drop := func(i, of int) {
		dropped[i] = true
		notes = append(notes, Note{Path: files[i].name, Text: "same lines as " + files[of].name})
		files[i].Close()
	}
	for i, f := range files {
		if f.size == 0 {
			continue
		}
		alike := byHead[string(f.head)]
		for _, j := range alike {
			if dropped[j] {
				continue
			}
			if f.within(files[j]) {
				drop(i, j)
				break
			}
			if files[j].within(f) {
				drop(j, i)
			}
		}
		byHead[string(f.head)] = append(alike, i)
	}
	for i, f := range files {
		if !dropped[i] {
			kept = append(kept, f)
		}
	}
	return kept, notes
}

// within reports whether all lines of f are also in g. Both begin alike.
func (f *File) within(g *File) bool {
	switch {
	case os.SameFile(f.info, g.info):
		return true
	case f.codec == nil && g.codec == nil:
		return f.size <= g.size && alikeAt(f, g, max(f.size-headSize, 0), f.size)
	case f.length >= 0 && g.length >= 0:
		return f.length == g.length
	}
	// Without a length, two files compressed alike are compared as they are.
	return f.codec == g.codec && f.info.Size() == g.info.Size() && alikeAt(f, g, 0, min(f.info.Size(), sampleSize))
}

// alikeAt compares a stretch of two files as they are on disk.
func alikeAt(f, g *File, from, to int64) bool {
	a, b := make([]byte, to-from), make([]byte, to-from)
	if _, err := f.file.ReadAt(a, from); err != nil {
		return false
	}
	if _, err := g.file.ReadAt(b, from); err != nil {
		return false
	}
	return bytes.Equal(a, b)
}
