package quality

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gumshoe/cmd/gumshoe-traffic/traffic"
	"gumshoe/report"
)

// night is one run of the job and what it said.
type night struct {
	at      time.Time
	cases   []report.CaseJSON
	charges []charge
}

// chronicle is a world that was played while the job ran in it.
type chronicle struct {
	suite  traffic.Suite
	size   traffic.Size
	begin  time.Time // of the measured part
	end    time.Time
	truth  *traffic.Truth
	who    *registry
	nights []night
	lines  int
	days   float64
	dir    string // of the logs
	whole  string // directory of all the logs ever written, "" where they were not kept

	pursuits []pursuit
	honesty  honesty
}

// pace is the time between two runs where attacks are to be found; overlap is how far
// each looks back beyond the end of the one before.
const (
	pace    = 6 * time.Hour
	overlap = time.Hour
)

// aKey is the key of the state directory, so that two evaluations agree to the byte.
var aKey = strings.Repeat("5a", 32) + "\n"

// rhythm is how often the job runs: before the measured part, and in it.
type rhythm struct{ history, measured time.Duration }

// The job runs every six hours where it counts how soon an attack is found, and a
// week at a time over what is only its past. Of honest people every day counts.
func rhythmOf(s traffic.Suite) rhythm {
	const day = 24 * time.Hour
	if s.Name == "honest" {
		return rhythm{day, day}
	}
	return rhythm{7 * day, pace}
}

// chronicle plays a suite and lets the job run over its logs, with an archive. The logs hold at each moment what they would have held.
func (q *Quality) chronicle(ctx context.Context, s traffic.Suite, size traffic.Size) (*chronicle, error) {
	dir := filepath.Join(q.Work, s.Name+"-"+size.Name)
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	c := &chronicle{suite: s, size: size, end: q.End, dir: filepath.Join(dir, "log"), days: 7 * traffic.SuiteWeeks}
	var whole *traffic.Dir
	if q.replays(size) {
		c.whole = filepath.Join(dir, "whole")
		whole = traffic.NewDir(c.whole, q.End, false)
	}
	logs, err := newLiveLogs(c.dir, whole)
	if err != nil {
		return nil, err
	}
	world, begin := s.World(q.Seed, q.End, q.Zone, size, logs)
	c.begin = begin
	state, config := filepath.Join(dir, "state"), filepath.Join(dir, "gumshoe.yaml")
	if err := prepare(state, config, c.dir, q.Zone); err != nil {
		return nil, err
	}
	every := rhythmOf(s)
	for at := world.Truth.From; at.Before(q.End); {
		until := at.Add(every.measured)
		if at.Before(begin) {
			until = at.Add(every.history)
		}
		if err := world.PlayUntil(until); err != nil {
			return nil, err
		}
		if err := logs.flush(); err != nil {
			return nil, err
		}
		said := filepath.Join(dir, "run-"+until.UTC().Format("0102-15")+".ndjson")
		cases, err := q.program.analyze(ctx, said, "--quiet", "--config", config, "--state-dir", state, "--since", at.Add(-overlap).UTC().Format(time.RFC3339), "--until", until.UTC().Format(time.RFC3339))
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", s.Name, size.Name, err)
		}
		c.nights = append(c.nights, night{at: until, cases: cases})
		if err := remember(state, until); err != nil {
			return nil, err
		}
		if err := logs.rotate(until); err != nil {
			return nil, err
		}
		at = until
	}
	c.truth, c.lines = &world.Truth, logs.lines
	c.who = newRegistry(c.truth)
	for i := range c.nights {
		n := &c.nights[i]
		for k := range n.cases {
			n.charges = append(n.charges, c.who.read(&n.cases[k]))
		}
	}
	return c, errors.Join(logs.close(), traffic.WriteJSON(filepath.Join(dir, "truth.json"), c.truth))
}

func prepare(state, config, logs string, zone *time.Location) error {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(state, "key"), []byte(aKey), 0o600); err != nil {
		return err
	}
	text := fmt.Sprintf("host: web1\ntimezone: %s\nban:\n  own: [%s]\nsources:\n  - path: %s/auth.log\n  - path: %[3]s/mail.log\n  - path: %[3]s/nginx/access.log\nscanners:\n  - address: %[2]s\n", zone, traffic.OwnScannerNet, logs)
	return os.WriteFile(config, []byte(text), 0o600)
}

// remember writes what a run leaves that ends at the machine's own time; a run
// with --until, as here, leaves nothing.
func remember(state string, until time.Time) error {
	text, err := json.Marshal(map[string]any{"schema_version": 1, "until": until.UTC()})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(state, "last-run.json"), text, 0o600)
}
