package report

import (
	"fmt"
	"io"
	"strings"

	"gumshoe/analyze"
)

// Metrics writes what monitoring wants to know of a run of the job, in the text form
// that Prometheus reads and node_exporter picks up from a file. It holds numbers
// alone: no address, no account and no log text becomes a label.
func Metrics(w io.Writer, r Report) error {
	var b strings.Builder
	one := func(name, help string, value any) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n%s %v\n", name, help, name, name, value)
	}
	each := func(name, help, label string, names []string, values []uint64) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
		for i := range names {
			fmt.Fprintf(&b, "%s{%s=%q} %d\n", name, label, names[i], values[i])
		}
	}
	one("gumshoe_run_timestamp_seconds", "When the last run began; one that fails before its report leaves the older one.", r.Now.Unix())
	one("gumshoe_run_duration_seconds", "How long the last run took.", decimals(r.Elapsed.Seconds()))
	one("gumshoe_run_degraded", "1: something configured could not be read or done, and the report says what.", bit(r.Degraded))
	var levels []string
	cases := make([]uint64, analyze.Critical+1)
	for l := range cases {
		levels = append(levels, analyze.Level(l).String())
	}
	for i := range r.Cases {
		cases[r.Cases[i].Level]++
	}
	each("gumshoe_cases", "Cases that the last run told, by level, without those that people said a word about.", "level", levels, cases)
	lines, unread := make([]uint64, 3), 0
	for _, h := range r.Sources {
		lines[0] += h.Parsed
		lines[1] += h.Ignored
		lines[2] += h.Unparsed
		if h.Error != "" {
			unread++
		}
	}
	each("gumshoe_lines", "Lines that the last run read: events, understood without one, not understood.", "result", []string{"event", "ignored", "unknown"}, lines)
	one("gumshoe_sources_unread", "Logs that the last run could not read to their end.", unread)
	each("gumshoe_bans_planned", "Bans that the last run planned, and those that it held back.", "outcome", []string{"ban", "held"},
		[]uint64{uint64(len(r.Plan.Add) + len(r.Plan.Extend)), uint64(len(r.Plan.Hold))})
	if r.Done != nil {
		one("gumshoe_bans_active", "Bans in force after the last run.", r.Done.Active)
		one("gumshoe_bans_drivers_failed", "Ways of banning that do not hold all bans in force.", len(r.Done.broken()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func bit(v bool) int {
	if v {
		return 1
	}
	return 0
}
