package report

import (
	"encoding/base64"
	"strings"
)

// Preview is the HTML of a mail as one file for a browser: its pictures stand in it
// instead of beside it.
func (m Message) Preview() string {
	var pairs []string
	for _, i := range m.Images {
		pairs = append(pairs, `src="cid:`+i.Name+`"`, `src="data:image/png;base64,`+base64.StdEncoding.EncodeToString(i.PNG)+`"`)
	}
	return strings.NewReplacer(pairs...).Replace(m.HTML)
}
