package payload

import (
	"testing"

	"gumshoe/ingest"
)

// WordPress reads some pages from the query: what asks for an author by number, or for
// its interface, is a door of scanners in whichever spelling, and no visit of the front page.
func TestWordPressPages(t *testing.T) {
	for target, want := range map[string]string{
		"/?author=17":                              "/?author=N",
		"/?author=1&feed=rss2":                     "/?author=N",
		"/blog/index.php?author=2":                 "/blog/?author=N",
		"/?rest_route=/wp/v2/users/3":              "/wp-json/wp/v2/users/N",
		"/blog/?rest_route=%2Fwp%2Fv2%2Fusers%2F3": "/blog/wp-json/wp/v2/users/N",
		"/index.php?rest_route=/wp/v2/users&per=9": "/wp-json/wp/v2/users",
	} {
		if r := Inspect([]byte(target)); r.Text != want || r.Flags&^ingest.PathQuery != ingest.PathVocabulary || r.Document == 0 {
			t.Errorf("%s: %q %b, document %d; want %q", target, r.Text, r.Flags, r.Document, want)
		}
	}
	for target, want := range map[string]string{"/?author=": "/", "/?author=anna": "/", "/?a=1&author=": "/", "/books.php?author=17": "/books.php", "/list?author=1": "/list", "?author=1": "", "/?rest_routes=/wp": "/", "/?authors=17": "/"} {
		if r := Inspect([]byte(target)); r.Text != want || r.Flags&ingest.PathVocabulary != 0 {
			t.Errorf("%s: %q %b, want %q", target, r.Text, r.Flags, want)
		}
	}
}
