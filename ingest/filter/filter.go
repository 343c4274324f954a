// Package filter reads logs with fail2ban's own filters.
//
//	filter.d/*.conf ─▶ options ─▶ patterns ─▶ package pyre
//	                                            │
//	line ─▶ date cut out ─▶ prefregex ─▶ failregex ─▶ session ─▶ Event
//
// A filter decides here as it does in fail2ban 1.0: the same lines match, and the
// address is the one that its pattern takes. So is the trust: a pattern that lets
// a client write an address into the log is believed as fail2ban believes it.
//
// What differs: names of machines are not looked up; a line that tells of access
// gained is a success, even where fail2ban counts it against a connection that
// tried several accounts; a pattern that cannot be translated is told and left
// out, where fail2ban would refuse the whole filter. Actions, jails, ignoreip and
// <F-TUPLE_...> have no meaning here.
package filter

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"gumshoe/ingest"
	"gumshoe/ingest/pyre"
)

// Filter is a filter of fail2ban as a log format.
type Filter struct {
	spec     Spec
	pref     *rule // nil: the filter has no prefregex
	fail     []*rule
	sieve    *pyre.Sieve // of fail
	ignore   []*rule
	dates    *dates
	maxLines int
	sessions bool
	topic    topic
	problems []Problem
}

var (
	_ ingest.Format   = (*Filter)(nil)
	_ ingest.Stateful = (*Filter)(nil)
)

// Problem is a part of a filter that is not understood.
type Problem struct {
	Place
	Err error
}

func (p Problem) Error() string { return fmt.Sprintf("%s: %v", p.Place, p.Err) }

// Unwrap returns what is wrong, without the place.
func (p Problem) Unwrap() error { return p.Err }

// maxLinesLimit bounds the buffer of filters that match several lines at once.
const maxLinesLimit = 100

// Load reads a filter from a directory such as /etc/fail2ban/filter.d. It fails
// where no pattern of the filter can be used; see Problems for the others.
func Load(dir fs.FS, spec Spec) (*Filter, error) {
	c, err := readConfig(dir, spec.Name)
	if err != nil {
		return nil, err
	}
	opts, err := c.definition(spec)
	if err != nil {
		return nil, fmt.Errorf("filter %s: %w", spec.Name, err)
	}
	f := &Filter{spec: spec, maxLines: 1, topic: topicOf(spec.Name)}
	if err := f.compile(&c.marks, opts); err != nil {
		return nil, fmt.Errorf("filter %s: %w", spec.Name, err)
	}
	if len(f.fail) == 0 {
		if len(f.problems) > 0 {
			return nil, fmt.Errorf("filter %s: no pattern can be used: %w", spec.Name, f.problems[0])
		}
		return nil, fmt.Errorf("filter %s has no failregex", spec.Name)
	}
	return f, nil
}

// used are the options that mean something to a format, in the order in which
// they are needed.
var used = []string{"usedns", "maxlines", "datepattern", "prefregex", "failregex", "ignoreregex"}

// definition returns the used options with everything replaced. Parameters win
// over [Definition], that over [Init].
func (c *config) definition(spec Spec) (options, error) {
	if c.sections["Definition"] == nil {
		return nil, errors.New("no section [Definition]")
	}
	vars := options{}
	for k, v := range spec.Params {
		vars[k] = v
	}
	if _, own := c.sections["Definition"]["logtype"]; !own && vars["logtype"] == "" {
		vars["logtype"] = "file"
	}
	t := tagger{config: c, opts: options{}, vars: vars}
	for _, name := range used {
		if v, ok, err := c.get("Definition", name, vars); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		} else if ok {
			t.opts[name] = v
		}
	}
	for name := range c.sections["Init"] {
		v, _, err := c.get("Init", name, nil)
		if err != nil {
			return nil, fmt.Errorf("[Init] %s: %w", name, err)
		}
		t.opts["known/"+name] = v
		t.opts[name] = v
	}
	for k, v := range vars {
		t.opts[k] = v
	}
	out := options{}
	for _, name := range used {
		v, err := t.expand(name, t.opts[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}

// compile makes rules of the options and notes what cannot be used. Without its
// prefregex the patterns of a filter mean something else, so that is an error.
func (f *Filter) compile(m *marks, opts options) error {
	addressOnly := m.plain(opts["usedns"]) == "no"
	if v, at := m.unmark(opts["maxlines"]); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			return Problem{at, fmt.Errorf("%q is no number of lines", v)}
		}
		f.maxLines = min(n, maxLinesLimit)
	}
	f.dates = f.newDates(m, opts["datepattern"])
	if v, at := m.unmark(opts["prefregex"]); v != "" {
		r, err := newRule(v, at, addressOnly, false)
		if err != nil {
			return Problem{at, err}
		}
		f.pref = r
	}
	f.fail = f.rules(m, opts["failregex"], addressOnly, func(r *rule) error {
		if !r.identifies() && (f.pref == nil || !f.pref.identifies()) {
			return errors.New("no <HOST> or other failure id in it")
		}
		return nil
	})
	var patterns []*pyre.Regexp
	for _, r := range f.fail {
		patterns = append(patterns, r.re)
	}
	f.sieve = pyre.NewSieve(patterns)
	f.ignore = f.rules(m, opts["ignoreregex"], addressOnly, func(*rule) error { return nil })
	for _, r := range f.fail {
		f.sessions = f.sessions || r.has(groupSession)
	}
	f.sessions = f.sessions || f.pref != nil && f.pref.has(groupSession)
	return nil
}

// rules compiles the lines of an option.
func (f *Filter) rules(m *marks, value string, addressOnly bool, check func(*rule) error) (out []*rule) {
	for line := range strings.SplitSeq(value, "\n") {
		v, at := m.unmark(line)
		if v == "" {
			continue
		}
		r, err := newRule(v, at, addressOnly, at.Option != "ignoreregex" && f.maxLines > 1)
		if err == nil {
			err = check(r)
		}
		if err != nil {
			f.problems = append(f.problems, Problem{at, err})
			continue
		}
		out = append(out, r)
	}
	return out
}

// Problems tells what of the filter is left out, and where it stands.
func (f *Filter) Problems() []Problem { return f.problems }

// Name implements ingest.Format.
func (f *Filter) Name() string { return "fail2ban:" + f.spec.Name }

// Stateful implements ingest.Stateful.
func (f *Filter) Stateful() bool { return f.sessions || f.maxLines > 1 }

// NewParser implements ingest.Format.
func (f *Filter) NewParser(ctx ingest.Context) ingest.Parser { return newParser(f, ctx) }

// Yearless implements ingest.Format.
func (f *Filter) Yearless(sample []byte) bool { return f.dates.yearless(sample) }
