package source

import (
	"bytes"
	"context"
	"io"
	"os"
)

// unique drops files whose lines are all in another one: a path given twice, a
// link, a copy that a rotation has just made, its compressed twin. It reads no
// more than heads where these differ. When ctx is done, it keeps what is left.
func unique(ctx context.Context, files []*File) (kept []*File, notes []Note) {
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
			inside, around := compare(ctx, f, files[j])
			if inside {
				drop(i, j)
				break
			}
			if around {
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

// compareSize is how much of two texts is compared at once.
const compareSize = 64 << 10

// compare reports whether all of f's text is at the beginning of g's, and all of
// g's at the beginning of f's. It reads both up to the first difference or the
// shorter one's end: what a compressed file claims of its length is not to be
// relied on, gzip tells that of its last member alone. A text cut by an error
// ends there; it is the same as another of its log, which is being compressed, but
// of no other file: there the error is to be told.
func compare(ctx context.Context, f, g *File) (inside, around bool) {
	if os.SameFile(f.info, g.info) {
		return true, true
	}
	x, err := f.open()
	if err != nil {
		return false, false
	}
	defer x.Close()
	y, err := g.open()
	if err != nil {
		return false, false
	}
	defer y.Close()
	a, b := make([]byte, compareSize), make([]byte, compareSize)
	for ctx.Err() == nil {
		n, endX := io.ReadFull(x, a)
		m, endY := io.ReadFull(y, b)
		shorter := min(n, m)
		switch {
		case !bytes.Equal(a[:shorter], b[:shorter]):
			return false, false
		case endX != nil || endY != nil:
			twins := f.Log() == g.Log()
			return n <= m && (twins || endsWell(x)), m <= n && (twins || endsWell(y))
		}
	}
	return false, false
}

// endsWell reports whether r, which has come to an end, ended without an error.
func endsWell(r io.Reader) bool {
	_, err := r.Read(make([]byte, 1))
	return err == io.EOF
}
