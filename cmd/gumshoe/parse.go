package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gumshoe/ingest"
	"gumshoe/ingest/agent"
	"gumshoe/ingest/format"
	"gumshoe/ingest/payload"
	"gumshoe/ingest/source"
)

func newParse(a *app) *cobra.Command {
	var formatName, zone string
	var year int
	cmd := &cobra.Command{
		Use:   "parse [flags] FILE",
		Short: "Show what each line of a log says, one JSON object a line",
		Long: `Show what gumshoe understands of each line of one log, in the order of lines:
one JSON object with what the line reports, or with the reason why it reports
nothing. FILE may be compressed; - reads standard input.`,
		Example: `  gumshoe parse /var/log/auth.log | jq -r 'select(.kind == "auth_failure") | .src' | sort | uniq -c
  gumshoe parse access.log | jq -r 'select(.skipped)'          what was not understood, and why
  zcat auth.log.4.gz | gumshoe parse --tz Europe/Berlin --year 2025 -`,
		Args: positional(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := parseFormat(formatName)
			if err != nil {
				return usagef("--format: %w", err)
			}
			loc, err := parseZone(zone)
			if err != nil {
				return usagef("--tz: %w", err)
			}
			opt := source.Options{Detect: detector(name), Location: loc, Year: year, Stdin: os.Stdin}
			return a.parse(cmd.Context(), args[0], opt)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&formatName, "format", "auto", "log format by `name`; auto looks at the file")
	flags.StringVar(&zone, "tz", "Local", "time `zone` of stamps without an offset")
	flags.IntVar(&year, "year", 0, "`year` of the last stamp that has none (default: from the file)")
	return cmd
}

// detector returns the function that finds a file's format: format.Detect, or
// one that always says name.
func detector(name string) func(string, []byte) ingest.Format {
	if name == "auto" {
		return format.Detect
	}
	f, _ := format.ByName(name) // checked by parseFormat
	return func(string, []byte) ingest.Format { return f }
}

// parse writes one JSON object for every line of a file.
func (a *app) parse(ctx context.Context, path string, opt source.Options) error {
	f, err := source.Open(path, opt)
	if err != nil {
		return err
	}
	defer f.Close()
	in, err := f.Open()
	if err != nil {
		return fmt.Errorf("reading %q: %w", path, err)
	}
	defer in.Close()
	if f.Format() == nil { // empty
		return nil
	}
	a.detail("%s: format %s", path, f.Format().Name())

	anchor := f.Anchor()
	if anchor.IsZero() {
		anchor = time.Now()
	}
	w := lineWriter{
		out:      bufio.NewWriterSize(a.out, 64<<10),
		parser:   f.Format().NewParser(ingest.Context{Location: f.Location(), Anchor: anchor}),
		enricher: ingest.Enrichers{payload.New(ingest.Hash{}), agent.New(ingest.Hash{})},
	}
	progress, done := a.progress(f.Size())
	err = w.all(ctx, in, progress)
	done()
	if err := errors.Join(err, w.out.Flush()); err != nil {
		return fmt.Errorf("parsing %q: %w", path, err)
	}
	return nil
}

// lineWriter turns lines into JSON.
type lineWriter struct {
	out      *bufio.Writer
	parser   ingest.Parser
	enricher ingest.Enricher
	ev       ingest.Event
	buf      []byte
}

// all parses every line of in. It looks at ctx and reports progress now and
// then, not at each line.
func (w *lineWriter) all(ctx context.Context, in io.Reader, progress func(read int64)) error {
	lines := bufio.NewReaderSize(in, ingest.MaxLine+2) // with its line end
	var read int64
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		read += int64(len(line))
		long := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			var more []byte
			more, err = lines.ReadSlice('\n')
			read += int64(len(more))
		}
		if len(line) == 0 && err == io.EOF {
			return nil
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("line %d: %w", n, err) // what was read of it may be cut inside an address
		}
		if werr := w.line(n, line, long); werr != nil {
			return werr
		}
		if n%4096 == 0 {
			progress(read)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
}

// line writes what one line says.
func (w *lineWriter) line(n int, line []byte, long bool) error {
	w.buf = strconv.AppendInt(append(w.buf[:0], `{"line":`...), int64(n), 10)
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	switch {
	case long:
		w.buf = appendSkipped(w.buf, "line longer than "+strconv.Itoa(ingest.MaxLine)+" bytes")
	case len(line) == 0:
		w.buf = appendSkipped(w.buf, "empty line")
	default:
		w.ev.Reset()
		if w.parser.Parse(line, &w.ev) == ingest.Parsed {
			w.enricher.Enrich(&w.ev)
			w.buf = appendEvent(w.buf, &w.ev)
		} else {
			w.buf = appendSkipped(w.buf, reason(w.parser))
		}
	}
	w.buf = append(w.buf, "}\n"...)
	_, err := w.out.Write(w.buf)
	return err
}

// reason is why the parser made no event of the line it just read.
func reason(p ingest.Parser) string {
	if e, ok := p.(ingest.Explainer); ok {
		if why := e.Reason(); why != "" {
			return why
		}
	}
	return "no event"
}
