package payload

import (
	"fmt"
	"testing"

	"gumshoe/ingest"
)

// What counts as another document, and what is asked for again.
func TestDocument(t *testing.T) {
	kind := func(target string) uint8 {
		e := New(ingest.Hash{})
		ev := ingest.Event{Kind: ingest.KindHTTPRequest, Method: []byte("GET"), Target: []byte(target)}
		e.Enrich(&ev)
		return ev.Request.Document
	}
	for _, c := range []struct{ a, b string }{
		{"/status?_=1794000000123", "/status?_=1794000060123"},
		{"/weather?at=1794000000", "/weather?at=1794000060"},
		{"/blog/x?utm_source=a&utm_id=1", "/blog/x?fbclid=qwertz&UTM_Source=b"},
		{"/events?since_id=17&room=3", "/events?since_id=29&room=3"},
		{"/feed-page?PHPSESSID=a", "/feed-page?PHPSESSID=b"},
		{"/download?1794000000", "/download"},
	} {
		if a, b := kind(c.a), kind(c.b); a != b || a == 0 || a > ingest.Documents {
			t.Errorf("%s is %d, %s is %d, want the same", c.a, a, c.b, b)
		}
	}
	for _, target := range []string{"/style.css", "/", "/favicon.ico", "/feed.xml", "/live/0017.ts", "/live/segment17.m4s", "/tiles/12/2200/1343", "/tiles/12/2200/1343.png",
		"/map/7/61/44@2x", "/data/3.pbf"} {
		if d := kind(target); d != 0 {
			t.Errorf("%s is a document, %d", target, d)
		}
	}
	// A day of a blog is no tile, and every number is another document.
	for name, target := range map[string]string{"days": "/blog/2026/11/%d", "ids": "/shop/item?id=%d", "pages": "/news?page=%d", "paths": "/item/%d", "slugs": "/wiki/page-%d"} {
		seen := map[uint8]bool{}
		for i := range 200 {
			seen[kind(fmt.Sprintf(target, i))] = true
		}
		// 200 documents leave 64*(1-1/64)^200 = 2.7 of the kinds unmet.
		if seen[0] || len(seen) < ingest.Documents-10 {
			t.Errorf("%s: %d kinds, none: %t", name, len(seen), seen[0])
		}
	}
}

func BenchmarkDocument(b *testing.B) {
	in := inspector{}
	path, query := []byte("/shop/category/item"), []byte("id=4711&utm_source=news&color=red")
	b.ReportAllocs()
	for b.Loop() {
		in.document(path, query, 0, ingest.Hash{})
	}
}
