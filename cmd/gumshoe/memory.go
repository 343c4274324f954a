package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/archive"
)

// memory is what the job knows of earlier runs, and where it keeps what the next
// one shall know. With files there is none.
type memory struct {
	dir     string
	lock    *lock // nil: nothing is written
	archive *archive.Archive
	hash    ingest.Hash // of all identifiers that are kept
	fresh   bool        // no run was completed yet: the archive may lack the weeks before
	last    lastRun
	odd     string    // that the clock was set back, if it was
	age     time.Time // from which ages are counted back; before the run's end where that is in doubt
	cases   cases
	lines   knownLines // nil: not asked for
	learned learned
}

// lastRun is what the next run must know of a complete one.
type lastRun struct {
	Schema int       `json:"schema_version"`
	Until  time.Time `json:"until"` // end of what it analyzed
}

// The files of the state directory beside lock, archive/ and reports/.
const (
	keyFile     = "key"
	lastRunFile = "last-run.json"
)

// The bounds of catching up: a run always begins a little before the end of the
// last complete one, because lines are written late, and goes back this far at
// most for runs that were missed.
const (
	overlapping = time.Hour
	catchUp     = 7 * 24 * time.Hour
)

// remember opens the state directory. A dry run reads it only.
func (a *app) remember(ctx context.Context, j *job) (*memory, error) {
	m := &memory{dir: j.Settings.StateDir}
	if !j.DryRun {
		var err error
		if m.lock, err = acquire(ctx, m.dir, j.Wait); err != nil {
			return nil, fmt.Errorf("state directory %s: %w", m.dir, err)
		}
	}
	if err := m.open(j.Settings); err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

// recollect opens what the job remembers and lets it begin where the last run
// ended. Files are nobody's past: for them it is nil.
func (a *app) recollect(ctx context.Context, j *job) (*memory, error) {
	if j.AdHoc() {
		return nil, nil
	}
	m, err := a.remember(ctx, j)
	if err != nil {
		return nil, err
	}
	if m.jumped(j.Started) {
		m.odd = fmt.Sprintf("the clock stands at %s, before the end of the last run at %s: it was set back, or was wrong then",
			j.Started.UTC().Format(time.RFC3339), m.last.Until.Format(time.RFC3339))
		a.note("%s", m.odd)
	}
	if err := m.measure(j); err != nil {
		m.close()
		return nil, err
	}
	if from, _ := j.Span.Resolve(j.Started); j.Span.Since.IsZero() && j.Span.Until.IsZero() {
		if since := m.begin(from, j.Started); since.Before(from) {
			a.detail("beginning at %s, where the last run ended", since.Format(time.RFC3339))
			j.Span.Since = since
		}
	}
	return m, nil
}

// conclude ends a run: what it covered is remembered if it was complete, and the
// archive is brought into shape. A finding or a degraded source is no failure.
func (m *memory) conclude(ctx context.Context, a *app, j *job, to time.Time, outcome error) error {
	if m == nil || m.lock == nil {
		return nil
	}
	if code := exitCode(outcome); code != 0 && code != exitFindings && code != exitDegraded {
		return nil
	}
	if j.Span.Until.IsZero() {
		if err := errors.Join(m.cases.keep(ctx, m.aged(to)), m.keepLines(m.aged(to)), m.learned.keep(ctx, m.cases.book, m.aged(to)), j.Settings.runs().prune(m.aged(to).Add(-j.Settings.KeepArchive)), m.complete(to)); err != nil {
			return err
		}
	}
	_, damage, err := m.tidy(m.aged(to), j.Settings)
	for _, d := range damage {
		a.note("%s", d)
	}
	return err
}

func (m *memory) open(s *Settings) error {
	key, err := m.key()
	if err != nil {
		return fmt.Errorf("the key of the state directory: %w", err)
	}
	m.hash = ingest.Hash{Seed: binary.LittleEndian.Uint64(key)}
	opt := s.archiveOptions(m.hash, key)
	opt.ReadOnly = m.lock == nil
	if m.archive, err = archive.Open(filepath.Join(m.dir, "archive"), opt); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(m.dir, lastRunFile))
	if errors.Is(err, fs.ErrNotExist) {
		m.fresh = true
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, &m.last)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", filepath.Join(m.dir, lastRunFile), err)
	}
	return nil
}

// archiveOptions are those of every opening of the archive.
func (s *Settings) archiveOptions(hash ingest.Hash, key []byte) archive.Options {
	opt := archive.Options{Host: s.Host, Hash: hash}
	if s.HashAccounts {
		opt.AccountKey = key
	}
	return opt
}

// keyLen is the length of the key in bytes.
const keyLen = 32

// key reads the key under which identifiers are hashed, and makes it when the
// directory is new: whoever does not know it cannot aim at collisions.
func (m *memory) key() ([]byte, error) {
	path := filepath.Join(m.dir, keyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, keyLen)
		if m.lock == nil {
			return key, nil // nothing was ever hashed with another
		}
		if _, err := rand.Read(key); err != nil {
			return nil, err
		}
		return key, replaceFile(path, []byte(hex.EncodeToString(key)+"\n"), 0o600)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyLen {
		return nil, fmt.Errorf("%s does not hold %d bytes in hexadecimal; without its key the archive means nothing", path, keyLen)
	}
	return key, nil
}

// begin returns where a run that would begin at from has to, so that nothing
// between the runs is missed.
func (m *memory) begin(from, now time.Time) time.Time {
	since := m.last.Until.Add(-overlapping).Truncate(time.Hour)
	if m.last.Until.IsZero() || !since.Before(from) {
		return from
	}
	if oldest := now.Add(-catchUp).Truncate(time.Hour); since.Before(oldest) {
		return oldest
	}
	return since
}

// jumped reports whether the clock stands before the end of the last run.
func (m *memory) jumped(now time.Time) bool { return m.last.Until.After(now.Add(time.Minute)) }

// measure finds out from when on ages are counted back. A clock far ahead, or one
// that was, must not make everything too old that is kept.
func (m *memory) measure(j *job) error {
	now := j.Started
	if until := j.Span.Until; !until.IsZero() && until.Before(now) {
		now = until
	}
	age, err := m.archive.Age(now, j.Settings.retention())
	if err == nil && age.Before(now) {
		m.age = age
	}
	return err
}

// aged is the moment from which a run that ended at a moment counts ages back.
func (m *memory) aged(to time.Time) time.Time {
	if m.age.IsZero() {
		return to
	}
	return m.age
}

// doubt says why nothing grows older, "" if it does.
func (m *memory) doubt() string {
	if m.age.IsZero() {
		return ""
	}
	return fmt.Sprintf("nothing is known of more than four weeks from %s on: this machine was off, or its clock is or was wrong; "+
		"nothing is removed for its age until two weeks were recorded since, or until 'gumshoe archive prune' is run", m.age.Format(time.RFC3339))
}

// complete remembers that everything up to a moment was analyzed.
func (m *memory) complete(until time.Time) error {
	if m.lock == nil {
		return nil
	}
	text, err := json.Marshal(lastRun{Schema: 1, Until: until.UTC()})
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(m.dir, lastRunFile), append(text, '\n'), 0o640)
}

func (m *memory) close() {
	if m == nil {
		return
	}
	m.cases.close()
	if m.lock != nil {
		m.lock.release()
	}
}

// replaceFile writes a file so that at every instant the old content is there
// or the new one.
func replaceFile(path string, content []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once it has been renamed
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
