package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// Explanation is what `gumshoe parse --explain` tells of one log. Its strings
// are verbatim; Explain escapes them.
type Explanation struct {
	File       string
	Format     string // the format's name; "" of an empty log
	Named      bool   // by the person, not by the look of the file
	Lines      uint64
	Understood uint64 // whether or not they gave an event
	Fits       uint64 // understood, or at least their envelope
	Example    *MarkedLine
	Causes     []Cause // why other lines were not understood
	MoreCauses int     // that are not listed
	Shapes     []Shape // the most frequent ones
	MoreShapes int
}

// MarkedLine is a line with the fields that were read.
type MarkedLine struct {
	Number int
	Text   string
	Marks  []Mark // in the order of the line, not overlapping
	Facts  string // what does not stand in the line: "kind auth_failure, service sshd"
}

// Mark is a part of a line that has a meaning.
type Mark struct {
	From, To int // bytes
	Name     string
}

// Cause is why lines were not understood.
type Cause struct {
	Text    string
	Program string // of the envelope; "" for lines without one
	Lines   uint64
	Clients int // distinct public addresses in them
	Number  int // of the example
	Example string
	Stopped int      // where in it reading stopped; -1: unknown
	Do      []string // what to do, a paragraph each
	Config  []string // lines to write into the configuration
	Then    string   // the command to type next
}

// Shape is what many lines have in common.
type Shape struct {
	Lines uint64
	Known bool
	Text  string
}

const (
	blue = "34"
	cyan = "36"
)

// Explain writes an explanation for a terminal.
func Explain(w io.Writer, e Explanation, opt TextOptions) error {
	if opt.Width <= 0 {
		opt.Width = defaultWidth
	}
	x := &explainer{printer: printer{width: max(minWidth, min(maxWidth, opt.Width)), palette: palette(opt.Color)}, ascii: opt.ASCII}
	x.head(e)
	if e.Example != nil {
		x.example(e)
	}
	if len(e.Causes) > 0 {
		x.causes(e)
	}
	if e.Lines > 1 && len(e.Shapes) > 0 {
		x.shapes(e)
	}
	x.line()
	x.line("One JSON object a line: ", x.paint(cyan, "gumshoe parse "+x.clean(e.File)))
	text := x.b.String()
	if opt.ASCII {
		text = explainGlyphs.Replace(asciiGlyphs.Replace(text))
	}
	_, err := io.WriteString(w, text)
	return err
}

// explainGlyphs replaces the marks that only explanations have.
var explainGlyphs = strings.NewReplacer("└", "`", "┘", "'", "┬", "+", "✗", "-")

// explainer lays out an explanation.
type explainer struct {
	printer
	ascii bool
}

func (x *explainer) clean(s string) string { return escape(s, maxText, x.ascii) }

func (x *explainer) head(e Explanation) {
	x.line(x.paint(bold, cut(x.clean(e.File), x.width)))
	looks := "  looks like  "
	if e.Named {
		looks = "  read as     "
	}
	x.para(looks, "", x.clean(cmp.Or(e.Format, "nothing"))+e.certainty())
	x.para("  understood  ", "", fmt.Sprintf("%s of %s, %s", count(e.Understood), counted(e.Lines, "line", "lines"), share(e.Understood, e.Lines)))
}

// certainty says how sure the format is, which the lines themselves tell.
func (e Explanation) certainty() string {
	switch {
	case e.Lines == 0:
		return ": it is empty"
	case e.Named:
		return ", as you say"
	case e.Fits == 0:
		return ": no format fits"
	case e.Fits*100 >= e.Lines*95:
		return ", surely"
	case e.Fits*100 >= e.Lines*30:
		return ", most likely"
	}
	return ", perhaps: few lines fit"
}

func (x *explainer) example(e Explanation) {
	title := "Understood"
	if e.Lines > 1 {
		title = fmt.Sprintf("Understood, for example line %s", count(uint64(e.Example.Number)))
	}
	x.section(title)
	x.marked(e.Example.Text, e.Example.Marks)
	x.line()
	x.para("  ", "", x.clean(e.Example.Facts))
}

func (x *explainer) causes(e Explanation) {
	n := len(e.Causes) + e.MoreCauses
	title := fmt.Sprintf("Not understood: %s, %s", counted(e.Lines-e.Understood, "line", "lines"), counted(uint64(n), "cause", "causes"))
	x.section(title)
	for i, c := range e.Causes {
		if i > 0 {
			x.line()
		}
		if n > 1 {
			x.line(x.paint(bold, counted(c.Lines, "line", "lines")), ", for example line ", count(uint64(c.Number)))
			x.line()
		}
		x.cause(c)
	}
	if e.MoreCauses > 0 {
		x.line()
		x.line("and ", counted(uint64(e.MoreCauses), "more cause", "more causes"))
	}
}

func (x *explainer) cause(c Cause) {
	x.caret(c.Example, c.Stopped)
	x.para("  ", "", x.clean(c.because()))
	for _, do := range c.Do {
		x.line()
		x.para("  ", "", x.clean(do))
	}
	if len(c.Config) > 0 {
		x.line()
		for _, l := range c.Config {
			x.line("    ", x.paint(bold, x.clean(l)))
		}
	}
	if c.Then != "" {
		x.line()
		x.line("  then: ", x.paint(cyan, x.clean(c.Then)))
	}
}

func (c Cause) because() string {
	s := c.Text
	if c.Program != "" {
		s += ": " + c.Program
	}
	if c.Clients > 0 {
		s += fmt.Sprintf(" (the lines name %s of the internet)", counted(uint64(c.Clients), "address", "addresses"))
	}
	return s
}

func (x *explainer) shapes(e Explanation) {
	x.section("Every shape in this file")
	for _, s := range e.Shapes {
		mark := x.paint(green, "✓")
		if !s.Known {
			mark = x.paint(red, "✗")
		}
		head := right(count(s.Lines), 9) + right(share(s.Lines, e.Lines), 9) + "  "
		x.line(head, mark, " ", cut(x.clean(s.Text), x.width-cells(head)-2))
	}
	if e.MoreShapes > 0 {
		x.line("and ", counted(uint64(e.MoreShapes), "more shape", "more shapes"))
	}
}
