package filter

import (
	"fmt"
	"strings"
	"sync"

	"gumshoe/ingest/lazyregexp"
	"gumshoe/ingest/pyre"
)

// usualStamps are the stamps that fail2ban knows unasked, in its order.
var usualStamps = []string{
	`%ExY(?P<_sep>[-/.])%m(?P=_sep)%d(?:T|  ?)%H:%M:%S(?:[.,]%f)?(?:\s*%z)?`, // ISO 8601 and kin
	`(?:%a )?%b %d %k:%M:%S(?:\.%f)?(?: %ExY)?`,                              // syslog, asctime
	`(?:%a )?%b %d %ExY %k:%M:%S(?:\.%f)?`,
	`%d(?P<_sep>[-/])%m(?P=_sep)(?:%ExY|%Exy) %k:%M:%S`,
	`%d(?P<_sep>[-/])%b(?P=_sep)%ExY[ :]?%H:%M:%S(?:\.%f)?(?: %z)?`, // web servers, named
	`%m/%d/%ExY:%H:%M:%S`,
	`%m-%d-%ExY %k:%M:%S(?:\.%f)?`,
	`{^LN-BEG}%H:%M:%S`,
	`^<%m/%d/%Exy@%H:%M:%S>`,
	`%Exy%Exm%Exd  ?%H:%M:%S`, // MySQL of old
	`%b %d, %ExY %I:%M:%S %p`,
	`^%b-%d-%Exy %k:%M:%S`,
	`%ExY%Exm%Exd(?:T|  ?)%ExH%ExM%ExS(?:[.,]%f)?(?:\s*%z)?`,
	`(?:%Z )?(?:%a )?%b %d %k:%M:%S(?:\.%f)?(?: %ExY)?`,
	`(?:%z )?(?:%a )?%b %d %k:%M:%S(?:\.%f)?(?: %ExY)?`,
}

// usual adds the usual stamps: those at the line's beginning and, unless they
// are all that is wanted, those anywhere.
func (d *dates) usual(beginOnly bool) {
	u := compiledUsual()
	d.quick = d.quick || len(d.anchored) == 0
	d.anchored = append(d.anchored, u.anchored...)
	if !beginOnly {
		d.floating = append(d.floating, u.floating...)
	}
}

// epochPlace is where seconds since 1970 stand among usualStamps.
const epochPlace = 7

// compiledUsual compiles the usual stamps once for all filters.
var compiledUsual = sync.OnceValue(func() *dates {
	d := &dates{}
	for i, u := range usualStamps {
		if i == epochPlace {
			d.epoch(true, false)
		}
		if !strings.HasPrefix(u, "^") && !strings.HasPrefix(u, "{^LN-BEG}") {
			u = "{^LN-BEG}" + u
		}
		d.must(u)
	}
	d.tai(true)
	for i, u := range usualStamps {
		if i == epochPlace {
			d.epoch(false, false)
		}
		if !strings.HasPrefix(u, "^") && !strings.HasPrefix(u, "{^LN-BEG}") {
			d.must(u)
		}
	}
	d.tai(false)
	return d
})

// must adds a pattern of our own.
func (d *dates) must(pattern string) {
	if err := d.civil(pattern); err != nil {
		panic(err) // a mistake in usualStamps
	}
}

// directives are the patterns of strptime's fields, as fail2ban refines them. The
// names of groups are those of the fields.
var directives = map[string]string{
	"a": `(?P<a>mon|tue|wed|thu|fri|sat|sun)`, "A": `(?P<A>wednesday|thursday|saturday|tuesday|monday|friday|sunday)`,
	"b": `(?P<b>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)`,
	"B": `(?P<B>september|february|november|december|january|october|august|march|april|june|july|may)`,
	"d": `(?P<d>[1-2]\d|[0 ]?[1-9]|3[0-1])`, "m": `(?P<m>0?[1-9]|1[0-2])`, "Y": `(?P<Y>\d{4})`, "y": `(?P<y>\d\d)`,
	"H": `(?P<H>[0-1]?\d|2[0-3])`, "M": `(?P<M>[0-5]?\d)`, "S": `(?P<S>[0-5]?\d|6[0-1])`, "f": `(?P<f>[0-9]{1,6})`,
	"I": `(?P<I>1[0-2]|0[1-9]|[1-9])`, "p": `(?P<p>am|pm)`, "k": ` ?(?P<H>[0-2]?\d)`, "l": ` ?(?P<I>1?\d)`,
	"j": `(?P<j>36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])`,
	"w": `(?P<w>[0-6])`, "U": `(?P<U>5[0-3]|[0-4]\d|\d)`, "W": `(?P<W>5[0-3]|[0-4]\d|\d)`,
	"Z": `(?P<Z>Z|[A-Z]{3,5})`, "z": `(?P<z>Z|UTC|GMT|[+-][01]\d(?::?\d{2})?)`,
	"ExZ": `(?P<Z>[A-Z](?:[A-Z]{2,4})?)`, "Exz": `(?P<z>(?:[A-Z](?:[A-Z]{2,4})?)?[+-][01]\d(?::?\d{2})?|[A-Z](?:[A-Z]{2,4})?)`,
	"ExY": `(?P<Y>(?:19|20)\d{2})`, "Exy": `(?P<y>\d{2})`,
	"Exd": `(?P<d>[1-2]\d|0[1-9]|3[0-1])`, "Exm": `(?P<m>0[1-9]|1[0-2])`, "ExH": `(?P<H>[0-1]\d|2[0-3])`,
	"Exk": ` ?(?P<H>[0-1]?\d|2[0-3])`, "Exl": ` ?(?P<I>1[0-2]|\d)`, "ExM": `(?P<M>[0-5]\d)`, "ExS": `(?P<S>[0-5]\d|6[0-1])`,
	"%": "%",
}

var (
	directive     = lazyregexp.New(`%(%|Ex[YydmHklMSZz]|[a-zA-Z])`)
	byName        = lazyregexp.New(`(?:^|[^%])%[aAbBp]`)
	unnamedGroup  = lazyregexp.New(`(?:^|[^\\])\((?:[^?]|$)`)
	wholeGroup    = lazyregexp.New(`(?s)^(\^?)(.*?)(\$?)$`)
	boundAtBegin  = lazyregexp.New(`^\(*(?:\^|\(*\*\*|\((?:\?:)?\^)`)
	boundAtEnd    = lazyregexp.New(`(?:\$\)?|\\b|\\s|\*\*\)*)$`)
	lineAtBegin   = lazyregexp.New(`^(?:\^|\((?:\?:)?\^(?:[^|]|$))`)
	starsAtBegin  = lazyregexp.New(`^(\(*)\*\*`)
	starsAtEnd    = lazyregexp.New(`\*\*(\)*)$`)
	leadingFlags  = lazyregexp.New(`^\(\?[a-z]+\)`)
	epochInBraces = lazyregexp.New(`(?i)\{L?EPOCH\}`)
)

// strptime replaces the fields of a pattern.
func strptime(pattern string) (regex string, err error) {
	regex = directive().ReplaceAllStringFunc(pattern, func(field string) string {
		text, ok := directives[field[1:]]
		if !ok {
			err = fmt.Errorf("unknown field %s in the date pattern", field)
		}
		return text
	})
	return regex, err
}

// civil adds a pattern with fields.
func (d *dates) civil(pattern string) error {
	t, anchored, err := compileStamp(pattern)
	if err != nil {
		return fmt.Errorf("date pattern: %w", err)
	}
	for f, name := range fieldGroups {
		t.fields[f] = max(t.re.Group(name), 0)
	}
	d.put(t, anchored)
	return nil
}

// compileStamp follows fail2ban in what it adds to a pattern: a group around it
// if it has none, and the bounds of words, "**" and {UNB} excepted.
func compileStamp(pattern string) (t *template, anchored bool, err error) {
	pattern, unbound := strings.CutPrefix(pattern, "{UNB}")
	pattern, begin := strings.CutPrefix(pattern, "{^LN-BEG}")
	regex, err := strptime(strings.TrimSpace(pattern))
	if err != nil {
		return nil, false, err
	}
	flags := leadingFlags().FindString(regex)
	regex = regex[len(flags):]
	if byName().MatchString(pattern) {
		flags = "(?i)"
	}
	bindBegin := !unbound && !boundAtBegin().MatchString(regex)
	bindEnd := !unbound && !boundAtEnd().MatchString(regex)
	if !unnamedGroup().MatchString(regex) {
		regex = wholeGroup().ReplaceAllString(regex, "$1($2)$3")
	}
	regex = starsAtEnd().ReplaceAllString(starsAtBegin().ReplaceAllString(regex, "$1"), "$1")
	anchored = lineAtBegin().MatchString(regex)
	switch {
	case bindBegin && begin:
		regex, anchored = `^(?:\W{0,2})?`+regex, true
	case bindBegin:
		regex = `(?=^|\b|\W)` + regex
	}
	if bindEnd {
		regex += `(?=\b|\W|$)`
	}
	re, err := pyre.Compile(flags+regex, false)
	return &template{re: re}, anchored, err
}

// The numbers of seconds since 1970.
const (
	epochDigits     = `\d{10,11}\b(?:\.\d{3,6})?`
	longEpochDigits = `\d{10,11}(?:\d{3}(?:\.\d{1,6}|\d{3})?)?`
)

// epoch adds seconds since 1970: at the line's beginning, also in brackets, or as
// the kernel's audit writes them.
func (d *dates) epoch(begin, long bool) {
	kind, digits := epochStamp, epochDigits
	if long {
		kind, digits = longEpochStamp, longEpochDigits
	}
	pattern := `((?:^|(?P<square>(?<=^\[))|(?P<selinux>(?<=\baudit\()))` + digits + `)(?:(?(selinux)(?=:\d+\)))|(?(square)(?=\])))(?=\b|\W|$)`
	if begin {
		pattern = `^(?:\W{0,2})?((?P<square>(?<=^\[))?` + digits + `)(?(square)(?=\]))(?=\b|\W|$)`
	}
	re, err := pyre.Compile(pattern, false)
	if err != nil {
		panic(err) // a mistake in the patterns above
	}
	d.put(&template{re: re, kind: kind, value: 1}, begin)
}

// epochIn adds a pattern with {EPOCH} in it; the whole of it is cut out.
func (d *dates) epochIn(pattern string) error {
	kind, digits := epochStamp, epochDigits
	if strings.Contains(strings.ToUpper(pattern), "{LEPOCH}") {
		kind, digits = longEpochStamp, longEpochDigits
	}
	t, anchored, err := compileStamp("(" + epochInBraces().ReplaceAllLiteralString(pattern, "("+digits+")") + ")")
	if err != nil {
		return fmt.Errorf("date pattern: %w", err)
	}
	t.kind, t.value = kind, 2
	d.put(t, anchored)
	return nil
}

// tai adds the label of multilog.
func (d *dates) tai(begin bool) {
	pattern := "@[0-9a-f]{24}"
	if begin {
		pattern = "{^LN-BEG}" + pattern
	} else {
		pattern = "**" + pattern
	}
	t, anchored, err := compileStamp(pattern)
	if err != nil {
		panic(err) // a mistake in the pattern above
	}
	t.kind, t.value = taiStamp, 1
	d.put(t, anchored)
}
