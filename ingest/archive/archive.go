// Package archive keeps the hourly aggregates of past runs as Parquet files:
// the weeks in which a slow attack lives.
//
//	Put ──▶ hour files ──Fold──▶ day files ──Prune──▶ nothing
//	             └──────────┬────────┘
//	                      Read, Stat, Export
//
// The unit of writing is what one log says of one hour. It is recomputed and
// replaced as a whole, never appended to; Put decides by the content
// fingerprints and byte ranges of what was read whether the new reading knows at
// least as much as the old one. The same input gives the same bytes: no file
// holds a run id or the time at which it was written.
//
//	kind=address/dt=2026-11-20/hour=18/var_log_auth.log-5f0c….parquet   an hour of a log
//	kind=address/dt=2026-11-18/hour=all/day-91ab….parquet               a folded day
//	_manifest/2026-11-20T18.json, _manifest/2026-11-18.json             what is valid
//	_aside/                                                             what could not be read
//
// Data files are named after their content, and only those that a manifest names
// are valid. New data is written beside the old, then the manifest is replaced in
// one rename, then the old data is removed: killed at any instant, the archive
// holds the old state or the new one, and the next writer sweeps what is left over.
//
// One process writes at a time; the caller holds the lock. Readers need none.
package archive

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"gumshoe/ingest"
)

// Options of an archive.
type Options struct {
	Host       string      // written into every row
	Hash       ingest.Hash // of the identifiers in the rows; Forget needs it
	AccountKey []byte      // when not empty, names of accounts are stored as keyed hashes and evidence lines not at all
	ReadOnly   bool        // leave damaged files where they are
	Workers    int         // files read at a time; 0: one for each processor
}

// Archive is a directory of Parquet files and their manifests.
type Archive struct {
	dir   string
	opt   Options
	disk  disk
	swept bool

	parsed sync.Map // manifests by their path; see load
}

// Open returns the archive in dir, which is made unless it is there or the
// archive is opened for reading only.
func Open(dir string, opt Options) (*Archive, error) {
	opt.Workers = cmp.Or(opt.Workers, runtime.GOMAXPROCS(0))
	a := &Archive{dir: dir, opt: opt, disk: osDisk{}}
	switch info, err := os.Stat(dir); {
	case err == nil && !info.IsDir():
		return nil, fmt.Errorf("opening archive %q: not a directory", dir)
	case os.IsNotExist(err) && !opt.ReadOnly:
		if err := errors.Join(a.disk.MkdirAll(dir), a.disk.Sync([]string{dir, filepath.Dir(dir)})); err != nil {
			return nil, fmt.Errorf("making archive %q: %w", dir, err)
		}
	case err != nil && !os.IsNotExist(err):
		return nil, fmt.Errorf("opening archive: %w", err)
	}
	return a, nil
}

// path returns the place of a file that is named relative to the archive.
func (a *Archive) path(rel string) string { return filepath.Join(a.dir, filepath.FromSlash(rel)) }
