package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Whatever bytes a file holds, the program ends in good order.
func TestGarbage(t *testing.T) {
	valid := strings.SplitAfter(guessing(), "\n")
	for _, log := range []string{"injection/log/nginx/access.log", "stuffing/log/mail.log", "breakin/log/auth.log"} {
		all := strings.SplitAfter(read(t, scenarios, log), "\n")
		valid = append(valid, all[:min(len(all), 300)]...)
	}
	for seed := range uint64(32) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			name := []string{"auth.log", "access.log", "x.gz", "mail.log.1"}[seed%4]
			path := put(t, t.TempDir(), name, garbage(rand.New(rand.NewPCG(seed, 1)), valid))
			o := gumshoe(t, "analyze", "--json", "--fail-on", "low", path)
			if !slices.Contains([]int{0, exitFailed, exitFindings, exitDegraded}, o.code) {
				t.Errorf("exit code %d: %s", o.code, o.err)
			}
			if o.code != exitFailed {
				o.cases(t)
				if text := gumshoe(t, "analyze", path); text.out == "" {
					t.Errorf("no report: %s", text.err)
				} else {
					inert(t, "text", text.out)
				}
			}
		})
	}
}

// garbage mixes good lines, spoilt lines and noise, 1 to 200 KB.
func garbage(r *rand.Rand, valid []string) string {
	var b strings.Builder
	size, noise := 1000+r.IntN(199_000), r.IntN(100)
	for b.Len() < size {
		line := []byte(valid[r.IntN(len(valid))])
		switch {
		case r.IntN(100) >= noise:
		case r.IntN(3) == 0: // one byte is another
			for range 1 + r.IntN(4) {
				if len(line) > 0 {
					line[r.IntN(len(line))] = byte(r.UintN(256))
				}
			}
		case r.IntN(2) == 0: // cut, and glued to the next
			line = line[r.IntN(len(line)+1):]
			line = line[:r.IntN(len(line)+1)]
		default:
			line = make([]byte, r.IntN(2000))
			for i := range line {
				line[i] = byte(r.UintN(256))
			}
		}
		b.Write(line)
	}
	return b.String()
}
