package report

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// wordTag stands around each word of a command on the page.
var wordTag = regexp.MustCompile(`</?span>|</?code>`)

// What other parts of the program did is told by every renderer for people, and
// leaves nothing behind where there is nothing to tell.
func TestWhatIsAbsentLeavesNoHole(t *testing.T) {
	people := map[string]func(io.Writer, Report) error{
		"text": func(w io.Writer, r Report) error { return Text(w, r, TextOptions{Width: 100}) },
		"page": HTML,
		"mail": func(w io.Writer, r Report) error {
			m, err := Mail(r)
			return errors.Join(err, write(w, m.HTML))
		},
		"plain mail": func(w io.Writer, r Report) error {
			m, err := Mail(r)
			return errors.Join(err, write(w, m.Text))
		},
		"Markdown": Markdown,
	}
	tests := []struct {
		what   string
		remove func(*Report)
		said   []string
	}{
		{"what was done", func(r *Report) { r.Done = nil }, []string{"22 banned", "171 bans are active", "Lifted", "bans undo", "2nd offence", "bans remove --case h5vbc"}},
		{"the second opinion", func(r *Report) { r.AI = nil }, []string{"small-model", "3,412 tokens", "customer", "stock sync", "changes nothing here"}},
		{"the week beside fail2ban", func(r *Report) { r.Beyond = nil }, []string{"1,198 addresses", "38 more", "slow scanners"}},
		{"gaps", func(r *Report) { r.Gaps = nil }, []string{"20:00 to 22:00"}},
		{"the season", func(r *Report) { r.Season = nil }, []string{"98 of 100"}},
		{"a past", func(r *Report) {
			r.Ended = nil
			for i := range r.Cases {
				r.Cases[i].Course = 0
			}
		}, []string{"5 cases are new", "FTP guessing"}},
		{"who they are", func(r *Report) {
			for i := range r.Cases {
				r.Cases[i].Identities = nil
			}
		}, []string{"Example Hosting"}},
	}
	told := map[string]string{}
	for name, render := range people {
		var b bytes.Buffer
		if err := render(&b, armedNight()); err != nil {
			t.Fatal(err)
		}
		told[name] = strings.Join(strings.Fields(wordTag.ReplaceAllString(b.String(), "")), " ")
	}
	// Some facts stand only where there is room, or a picture, for them.
	elsewhere := map[string][]string{"98 of 100": {"text", "plain mail", "Markdown"}}
	for _, tt := range tests {
		for name, render := range people {
			t.Run(tt.what+", "+name, func(t *testing.T) {
				without := armedNight()
				tt.remove(&without)
				var b bytes.Buffer
				if err := render(&b, without); err != nil {
					t.Fatal(err)
				}
				for _, s := range tt.said {
					if !strings.Contains(told[name], s) && !slices.Contains(elsewhere[s], name) {
						t.Errorf("%q is not said", s)
					}
					if strings.Contains(b.String(), s) {
						t.Errorf("%q is said of nothing", s)
					}
				}
				for _, hole := range []string{"<nil>", "%!(", "<no value>", "  .", ", ,", " ()", ": .", "ZgotmplZ"} {
					if strings.Contains(b.String(), hole) {
						t.Errorf("a hole: %q", hole)
					}
				}
			})
		}
	}
}
