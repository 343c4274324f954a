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
	urls     int       // access lines of HTTP/1 whose target is a whole URL
	paths    bool      // ... some are a path
	pgNoHost bool      // PostgreSQL's log_line_prefix prints no %h or %r: an address behind the account is a part of the database's name
	openings []opening // of messages that end with an account's name, by programs nobody wrote a parser for
}

// fewestURLs is how many whole URLs, and no path, show whose log it is: see wholeURLs.
const fewestURLs = 8

// wholeURLs reports whether a server writes all its requests with their host, as
// Varnish does: "GET http://HOST/PATH HTTP/1.1". Of any other one somebody has asked
// for a path.
func (t *traits) wholeURLs() bool { return t.urls >= fewestURLs && !t.paths }

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
	lines := slices.Collect(sampleLines(sample))
	list := shortlist(lines)
	if len(list) == 0 {
		return &chosen{primary: byFileName(name)}
	}
	favourite, others := list[0], list[1:]
	favourite.lead(lines)
	ingest.OnAllCores(len(others), func(k int) { others[k].challenge(favourite, lines) })
	slices.SortFunc(list, func(a, b *candidate) int { return a.index - b.index })
	best, score := -1, 0
	known := traits{}
	for _, c := range list {
		if c.score > score {
			best, score = c.index, c.score
		}
		known.add(c.seen)
	}
	if best < 0 {
		best = byFileName(name)
	}
	return &chosen{primary: best, known: known}
}

// candidate is a format on trial.
type candidate struct {
	index  int // into formats
	weight int // of its score
	parser lineParser
	event  ingest.Event
	seen   traits
	score  int
	odd    []int // of the favourite: the lines that it did not understand
}

func newCandidate(i int) *candidate {
	c := &candidate{index: i, weight: ownWeight}
	if weight, ok := shapes[formats[i].name]; ok {
		c.weight = weight
	}
	c.begin()
	return c
}

// begin forgets the lines before.
func (c *candidate) begin() {
	c.seen, c.score = traits{}, 0
	c.parser = formats[c.index].new(setup{seen: &c.seen, sampling: true})
}

// read reports whether a line is understood. One with an event says more than one
// whose envelope merely fits.
func (c *candidate) read(line []byte) bool {
	r := c.parser.Parse(line, &c.event)
	switch r {
	case ingest.Parsed:
		c.score += mostOfLine * c.weight
	case ingest.Ignored:
		c.score += c.weight
	}
	return r != ingest.Unparsed
}

// mostOfLine is what a line with an event counts.
const mostOfLine = 3

// lead reads all lines.
func (c *candidate) lead(lines [][]byte) {
	c.begin()
	for n, line := range lines {
		if !c.read(line) {
			c.odd = append(c.odd, n)
		}
	}
}

// challenge reads lines until the favourite, which has read them all, cannot be
// beaten any more. From then on only those matter that it left to others.
func (c *candidate) challenge(favourite *candidate, lines [][]byte) {
	c.begin()
	wins := favourite.score
	if c.index > favourite.index {
		wins++
	}
	n := 0
	for n < len(lines) && c.score+(len(lines)-n)*mostOfLine*c.weight >= wins {
		c.read(lines[n])
		n++
	}
	for _, odd := range favourite.odd {
		if odd >= n {
			c.read(lines[odd])
		}
	}
}

// Detection reads a few lines with every format and all of the sample with the
// best of them: with a hundred formats anything else would cost more than the
// analysis of a small file.
const (
	firstLines = 20 // directives and headings stand in front
	someLines  = 60 // and so many lines evenly over the sample
	finalists  = 3
)

// shortlist returns the formats that do best on a few lines, best first.
func shortlist(lines [][]byte) []*candidate {
	few := fewLines(lines)
	list := make([]*candidate, len(formats))
	ingest.OnAllCores(len(formats), func(i int) {
		list[i] = newCandidate(i)
		for _, line := range few {
			list[i].read(line)
		}
	})
	list = slices.DeleteFunc(list, func(c *candidate) bool { return c.score == 0 })
	slices.SortStableFunc(list, func(a, b *candidate) int { return b.score - a.score })
	return list[:min(len(list), finalists)]
}

// fewLines picks the first lines and some evenly over the rest.
func fewLines(all [][]byte) [][]byte {
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
	t.urls, t.paths = max(t.urls, o.urls), t.paths || o.paths
	t.pgNoHost = t.pgNoHost || o.pgNoHost
	t.openings = append(t.openings, o.openings...)
	if t.columns == "" {
		t.columns = o.columns
	}
	if t.fields == "" {
		t.fields = o.fields
	}
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
			var scratch []byte // Detect keeps lines
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
