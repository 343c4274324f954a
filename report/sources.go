package report

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/lazyregexp"
)

// reading is one log with all its rotated siblings.
type reading struct {
	name        string // without the directory that all share
	format      string
	files       int
	lines, good uint64
	first, last time.Time
	unknown     []ingest.Unknown // shapes that were not understood
	notes       []string         // what was wrong, in words
}

// rotated is what logrotate appends: .1, -20261120, .2.gz.
var rotated = lazyregexp.New(`(?:[.-]\d{1,10})?(?:\.(?:gz|bz2|xz|zst))?$`)

// family is the name that a log and its rotated siblings have in common.
func family(source string) string {
	if base := rotated().ReplaceAllString(source, ""); base != "" {
		return base
	}
	return source
}

// readings joins the siblings of each log, in the order in which they came, and
// returns the directory that all of them are in.
func (r Report) readings() (list []reading, dir string) {
	index := map[string]int{}
	broken := map[string]ingest.Health{}
	for i, h := range r.Sources {
		name := family(h.Source)
		if i == 0 {
			dir = path.Dir(name)
		}
		for dir != path.Dir(name) && !strings.HasPrefix(name, dir+"/") && dir != "." && dir != "/" {
			dir = path.Dir(dir)
		}
		at, ok := index[name]
		if !ok {
			at = len(list)
			index[name] = at
			list = append(list, reading{name: name, format: h.Format})
		}
		list[at].add(h)
		sum := broken[name]
		sum.Unparsed, sum.TooLong, sum.BadStamp = sum.Unparsed+h.Unparsed, sum.TooLong+h.TooLong, sum.BadStamp+h.BadStamp
		broken[name] = sum
	}
	for i := range list {
		list[i].complain(broken[list[i].name])
		list[i].notes = append(list[i].notes, list[i].puzzles()...)
		if dir != "." && dir != "/" {
			list[i].name = strings.TrimPrefix(list[i].name, dir+"/")
		}
	}
	if dir == "." || dir == "/" {
		dir = ""
	}
	return list, dir
}

// add counts one file of the log.
func (g *reading) add(h ingest.Health) {
	g.files++
	g.lines += h.Lines
	g.good += h.Parsed + h.Ignored
	if g.format == "" {
		g.format = h.Format
	}
	if !h.First.IsZero() && (g.first.IsZero() || h.First.Before(g.first)) {
		g.first = h.First
	}
	if h.Last.After(g.last) {
		g.last = h.Last
	}
	for _, u := range h.Unknown {
		i := slices.IndexFunc(g.unknown, func(have ingest.Unknown) bool { return have.ID == u.ID })
		if i < 0 {
			g.unknown = append(g.unknown, u)
			continue
		}
		g.unknown[i].Lines += u.Lines
		g.unknown[i].Clients = max(g.unknown[i].Clients, u.Clients)
	}
	if h.Error != "" {
		g.notes = append(g.notes, fmt.Sprintf("%s: %s", path.Base(h.Source), h.Error))
	}
}

// complain puts the sums of all siblings in words.
func (g *reading) complain(sum ingest.Health) {
	if n := sum.Unparsed - min(sum.TooLong, sum.Unparsed); n > 0 {
		g.notes = append(g.notes, counted(n, "line", "lines")+" not understood")
	}
	if sum.TooLong > 0 {
		g.notes = append(g.notes, counted(sum.TooLong, "line", "lines")+" too long to be read")
	}
	if sum.BadStamp > 0 {
		g.notes = append(g.notes, counted(sum.BadStamp, "stamp", "stamps")+" beyond belief, not analyzed")
	}
}

// maxPuzzles is how many shapes of lines that were not understood are shown of a
// log.
const maxPuzzles = 5

// puzzles puts in words what was not understood and may matter: lines that name
// somebody on the internet, and those of which not even the envelope was read.
// What the machine's own programs say to each other is not told.
func (g *reading) puzzles() (out []string) {
	list := slices.DeleteFunc(slices.Clone(g.unknown), func(u ingest.Unknown) bool { return u.Clients == 0 && u.Program != "" })
	slices.SortStableFunc(list, func(a, b ingest.Unknown) int { return cmp.Compare(b.Lines, a.Lines) })
	for _, u := range list[:min(len(list), maxPuzzles)] {
		s := counted(u.Lines, "line", "lines")
		if u.Clients > 0 {
			s += " of " + counted(uint64(u.Clients), "address", "addresses")
		}
		if u.Program != "" {
			s += ", " + u.Program
		}
		out = append(out, s+": "+u.Text)
	}
	return out
}

// files says how many files the log is kept in.
func (g reading) label() string {
	if g.files == 1 {
		return g.name
	}
	return fmt.Sprintf("%s, %d files", g.name, g.files)
}
