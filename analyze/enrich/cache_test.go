package enrich

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

func TestCacheFile(t *testing.T) {
	c := NewCache()
	if c.Changed() {
		t.Error("a new cache has changed")
	}
	c.put(netip.MustParseAddr("2001:db8::1"), Answer{}, now)
	c.put(netip.MustParseAddr("192.0.2.1"), Answer{Names: []Name{{"a.example.net", analyze.Verified}}}, now)
	c.put(netip.MustParseAddr("192.0.2.2"), Answer{Trouble: true}, now)
	var file bytes.Buffer
	if err := c.Write(&file); err != nil {
		t.Fatal(err)
	}
	want := `{"address":"192.0.2.1","names":[{"name":"a.example.net","forward":"verified"}],"until":"2026-11-28T08:00:00Z"}
{"address":"2001:db8::1","names":null,"until":"2026-11-22T08:00:00Z"}
`
	if file.String() != want {
		t.Errorf("wrote %s", file.String())
	}
	again, err := ReadCache(strings.NewReader(want), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := again.get(netip.MustParseAddr("192.0.2.1"), now.Add(time.Hour)); !ok || a.Confirmed() != "a.example.net" {
		t.Errorf("read %+v, %v", a, ok)
	}
	if late, err := ReadCache(strings.NewReader(want), now.Add(48*time.Hour)); err != nil || len(late.answers) != 1 {
		t.Errorf("two days later %d answers, %v", len(late.answers), err)
	}
	// A clock that was years ahead must not make answers last for years.
	if early, err := ReadCache(strings.NewReader(want), now.AddDate(-2, 0, 0)); err != nil || len(early.answers) != 0 {
		t.Errorf("two years earlier %d answers, %v", len(early.answers), err)
	}
}

func TestCacheIsBounded(t *testing.T) {
	c := NewCache()
	for i := range maxCached + 10 {
		at := now
		if i < 10 {
			at = now.Add(-time.Hour) // older: these go
		}
		c.put(netip.AddrFrom4([4]byte{198, 18 + byte(i>>16), byte(i >> 8), byte(i)}), Answer{}, at)
	}
	var file bytes.Buffer
	if err := c.Write(&file); err != nil {
		t.Fatal(err)
	}
	got, err := ReadCache(&file, now)
	if err != nil || len(got.answers) != maxCached {
		t.Fatalf("%d answers, %v", len(got.answers), err)
	}
	if _, ok := got.get(netip.MustParseAddr("198.18.0.9"), now); ok {
		t.Error("an old answer was kept, and a newer one dropped for it")
	}
}

// The file may have been damaged; what is read is what could have been written.
func FuzzReadCache(f *testing.F) {
	f.Add(`{"address":"192.0.2.1","names":[{"name":"a.example.net","forward":"verified"}],"until":"2026-11-28T08:00:00Z"}`)
	f.Add(`{"address":"192.0.2.1","names":[{"name":"A <b>","forward":"refuted"}],"until":"2026-11-22T08:00:00Z"}`)
	f.Add(`{"address":"","until":"2026-11-22T08:00:00Z"}` + "\n[]")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ReadCache(strings.NewReader(text), now)
		if err != nil {
			return
		}
		var once, twice bytes.Buffer
		if err := c.Write(&once); err != nil {
			t.Fatal(err)
		}
		again, err := ReadCache(bytes.NewReader(once.Bytes()), now)
		if err != nil {
			t.Fatalf("%v: %s", err, once.String())
		}
		if err := again.Write(&twice); err != nil || once.String() != twice.String() {
			t.Errorf("%v: %s is read as %s", err, once.String(), twice.String())
		}
	})
}
