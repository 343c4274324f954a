package report

import (
	"bytes"
	"strings"
	"testing"

	"gumshoe/analyze"
)

// What fail2ban did stands with a case where it is known, and nowhere else.
func TestSeenByFail2ban(t *testing.T) {
	for _, c := range []struct {
		what *analyze.Guarded
		text string // in the text and on the page
		json string
	}{
		{nil, "", ""},
		{&analyze.Guarded{}, "seen by fail2ban: no", `"fail2ban":{"seen":false,"banned":0,"bans":0}`},
		{&analyze.Guarded{Banned: 1, Bans: 3}, "seen by fail2ban: yes, banned 3 times", `"fail2ban":{"seen":true,"banned":1,"bans":3}`},
	} {
		r := fiveAttacks()
		r.Cases = []analyze.Case{breakInCase()}
		r.Cases[0].Guarded = c.what
		var text, page, lines bytes.Buffer
		if err := Text(&text, r, TextOptions{Width: 100}); err != nil {
			t.Fatal(err)
		}
		if err := HTML(&page, r); err != nil {
			t.Fatal(err)
		}
		if err := NDJSON(&lines, r); err != nil {
			t.Fatal(err)
		}
		for what, got := range map[string]string{"text": text.String(), "page": page.String()} {
			if told := strings.Contains(got, "seen by fail2ban"); told != (c.text != "") || !strings.Contains(got, c.text) {
				t.Errorf("the %s does not say %q", what, c.text)
			}
		}
		if got := lines.String(); strings.Contains(got, `"fail2ban"`) != (c.json != "") || !strings.Contains(got, c.json) {
			t.Errorf("the JSON lacks %s: %s", c.json, got)
		}
	}
}
