package format

import (
	"testing"

	"gumshoe/ingest"
)

// Rubbish repeats a name: the columns are as many as the line has, not as the names are.
func TestZeekRepeatedNames(t *testing.T) {
	for _, text := range []string{
		"#fields\tts\tts\n1795168801.1\n",
		"#fields\tts\tid.orig_h\tid.orig_h\n1795168801.1\t203.0.113.5\n",
	} {
		p := Detect("conn.log", []byte(text)).NewParser(ingest.Context{})
		var ev ingest.Event
		for line := range sampleLines([]byte(text)) {
			p.Parse(line, &ev)
		}
	}
}
