package archive

import (
	"fmt"
	"slices"
	"time"
)

// Policy says how long rows are kept. Zero is without limit.
type Policy struct {
	MaxAge     time.Duration // of everything but services
	ServiceAge time.Duration // of services: the seasonal model wants more weeks than the detectors
	MaxBytes   int64         // of all data files; the oldest days go first, services last
}

// DefaultPolicy keeps eight weeks, and half a year of service hours.
var DefaultPolicy = Policy{MaxAge: 8 * 7 * day, ServiceAge: 26 * 7 * day}

// Pruned is what Prune removed.
type Pruned struct {
	Files, Rows, Bytes int64
}

// Prune removes what is older than a policy allows, whole days at a time, counted
// back from now. A day is removed as it was written: its manifest is replaced
// first, and then the files go.
func (a *Archive) Prune(now time.Time, p Policy) (Pruned, []Damage, error) {
	var done Pruned
	if a.opt.ReadOnly {
		return done, nil, errReadOnly
	}
	if err := a.sweepOnce(); err != nil {
		return done, nil, fmt.Errorf("pruning the archive: %w", err)
	}
	units, damage, err := a.unitsOrAside(allTime)
	if err != nil {
		return done, damage, fmt.Errorf("pruning the archive: %w", err)
	}
	changes := p.apply(now, units)
	if err := a.commitAll(changes); err != nil {
		return done, damage, fmt.Errorf("pruning the archive: %w", err)
	}
	for _, c := range changes {
		for _, f := range c.dropped() {
			done.Files, done.Rows, done.Bytes = done.Files+1, done.Rows+f.Rows, done.Bytes+f.Bytes
		}
	}
	return done, damage, nil
}

// apply returns the manifests that change, the oldest first.
func (p Policy) apply(now time.Time, units []unit) (out []revision) {
	all := make([]revision, len(units))
	var bytes int64
	for i, u := range units {
		m := *u.manifest
		all[i] = revision{old: u.manifest, new: &m}
		end := dayOf(u.start).Add(day)
		if p.MaxAge > 0 && !end.After(now.Add(-p.MaxAge)) {
			m.drop(func(k Kind) bool { return k != KindService })
		}
		if p.ServiceAge > 0 && !end.After(now.Add(-p.ServiceAge)) {
			m = *newManifest(u.start, u.span)
		}
		bytes += m.bytes()
	}
	if p.MaxBytes > 0 {
		bytes = shrink(all, bytes, p.MaxBytes, func(m *manifest) { m.drop(func(k Kind) bool { return k != KindService }) })
		shrink(all, bytes, p.MaxBytes, func(m *manifest) { *m = *newManifest(m.Start, m.span()) })
	}
	for _, r := range all {
		if len(r.old.Files) != len(r.new.Files) || r.new.empty() {
			out = append(out, r)
		}
	}
	return out
}

// shrink cuts the oldest manifests until the limit is kept.
func shrink(all []revision, bytes, limit int64, cut func(*manifest)) int64 {
	for _, r := range all {
		if bytes <= limit {
			break
		}
		bytes -= r.new.bytes()
		cut(r.new)
		bytes += r.new.bytes()
	}
	return bytes
}

// drop forgets the files of some kinds.
func (m *manifest) drop(kinds func(Kind) bool) {
	m.Files = slices.DeleteFunc(slices.Clone(m.Files), func(f file) bool { return kinds(f.Kind) })
}

func (m *manifest) bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Bytes
	}
	return n
}
