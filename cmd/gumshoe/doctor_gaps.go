package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gumshoe/ingest/archive"
	"gumshoe/ingest/source"
)

// When an hour without a line is a hole: where the two weeks before have lines at that
// time of the day, and so many on a usual one of them.
const (
	holeDays  = 14
	holeUsual = 20
	holeLook  = 7 * 24 // hours back
	holesTold = 3
)

// hole is a stretch of hours in which a log that is never quiet then was quiet.
type hole struct {
	log      string
	from, to int64 // hours since 1970, to excluded
	usual    int64 // lines
}

// checkGaps looks in the archive for hours of the last week that a log lost: a daemon
// that stood still, a disk that was full, a rotation that went wrong.
func (d *doctor) checkGaps(m *memory) {
	end := m.last.Until.Truncate(time.Hour)
	hours, _, err := m.archive.Hours(end.Add(-holeLook*time.Hour-holeDays*24*time.Hour), end)
	if err != nil {
		return // base.history tells
	}
	found := holes(hours, hourNumber(end))
	for _, h := range found[:min(len(found), holesTold)] {
		try := "journalctl --since '" + hourAt(h.from).Format("2006-01-02 15:04") + "' --until '" + hourAt(h.to).Format("2006-01-02 15:04") + "'"
		if filepath.IsAbs(h.log) {
			try = "ls -l " + legible(h.log) + "*"
		}
		in := d.settings.Location
		text := fmt.Sprintf("No line in %s from %s to %s; %d are usual.", legible(h.log), hourAt(h.from).In(in).Format("Mon 2 Jan 15:04"), hourAt(h.to).In(in).Format("Mon 2 Jan 15:04"), h.usual)
		if h.to == hourNumber(end) { // it still is
			d.fail("src.gap", try, "%s", text)
		} else {
			d.warn("src.gap", try, "%s", text)
		}
	}
	if len(found) == 0 && len(hours) > 0 {
		d.ok("src.gap", "no log was silent in an hour of the last week that is never quiet")
	}
}

// holes are those of the week before end, the longest first. Hours in which no log has
// a line are none: then the machine was off.
func holes(hours []archive.Hour, end int64) (out []hole) {
	lines, awake := map[string]map[int64]int64{}, map[int64]bool{}
	for _, h := range hours {
		if lines[h.Log] == nil {
			lines[h.Log] = map[int64]int64{}
		}
		n := hourNumber(h.Start)
		lines[h.Log][n] += h.Lines
		awake[n] = awake[n] || h.Lines > 0
	}
	for log, of := range lines {
		for h := end - holeLook; h < end; h++ {
			usual := usualLines(of, h)
			if of[h] > 0 || usual < holeUsual || !awake[h] && len(lines) > 1 {
				continue
			}
			if last := len(out) - 1; last >= 0 && out[last].log == log && out[last].to == h {
				out[last].to, out[last].usual = h+1, out[last].usual+usual
			} else {
				out = append(out, hole{log, h, h + 1, usual})
			}
		}
	}
	slices.SortFunc(out, func(a, b hole) int {
		return cmp.Or(cmp.Compare(b.to-b.from, a.to-a.from), cmp.Compare(a.from, b.from), strings.Compare(a.log, b.log))
	})
	return out
}

// usualLines is the median of an hour on the days before, 0 where more than a quarter
// of them had no line at that time.
func usualLines(of map[int64]int64, hour int64) int64 {
	counts := make([]int64, holeDays)
	for day := range counts {
		counts[day] = of[hour-24*int64(day+1)]
	}
	slices.Sort(counts)
	if counts[holeDays/4] == 0 {
		return 0
	}
	return counts[holeDays/2]
}

// neverRotated is the size of a log from which nobody can have rotated it.
const neverRotated = 2 << 30

// checkRotation asks whether the rotated files of the logs are there and readable:
// what the last run did not see stands there.
func (d *doctor) checkRotation(logs []foundLog) {
	rotated, of := 0, 0
	for _, l := range logs {
		for _, file := range l.Files {
			siblings := source.Siblings(d.machine.path(file))
			for _, s := range siblings {
				if err := readable(s); err != nil {
					d.fail("src.rotation", "ls -l "+legible(d.machine.own(s)), "A rotated log cannot be read: %s", legible(err.Error()))
					return
				}
			}
			if len(siblings) > 1 {
				rotated, of = rotated+len(siblings)-1, of+1
				continue
			}
			if info, err := os.Stat(d.machine.path(file)); err == nil && info.Size() > neverRotated {
				d.warn("src.rotation", "logrotate --debug /etc/logrotate.conf", "%s has %d MiB and no rotated file beside it.", legible(file), info.Size()>>20)
				return
			}
		}
	}
	if of > 0 {
		d.ok("src.rotation", "%d rotated files of %d logs are read too, each line once", rotated, of)
	} else {
		d.ok("src.rotation", "no log was rotated yet")
	}
}

func readable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}
