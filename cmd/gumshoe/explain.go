package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/format"
	"gumshoe/ingest/lazyregexp"
	"gumshoe/ingest/proxy"
	"gumshoe/ingest/source"
	"gumshoe/ingest/template"
	"gumshoe/report"
)

// What an explanation shows of a log.
const (
	shownCauses = 5
	shownShapes = 12
	maxCauses   = 64 // that are told apart
)

// explain writes what a log looks like, what is understood of it, and why the
// rest is not.
func (a *app) explain(ctx context.Context, path string, named ingest.Format, opt source.Options, proxies *proxy.Proxies) error {
	f, err := source.Open(path, opt)
	if err != nil {
		return err
	}
	defer f.Close()
	x := &examiner{client: proxies.NewEnricher(), miner: newMining(), byText: map[string]int32{}}
	if f.Format() != nil {
		x.Format, x.Named = f.Format().Name(), named != nil
	}
	progress, done := a.progress(f.Size())
	err = ingest.Walk(ctx, f, time.Now(), func(l ingest.Line) error {
		x.look(l)
		if l.Number%4096 == 0 {
			progress(l.End)
		}
		return nil
	})
	done()
	found := x.miner.templates()
	if err != nil {
		return fmt.Errorf("explaining %q: %w", path, err)
	}
	return report.Explain(a.out, x.explanation(path, found), a.textOptions())
}

// examiner looks at every line of a log. The miner counts the shapes of all
// lines; its sources are the causes, and 0 stands for what is understood.
type examiner struct {
	report.Explanation
	client ingest.Enricher // finds it behind a trusted proxy
	miner  *mining
	byText map[string]int32
}

// known is the source of lines that are understood.
const known = 0

// look counts one line.
func (x *examiner) look(l ingest.Line) {
	x.Lines++
	if l.Known || len(l.Read.Program) > 0 {
		x.Fits++
	}
	if len(l.Text) == 0 && l.Known {
		x.Understood++
		return
	}
	at := ingest.Origin{Source: known, Offset: l.End}
	if l.Known {
		x.Understood++
		if x.Example == nil && l.Event != nil {
			x.Example = x.example(l)
		}
	} else {
		at.Source = x.cause(l)
	}
	x.miner.Add(l.Text, l.Read, at)
}

// example shows the fields of a line. A request that came through a trusted proxy
// is its client's.
func (x *examiner) example(l ingest.Line) *report.MarkedLine {
	peer := l.Event.Src
	x.client.Enrich(l.Event)
	m := markLine(l)
	if l.Event.Src != peer {
		m.Facts += ", through the trusted proxy " + peer.String()
	}
	return m
}

// column is where in a line a reason says that reading stopped.
var column = lazyregexp.New(` at column \d+$`)

// cause counts a line that was not understood under its cause and returns its
// number.
func (x *examiner) cause(l ingest.Line) int32 {
	why := l.Reason
	if strings.Contains(why, " at column ") {
		why = column().ReplaceAllString(why, "")
	}
	program := string(l.Read.Program)
	i, ok := x.byText[why+"\x00"+program]
	if !ok {
		if len(x.Causes) == maxCauses {
			why, program, i = "other causes", "", maxCauses
		} else {
			i = int32(len(x.Causes) + 1)
		}
		x.byText[why+"\x00"+program] = i
		if int(i) > len(x.Causes) {
			x.Causes = append(x.Causes, report.Cause{Text: why, Program: program, Number: l.Number, Example: string(l.Text), Stopped: stopped(l)})
		}
	}
	x.Causes[i-1].Lines++
	return i
}

// stopped is where reading a line stopped: where its parser says, or at the
// message of an envelope.
func stopped(l ingest.Line) int {
	if l.Stopped < 0 && len(l.Read.Program) > 0 {
		_, message := template.Split(l.Text, l.Read)
		return len(l.Text) - len(message)
	}
	return l.Stopped
}

// explanation adds up what was seen. Causes whose lines name addresses of the
// internet come first: they may tell of an attack.
func (x *examiner) explanation(path string, found []template.Template) report.Explanation {
	for i := range x.Causes {
		c := &x.Causes[i]
		if top := template.Top(found, int32(i+1), 1); len(top) > 0 {
			c.Clients = top[0].Clients
			t := found[slices.IndexFunc(found, func(t template.Template) bool { return top[0].ID == fmt.Sprintf("%016x", t.ID) })]
			x.advise(c, &t, path)
		}
	}
	for i := range found {
		t := &found[i]
		if n := t.In(known); n > 0 {
			x.Shapes = append(x.Shapes, report.Shape{Lines: n, Known: true, Text: shapeText(t)})
		}
		if n := t.Lines - t.In(known); n > 0 {
			x.Shapes = append(x.Shapes, report.Shape{Lines: n, Text: shapeText(t)})
		}
	}
	slices.SortStableFunc(x.Shapes, func(a, b report.Shape) int { return cmp.Compare(b.Lines, a.Lines) })
	slices.SortStableFunc(x.Causes, func(a, b report.Cause) int {
		return cmp.Or(cmp.Compare(min(b.Clients, 1), min(a.Clients, 1)), cmp.Compare(b.Lines, a.Lines))
	})
	e := x.Explanation
	e.File = path
	e.Causes, e.MoreCauses = head(e.Causes, shownCauses)
	e.Shapes, e.MoreShapes = head(e.Shapes, shownShapes)
	return e
}

func shapeText(t *template.Template) string {
	if t.Program != "" {
		return t.Program + ": " + t.Text
	}
	return t.Text
}

// head returns the first n of a list, and how many more there are.
func head[T any](list []T, n int) ([]T, int) {
	n = min(n, len(list))
	return list[:n], len(list) - n
}

// advise says how lines of a shape can be read after all. It proposes a format
// only where that would read the example.
func (x *examiner) advise(c *report.Cause, t *template.Template, path string) {
	u := format.User{Name: nameFor(t.Program, path), Program: t.Program}
	line := format.UserLine{Grok: t.Grok(), Kind: kindFor(t.Text)}
	u.Lines = []format.UserLine{line}
	switch {
	case t.Clients == 0 && t.Program != "":
		c.Do = []string{"They name nobody on the internet: most likely nothing is missed."}
		return
	case t.Clients == 0 || !reads(u, t.Samples):
		c.Do = []string{"To read them, describe them in the configuration: docs/FORMATS.md, \"A format of your own\"."}
		return
	}
	grok := []string{"      - grok: '" + strings.ReplaceAll(line.Grok, "'", "''") + "'", "        kind: " + line.Kind}
	if _, builtIn := format.ByName(x.Format); !builtIn {
		c.Do = []string{"If the address in them is the client's, give format " + x.Format + " one more of its lines, with the kind that they report:"}
		c.Config = grok
		return
	}
	c.Do = []string{"If the address in them is the client's, they can be read. In " + defaultConfig + ", with the kind that they report:"}
	c.Config = []string{"formats:", "  - name: " + u.Name}
	if u.Program != "" {
		c.Config = append(c.Config, "    program: "+u.Program)
	}
	c.Config = append(append(c.Config, "    lines:"), grok...)
	c.Then = "gumshoe parse --explain --format " + u.Name + " " + path
}

// reads reports whether a format would read the samples of a template.
func reads(u format.User, samples []string) bool {
	f, err := format.NewUser(u)
	if err != nil {
		return false
	}
	p := f.NewParser(ingest.Context{Anchor: time.Unix(0, 0).AddDate(100, 0, 0)})
	var ev ingest.Event
	return !slices.ContainsFunc(samples, func(s string) bool { return p.Parse([]byte(s), &ev) != ingest.Parsed || !ev.Src.IsValid() })
}

// unnamed matches what a format's name cannot have.
var unnamed = lazyregexp.New(`[^a-z0-9_-]+`)

// nameFor makes a name for a format of a program's messages, or of a file's lines.
func nameFor(program, path string) string {
	name := program
	if name == "" {
		name, _, _ = strings.Cut(filepath.Base(path), ".")
	}
	name = strings.Trim(unnamed().ReplaceAllString(strings.ToLower(name), "-"), "-0123456789_")
	if _, taken := format.ByName(name); taken || name == "" || name == "auto" {
		name = "my-" + cmp.Or(name, "log")
	}
	return name
}

var (
	refusing = lazyregexp.New(`(?i)\b(?:fail\w*|den\w+|refus\w*|reject\w*|invalid|illegal|wrong|incorrect|bad|unauthor\w*|mismatch)\b`)
	granting = lazyregexp.New(`(?i)\b(?:accept\w*|success\w*|granted|logged in|authenticated)\b`)
)

// kindFor guesses from the words of a template what its lines report.
func kindFor(text string) string {
	switch {
	case refusing().MatchString(text):
		return ingest.KindAuthFailure.String()
	case granting().MatchString(text):
		return ingest.KindAuthSuccess.String()
	}
	return ingest.KindOther.String()
}

// facts are what an event says beyond the text of its line.
func facts(ev *ingest.Event) string {
	s := "kind " + ev.Kind.String() + ", service " + ev.Service
	switch ev.Account {
	case ingest.AccountExists:
		s += ", the account exists"
	case ingest.AccountAbsent:
		s += ", no such account"
	}
	switch {
	case ev.Count == 0:
		s += ", told by another line too: counts nothing"
	case ev.Count > 1:
		s += ", stands for " + strconv.FormatUint(uint64(ev.Count), 10)
	}
	if !ev.Src.IsValid() && len(ev.SrcHost) == 0 {
		s += ", names no client"
	}
	return s
}
