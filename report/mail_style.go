package report

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"sync"

	"gumshoe/analyze"
	"gumshoe/ingest/lazyregexp"
)

// Fonts that every machine has.
const (
	sans = `system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif`
	mono = `ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace`
)

// textStyles are the kinds of text in a mail. {role} stands for the light colour
// of a role: a mail program that drops style sheets still shows them. The layout of the
// page is fixed: a picture that is not loaded is as wide as its attribute says, and
// would widen the mail beyond a phone.
var textStyles = map[string]string{
	"body":  "margin:0;padding:0;background:{ground}",
	"page":  "width:100%;max-width:600px;table-layout:fixed;font-family:SANS;text-align:left",
	"side":  "padding:0 24px",
	"head":  "padding:28px 24px 0;font-size:14px;line-height:20px;color:{dim};word-break:break-word",
	"h1":    "margin:14px 0 0;font-size:28px;line-height:35px;font-weight:600;letter-spacing:-.01em;color:{ink};word-break:break-word",
	"lead":  "margin:10px 0 0;font-size:16px;line-height:25px;color:{ink};word-break:break-word",
	"panel": "padding:20px 24px 22px 19px;background:{panel};border-left:5px solid {critical}",
	"h2":    "margin:0;font-size:20px;line-height:27px;font-weight:600;color:{ink}",
	"p":     "margin:8px 0 0;font-size:16px;line-height:25px;color:{ink};word-break:break-word",
	"sect":  "margin:0 0 18px;padding:18px 0 0;border-top:1px solid {line};font-size:14px;line-height:20px;font-weight:600;color:{dim};word-break:break-word",
	"tag":   "margin:0;font-size:14px;line-height:20px;color:{dim};word-break:break-word",
	"h3":    "margin:2px 0 0;font-size:20px;line-height:27px;font-weight:600;color:{ink};word-break:break-word",
	"cmd":   "display:block;margin:2px 0 0;font-family:MONO;font-size:13px;line-height:20px;color:{ink};word-break:break-word",
	"num":   "width:26px;padding:8px 0 0;font-size:16px;line-height:25px;font-weight:600;color:{critical};vertical-align:top",
	"step":  "padding:8px 0 0;font-size:16px;line-height:25px;color:{ink};vertical-align:top;word-break:break-word",
	"label": "width:62px;padding:7px 10px 0 0;font-size:14px;line-height:22px;color:{dim};vertical-align:top",
	"fact":  "padding:7px 0 0;font-size:15px;line-height:22px;color:{ink};vertical-align:top;word-break:break-word",
	"aside": "padding:7px 0 0;font-size:15px;line-height:22px;color:{dim};vertical-align:top;word-break:break-word",
	"lines": "margin:14px 0 0;padding:10px 14px;background:{soft};font-family:MONO;font-size:13px;line-height:20px;color:{ink};word-break:break-word;overflow-wrap:anywhere",
	"name":  "padding:3px 12px 3px 0;font-size:14px;line-height:20px;color:{ink};vertical-align:middle;word-break:break-word",
	"state": "padding:3px 0 3px 12px;font-size:13px;line-height:18px;color:{dim};vertical-align:middle;white-space:nowrap;text-align:right",
	"tick":  "padding:2px 0 0;font-size:12px;line-height:18px;color:{dim};text-align:left;white-space:nowrap",
	"note":  "margin:8px 0 0;font-size:14px;line-height:20px;color:{dim};word-break:break-word",
	"brief": "padding:8px 12px 8px 0;border-top:1px solid {line};font-size:15px;line-height:22px;color:{ink};vertical-align:top;word-break:break-word",
	"ban":   "padding:8px 0;border-top:1px solid {line};font-size:15px;line-height:22px;color:{ink};vertical-align:top;word-break:break-word",
	"img":   "display:block;width:100%;border:0;font-size:13px;color:{dim}",
	"foot":  "padding:18px 0 36px;border-top:1px solid {line};font-size:13px;line-height:20px;color:{dim};word-break:break-word",
}

var roleName = lazyregexp.New(`\{(\w+)\}`)

// inlineStyles are textStyles with colours and fonts filled in.
var inlineStyles = sync.OnceValue(func() map[string]template.CSS {
	out := map[string]template.CSS{}
	for name, s := range textStyles {
		s = roleName().ReplaceAllStringFunc(s, func(role string) string { return shades[strings.Trim(role, "{}")].light })
		out[name] = template.CSS(strings.NewReplacer("SANS", sans, "MONO", mono).Replace(s))
	}
	return out
})

// inlineStyle is a kind of text; a word that is none is a mistake of the template.
func inlineStyle(name string) (template.CSS, error) {
	s, ok := inlineStyles()[name]
	if !ok {
		return "", fmt.Errorf("no style %q", name)
	}
	return s, nil
}

// mailSheet turns the colours over in the dark, and narrows the sides on a phone.
// Roles of text are classes of their names, grounds begin with on-.
var mailSheet = sync.OnceValue(func() template.CSS {
	var b strings.Builder
	b.WriteString(":root{color-scheme:light dark;supported-color-schemes:light dark}\n@media (prefers-color-scheme:dark){")
	for _, name := range slices.Sorted(maps.Keys(shades)) {
		dark := shades[name].dark
		switch name {
		case "ground", "soft", "panel":
			fmt.Fprintf(&b, ".on-%s{background:%s!important}", name, dark)
		case "line":
			fmt.Fprintf(&b, ".line{border-top-color:%s!important}", dark)
		default:
			fmt.Fprintf(&b, ".%s{color:%s!important}", name, dark)
		}
	}
	fmt.Fprintf(&b, ".on-panel{border-left-color:%s!important}}\n", shades["critical"].dark)
	b.WriteString("@media (max-width:480px){.side{padding-left:18px!important;padding-right:18px!important}.panel{padding-left:13px!important;padding-right:18px!important}" +
		".h1{font-size:25px!important;line-height:31px!important}" +
		".night,.night tbody{display:block!important;width:100%!important}.night tr{display:flex!important;flex-wrap:wrap;width:100%!important}" +
		".night .name{flex:1 1 0;width:auto!important;box-sizing:border-box}.night .state{flex:0 0 auto;width:auto!important}" +
		".night .plot{flex:0 0 100%;order:3;width:100%!important;padding-bottom:8px!important}.night .gap{display:none!important}}")
	return template.CSS(b.String())
})

// levelRole is the colour of a level: medium and below are drawn in ink.
func levelRole(l analyze.Level) string {
	switch l {
	case analyze.Critical:
		return "critical"
	case analyze.High:
		return "high"
	}
	return "ink"
}
