package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze"
	"gumshoe/analyze/rule"
	"gumshoe/ingest"
	"gumshoe/ingest/archive"
)

func newRulesExport(a *app) *cobra.Command {
	var id, as string
	cmd := &cobra.Command{
		Use:   "export [ID]",
		Short: "Write a rule, or the pattern of a case, for fail2ban, nginx or Apache",
		Long: `Without ID all rules that count are written. With --case the events of a
case that the archive keeps are looked through for what tells them from others:
the paths that nobody else was ever answered on, hostile content, a tool's name; of
other daemons the messages. Nothing is installed: the output says where it belongs,
and the jail in it is not enabled.`,
		Example: `  gumshoe rules export r1a2b3c4d
  gumshoe rules export --case k3m9x
  gumshoe rules export --case k3m9x --as nginx`,
		Args: positional(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case !slices.Contains([]string{"fail2ban", "nginx", "apache"}, as):
				return usagef("--as %q: write fail2ban, nginx or apache", as)
			case id != "" && len(args) > 0:
				return usagef("name a rule, or a case by --case")
			case id == "" && as != "fail2ban":
				return usagef("a rule is about lines that web servers do not write: only --case can be exported as %s", as)
			}
			return a.archived(cmd, false, 0, func(m *memory, s *Settings) error {
				if _, err := m.openCasebook(cmd.Context(), time.Now(), s); err != nil {
					return fmt.Errorf("the casebook: %w", err)
				}
				if id != "" {
					return a.exportCase(cmd.Context(), m, s, id, as)
				}
				return a.exportRules(cmd.Context(), m, args)
			})
		},
	}
	cmd.Flags().StringVar(&id, "case", "", "the pattern of a case, by its `id`")
	cmd.Flags().StringVar(&as, "as", "fail2ban", "fail2ban, nginx or apache")
	return cmd
}

// exportRules writes one rule, or all that count.
func (a *app) exportRules(ctx context.Context, m *memory, args []string) error {
	var list []analyze.Rule
	if len(args) > 0 {
		r, err := m.cases.book.Rule(ctx, args[0])
		if err != nil {
			return unknownRule(args[0], err)
		}
		list = append(list, r)
	} else {
		all, err := m.cases.book.Rules(ctx)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(all, func(r analyze.Rule) bool { return r.State != analyze.RuleActive })
		if len(list) == 0 {
			return errors.New("no rule counts yet; gumshoe rules list shows all, and export ID writes any of them")
		}
	}
	for i := range list {
		text, err := rule.Fail2ban(&list[i])
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out, text)
	}
	return nil
}

// exportCase writes what tells a case.
func (a *app) exportCase(ctx context.Context, m *memory, s *Settings, id, as string) error {
	past, err := m.cases.book.Recall(ctx, time.Now())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(past, func(p analyze.PastCase) bool { return p.ID == id })
	if i < 0 {
		return unknownCase(id)
	}
	p := &past[i]
	if len(p.Sources) == 0 {
		return fmt.Errorf("case %s accuses nobody: there is nothing to look for", id)
	}
	c := rule.Case{ID: id, Headline: p.Headline}
	var damage []archive.Damage
	if c.Lines, damage, err = m.sightings(ctx, s, p); err != nil {
		return err
	}
	if len(c.Lines) == 0 {
		return errors.Join(fmt.Errorf("the archive keeps no event of case %s any more", id), a.damaged(damage))
	}
	text, err := map[string]func() (string, error){"fail2ban": c.Filter, "nginx": c.Nginx, "apache": c.Apache}[as]()
	if err != nil {
		return fmt.Errorf("case %s as %s: %w", id, as, err)
	}
	fmt.Fprint(a.out, text)
	return a.damaged(damage)
}

// mostSightings is how many events of a case are looked through.
const mostSightings = 5000

// sightings are the events of a case that the archive keeps: of some the line, read
// again by its format, of other requests the path. What went well is no evidence of
// an attack.
func (m *memory) sightings(ctx context.Context, s *Settings, p *analyze.PastCase) ([]rule.Sighting, []archive.Damage, error) {
	byLog := map[string][]archive.Touch{}
	n := 0
	q := archive.Query{From: p.Began.Truncate(time.Hour), To: p.Last.Add(time.Hour), Sources: p.Sources}
	damage, err := archive.Read(ctx, m.archive, q, func(rows []archive.Touch) error {
		for _, t := range rows {
			good := t.Action == ingest.KindAuthSuccess.String() || t.Action == ingest.KindSession.String()
			if !good && (t.Text != "" || t.Service == ingest.ServiceWeb && t.Name != 0) && n < mostSightings {
				byLog[t.Log] = append(byLog[t.Log], t)
				n++
			}
		}
		return nil
	})
	if err != nil {
		return nil, damage, fmt.Errorf("reading the archive: %w", err)
	}
	paths, more, err := m.pathsOf(ctx, byLog, p.Last)
	damage = append(damage, more...)
	if err != nil {
		return nil, damage, err
	}
	var out []rule.Sighting
	for _, log := range slices.Sorted(maps.Keys(byLog)) {
		out = append(out, s.takeApart(log, byLog[log], paths)...)
	}
	return out, damage, nil
}

// knownPath is what the archive knows of a path.
type knownPath struct {
	plain string // the path itself; "" where its template stands for several
	used  bool   // somebody was answered well on it
}

// pathsOf looks up the paths of events, as far back as the archive goes: what
// visitors have a use for is not to be closed.
func (m *memory) pathsOf(ctx context.Context, byLog map[string][]archive.Touch, last time.Time) (map[uint64]knownPath, []archive.Damage, error) {
	q := archive.Query{From: last.Add(-serviceBack), To: last.Add(time.Hour), IDs: []uint64{}}
	for _, touches := range byLog {
		for _, t := range touches {
			if t.Service == ingest.ServiceWeb && t.Name != 0 {
				q.IDs = append(q.IDs, t.Name)
			}
		}
	}
	out := map[uint64]knownPath{}
	if len(q.IDs) == 0 {
		return out, nil, nil
	}
	slices.Sort(q.IDs)
	q.IDs = slices.Compact(q.IDs)
	damage, err := archive.Read(ctx, m.archive, q, func(rows []archive.Path) error {
		for _, r := range rows {
			k := out[r.ID]
			k.used = k.used || r.Good > 0
			if i := strings.IndexByte(r.Name, '/'); i >= 0 && !strings.ContainsAny(r.Name[i:], "NH?") { // N and H stand for numbers and tokens
				k.plain = r.Name[i:]
			}
			out[r.ID] = k
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("reading the archive: %w", err)
	}
	return out, damage, err
}

// takeApart reads the kept events of a log.
func (s *Settings) takeApart(log string, touches []archive.Touch, paths map[uint64]knownPath) (out []rule.Sighting) {
	var sample bytes.Buffer
	for _, t := range touches {
		if t.Text != "" {
			sample.WriteString(t.Text + "\n")
		}
	}
	var parser ingest.Parser
	if f := s.detector(nil)(log, sample.Bytes()); f != nil {
		parser = f.NewParser(ingest.Context{Location: s.Location, Anchor: touches[len(touches)-1].Time.Time()})
	}
	for i := range touches {
		t := &touches[i]
		one := rule.Sighting{Line: t.Text, Service: t.Service, Addr: t.Address.Prefix().Addr(), Status: int(t.Status), Failed: t.Action == ingest.KindAuthFailure.String()}
		if t.Service == ingest.ServiceWeb {
			one.Target, one.Used = paths[t.Name].plain, paths[t.Name].used
			if one.Method = "GET"; t.Post {
				one.Method = "POST"
			}
		}
		var ev ingest.Event
		if parser != nil && parser.Parse([]byte(t.Text), &ev) == ingest.Parsed {
			one.Program, one.Agent = string(ev.Program), string(ev.Agent)
			if len(ev.Target) > 0 {
				one.Method, one.Target = string(ev.Method), string(ev.Target)
			}
			if p := t.Address.Prefix(); ev.Src.IsValid() && p.Contains(ev.Src) {
				one.Addr = ev.Src // of a v6 source
			}
		}
		one.Web = t.Service == ingest.ServiceWeb && strings.HasPrefix(one.Target, "/")
		out = append(out, one)
	}
	return out
}
