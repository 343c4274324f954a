package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/analyze"
	"gumshoe/report"
	"gumshoe/report/mail"
)

func newReport(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Show and send the reports of past runs",
		Args:  positional(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newReportList(a), newReportShow(a), newReportSend(a))
	return cmd
}

func newReportList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the runs of which a report is kept",
		Args:  positional(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			names, err := s.runs().names()
			if err != nil {
				return err
			}
			t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			if !a.json {
				fmt.Fprintln(t, "RUN\tUNTIL\tSUBJECT")
			}
			for _, run := range names {
				r, err := s.runs().get(run)
				if err != nil {
					a.note("%v", err)
					continue
				}
				if a.json {
					var n [analyze.Critical + 1]int
					for i := range r.Cases {
						n[r.Cases[i].Level]++
					}
					err = json.NewEncoder(a.out).Encode(struct {
						Run      string    `json:"run"`
						From     time.Time `json:"from"`
						To       time.Time `json:"to"`
						Subject  string    `json:"subject"`
						Cases    int       `json:"cases"`
						Critical int       `json:"critical"`
						High     int       `json:"high"`
					}{run, r.From, r.To, report.Subject(r), len(r.Cases), n[analyze.Critical], n[analyze.High]})
				} else {
					_, err = fmt.Fprintf(t, "%s\t%s\t%s\n", run, r.To.In(s.Location).Format("2006-01-02 15:04"), report.Visible(report.Subject(r), 120))
				}
				if err != nil {
					return err
				}
			}
			return t.Flush()
		},
	}
}

// forms are the forms in which a report can be shown.
var forms = map[string]func(a *app, w io.Writer, r report.Report) error{
	"text":     func(a *app, w io.Writer, r report.Report) error { return report.Text(w, r, a.textOptions()) },
	"html":     func(_ *app, w io.Writer, r report.Report) error { return report.HTML(w, r) },
	"markdown": func(_ *app, w io.Writer, r report.Report) error { return report.Markdown(w, r) },
	"ndjson":   func(_ *app, w io.Writer, r report.Report) error { return report.NDJSON(w, r) },
	"ecs":      func(_ *app, w io.Writer, r report.Report) error { return report.ECS(w, r) },
	"mail": func(_ *app, w io.Writer, r report.Report) error {
		m, err := report.Mail(r)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "Subject: %s\n\n%s", m.Subject, m.Text)
		return err
	},
	"mail-html": func(_ *app, w io.Writer, r report.Report) error {
		m, err := report.Mail(r)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, m.Preview())
		return err
	},
}

func formNames() string {
	var out []string
	for name := range forms {
		out = append(out, name)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func newReportShow(a *app) *cobra.Command {
	form := "text"
	cmd := &cobra.Command{
		Use:   "show [RUN]",
		Short: "Show the report of a run, by default of the last one",
		Args:  positional(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			show, ok := forms[form]
			if !ok {
				return usagef("--format: %q is none of %s", form, formNames())
			}
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			r, err := s.runs().get(strings.Join(args, ""))
			if err != nil {
				return err
			}
			if a.json {
				show = forms["ndjson"]
			}
			return show(a, a.out, r)
		},
	}
	cmd.Flags().StringVar(&form, "format", form, "`form`: "+formNames())
	return cmd
}

func newReportSend(a *app) *cobra.Command {
	var test bool
	cmd := &cobra.Command{
		Use:   "send [RUN] | send --test",
		Short: "Mail the report of a run again, or try whether mail arrives",
		Args:  positional(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.settings(cmd, false)
			if err != nil {
				return err
			}
			if len(s.Mail.To) == 0 {
				return usagef("nobody is to get mail; mail.to names who (docs/CONFIGURATION.md)")
			}
			now := time.Now()
			message := report.TrialMail(s.Host)
			if !test {
				r, err := s.runs().get(strings.Join(args, ""))
				if err != nil {
					return err
				}
				if message, err = report.Mail(r); err != nil {
					return err
				}
			}
			letter, err := s.letter(message, s.Host+" by hand "+now.UTC().Format(time.RFC3339Nano), now) // of today: mail programs sort by it, and filters doubt old dates
			if err != nil {
				return err
			}
			t, err := s.Mail.transport()
			if err != nil {
				return err
			}
			failures := t.Send(cmd.Context(), letter)
			for _, f := range failures {
				fmt.Fprintf(a.err, "gumshoe: %s\n", report.Visible(f.Error(), 400))
			}
			if len(failures) > 0 {
				return errDegraded
			}
			a.note("sent to %s", strings.Join(letter.To, ", "))
			return nil
		},
	}
	cmd.Flags().BoolVar(&test, "test", false, "a mail that says that mail arrives")
	return cmd
}

// setWhen reads mail.when.
func setWhen(s *Settings, v, _ string) (err error) {
	s.Mail.When, err = mail.ParseWhen(v)
	return err
}

// setSIEM reads siem: a file, or syslog.
func setSIEM(s *Settings, v, _ string) error {
	if v != "" && v != "syslog" {
		dir := v[:strings.LastIndexByte(v, '/')+1]
		if dir == "" {
			return errors.New("a file needs its whole path; or write syslog")
		}
		if _, err := os.Stat(dir); err != nil {
			return err
		}
	}
	s.Mail.SIEM = v
	return nil
}
