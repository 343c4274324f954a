package report

import (
	"fmt"
	"io"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest/lazyregexp"
)

// markdownDetail is how much of a run Markdown tells: as much as a page.
var markdownDetail = detail{cases: 20, lines: 40, text: maxText, exhibits: maxLines, bans: maxGroups}

// Markdown writes the report for a wiki, a ticket or a chat, in GitHub's dialect.
// Log text makes no link, no mention, no heading, no table and no HTML in it:
// marks are escaped, addresses and names are defanged, lines stand in code blocks.
func Markdown(w io.Writer, r Report) error {
	v := r.letter(nil, markdownDetail)
	m := &markdown{}
	m.head(v)
	for _, s := range v.Sections {
		m.section(s)
	}
	m.bans(v)
	if v.Changes != "" {
		m.title("Since the last report")
		m.para(v.Changes)
		m.briefs(v.Ended, v.MoreEnded)
	}
	if len(v.Places) > 0 {
		m.title("Where from")
		m.rows(v.Places)
	}
	if v.Coverage != "" || len(v.Notes) > 0 {
		m.title("What was read")
		m.para(v.Coverage)
		m.items(v.Notes)
	}
	for _, a := range v.Asides {
		m.line("**" + a.Title + ".** " + markdownProse(a.Text))
	}
	m.line("---")
	for _, s := range v.Footer {
		m.para(s)
	}
	_, err := io.WriteString(w, m.b.String())
	return err
}

// markdown writes blocks with an empty line between them.
type markdown struct{ b strings.Builder }

// line writes one block that is Markdown already.
func (m *markdown) line(s string) {
	if m.b.Len() > 0 {
		m.b.WriteByte('\n')
	}
	m.b.WriteString(s + "\n")
}

// para writes a paragraph of text; of "" nothing.
func (m *markdown) para(s string) {
	if s = strings.TrimSpace(s); s != "" {
		m.line(markdownProse(s))
	}
}

func (m *markdown) title(s string) { m.line("## " + markdownText(s)) }

// items writes a list.
func (m *markdown) items(list []string) {
	if len(list) == 0 {
		return
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = "- " + markdownProse(s)
	}
	m.line(strings.Join(out, "\n"))
}

// head writes what a person must know first.
func (m *markdown) head(v *letter) {
	m.line("# " + markdownText(v.Headline))
	m.para(strings.Join(nonempty(v.Host, v.Window), ", "))
	m.para(v.Lead)
	if v.Calm() {
		m.line("**" + calm + "**")
	}
	if len(v.Urgent) > 0 {
		m.title(trouble)
		m.items(v.Urgent)
	}
	if q := v.Question; q != nil {
		m.title("Was it you?")
		m.line("**No.** Then, in this order:")
		steps := make([]string, len(q.Do))
		for i, do := range q.Do {
			steps[i] = fmt.Sprintf("%d. %s", i+1, markdownProse(do))
		}
		m.line(strings.Join(steps, "\n"))
		m.line("**Yes.** Then nothing more is needed. What led here is case " + markdownText(q.ID) + " below.")
	}
	if len(v.Needs) > 0 {
		m.title("Needs you")
		list := make([]string, len(v.Needs))
		for i, n := range v.Needs {
			list[i] = strings.TrimSpace("- " + glyphs[n.Level] + " **" + markdownText(n.What) + ".** " + markdownProse(n.Do))
		}
		if v.MoreNeeds > 0 {
			list = append(list, fmt.Sprintf("- and %d more below", v.MoreNeeds))
		}
		m.line(strings.Join(list, "\n"))
	}
	if len(v.Deeds) > 0 {
		m.title(v.DeedTitle)
		m.items(v.Deeds)
	}
}

func (m *markdown) section(s letterSection) {
	m.title(s.Title)
	for _, c := range s.Cases {
		m.line("### " + markdownLevel(c.Level) + ": " + markdownText(c.Headline))
		m.para(strings.Join(nonempty(c.ID, c.Course, c.Sure), ", "))
		for _, p := range c.Body {
			m.para(p)
		}
		if len(c.Exhibits) > 0 {
			m.code(c.Exhibits)
		}
		m.rows(c.Rows)
	}
	m.briefs(s.Brief, s.More)
}

// code writes evidence lines in a block whose fence is longer than any run of
// backticks in them.
func (m *markdown) code(list []exhibit) {
	var lines []string
	for _, e := range list {
		line := strings.TrimSpace(e.When + " " + e.Gist)
		if e.Answer != "" {
			line += " → " + e.Answer
		}
		lines = append(lines, line)
	}
	text := strings.Join(lines, "\n")
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	m.line(fence + "text\n" + text + "\n" + fence)
}

func (m *markdown) rows(rows []row) {
	list := make([]string, len(rows))
	for i, r := range rows {
		list[i] = "- **" + markdownText(r.Label) + ":** " + markdownProse(inOneSentence(r.Items))
	}
	if len(list) > 0 {
		m.line(strings.Join(list, "\n"))
	}
}

func (m *markdown) briefs(lines []overView, more string) {
	list := make([]string, len(lines))
	for i, l := range lines {
		list[i] = "- " + markdownLevel(l.Level) + " " + markdownText(l.ID) + ": " + markdownText(l.Text)
	}
	if len(list) > 0 {
		m.line(strings.Join(list, "\n"))
	}
	m.para(more)
}

func (m *markdown) bans(v *letter) {
	if len(v.Bans)+len(v.Standing) == 0 {
		return
	}
	m.title("Bans")
	if len(v.Bans) > 0 {
		rows := []string{"| What | Case | Address | For | Service | Why |", "|---|---|---|---|---|---|"}
		for _, b := range v.Bans {
			row := "|"
			for _, cell := range []string{b.State, b.ID, b.Who, b.For, b.Service, b.Reason} {
				row += " " + markdownText(cell) + " |"
			}
			rows = append(rows, row)
		}
		m.line(strings.Join(rows, "\n"))
	}
	m.items(v.Standing)
}

func markdownLevel(l analyze.Level) string {
	return glyphs[l] + " " + upperFirst(l.String())
}

// markdownProse escapes a sentence and writes its commands as code.
func markdownProse(s string) string {
	var b strings.Builder
	for _, piece := range prose(s) {
		if piece.Words != nil {
			b.WriteString("`" + strings.Join(piece.Words, " ") + "`")
			continue
		}
		text := markdownText(piece.Text)
		if b.Len() == 0 {
			text = strings.TrimLeft(text, " ")
		}
		b.WriteString(text)
	}
	return b.String()
}

// markdownMarks mean something wherever they stand: emphasis, code, links, HTML,
// entities, tables, strike-through, formulas, images.
var markdownMarks = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`,
	"&", `\&`, "|", `\|`, "~", `\~`, "$", `\$`, "!", `\!`, "#", `\#`)

// Marks that make a block at the beginning of a line only, and a mention.
var (
	markdownNumber  = lazyregexp.New(`^(\d+)([.)])( |$)`)
	markdownBullet  = lazyregexp.New(`^[-+=]`)
	markdownMention = lazyregexp.New(`(^|[^\w\[])@(\w)`)
)

// markdownText escapes text so that it stands in a line as it is. Spaces at its
// ends, which could make a block or a line break, fall away at the beginning of
// a paragraph.
func markdownText(s string) string {
	s = markdownMarks.Replace(s)
	s = markdownMention().ReplaceAllString(s, `$1\[@\]$2`)
	s = markdownNumber().ReplaceAllString(s, `$1\$2$3`)
	return markdownBullet().ReplaceAllString(s, `\$0`)
}
