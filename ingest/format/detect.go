package format

import (
	"bytes"
	"iter"
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
	sshd     bool      // sshd logs its own failures: those of PAM repeat them
	kbdint   bool      // sshd logs "error: PAM: ..." for each keyboard-interactive failure: its "Failed" lines repeat them
	dovecot  bool      // Dovecot's login processes log failures: those of its auth process repeat them
	sudo     bool      // sudo logs its own failures
	login    bool      // so does login
	fields   string    // of the W3C extended format, from the directive
	columns  string    // of a table of values, from its header
	vhost    bool      // access lines begin with the virtual host, which the client chose
	pgNoHost bool      // PostgreSQL's log_line_prefix prints no %h or %r: an address behind the account is a part of the database's name
	openings []opening // of messages that end with an account's name, by programs nobody wrote a parser for
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
	list := shortlist(sample)
	scores, seen := make([]int, len(list)), make([]traits, len(list))
	ingest.OnAllCores(len(list), func(k int) { scores[k] = weigh(list[k], &seen[k], sampleLines(sample)) })
	for k, i := range list {
		if scores[k] > score {
			best, score = i, scores[k]
		}
		known.add(seen[k])
	}
	if best < 0 {
		best = byFileName(name)
	}
	return &chosen{primary: best, known: known}
}

// weigh is the score of a format on some lines.
func weigh(i int, seen *traits, lines iter.Seq[[]byte]) int {
	n := trial(formats[i].new(setup{seen: seen, sampling: true}), lines)
	if weight, ok := shapes[formats[i].name]; ok {
		return n * weight
	}
	return n * ownWeight
}

// Detection reads a few lines with every format and all of the sample with the
// best of them: with a hundred formats anything else would cost more than the
// analysis of a small file.
const (
	firstLines = 20 // directives and headings stand in front
	someLines  = 60 // and so many lines evenly over the sample
	finalists  = 3
)

// shortlist returns the formats that do best on a few lines, in the order of the
// table.
func shortlist(sample []byte) []int {
	few := slices.Values(fewLines(sample))
	scores := make([]int, len(formats))
	ingest.OnAllCores(len(formats), func(i int) { scores[i] = weigh(i, new(traits), few) })
	var list []int
	for i, n := range scores {
		if n > 0 {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return scores[b] - scores[a] })
	list = list[:min(len(list), finalists)]
	slices.Sort(list)
	return list
}

// fewLines picks the first lines and some evenly over the rest.
func fewLines(sample []byte) [][]byte {
	all := slices.Collect(sampleLines(sample))
	if len(all) <= firstLines+someLines {
		return all
	}
	few := slices.Clone(all[:firstLines])
	rest := all[firstLines:]
	for i := range someLines {
		few = append(few, rest[i*(len(rest)-1)/(someLines-1)])
	}
	return few
}

func (t *traits) add(o traits) {
	t.sshd = t.sshd || o.sshd
	t.kbdint = t.kbdint || o.kbdint
	t.dovecot = t.dovecot || o.dovecot
	t.sudo = t.sudo || o.sudo
	t.login = t.login || o.login
	t.vhost = t.vhost || o.vhost
	t.pgNoHost = t.pgNoHost || o.pgNoHost
	t.openings = append(t.openings, o.openings...)
	if t.columns == "" {
		t.columns = o.columns
	}
	if t.fields == "" {
		t.fields = o.fields
	}
}

// trial scores a parser on the sample: a line with an event says more than one
// whose envelope merely fits.
func trial(p lineParser, lines iter.Seq[[]byte]) (score int) {
	var ev ingest.Event
	for line := range lines {
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
func sampleLines(sample []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for n := 0; n < maxSampleLines && len(sample) > 0; n++ {
			line, rest, whole := bytes.Cut(sample, []byte("\n"))
			if !whole && n > 0 && len(sample) > 4096 {
				return
			}
			var scratch []byte // fewLines keeps lines
			if line = uncolour(bytes.TrimRight(line, "\r"), &scratch); len(line) > 0 && !yield(line) {
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
