package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ingest"
	"gumshoe/ingest/agent"
	"gumshoe/ingest/format"
	"gumshoe/ingest/payload"
	"gumshoe/ingest/proxy"
	"gumshoe/ingest/source"
)

func newParse(a *app) *cobra.Command {
	var formatName, zone string
	var year int
	var explain bool
	cmd := &cobra.Command{
		Use:   "parse [flags] FILE",
		Short: "Show what each line of a log says, one JSON object a line",
		Long: `Show what gumshoe understands of each line of one log, in the order of lines:
one JSON object with what the line reports, or with the reason why it reports
nothing. FILE may be compressed; - reads standard input. With --explain: what
the log looks like, which lines are not understood, why, and what to do.`,
		Example: `  gumshoe parse /var/log/auth.log | jq -r 'select(.kind == "auth_failure") | .src' | sort | uniq -c
  gumshoe parse access.log | jq -r 'select(.skipped)'          what was not understood, and why
  gumshoe parse --explain /var/log/daemon.log                  what the log looks like, and what is missed
  tail -n1 app.log | gumshoe parse --explain -                 what one line says
  zcat auth.log.4.gz | gumshoe parse --tz Europe/Berlin --year 2025 -`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			named, err := a.formatNamed(cmd, formatName)
			if err != nil {
				return err
			}
			a.leftOut(named)
			loc, err := parseZone(zone)
			if err != nil {
				return usagef("--tz: %w", err)
			}
			if explain && a.json {
				return usagef("--explain is for people to read; without it parse writes JSON")
			}
			s, err := a.settings(cmd, true)
			if err != nil {
				return err
			}
			opt := source.Options{Detect: s.detector(named), Location: loc, Year: year, Stdin: a.in}
			proxies := proxy.New(s.trusted())
			if explain {
				return a.explain(cmd.Context(), args[0], named, opt, proxies)
			}
			return a.parse(cmd.Context(), args[0], opt, proxies)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&explain, "explain", false, "explain the log instead, for a person to read")
	flags.StringVar(&formatName, "format", "auto", "log format by `name`; auto looks at the file")
	flags.StringVar(&zone, "tz", "Local", "time `zone` of stamps without an offset")
	flags.IntVar(&year, "year", 0, "`year` of the last stamp that has none (default: from the file)")
	return cmd
}

// formatNamed finds the format that --format names. The configuration is read
// only for a format that is not built in.
func (a *app) formatNamed(cmd *cobra.Command, name string) (ingest.Format, error) {
	f, err := new(Settings).formatNamed(name)
	if err == nil {
		return f, nil
	}
	s, err := a.settings(cmd, true)
	if err != nil {
		return nil, err
	}
	if f, err = s.formatNamed(name); err != nil {
		return nil, usagef("--format: %w", err)
	}
	return f, nil
}

// detector returns the function that finds a file's format: detection, which
// knows the formats of the configuration too, or one that always says what was
// named.
func (s *Settings) detector(named ingest.Format) func(string, []byte) ingest.Format {
	if named != nil {
		return func(string, []byte) ingest.Format { return named }
	}
	var described []ingest.Format
	for _, f := range s.Formats {
		described = append(described, f.Format)
	}
	return format.DetectWith(described)
}

// parse writes one JSON object for every line of a file. Requests that came
// through a trusted proxy are their clients'.
func (a *app) parse(ctx context.Context, path string, opt source.Options, proxies *proxy.Proxies) error {
	f, err := source.Open(path, opt)
	if err != nil {
		return err
	}
	defer f.Close()
	if f.Format() != nil {
		a.detail("%s: format %s", path, f.Format().Name())
	}
	out := bufio.NewWriterSize(a.out, 64<<10)
	progress, done := a.progress(f.Size())
	err = writeLines(ctx, out, f, proxies.NewEnricher(), progress)
	done()
	if err := errors.Join(err, out.Flush()); err != nil {
		return fmt.Errorf("parsing %q: %w", path, err)
	}
	return nil
}

// writeLines turns the lines of a source into JSON.
func writeLines(ctx context.Context, out *bufio.Writer, src ingest.Source, client ingest.Enricher, progress func(read int64)) error {
	enricher := ingest.Enrichers{client, payload.New(ingest.Hash{}), agent.New(ingest.Hash{})}
	var buf []byte
	return ingest.Walk(ctx, src, time.Now(), func(l ingest.Line) error {
		buf = strconv.AppendInt(append(buf[:0], `{"line":`...), int64(l.Number), 10)
		if l.Event != nil {
			enricher.Enrich(l.Event)
			buf = appendEvent(buf, l.Event)
		} else {
			buf = appendMember(buf, "skipped", l.Reason)
		}
		buf = append(buf, "}\n"...)
		if l.Number%4096 == 0 {
			progress(l.End)
		}
		_, err := out.Write(buf)
		return err
	})
}
