package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"sync"

	"gumshoe/analyze"
)

//go:embed dossier.gohtml
var dossierHTML string

// dossierTemplate has the parts of the page: levels, prose.
var dossierTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(newPageTemplate().New("dossier").Parse(dossierHTML))
})

// dossierCSS adds to the style of the page: names are not begun with a capital, and
// the story is no aside.
const dossierCSS = "section>dl{grid-template-columns:minmax(84px,max-content) minmax(0,1fr)}section>dl dt::first-letter{text-transform:none}section td:last-child{color:var(--ink)}"

// dossierPage is what the template draws, escaped for control characters.
type dossierPage struct {
	CSS                          template.CSS
	Policy, Host, Title, Lead    string
	Identity, Notes, Past        []string
	Cases                        []caseView
	Story                        []episodeView
	Touched, Who, Alike, Decided []row
	Lines                        []analyze.Line
	MoreLines                    string
	Footer                       []string
}

type episodeView struct {
	From, To, Silence, Sentence string
	Alarming                    bool
}

// DossierHTML writes a dossier as one self-contained page, without script or
// anything remote.
func DossierHTML(w io.Writer, d Dossier) error {
	d = escaped(d, false)
	css := pageCSS + dossierCSS
	sum := sha256.Sum256([]byte(css))
	p := dossierPage{
		CSS: template.CSS(css), Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		Host: d.Host, Title: d.title(), Lead: d.lead(), Identity: d.identity(), Notes: d.Notes, Past: d.pastCases(),
		Touched: append(d.services(), d.targets()...), Who: d.visitors(), Alike: d.likeness(), Lines: d.Lines, Footer: d.footer(),
	}
	for _, r := range d.Cases {
		c := r.Cases[0]
		t := r.tell(c)
		p.Cases = append(p.Cases, caseView{Case: c, Body: t.body, Rows: t.rows})
	}
	const layout = "Mon 2 Jan 15:04"
	for _, e := range d.story() {
		v := episodeView{From: e.first.In(d.location()).Format(layout), To: e.last.In(d.location()).Format(layout), Sentence: e.sentence, Alarming: e.alarming}
		if v.To == v.From {
			v.To = ""
		}
		if e.silence > 0 {
			v.Silence = span(e.silence)
		}
		p.Story = append(p.Story, v)
	}
	if d.AllLines > len(d.Lines) {
		p.MoreLines = count(len(d.Lines)) + " of " + counted(d.AllLines, "line", "lines") + "."
	}
	d.About = AboutCase // the cases stand above, whole
	if d.Known() {
		p.Decided = d.decisions()
	}
	return dossierTemplate().Execute(w, p)
}
