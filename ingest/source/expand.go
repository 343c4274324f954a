package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gumshoe/ingest"
)

// Note tells of a path that is not read, or that holds nothing.
type Note struct {
	Path string
	Text string
	// Err is why the path could not be read; nil if it was left out on purpose.
	Err error
}

// Expand opens the files that the arguments name: a file as it is, a directory
// with all logs below it, a journal or a directory of journals as one log, "-" as
// standard input. The files of one log come
// oldest first, logs by path. Notes come in the order of paths. The error is
// that of ctx alone. The sources are of type *File; the caller closes them.
func Expand(ctx context.Context, args []string, opt Options) ([]ingest.Source, []Note, error) {
	e := expansion{ctx: ctx, opt: opt}
	for _, arg := range args {
		if info, err := os.Stat(arg); arg != Stdin && err == nil && info.IsDir() {
			e.walk(filepath.Clean(arg), info)
		} else {
			e.add(arg, false)
		}
		if err := ctx.Err(); err != nil {
			closeAll(e.files)
			return nil, e.notes, err
		}
	}
	slices.SortStableFunc(e.files, func(a, b *File) int { return compareNames(a.name, b.name) })
	files, notes := unique(ctx, e.files)
	if err := ctx.Err(); err != nil {
		closeAll(files)
		return nil, e.notes, err
	}
	e.notes = append(e.notes, notes...)
	slices.SortStableFunc(e.notes, func(a, b Note) int { return compareNames(a.Path, b.Path) })
	sources := make([]ingest.Source, len(files))
	for i, f := range files {
		sources[i] = f
	}
	return sources, e.notes, nil
}

func closeAll(files []*File) {
	for _, f := range files {
		f.Close()
	}
}

// expansion collects files.
type expansion struct {
	ctx   context.Context
	opt   Options
	dirs  []os.FileInfo // walked already: links may lead in circles
	files []*File
	notes []Note
}

func (e *expansion) note(path, text string, err error) {
	e.notes = append(e.notes, Note{Path: path, Text: text, Err: err})
}

// add opens a file. What was found in a directory need not be a log.
func (e *expansion) add(path string, found bool) {
	f, err := open(e.ctx, path, e.opt)
	e.take(path, f, err, found)
}

// take keeps a file that was opened, or says why there is none, or only a part.
func (e *expansion) take(path string, f *File, err error, found bool) {
	switch {
	case found && errors.Is(err, ErrNotLog):
		e.note(path, notLogText(err), nil)
		return
	case err != nil:
		e.note(path, err.Error(), err)
	}
	switch {
	case f == nil:
	case found && document(path, f.head):
		e.note(path, "a document", nil)
		f.Close()
	default:
		if f.size == 0 {
			e.note(path, "empty", nil)
		}
		e.files = append(e.files, f)
	}
}

func notLogText(err error) string {
	for _, known := range []error{errBinary, errUnknownFormat} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

// walk adds what is in a directory. It follows links.
func (e *expansion) walk(dir string, info os.FileInfo) {
	if slices.ContainsFunc(e.dirs, func(d os.FileInfo) bool { return os.SameFile(d, info) }) {
		e.note(dir, "directory read already", nil)
		return
	}
	e.dirs = append(e.dirs, info)
	entries, err := os.ReadDir(dir)
	if err != nil {
		e.note(dir, fmt.Sprintf("reading %q: %v", dir, cause(err)), err)
	}
	journals := holdsJournals(entries)
	if journals {
		f, err := OpenJournal(e.ctx, Journal{Path: dir}, e.opt)
		e.take(dir, f, err, true)
	}
	for _, entry := range entries {
		if e.ctx.Err() != nil {
			return
		}
		if journals && !entry.IsDir() && journalName(entry.Name()) {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		info, err := os.Stat(path)
		why := foreign(path)
		switch {
		case why != "" && (why == hidden || err != nil || !info.IsDir()): // a directory may be named after a site like example.sh
			e.note(path, why, nil)
		case err != nil && entry.Type()&os.ModeSymlink != 0:
			e.note(path, "link to nowhere", nil)
		case err != nil:
			e.note(path, fmt.Sprintf("reading %q: %v", path, cause(err)), err)
		case info.IsDir():
			e.walk(path, info)
		case !info.Mode().IsRegular():
			e.note(path, "not a regular file", nil)
		default:
			e.add(path, true)
		}
	}
}
