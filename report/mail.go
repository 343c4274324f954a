package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"sync"

	"gumshoe/analyze"
)

// Message is a report as a mail, ready for MIME: multipart/alternative of Text
// and of HTML with its Images.
type Message struct {
	Subject string
	Text    string
	HTML    string  // refers to images as cid:NAME, and to nothing else
	Images  []Image // inline; the mail is understood without them
}

// maxMailHTML is below the 102 KB at which Gmail clips a mail.
const maxMailHTML = 96 << 10

// details are tried in turn until the mail is small enough.
var details = []detail{{6, 24, 700, 3, 8}, {4, 16, 400, 3, 8}, {3, 10, 240, 2, 6}, {1, 6, 160, 2, 4}, {0, 3, 80, 1, 3}}

// Mail renders the report as a mail for a phone before coffee: whether something
// must be done stands on the first screen, cases beyond the first few are a line
// each and then a number, however many there are. Log text is defanged: nothing in
// it becomes a link.
func Mail(r Report) (Message, error) {
	m := Message{Subject: Subject(r)}
	for _, d := range details {
		g := &gallery{}
		v := r.letter(g, d)
		if g.err != nil {
			return m, fmt.Errorf("drawing the mail: %w", g.err)
		}
		var b bytes.Buffer
		if err := mailTemplate().Execute(&b, v); err != nil {
			return m, fmt.Errorf("writing the mail: %w", err)
		}
		m.HTML, m.Text, m.Images = b.String(), v.plain(), g.images
		if len(m.HTML) <= maxMailHTML {
			break
		}
	}
	return m, nil
}

//go:embed mail.gohtml
var mailHTML string

var mailTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("mail").Funcs(template.FuncMap{
		"glyph":   func(l analyze.Level) string { return glyphs[l] },
		"title":   func(l analyze.Level) string { return upperFirst(l.String()) },
		"role":    levelRole,
		"prose":   prose,
		"calm":    func() string { return calm },
		"trouble": func() string { return trouble },
		"high":    func() analyze.Level { return analyze.High },
		"add":     func(a, b int) int { return a + b },
		"colour":  func(l analyze.Level) template.CSS { return template.CSS(shades[levelRole(l)].light) },
		"style":   inlineStyle,
		"sheet":   mailSheet,
		"cid":     func(name string) template.URL { return template.URL("cid:" + name) },
	}).Parse(mailHTML))
})
