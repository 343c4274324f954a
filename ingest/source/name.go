package source

import (
	"cmp"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gumshoe/ingest/lazyregexp"
)

// name is what a path says about the file's place among its siblings.
type name struct {
	log    string    // path without the marks of rotation and compression
	date   time.Time // day in the name; zero: none
	second string    // what follows the day: an hour, a time of day
	number int       // of ".1", counting backwards; 0: the live log, or dated
}

var (
	// datedName finds the day of access.log-20261120, access-2026-11-20.log,
	// access.log.20261120-06, access.log-20261120-1763611200.
	datedName = lazyregexp.New(`[-._](\d{4})(-?)(\d{2})(-?)(\d{2})([-._T]?\d{2,10})?(\.|$)`)
	// numberedName finds the number of access.log.1.
	numberedName = lazyregexp.New(`\.(\d{1,4}|old)$`)
	// numberedStem finds the number of access.1.log, which logrotate's "extension
	// .log" makes; 198.51.100.7.log is the log of an address.
	numberedStem = lazyregexp.New(`\D(\.(\d{1,4}))\.log$`)
)

// LogName is a path without the marks of rotation and compression: what all
// files of one log have in common.
func LogName(path string) string { return parseName(path).log }

func parseName(path string) name {
	dir, base := filepath.Split(path)
	for _, c := range codecs {
		base = strings.TrimSuffix(base, c.extension)
	}
	n := name{}
	if m := numberedName().FindStringSubmatchIndex(base); m != nil && m[0] > 0 {
		n.number, _ = strconv.Atoi(base[m[2]:m[3]])
		n.number++ // .0 is rotated too, and so is .old
		base = base[:m[0]]
	} else if m := numberedStem().FindStringSubmatchIndex(base); m != nil {
		n.number, _ = strconv.Atoi(base[m[4]:m[5]])
		n.number++
		base = base[:m[2]] + base[m[3]:]
	}
	if m := datedName().FindStringSubmatchIndex(base); m != nil && m[0] > 0 {
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return base[m[2*i]:m[2*i+1]]
		}
		day, err := time.Parse("20060102", part(1)+part(3)+part(5))
		if err == nil && part(2) == part(4) && day.Year() >= 1995 && day.Year() < 2100 {
			n.date, n.second = day, part(6)
			base = base[:m[0]] + base[m[14]:]
		}
	}
	n.log = dir + base
	return n
}

// compareNames orders the files of a log from the oldest to the live one, and
// logs by path.
func compareNames(a, b string) int {
	x, y := parseName(a), parseName(b)
	return cmp.Or(cmp.Compare(x.log, y.log), cmp.Compare(x.rank(), y.rank()), x.date.Compare(y.date),
		cmp.Compare(x.second, y.second), cmp.Compare(y.number, x.number), cmp.Compare(a, b))
}

// live reports whether the file is the one that is written to.
func (n name) live() bool { return n.date.IsZero() && n.number == 0 }

// rank puts dated files before numbered ones and the live log last.
func (n name) rank() int {
	switch {
	case n.live():
		return 2
	case n.date.IsZero():
		return 1
	}
	return 0
}
