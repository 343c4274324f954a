package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gumshoe/ban"
	"gumshoe/ingest/archive"
	"gumshoe/report"
)

// runsDir holds the whole report of each job, so that it can be shown in another
// form, sent again and looked up later.
const runsDir = "runs"

// keptRuns is a state directory's store of reports.
type keptRuns struct{ dir string }

func (s *Settings) runs() keptRuns { return keptRuns{filepath.Join(s.StateDir, runsDir)} }

func (k keptRuns) path(run string) string { return filepath.Join(k.dir, run+".json") }

// put keeps a report under the name of its run.
func (k keptRuns) put(r report.Report) error {
	var text bytes.Buffer
	if err := report.Encode(&text, r); err != nil {
		return fmt.Errorf("keeping the report: %w", err)
	}
	if err := os.MkdirAll(k.dir, 0o750); err != nil {
		return fmt.Errorf("keeping the report: %w", err)
	}
	if err := replaceFile(k.path(r.Run), text.Bytes(), 0o640); err != nil {
		return fmt.Errorf("keeping the report: %w", err)
	}
	return nil
}

// names lists the runs of which there is a report, oldest first.
func (k keptRuns) names() ([]string, error) {
	files, err := os.ReadDir(k.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, f := range files {
		if run, ok := strings.CutSuffix(f.Name(), ".json"); ok {
			if _, bad := time.Parse(runLayout, run); bad == nil {
				out = append(out, run)
			}
		}
	}
	slices.Sort(out)
	return out, err
}

// get reads the report of a run; "" is the last one.
func (k keptRuns) get(run string) (report.Report, error) {
	names, err := k.names()
	if err != nil {
		return report.Report{}, err
	}
	if len(names) == 0 {
		return report.Report{}, errors.New("no report is kept; gumshoe analyze makes one")
	}
	if run == "" {
		run = names[len(names)-1]
	}
	if !slices.Contains(names, run) {
		return report.Report{}, fmt.Errorf("no report of run %q is kept; gumshoe report list shows them", run)
	}
	f, err := os.Open(k.path(run))
	if err != nil {
		return report.Report{}, err
	}
	defer f.Close()
	r, err := report.Decode(f)
	if err != nil {
		return r, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return r, nil
}

// since reads the reports of the runs since a moment, oldest first. One that is
// damaged is left out: these are for counting.
func (k keptRuns) since(from time.Time) (out []report.Report) {
	names, _ := k.names()
	for _, run := range names {
		if at, _ := time.Parse(runLayout, run); at.Before(from) {
			continue
		}
		if r, err := k.get(run); err == nil {
			out = append(out, r)
		}
	}
	return out
}

// prune removes what is older than a moment.
func (k keptRuns) prune(before time.Time) error {
	names, err := k.names()
	for _, run := range names {
		if at, _ := time.Parse(runLayout, run); at.Before(before) {
			err = errors.Join(err, os.Remove(k.path(run)))
		}
	}
	return err
}

// forget removes every report that names a source or an account.
func (k keptRuns) forget(what archive.Forgotten) (n int, err error) {
	names, err := k.names()
	for _, run := range names {
		text, readErr := os.ReadFile(k.path(run))
		if readErr != nil {
			err = errors.Join(err, readErr)
			continue
		}
		if spells(string(text), what) {
			err = errors.Join(err, os.Remove(k.path(run)))
			n++
		}
	}
	return n, err
}

// spells reports whether a text names somebody who is to be forgotten.
func spells(text string, what archive.Forgotten) bool {
	return slices.ContainsFunc(what.Sources, func(p netip.Prefix) bool { return ban.Names(text, p) }) ||
		slices.ContainsFunc(what.Accounts, func(account string) bool {
			return strings.Contains(strings.ToLower(text), strings.ToLower(account))
		})
}

// fewFiles is how many of a list of files are told.
const fewFiles = 6

// savedOf are the reports that --save-report wrote and that name somebody who is to be
// forgotten. They are a person's, who may have passed them on: none is removed.
func savedOf(dir string, what archive.Forgotten) (files []string, err error) {
	for _, suffix := range []string{"html", "txt", "ndjson"} {
		found, globErr := filepath.Glob(filepath.Join(dir, "2*Z*."+suffix))
		err = errors.Join(err, globErr)
		for _, f := range found {
			text, readErr := os.ReadFile(f)
			if err = errors.Join(err, readErr); readErr == nil && spells(string(text), what) {
				files = append(files, f)
			}
		}
	}
	slices.Sort(files)
	return files, err
}
