package archive

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// QuietHour names the logs that were read of an hour and had no line in it.
type QuietHour struct {
	Start time.Time
	Logs  []string
}

// Quiet records hours that were quiet, not unseen. Each costs a line in the
// manifest of the hour for each log, and all of them wait for the disk together. A
// log of which the hour is known already is left as it is; a later reading that
// finds lines replaces the record.
//
// On an error each hour is as it was, or recorded.
func (a *Archive) Quiet(hours []QuietHour) error {
	if a.opt.ReadOnly {
		return errReadOnly
	}
	if err := a.sweepOnce(); err != nil {
		return fmt.Errorf("archiving quiet hours: %w", err)
	}
	var changes []revision
	for _, h := range hours {
		start := h.Start.UTC()
		if !start.Equal(start.Truncate(hour)) {
			return fmt.Errorf("archiving %s: not the begin of an hour", start)
		}
		m, old, err := a.quiet(start, h.Logs)
		if err != nil {
			return fmt.Errorf("archiving the quiet hour %s: %w", start.Format(hourLayout), err)
		}
		if m != nil {
			changes = append(changes, revision{old: old, new: m})
		}
	}
	if err := a.commitAll(changes); err != nil {
		return fmt.Errorf("archiving quiet hours: %w", err)
	}
	return nil
}

// quiet returns the manifest of an hour with the quiet logs, and the one that is
// there, if any; nil if all of them are known.
func (a *Archive) quiet(start time.Time, logs []string) (m, old *manifest, err error) {
	folded, err := a.loadOrAside(dayOf(start), day)
	if err != nil {
		return nil, nil, err
	}
	if old, err = a.loadOrAside(start, hour); err != nil {
		return nil, nil, err
	}
	m = newManifest(start, hour)
	if old != nil {
		m.Entries, m.Files = slices.Clone(old.Entries), slices.Clone(old.Files)
	}
	known := func(log string) bool {
		if folded != nil {
			if _, ok := folded.entry(start, log); ok {
				return true
			}
		}
		return slices.ContainsFunc(m.Entries, func(e entry) bool { return e.Log == log })
	}
	before := len(m.Entries)
	for _, log := range logs {
		if log = strings.ToValidUTF8(log, "\uFFFD"); log != "" && !known(log) {
			m.Entries = append(m.Entries, entry{Hour: start, Log: log, Seen: []Seen{}})
		}
	}
	if len(m.Entries) == before {
		return nil, nil, nil
	}
	return m, old, nil
}
