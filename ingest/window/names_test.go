package window

import (
	"bytes"
	"strings"
	"testing"
)

// Texts that are joined stand where they stood, whatever their lengths, and what a Builder
// keeps for them between its merges grows no more once it was needed.
func TestCopies(t *testing.T) {
	var c copies
	kept := 0
	for merges := range 50 {
		var got [][]byte
		var want []string
		for i := range 1000 {
			host, path := strings.Repeat("h", i%300), strings.Repeat("/p", i%50)
			if i%400 == 0 {
				host = strings.Repeat("l", copyBlock-2+merges)
			}
			got, want = append(got, c.join([]byte(host), path)), append(want, host+path)
		}
		for i := range got {
			if !bytes.Equal(got[i], []byte(want[i])) {
				t.Fatalf("text %d of %d bytes is another", i, len(want[i]))
			}
		}
		c.reset()
		if merges == 5 {
			kept = len(c.blocks)
		}
	}
	if len(c.blocks) > kept {
		t.Errorf("%d blocks, and %d after 44 merges more", kept, len(c.blocks))
	}
}
