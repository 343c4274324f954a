package format

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"gumshoe/ingest"
)

// maxSampleLines bounds the work of detection; the head of a file beyond it
// changes the verdict hardly ever.
const maxSampleLines = 4000

// traits are facts about a file that one line cannot tell. They come from the
// sample alone, so that the chunks of a file agree on them.
type traits struct {
	sshd    bool   // sshd logs its own failures: those of PAM repeat them
	kbdint  bool   // sshd logs "error: PAM: ..." for each keyboard-interactive failure: its "Failed" lines repeat them
	dovecot bool   // Dovecot's login processes log failures: those of its auth process repeat them
	sudo    bool   // sudo logs its own failures
	fields  string // of the W3C extended format, from the directive
	vhost   bool   // access lines begin with the virtual host, which the client chose
}

// unsampled are the traits of a format that was named by a person: what a stock
// server does.
var unsampled = traits{sshd: true, dovecot: true, sudo: true}

// shapes are the formats that know a shape of lines, whoever wrote them, with
// the weight of their score. They would also find an event in lines of which a
// daemon's own format knows better, so an event of theirs weighs no more than
// an envelope of the others, or little more where it takes words of a login.
var shapes = map[string]int{"json": 2, "pairs": 2, "plain": 3}

const ownWeight = 6

// Detect finds the format of a file from its name and the head of its
// uncompressed content. It never returns nil: where no format matches, the
// generic one tries all of them on every line.
func Detect(name string, sample []byte) ingest.Format {
	best, score := -1, 0
	known := traits{}
	for i, f := range formats {
		seen := traits{}
		n := trial(f.new(setup{seen: &seen}), sample)
		if weight, ok := shapes[f.name]; ok {
			n *= weight
		} else {
			n *= ownWeight
		}
		if n > score {
			best, score = i, n
		}
		known.add(seen)
	}
	if best < 0 {
		best = byFileName(name)
	}
	return &chosen{primary: best, known: known}
}

func (t *traits) add(o traits) {
	t.sshd = t.sshd || o.sshd
	t.kbdint = t.kbdint || o.kbdint
	t.dovecot = t.dovecot || o.dovecot
	t.sudo = t.sudo || o.sudo
	t.vhost = t.vhost || o.vhost
	if t.fields == "" {
		t.fields = o.fields
	}
}

// trial scores a parser on the sample: a line with an event says more than one
// whose envelope merely fits.
func trial(p lineParser, sample []byte) (score int) {
	var ev ingest.Event
	for line := range sampleLines(sample) {
		switch p.Parse(line, &ev) {
		case ingest.Parsed:
			score += 3
		case ingest.Ignored:
			score++
		}
	}
	return score
}

// sampleLines yields the lines of the sample; the last, which the sample's end
// may have cut, counts only when it is the only one.
func sampleLines(sample []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for n := 0; n < maxSampleLines && len(sample) > 0; n++ {
			line, rest, whole := bytes.Cut(sample, []byte("\n"))
			if !whole && n > 0 && len(sample) > 4096 {
				return
			}
			if line = bytes.TrimRight(line, "\r"); len(line) > 0 && !yield(line) {
				return
			}
			sample = rest
		}
	}
}

// byFileName guesses from the name of a file without telling content; it only
// decides which format the report names, for odd lines are offered to all.
func byFileName(name string) int {
	base := strings.ToLower(filepath.Base(name))
	return slices.IndexFunc(formats, func(f layout) bool {
		return strings.Contains(base, f.name) ||
			slices.ContainsFunc(f.aliases, func(a string) bool { return strings.Contains(base, a) })
	})
}

// Yearless implements ingest.Format: it reports whether any line of the sample
// has a stamp without a year.
func (c *chosen) Yearless(sample []byte) bool {
	for line := range sampleLines(sample) {
		if yearless(line) {
			return true
		}
	}
	return false
}
