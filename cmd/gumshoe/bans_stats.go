package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze/enrich"
	"gumshoe/ban/ledger"
	"gumshoe/report"
)

func newBansStats(a *app) *cobra.Command {
	var last string
	by := "jail"
	cmd := &cobra.Command{
		Use:   "stats",
		Short: "Draw how bans are spread over countries, jails, days or networks",
		Long: `Counts the bans in force, and how many more or fewer they are than seven days
before. With --last, and by day, it counts the bans that began in that time.

By country the honest visitors of the last 30 days stand beside the bans, where
there is a database of countries and an archive: whom a ban of a country would hit.`,
		Args: positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(ledger.Groupings(), by) {
				return usagef("--by: %q is none of %s", by, strings.Join(ledger.Groupings(), ", "))
			}
			if last == "" && by == "day" {
				last = "4w"
			}
			return a.withLedger(cmd, func(l *ledger.Ledger, s *Settings) error {
				st := report.BanStats{By: by, Now: time.Now(), Location: s.Location, Last: last}
				if err := countBans(cmd.Context(), l, &st); err != nil {
					return err
				}
				if by == "country" {
					if err := a.countHonest(cmd.Context(), s, &st); err != nil {
						return err
					}
				}
				return a.showStats(st)
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", by, "`what` to count by: "+strings.Join(ledger.Groupings(), ", "))
	cmd.Flags().StringVar(&last, "last", "", "the bans that began in this `time`, not those in force (by day: 4w)")
	return cmd
}

// countBans fills the lines, most first; days in their order.
func countBans(ctx context.Context, l *ledger.Ledger, st *report.BanStats) (err error) {
	if st.Active, err = l.Active(ctx, st.Now); err != nil {
		return err
	}
	if st.Last != "" {
		d, err := parseDuration(st.Last)
		if err != nil {
			return usagef("--last: %w", err)
		}
		rows, err := l.Stats(ctx, st.By, st.Now.Add(-d), st.Now)
		for _, r := range rows {
			st.Rows = append(st.Rows, report.BanShare{Key: r.Key, Bans: r.Bans})
		}
		return err
	}
	now, err := l.InForce(ctx, st.By, st.Now)
	if err != nil {
		return err
	}
	before, err := l.InForce(ctx, st.By, st.Now.Add(-week))
	if err != nil {
		return err
	}
	for key := range before {
		now[key] += 0 // those that are over are told, too
	}
	for key, n := range now {
		change := n - before[key]
		st.Rows = append(st.Rows, report.BanShare{Key: key, Bans: n, Change: &change})
	}
	slices.SortFunc(st.Rows, func(a, b report.BanShare) int { return cmp.Or(b.Bans-a.Bans, cmp.Compare(a.Key, b.Key)) })
	return nil
}

// honestDays is how far back honest visitors are counted.
const honestDays = 30

// countHonest adds where the honest visitors come from. Without a database of
// countries or an archive nobody knows.
func (a *app) countHonest(ctx context.Context, s *Settings, st *report.BanStats) error {
	j := &job{Settings: s, DryRun: true, Started: st.Now}
	bases := a.openDatabases(j, func(text string) { a.note("%s", text) })
	if len(bases) == 0 {
		return nil
	}
	past, err := a.remember(ctx, j)
	if err != nil {
		return err
	}
	defer past.close()
	r := replay{app: a, job: j, past: past, begin: st.Now.AddDate(0, 0, -honestDays), end: st.Now}
	everybody, err := r.everybody(ctx)
	if err != nil {
		return err
	}
	places := enrich.NewPlaces(func() []enrich.Database { return bases })
	of := map[string]int{}
	for i, u := range everybody.in.Set.Units() {
		if everybody.in.Standing(i).Benign {
			of[places.Lookup(u.Prefix().Addr()).Country]++
			st.Honest++
		}
	}
	st.Since, st.Credits = honestDays, places.Credits()
	for i := range st.Rows {
		n := of[st.Rows[i].Key]
		st.Rows[i].Honest = &n
		delete(of, st.Rows[i].Key)
	}
	for key, n := range of {
		st.Rows = append(st.Rows, report.BanShare{Key: key, Honest: &n})
	}
	slices.SortStableFunc(st.Rows, func(a, b report.BanShare) int { return cmp.Or(b.Bans-a.Bans, cmp.Compare(a.Key, b.Key)) })
	return a.damaged(r.damage)
}

func (a *app) showStats(st report.BanStats) error {
	if !a.json {
		return st.Text(a.out, a.textOptions())
	}
	out := json.NewEncoder(a.out)
	for _, r := range st.Rows {
		if err := out.Encode(r); err != nil {
			return fmt.Errorf("writing: %w", err)
		}
	}
	return nil
}
