package filter

import (
	"bytes"
	"strings"

	"gumshoe/ingest/lazyregexp"
	"gumshoe/ingest/pyre"
)

// dates finds the stamp of a line by the filter's datepattern.
type dates struct {
	anchored []*template // tried in order at the line's beginning
	floating []*template // of these the one that stands first wins, of equals the first in order
	none     bool        // the log has no stamps
	quick    bool        // the usual stamps come first: see quickStamp
}

// template is one pattern of stamps.
type template struct {
	re     *pyre.Regexp
	kind   stampKind
	value  int           // group of the number of seconds; 0 for civil stamps
	fields [fieldEnd]int // groups of the fields; 0: not there
}

// stampKind says how the text of a stamp becomes a time.
type stampKind uint8

const (
	civilStamp stampKind = iota
	epochStamp
	longEpochStamp // milliseconds or microseconds
	taiStamp
)

// maxScan is how far into a line a stamp is looked for. What stands further is
// no logger's.
const maxScan = 2048

// newDates reads a datepattern: a pattern a line, or the usual stamps where there
// is none.
func (f *Filter) newDates(m *marks, value string) *dates {
	d := &dates{}
	for line := range strings.SplitSeq(value, "\n") {
		pattern, at := m.unmark(line)
		if pattern = strings.TrimSpace(pattern); pattern == "" {
			continue
		}
		if err := d.add(pattern); err != nil {
			f.problems = append(f.problems, Problem{at, err})
		}
	}
	if len(d.anchored)+len(d.floating) == 0 && !d.none {
		d.usual(false)
	}
	return d
}

var datePlaceholder = lazyregexp.New(`(?i)\{DATE\}`)

// add reads one pattern.
func (d *dates) add(pattern string) error {
	key := pattern
	if !strings.Contains(key, "%") {
		key = strings.ToUpper(key)
	}
	begin := strings.HasPrefix(key, "{^LN-BEG}") || strings.HasPrefix(key, "^")
	word := strings.TrimPrefix(strings.TrimPrefix(key, "{^LN-BEG}"), "^")
	switch {
	case key == "{NONE}":
		d.none = true
	case key == "{^LN-BEG}":
		d.usual(true)
	case key == "{DEFAULT}":
		d.usual(false)
	case word == "EPOCH" || word == "LEPOCH":
		d.epoch(begin, word == "LEPOCH")
	case word == "TAI64N":
		d.tai(begin)
	case strings.Contains(strings.ToUpper(pattern), "{EPOCH}") || strings.Contains(strings.ToUpper(pattern), "{LEPOCH}"):
		return d.epochIn(pattern)
	case datePlaceholder().MatchString(pattern):
		return d.around(pattern)
	default:
		return d.civil(pattern)
	}
	return nil
}

// put files a template by its anchor.
func (d *dates) put(t *template, anchored bool) {
	if anchored {
		d.anchored = append(d.anchored, t)
	} else {
		d.floating = append(d.floating, t)
	}
}

// around reads a pattern that the usual stamps are put into.
func (d *dates) around(pattern string) error {
	if pattern == "^{DATE}" {
		defer func() { d.epoch(true, false); d.tai(true) }()
	}
	for _, u := range usualStamps {
		u = strings.TrimPrefix(u, "{^LN-BEG}")
		if err := d.civil(datePlaceholder().ReplaceAllLiteralString(pattern, u)); err != nil {
			return err
		}
	}
	return nil
}

// match finds the stamp of a line. The offsets are those of the template's
// groups; group 1 is what is cut out of the line.
func (d *dates) match(line *pyre.Text) (*template, []int) {
	for _, t := range d.anchored {
		if loc := t.re.MatchAt(line, 0); loc != nil {
			return t, loc
		}
	}
	return d.scan(line)
}

// scan looks for a stamp anywhere in the line.
func (d *dates) scan(line *pyre.Text) (*template, []int) {
	if len(d.floating) == 0 {
		return nil, nil
	}
	b := line.Bytes()
	for i := 0; i < len(b) && i < maxScan; i++ {
		for _, t := range d.floating {
			if !t.re.MayStart(b[i]) {
				continue
			}
			if loc := t.re.MatchAt(line, i); loc != nil {
				return t, loc
			}
		}
	}
	return nil, nil
}

// yearless reports whether a line of the sample has a stamp without a year.
func (d *dates) yearless(sample []byte) bool {
	var text pyre.Text
	for line := range bytes.Lines(sample) {
		text.Set(bytes.TrimRight(line, "\r\n"))
		if t, loc := d.match(&text); t != nil && t.kind == civilStamp && t.text(text.Bytes(), loc, fieldYear) == nil &&
			t.text(text.Bytes(), loc, fieldYear2) == nil {
			return true
		}
	}
	return false
}
