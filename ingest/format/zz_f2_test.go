package format

import (
	"bufio"
	"fmt"
	"gumshoe/ingest"
	"os"
	"testing"
	"time"
)

func TestZZ(t *testing.T) {
	name := os.Getenv("ZZ")
	if name == "" {
		t.Skip()
	}
	f, _ := os.Open(name)
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		for i, l := range formats {
			var ev ingest.Event
			p := l.new(setup{seen: &traits{}, Context: ingest.Context{Anchor: time.Now()}})
			r := p.Parse(sc.Bytes(), &ev)
			if r != ingest.Unparsed {
				fmt.Println(i, l.name, r, p.Reason(), ev.Kind, ev.Src, string(ev.User), string(ev.Program), ev.Stamp())
			}
		}
	}
}
