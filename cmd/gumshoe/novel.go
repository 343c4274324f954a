package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest/template"
)

// knownLines are the kinds of line that were met and not understood, by id, with
// the day on which each was met last. What is known is not told as new.
type knownLines map[string]string

const (
	knownLinesFile = "known-lines.json"

	knownFor  = 26 * 7 * 24 * time.Hour // what was not met for so long is new again
	mostKnown = 1 << 15
)

// novel returns the kinds of line of this run that no earlier one has met, and
// notes them all. The first complete run meets everything for the first time: it
// only learns. Files are nobody's past.
func (m *memory) novel(a *app, l *logs, now time.Time) []analyze.NovelLine {
	if m == nil {
		return nil
	}
	path := filepath.Join(m.dir, knownLinesFile)
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &m.lines)
	}
	learning := m.fresh
	if err != nil {
		learning = true // nothing is known to be new
		if !errors.Is(err, fs.ErrNotExist) {
			l.missed(a, fmt.Sprintf("reading %s: %v; which lines are new is not known", path, err))
		}
	}
	if m.lines == nil {
		m.lines = knownLines{}
	}
	var out []analyze.NovelLine
	for _, t := range l.shapes {
		if !m.lines.meet(&t, now) && !learning {
			out = append(out, analyze.NovelLine{ID: idOf(&t), Program: t.Program, Text: t.Text, Lines: t.Lines, Clients: t.Clients, Samples: t.Samples})
		}
	}
	return out
}

func idOf(t *template.Template) string { return fmt.Sprintf("%016x", t.ID) }

// meet notes a kind and reports whether it was known.
func (k knownLines) meet(t *template.Template, now time.Time) bool {
	id := idOf(t)
	_, known := k[id]
	k[id] = now.UTC().Format(time.DateOnly)
	return known
}

// keepLines writes down which lines are known.
func (m *memory) keepLines(now time.Time) error {
	if m.lock == nil || m.lines == nil {
		return nil
	}
	oldest := now.Add(-knownFor).UTC().Format(time.DateOnly)
	maps.DeleteFunc(m.lines, func(_, met string) bool { return met < oldest })
	if len(m.lines) > mostKnown { // those that were met last stay
		days := slices.Sorted(maps.Values(m.lines))
		limit := days[len(days)-mostKnown]
		maps.DeleteFunc(m.lines, func(_, met string) bool { return met < limit })
	}
	text, err := json.Marshal(m.lines)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(m.dir, knownLinesFile), append(text, '\n'), 0o640)
}
