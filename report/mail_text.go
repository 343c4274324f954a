package report

import (
	"fmt"
	"strings"
)

// plainWidth is how wide a line of prose may be. Mail programs show the text part
// in proportional type: there are no columns in it and no drawings.
const plainWidth = 72

// plain writes the text part of a mail. A command stands alone on its line and is
// never broken, so that it can be copied as it stands.
func (v *letter) plain() string {
	w := &plainWriter{}
	w.para(strings.Join(nonempty(v.Host, v.Window), ", "))
	w.para(v.Headline)
	w.para(v.Lead)
	if v.Calm() {
		w.para(calm)
	}
	if q := v.Question; q != nil {
		w.para("WAS IT YOU?")
		w.para("No. Then, in this order:")
		for i, do := range q.Do {
			w.para(fmt.Sprintf("%d. %s", i+1, do))
		}
		w.para("Yes. Then nothing more is needed. What led here is case " + q.ID + " below.")
	}
	if len(v.Needs) > 0 {
		w.title("Needs you")
		for _, n := range v.Needs {
			w.para(strings.TrimSpace("- " + n.What + ". " + n.Do))
		}
		if v.MoreNeeds > 0 {
			w.para(fmt.Sprintf("and %d more below", v.MoreNeeds))
		}
	}
	if len(v.Urgent) > 0 {
		w.title(trouble)
		for _, s := range v.Urgent {
			w.para("- " + s)
		}
	}
	if len(v.Deeds) > 0 {
		w.title(v.DeedTitle)
		for _, s := range v.Deeds {
			w.para(s)
		}
	}
	for _, s := range v.Sections {
		w.section(s)
	}
	if len(v.Bans)+len(v.Standing) > 0 {
		w.title("Bans")
		for _, b := range v.Bans {
			s := b.State + " " + b.Who
			if b.For != "" {
				s += " for " + b.For
			}
			w.para(strings.TrimSpace(s + ", case " + b.ID + ". " + b.Reason))
		}
		for _, s := range v.Standing {
			w.para(s)
		}
	}
	if v.Changes != "" {
		w.title("Since the last report")
		w.para(v.Changes)
		w.list(v.Ended, v.MoreEnded)
	}
	if len(v.Places) > 0 {
		w.title("Where from")
		w.rows(v.Places)
	}
	if v.Coverage != "" || len(v.Notes) > 0 {
		w.title("What was read")
		w.para(v.Coverage)
		for _, s := range v.Notes {
			w.para(s)
		}
	}
	for _, a := range v.Asides {
		w.para(a.Title + ": " + a.Text)
	}
	w.para("--")
	for _, s := range v.Footer {
		w.para(s)
	}
	return w.b.String()
}

// plainWriter writes paragraphs with an empty line between them.
type plainWriter struct{ b strings.Builder }

// para writes a paragraph, its commands on lines of their own; of "" nothing.
func (w *plainWriter) para(s string) {
	if strings.TrimSpace(s) == "" {
		return
	}
	if w.b.Len() > 0 {
		w.b.WriteByte('\n')
	}
	for _, piece := range prose(s) {
		lines := wrap(piece.Text, plainWidth)
		if piece.Words != nil {
			lines = []string{strings.Join(piece.Words, " ")}
		}
		for _, l := range lines {
			if strings.Trim(l, ".,;: ") != "" { // what a command left of its sentence
				w.b.WriteString(l + "\n")
			}
		}
	}
}

// title opens a part.
func (w *plainWriter) title(s string) {
	w.b.WriteByte('\n')
	w.para(strings.ToUpper(s))
}

func (w *plainWriter) section(s letterSection) {
	w.title(s.Title)
	for _, c := range s.Cases {
		w.para("[" + strings.Join(nonempty(strings.ToUpper(c.Level.String()), c.Course, c.ID, c.Sure), ", ") + "] " + c.Headline)
		for _, p := range c.Body {
			w.para(p)
		}
		for i, e := range c.Exhibits {
			if i == 0 {
				w.b.WriteByte('\n')
			}
			line := e.When + " " + e.Gist
			if e.Answer != "" {
				line += " -> " + e.Answer
			}
			w.b.WriteString(strings.TrimSpace(line) + "\n")
		}
		w.rows(c.Rows)
	}
	w.list(s.Brief, s.More)
}

// rows writes facts, each under its label.
func (w *plainWriter) rows(rows []row) {
	for _, r := range rows {
		w.para(r.Label + ": " + inOneSentence(r.Items))
	}
}

// inOneSentence joins facts: a comma stands where none has ended.
func inOneSentence(items []string) string {
	var b strings.Builder
	for i, s := range items {
		switch {
		case i == 0:
		case strings.HasSuffix(b.String(), "."), strings.HasSuffix(b.String(), "`"):
			b.WriteByte(' ')
		default:
			b.WriteString(", ")
		}
		b.WriteString(s)
	}
	return b.String()
}

func (w *plainWriter) list(lines []overView, more string) {
	for _, l := range lines {
		w.para("[" + strings.ToUpper(l.Level.String()) + ", " + l.ID + "] " + l.Text)
	}
	w.para(more)
}
