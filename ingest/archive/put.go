package archive

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
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
// The batch is Put's to change.
//
// On an error the hour is as it was.
func (a *Archive) Put(start time.Time, log string, b Batch, seen []Seen) (Outcome, error) {
	h, err := a.Encode(start, log, b, seen)
	if err != nil {
		return 0, err
	}
	out, err := a.PutAll([]*Encoded{h})
	if err != nil {
		return 0, err
	}
	return out[0], nil
}

// Encoded is what a log says of an hour, as files that wait to be put.
type Encoded struct {
	start time.Time
	log   string
	seen  []Seen
	files []file
	data  map[string][]byte // by path
}

// Size is the length of the hour's files in bytes.
func (h *Encoded) Size() (n int64) {
	for _, f := range h.files {
		n += f.Bytes
	}
	return n
}

// Encode makes the files of an hour without touching the archive: it is most of
// the work of Put, and may be done for several hours at the same time. The batch
// is Encode's to change.
func (a *Archive) Encode(start time.Time, log string, b Batch, seen []Seen) (*Encoded, error) {
	start = start.UTC()
	switch log = strings.ToValidUTF8(log, "\uFFFD"); {
	case !start.Equal(start.Truncate(hour)):
		return nil, fmt.Errorf("archiving %s: not the begin of an hour", start)
	case log == "":
		return nil, errors.New("archiving an hour of a log without a name")
	}
	h := &Encoded{start: start, log: log, seen: canonical(seen)}
	var err error
	h.files, h.data, err = a.encodeBatch(&b, place{start: MilliOf(start), hour: start.Hour(), host: a.opt.Host, log: log})
	if err != nil {
		return nil, fmt.Errorf("archiving the hour %s of %q: %w", start.Format(hourLayout), log, err)
	}
	return h, nil
}

// PutAll does with each hour what Put does, and waits for the disk as rarely for
// all of them as for one. Killed in between or after an error each hour is wholly
// old or wholly new.
func (a *Archive) PutAll(hours []*Encoded) ([]Outcome, error) {
	if a.opt.ReadOnly {
		return nil, errReadOnly
	}
	out, err := a.putAll(hours)
	if err != nil {
		return nil, fmt.Errorf("archiving %d hours of logs from %s: %w", len(hours), hours[0].start.Format(hourLayout), err)
	}
	return out, nil
}

var errReadOnly = errors.New("the archive was opened for reading only")

func (a *Archive) putAll(hours []*Encoded) ([]Outcome, error) {
	if err := a.sweepOnce(); err != nil {
		return nil, err
	}
	var drafts []*draft
	at := map[time.Time]*draft{}
	var out []Outcome
	for _, h := range hours {
		p := at[h.start]
		if p == nil {
			var err error
			if p, err = a.begin(h.start); err != nil {
				return nil, err
			}
			at[h.start] = p
			drafts = append(drafts, p)
		}
		out = append(out, a.putInto(p, h))
	}
	var changes []revision
	for _, p := range drafts {
		if p.changed {
			changes = append(changes, p.revision)
		}
	}
	return out, a.commitAll(changes)
}

// draft is an hour of which logs are being put.
type draft struct {
	revision
	folded  *manifest // of its day; nil: none yet
	changed bool
}

// begin reads what the archive holds of an hour.
func (a *Archive) begin(start time.Time) (*draft, error) {
	folded, err := a.loadOrAside(dayOf(start), day)
	if err != nil {
		return nil, err
	}
	old, err := a.loadOrAside(start, hour)
	if err != nil {
		return nil, err
	}
	p := &draft{folded: folded, revision: revision{old: old, new: newManifest(start, hour), data: map[string][]byte{}}}
	if old != nil {
		p.new.Entries, p.new.Files = slices.Clone(old.Entries), slices.Clone(old.Files)
	}
	return p, nil
}

// Better reports whether Put would keep what the archive holds of an hour of a log
// against a reading. What cannot be read is not better; Hours tells of it.
func (a *Archive) Better(start time.Time, log string, seen []Seen) bool {
	p, err := a.begin(start.UTC())
	if err != nil {
		return false
	}
	_, better := p.weigh(strings.ToValidUTF8(log, "\uFFFD"), canonical(seen))
	return better
}

// weigh returns what is recorded of a log, if anything is, and whether it is better
// than a reading.
func (p *draft) weigh(log string, seen []Seen) (was *entry, better bool) {
	if p.folded != nil {
		if was, ok := p.folded.entry(p.new.Start, log); ok {
			return was, true
		}
	}
	if p.old != nil {
		was, _ = p.old.entry(p.new.Start, log)
	}
	return was, was != nil && !was.Damaged && !covers(seen, was.Seen)
}

// putInto decides what becomes of what a log says.
func (a *Archive) putInto(p *draft, h *Encoded) Outcome {
	was, better := p.weigh(h.log, h.seen)
	switch {
	case better:
		return KeptOld
	case was == nil && len(h.files) == 0 && len(h.seen) == 0:
		return Unchanged
	case was == nil || was.Damaged:
	case equalSeen(was.Seen, h.seen) && a.holds(p.old, h.files, h.log):
		return Unchanged
	}
	p.replace(h)
	if was == nil {
		return Added
	}
	return Replaced
}

// replace makes the hour what the log says of it now.
func (p *draft) replace(h *Encoded) {
	p.changed = true
	p.new.Entries = slices.DeleteFunc(p.new.Entries, func(e entry) bool { return e.Log == h.log })
	p.new.Files = slices.DeleteFunc(p.new.Files, func(f file) bool { return f.Log == h.log })
	p.new.Entries = append(p.new.Entries, entry{Hour: h.start, Log: h.log, Seen: h.seen})
	p.new.Files = append(p.new.Files, h.files...)
	maps.Copy(p.data, h.data)
}

// holds reports whether the files of a log are the given ones, and there.
func (a *Archive) holds(m *manifest, files []file, log string) bool {
	n := 0
	for _, f := range m.Files {
		if f.Log != log {
			continue
		}
		n++
		if !slices.Contains(files, f) || !a.intact(f) {
			return false
		}
	}
	return n == len(files)
}

// intact reports whether a file is there with the bytes that its manifest says: one
// that rotted in its place is written anew by the next reading of its hour.
func (a *Archive) intact(f file) bool {
	if info, err := os.Stat(a.path(f.Path)); err != nil || info.Size() != f.Bytes {
		return false
	}
	content, err := os.ReadFile(a.path(f.Path))
	return err == nil && sumOf(content) == f.SHA256
}

// encodeBatch returns the files of a batch and what is in them.
func (a *Archive) encodeBatch(b *Batch, at place) ([]file, map[string][]byte, error) {
	if len(a.opt.AccountKey) > 0 {
		a.pseudonymize(b)
	}
	var of [6]encoder
	var errs [6]error
	var running sync.WaitGroup
	for i, encode := range []func(*encoder) error{
		func(e *encoder) error { return arrangeAndAdd(e, b.Addresses, at) },
		func(e *encoder) error { return arrangeAndAdd(e, b.Accounts, at) },
		func(e *encoder) error { return arrangeAndAdd(e, b.Paths, at) },
		func(e *encoder) error { return arrangeAndAdd(e, b.Agents, at) },
		func(e *encoder) error { return arrangeAndAdd(e, b.Services, at) },
		func(e *encoder) error { return arrangeAndAdd(e, b.Touches, at) },
	} {
		of[i] = encoder{owner: spell(at.log), span: hour, start: at.start.Time(), log: at.log, data: map[string][]byte{}}
		running.Go(func() { errs[i] = encode(&of[i]) })
	}
	running.Wait()
	var files []file
	data := map[string][]byte{}
	for i := range of {
		files = append(files, of[i].files...)
		maps.Copy(data, of[i].data)
	}
	return files, data, errors.Join(errs[:]...)
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
	for i := range b.Accounts {
		b.Accounts[i].Name = a.hashAccount(b.Accounts[i].Name)
	}
	for i := range b.Touches {
		b.Touches[i].Text = ""
	}
}
