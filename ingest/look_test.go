package ingest

import "testing"

// Each class has a name for programs and one for people.
func TestClassTitles(t *testing.T) {
	for c := Class(1); c < classEnd; c <<= 1 {
		if names, titles := c.Names(), c.Titles(); len(names) != 1 || len(titles) != 1 || titles[0] == "" {
			t.Errorf("class %b is called %q and %q", c, names, titles)
		}
	}
	if got := (ClassSQLi | ClassLLM).Titles(); len(got) != 2 || got[0] != "SQL injection" || got[1] != "text addressed to a language model" {
		t.Errorf("two classes are called %q", got)
	}
}
