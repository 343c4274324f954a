package archive

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// Stat is what an archive holds, as its manifests tell.
type Stat struct {
	Oldest, Newest time.Time // begin of the oldest, end of the newest hour or day; zero: empty
	Usages         []Usage   // by kind, then by month
	Damaged        int       // hours of logs of which a file was set aside
	Aside          int       // files that were set aside
}

// Usage is what one kind takes in one month.
type Usage struct {
	Kind               Kind
	Month              string // "2026-11"
	Files, Rows, Bytes int64
}

// BytesPerRow returns the mean size of a row on disk.
func (u Usage) BytesPerRow() float64 {
	if u.Rows == 0 {
		return 0
	}
	return float64(u.Bytes) / float64(u.Rows)
}

// Total is the sum of all usages.
func (s Stat) Total() (sum Usage) {
	for _, u := range s.Usages {
		sum.Files, sum.Rows, sum.Bytes = sum.Files+u.Files, sum.Rows+u.Rows, sum.Bytes+u.Bytes
	}
	return sum
}

// Stat reads the manifests.
func (a *Archive) Stat() (Stat, []Damage, error) {
	var s Stat
	units, damage, err := a.units(allTime)
	if err != nil {
		return s, damage, fmt.Errorf("reading archive: %w", err)
	}
	type at struct {
		kind  Kind
		month string
	}
	usages := map[at]*Usage{}
	for i := range units {
		u := &units[i]
		if s.Oldest.IsZero() {
			s.Oldest = u.start
		}
		if end := u.start.Add(u.span); end.After(s.Newest) {
			s.Newest = end
		}
		for _, e := range u.manifest.Entries {
			if e.Damaged && u.valid(e.Hour, e.Log) {
				s.Damaged++
			}
		}
		for _, k := range Kinds {
			for _, f := range u.files(k) {
				key := at{k, u.start.Format("2006-01")}
				if usages[key] == nil {
					usages[key] = &Usage{Kind: k, Month: key.month}
				}
				sum := usages[key]
				sum.Files, sum.Rows, sum.Bytes = sum.Files+1, sum.Rows+f.Rows, sum.Bytes+f.Bytes
			}
		}
	}
	for u := range maps.Values(usages) {
		s.Usages = append(s.Usages, *u)
	}
	slices.SortFunc(s.Usages, func(a, b Usage) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)), cmp.Compare(a.Month, b.Month))
	})
	aside, _ := os.ReadDir(a.path(asideDir)) // not there: nothing was set aside
	for _, e := range aside {
		if !strings.HasSuffix(e.Name(), reasonSuffix) {
			s.Aside++
		}
	}
	return s, damage, nil
}

// Hour is what was read of an hour of a log. An hour that is not among them was
// never seen, which is not the same as quiet.
type Hour struct {
	Start   time.Time
	Log     string
	Lines   int64 // lines of the hour
	Damaged bool  // rows of it were lost
}

// Hours returns which hours of which logs the archive knows, in the order of time.
func (a *Archive) Hours(from, to time.Time) ([]Hour, []Damage, error) {
	in := interval{from, to}
	units, damage, err := a.units(in)
	if err != nil {
		return nil, damage, fmt.Errorf("reading archive: %w", err)
	}
	var out []Hour
	for i := range units {
		u := &units[i]
		for _, e := range u.manifest.Entries {
			if !u.valid(e.Hour, e.Log) || !e.Hour.Before(in.to) || !e.Hour.Add(hour).After(in.from) {
				continue
			}
			h := Hour{Start: e.Hour, Log: e.Log, Damaged: e.Damaged}
			for _, s := range e.Seen {
				h.Lines += s.Lines
			}
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b Hour) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Log, b.Log)) })
	return out, damage, nil
}

// Files returns the paths of the valid files of a kind, for a tool that reads
// Parquet itself. They are valid until the next writer replaces them.
func (a *Archive) Files(k Kind, from, to time.Time) ([]string, []Damage, error) {
	units, damage, err := a.units(interval{from, to})
	if err != nil {
		return nil, damage, fmt.Errorf("reading archive: %w", err)
	}
	var out []string
	for i := range units {
		for _, f := range units[i].files(k) {
			out = append(out, a.path(f.Path))
		}
	}
	return out, damage, nil
}
