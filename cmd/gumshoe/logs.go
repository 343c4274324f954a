package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/agent"
	"gumshoe/ingest/overlap"
	"gumshoe/ingest/payload"
	"gumshoe/ingest/proxy"
	"gumshoe/ingest/source"
	"gumshoe/ingest/template"
	"gumshoe/ingest/webconf"
	"gumshoe/ingest/window"
)

// lookBack is how far before the window old lines serve as history.
const lookBack = 8 * 7 * 24 * time.Hour

// hugeLogs is how many bytes of logs make a heap that is worth huge pages.
const hugeLogs = 64 << 20

// evidenceLines is how many lines a case is shown with.
const evidenceLines = 5

// logs are the sources of a run and how reading them went.
type logs struct {
	sources  []ingest.Source
	health   []ingest.Health
	told     []string            // what the report must say about reading
	absent   []string            // optional sources that are not there
	degraded bool                // something that was named or configured could not be read
	partial  bool                // a person had enough before everything was read
	proxies  []webconf.Proxy     // that this machine's web servers trust
	shapes   []template.Template // of the lines that were not understood
	coverage *coverage           // hours that were read, by this run or an earlier one; nil of files
}

// openLogs opens what the job names: its arguments, or the configured sources.
func (a *app) openLogs(ctx context.Context, j *job, m *memory) (*logs, error) {
	l := &logs{}
	base := source.Options{Detect: j.Settings.detector(nil), Location: j.Settings.Location, Year: j.Year, Stdin: a.in}
	if j.AdHoc() {
		if err := l.expand(ctx, a, j.Args, base); err != nil {
			return nil, err
		}
	} else if err := l.configured(ctx, a, j, m, base); err != nil {
		return nil, err
	}
	if len(l.absent) > 0 {
		l.told = append(l.told, "optional, and not there: "+strings.Join(l.absent, ", "))
	}
	if len(l.sources) == 0 && (j.AdHoc() || !l.degraded) { // a job whose logs are gone has that to report
		return nil, errors.New("nothing to read: no log was found; name files, or sources in the configuration")
	}
	return l, nil
}

func (l *logs) expand(ctx context.Context, a *app, args []string, opt source.Options) error {
	sources, notes, err := source.Expand(ctx, args, opt)
	if err != nil {
		return err
	}
	l.sources = append(l.sources, sources...)
	for _, n := range notes {
		l.note(a, n)
	}
	return nil
}

func (l *logs) note(a *app, n source.Note) {
	text := n.Text
	if !strings.Contains(text, n.Path) {
		text = n.Path + ": " + text
	}
	if n.Err == nil {
		a.detail("%s", text)
		return
	}
	l.missed(a, text)
}

// read scans all sources into windows, and exchanges them with what is
// remembered, if anything is.
func (l *logs) read(ctx context.Context, a *app, j *job, m *memory) (*window.Set, error) {
	var names []string
	for _, s := range l.sources {
		names = append(names, logOf(s))
	}
	total := expected(l.sources)
	if total < 0 || total >= hugeLogs {
		growInHugePages()
	}
	opt := window.Options{Logs: names, Seed: rand.Uint64(), PerLog: m != nil}
	if m != nil {
		opt.Hash = m.hash
	}
	proxies := proxy.New(j.Settings.trusted())
	store := window.NewStore(opt)
	from := j.readFrom(l, m)
	var miners []*template.Miner
	show, done := a.progress(total)
	scan := ingest.Options{
		Workers: j.Workers, Progress: show, Now: j.Started, From: milli(from), Until: milli(j.Span.Until),
		NewEnricher: func() ingest.Enricher {
			return ingest.Enrichers{proxies.NewEnricher(), payload.New(opt.Hash), agent.New(opt.Hash)}
		},
		NewUnknown: func() ingest.UnknownSink {
			miners = append(miners, template.New(opt.Hash))
			return m.watched(miners[len(miners)-1])
		},
	}
	choice, err := overlap.Survey(ctx, l.sources, ranks(l.sources), scan)
	if err != nil {
		done()
		return nil, err
	}
	scan.NewSink = func() ingest.Sink { return choice.Sink(store.Builder()) }
	scanning, finish := ctx, func() bool { return false }
	if j.AdHoc() {
		scanning, finish = a.reading.begin(ctx)
	}
	l.health, err = ingest.Scan(scanning, l.sources, scan)
	done()
	if finish() {
		err = l.cutShort(a)
	}
	if err != nil {
		return nil, err
	}
	l.tellUnknown(miners)
	l.tellOverlap(choice)
	if hint := proxies.Hint(); hint != "" {
		l.told = append(l.told, hint)
	}
	for _, c := range j.Settings.credulous(l.proxies) {
		l.told = append(l.told, c.String())
	}
	l.judge(a, j)
	if m != nil {
		if m.odd != "" {
			l.told = append(l.told, m.odd)
		}
		if doubt := m.doubt(); doubt != "" {
			l.missed(a, doubt)
		}
		r := remembering{memory: m, logs: l, store: store, from: wholeHour(from), to: j.Span.Until.Truncate(time.Hour)}
		err := r.exchange(ctx, scan.Now)
		l.coverage = r.coverage
		for _, d := range r.damage {
			l.missed(a, d.String())
		}
		if err != nil {
			return nil, err
		}
	}
	set := store.Set()
	l.tellEvicted(set.Evicted())
	return set, nil
}

// tellEvicted says what there was no memory for.
func (l *logs) tellEvicted(e window.Evicted) {
	if e.Rows > 0 {
		l.told = append(l.told, fmt.Sprintf("too many addresses to keep in memory: about %d times, an address's visits of an hour were left out; about %d addresses were left out altogether", e.Rows, e.Units))
	}
	if e.Loud > 0 {
		l.told = append(l.told, fmt.Sprintf("too many addresses fail to keep in memory: about %d times, an address's failures, probes and logins of an hour were left out", e.Loud))
	}
	if e.Objects > 0 {
		l.told = append(l.told, fmt.Sprintf("too many accounts, paths and agents to keep in memory: about %d hours of them were left out", e.Objects))
	}
}

// unknownShown is how many shapes of lines that were not understood are told of
// a source.
const unknownShown = 5

// tellUnknown says of each source what was not understood in it.
func (l *logs) tellUnknown(miners []*template.Miner) {
	for _, m := range miners[1:] {
		miners[0].Merge(m)
	}
	l.shapes = miners[0].Templates()
	for i := range l.health {
		l.health[i].Unknown = template.Top(l.shapes, int32(i), unknownShown)
	}
}

// judge tells how reading went. What was named and gave not a single line that
// means anything was not read; neither was a directory that gave none at all.
func (l *logs) judge(a *app, j *job) {
	var lines, understood uint64
	for _, h := range l.health {
		a.problems(h)
		lines += h.Lines
		understood += h.Parsed + h.Ignored
		switch {
		case h.Error != "":
			l.missed(a, fmt.Sprintf("%s: %s", h.Source, h.Error))
		case h.Lines > 0 && h.Parsed+h.Ignored == 0 && (!j.AdHoc() || slices.Contains(j.Args, h.Source)):
			l.missed(a, fmt.Sprintf("%s: no line of it is in a format known here", h.Source))
		}
	}
	if lines > 0 && understood == 0 {
		l.missed(a, "not one line is in a format known here; gumshoe parse --explain FILE says why")
	}
}

// missed tells, with --quiet too, that something which was named could not be
// read: cron mails what a job complains of, not its exit code.
func (l *logs) missed(a *app, text string) {
	fmt.Fprintf(a.err, "gumshoe: %s\n", text)
	l.told = append(l.told, text)
	l.degraded = true
}

// problems tells where a source's first bad line stands, and with --verbose
// where the next few do and where zero bytes are, which make no line bad.
func (a *app) problems(h ingest.Health) {
	for i, p := range h.Problems {
		tell := a.detail
		n := h.Unparsed + h.BadStamp
		if i == 0 && n > 0 {
			tell = a.note
		}
		more := ""
		if i == 0 && n > 1 {
			more = fmt.Sprintf(" (first of %d lines)", n)
		}
		tell("%s: byte %d: %s%s", h.Source, p.Offset, p.Text, more)
	}
}

// readFrom settles what is read, once it is known which logs there are. The job
// has its history in the archive; the first one reads what the logs still hold.
// Files are read whole, unless the last part of the time was asked for: then
// --history says how much before it.
func (j *job) readFrom(l *logs, m *memory) time.Time {
	if from, _ := j.Span.Resolve(j.Started); from.IsZero() {
		return from // however late it is
	}
	now, back := j.Started, time.Duration(0)
	switch {
	case !j.AdHoc() && m.fresh:
		back = lookBack
	case j.AdHoc():
		now, back = ingest.Newest(l.sources, j.Started), j.History
	}
	from, _ := j.Span.Resolve(now)
	if from.IsZero() || now.IsZero() {
		return time.Time{}
	}
	return from.Add(-back).Truncate(time.Hour)
}

// wholeHour is the begin of the first hour that lies behind t whole.
func wholeHour(t time.Time) time.Time { return t.Add(time.Hour - 1).Truncate(time.Hour) }

// milli is a moment in milliseconds, 0 for none.
func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// first and last are the oldest and the newest believable stamp.
func (l *logs) first() (t time.Time) {
	for _, h := range l.health {
		if !h.First.IsZero() && (t.IsZero() || h.First.Before(t)) {
			t = h.First
		}
	}
	return t
}

func (l *logs) last() (t time.Time) {
	for _, h := range l.health {
		if h.Last.After(t) {
			t = h.Last
		}
	}
	return t
}

// clock is just behind the newest believable stamp; of logs without one, when
// they were last written to.
func (l *logs) clock(started time.Time) (t time.Time) {
	if t = l.last(); !t.IsZero() {
		return t.Add(time.Millisecond)
	}
	for _, s := range l.sources {
		if a := s.Anchor(); a.After(t) {
			t = a
		}
	}
	if t.IsZero() {
		return started
	}
	return t
}

// history returns where the older part of the logs begins, in the archive or in
// the files, if they have one.
func (l *logs) history(from time.Time) time.Time {
	first := l.first()
	if l.coverage != nil {
		first = l.coverage.begin()
	}
	if !first.IsZero() && first.Before(from.Add(-time.Hour)) {
		return first
	}
	return time.Time{}
}

// everyOne lists all of the cases.
func everyOne(cases []analyze.Case) []*analyze.Case {
	all := make([]*analyze.Case, len(cases))
	for i := range cases {
		all[i] = &cases[i]
	}
	return all
}

// fetchEvidence reads the lines that show each case best, in in order of time.
func (l *logs) fetchEvidence(cases []*analyze.Case, set *window.Set) {
	var all []ingest.Origin
	for _, c := range cases {
		c.Marks = slices.DeleteFunc(c.Marks, func(m analyze.Mark) bool {
			_, kept := set.Text(m.Origin)
			return m.Source == window.ArchiveSource && !kept
		})
		c.Marks = c.Marks[:min(len(c.Marks), evidenceLines)]
		slices.SortStableFunc(c.Marks, func(a, b analyze.Mark) int { return a.Time.Compare(b.Time) })
		for _, m := range c.Marks {
			all = append(all, m.Origin)
		}
	}
	text := source.Lines(l.sources, all)
	for _, c := range cases {
		for _, m := range c.Marks {
			if line, ok := text[m.Origin]; ok {
				c.Evidence = append(c.Evidence, analyze.Line{Time: m.Time, Source: l.sources[m.Source].Name(), Offset: m.Offset, Text: line})
			} else if line, ok := set.Text(m.Origin); ok {
				c.Evidence = append(c.Evidence, analyze.Line{Time: m.Time, Source: "archive", Offset: m.Offset, Text: line})
			}
		}
	}
}

func (l *logs) close() {
	for _, s := range l.sources {
		if c, ok := s.(io.Closer); ok {
			c.Close()
		}
	}
}

// logOf is the name that a source shares with its rotated siblings.
func logOf(s ingest.Source) string {
	if f, ok := s.(*source.File); ok {
		return f.Log()
	}
	return s.Name()
}

// width is the terminal's, or 0 where there is none.
func (a *app) width() int {
	if f, ok := a.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return w
		}
	}
	return 0
}

// utf8Locale reports whether the environment's locale shows more than ASCII.
// Without any locale set the output is a file or a modern terminal.
func utf8Locale(getenv func(string) string) bool {
	for _, key := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(key); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return runtime.GOOS != "windows"
}
