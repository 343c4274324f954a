package detect

import (
	"os"
	"strings"
	"testing"
)

// The page on quality says of every detector what it looks for.
func TestDocument(t *testing.T) {
	page, err := os.ReadFile("../../docs/QUALITY.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range All() {
		if !strings.Contains(string(page), "\n| `"+d.Name()+"` | ") {
			t.Errorf("docs/QUALITY.md has no line for %s", d.Name())
		}
	}
}
