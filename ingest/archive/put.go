package archive

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Outcome is what Put did.
type Outcome uint8

// The outcomes.
const (
	Unchanged Outcome = iota // the archive held exactly this
	Added                    // the hour of the log is new
	Replaced                 // the new reading saw at least as much as the old one
	KeptOld                  // it did not, or the hour is folded already: the archive knows better
)

func (o Outcome) String() string {
	return [...]string{"unchanged", "added", "replaced", "kept old"}[o]
}

// Put writes what a log says of an hour, or leaves what is there: it is replaced
// only by a reading that covers every byte range that was recorded, of the same
// files by their fingerprints, so that a log that was rotated away never erases
// its history. An hour without rows is recorded too: it was quiet, not unseen.
//
// On an error the hour is as it was.
func (a *Archive) Put(start time.Time, log string, b Batch, seen []Seen) (Outcome, error) {
	start = start.UTC()
	switch log = strings.ToValidUTF8(log, "\uFFFD"); {
	case a.opt.ReadOnly:
		return 0, errReadOnly
	case !start.Equal(start.Truncate(hour)):
		return 0, fmt.Errorf("archiving %s: not the begin of an hour", start)
	case log == "":
		return 0, errors.New("archiving an hour of a log without a name")
	}
	out, err := a.put(start, log, b, canonical(seen))
	if err != nil {
		return 0, fmt.Errorf("archiving the hour %s of %q: %w", start.Format(hourLayout), log, err)
	}
	return out, nil
}

var errReadOnly = errors.New("the archive was opened for reading only")

func (a *Archive) put(start time.Time, log string, b Batch, seen []Seen) (Outcome, error) {
	if err := a.sweepOnce(); err != nil {
		return 0, err
	}
	folded, err := a.loadOrAside(dayOf(start), day)
	if err != nil {
		return 0, err
	}
	if folded != nil {
		if _, ok := folded.entry(start, log); ok {
			return KeptOld, nil
		}
	}
	old, err := a.loadOrAside(start, hour)
	if err != nil {
		return 0, err
	}
	m := newManifest(start, hour)
	var was *entry
	if old != nil {
		was, _ = old.entry(start, log)
		m.Entries = slices.DeleteFunc(slices.Clone(old.Entries), func(e entry) bool { return e.Log == log })
		m.Files = slices.DeleteFunc(slices.Clone(old.Files), func(f file) bool { return f.Log == log })
	}
	if was != nil && !was.Damaged && !covers(seen, was.Seen) {
		return KeptOld, nil
	}
	files, data, err := a.encodeBatch(&b, place{start: MilliOf(start), hour: start.Hour(), host: a.opt.Host, log: log})
	if err != nil {
		return 0, err
	}
	if len(files) == 0 && len(seen) == 0 && was == nil {
		return Unchanged, nil
	}
	m.Files = append(m.Files, files...)
	m.Entries = append(m.Entries, entry{Hour: start, Log: log, Seen: seen})
	if was != nil && !was.Damaged && equalSeen(was.Seen, seen) && a.holds(old, files, log) {
		return Unchanged, nil
	}
	if err := a.commit(m, old, data); err != nil {
		return 0, err
	}
	if was == nil {
		return Added, nil
	}
	return Replaced, nil
}

// holds reports whether the files of a log are the given ones, and there.
func (a *Archive) holds(m *manifest, files []file, log string) bool {
	n := 0
	for _, f := range m.Files {
		if f.Log != log {
			continue
		}
		n++
		if info, err := os.Stat(a.path(f.Path)); !slices.Contains(files, f) || err != nil || info.Size() != f.Bytes {
			return false
		}
	}
	return n == len(files)
}

// encodeBatch returns the files of a batch and what is in them.
func (a *Archive) encodeBatch(b *Batch, at place) ([]file, map[string][]byte, error) {
	e := encoder{owner: spell(at.log), span: hour, start: at.start.Time(), log: at.log, data: map[string][]byte{}}
	if len(a.opt.AccountKey) > 0 {
		a.pseudonymize(b)
	}
	err := errors.Join(
		arrangeAndAdd(&e, b.Addresses, at), arrangeAndAdd(&e, b.Accounts, at), arrangeAndAdd(&e, b.Paths, at),
		arrangeAndAdd(&e, b.Agents, at), arrangeAndAdd(&e, b.Services, at), arrangeAndAdd(&e, b.Touches, at))
	return e.files, e.data, err
}

// encoder collects the files of an hour or a day.
type encoder struct {
	owner string // of the files, as it stands in their names
	start time.Time
	span  time.Duration
	log   string
	files []file
	data  map[string][]byte // by path
}

func arrangeAndAdd[T Row](e *encoder, rows []T, at place) error {
	if len(rows) == 0 {
		return nil
	}
	rows, err := tableOf[T]().arrange(rows, at)
	if err != nil {
		return err
	}
	return add(e, rows)
}

// add makes a file of arranged rows.
func add[T Row](e *encoder, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	content, err := encode(rows)
	if err != nil {
		return err
	}
	e.append(tableOf[T]().kind, content, int64(len(rows)))
	return nil
}

// append adds a file that is encoded already.
func (e *encoder) append(k Kind, content []byte, rows int64) {
	f := file{Kind: k, Log: e.log, Path: dataDir(k, e.start, e.span) + "/" + dataName(e.owner, content),
		Rows: rows, Bytes: int64(len(content)), SHA256: sumOf(content)}
	e.files = append(e.files, f)
	e.data[f.Path] = content
}

// HashedPrefix begins the name of an account that is stored as a hash.
const HashedPrefix = "hash:"

// hashAccount returns the name under which an account is stored.
func (a *Archive) hashAccount(name string) string {
	if len(a.opt.AccountKey) == 0 || name == "" || strings.HasPrefix(name, HashedPrefix) {
		return name
	}
	mac := hmac.New(sha256.New, a.opt.AccountKey)
	mac.Write([]byte(strings.ToLower(name)))
	return HashedPrefix + hex.EncodeToString(mac.Sum(nil)[:16])
}

// pseudonymize replaces the names of accounts. Evidence lines spell them too,
// wherever the daemon pleased, and are left out.
func (a *Archive) pseudonymize(b *Batch) {
	b.Accounts, b.Touches = slices.Clone(b.Accounts), slices.Clone(b.Touches)
	for i := range b.Accounts {
		b.Accounts[i].Name = a.hashAccount(b.Accounts[i].Name)
	}
	for i := range b.Touches {
		b.Touches[i].Text = ""
	}
}
