package main

import (
	"fmt"

	"gumshoe/ingest"
	"gumshoe/ingest/overlap"
	"gumshoe/ingest/source"
)

// Logs that hold lines of others, by the name that they have everywhere.
var (
	generalLogs = []string{"syslog", "messages", "allmessages"}
	partLogs    = []string{"kern.log", "mail.err", "mail.warn", "mail.info", "daemon.log", "user.log", "debug"}
)

// ranks says which of the sources may hold the same lines: those of syslog and
// the journal.
func ranks(sources []ingest.Source) []overlap.Rank {
	out := make([]overlap.Rank, len(sources))
	for i, s := range sources {
		f, ok := s.(*source.File)
		if !ok {
			out[i] = overlap.Apart
			continue
		}
		switch {
		case f.Journal():
			out[i] = overlap.Journal
		case f.Format() == nil || f.Format().Name() != "syslog":
			out[i] = overlap.Apart
		default:
			out[i] = rankOf(f.Log())
		}
	}
	return out
}

// tellOverlap says of each log how much of it was left out.
func (l *logs) tellOverlap(choice *overlap.Choice) {
	skipped := map[string]uint64{}
	var names []string
	for i, n := range choice.Skipped() {
		if n == 0 {
			continue
		}
		name := logOf(l.sources[i])
		if skipped[name] == 0 {
			names = append(names, name)
		}
		skipped[name] += n
	}
	for _, name := range names {
		l.told = append(l.told, fmt.Sprintf("%s: %d events left out, because another log has the same program's lines of the same hours", name, skipped[name]))
	}
}
