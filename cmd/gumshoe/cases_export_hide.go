package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/source"
	"gumshoe/ingest/template"
	"gumshoe/report"
)

// legibly is text of strangers as it may stand in a file that goes to others.
func legibly(s string, limit int) string { return report.Visible(s, limit) }

// everybodys are names that every scanner tries on every machine: that they were
// tried tells nothing of this one.
var everybodys = map[string]bool{"root": true, "admin": true, "administrator": true, "user": true, "test": true, "guest": true}

// pseudonyms returns a function that takes the names of accounts and secrets out of
// texts of a case. Names are those that any kept case is about, those that the
// lines name where their format says, and whatever looks like a mail address.
// Whether they exist here is not asked: to tell that they do not would tell, too.
func (s *Settings) pseudonyms(ctx context.Context, e *casePack) (func(string) string, error) {
	names := map[string]bool{}
	note := func(name string) {
		local, _, _ := strings.Cut(name, "@")
		for _, n := range []string{name, local} {
			if n = strings.ToLower(n); len(n) >= 2 && !everybodys[n] {
				names[n] = true
			}
		}
	}
	for name := range e.accounts {
		note(name)
	}
	if err := s.namedIn(ctx, e, note); err != nil {
		return nil, err
	}
	patterns := []string{`[\pL\pN_.+=-]+@[\pL\pN_.-]+`}
	list := make([]string, 0, len(names))
	for n := range names {
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	for _, n := range list {
		patterns = append(patterns, wholeWord(n))
	}
	find, err := regexp.Compile("(?i)" + strings.Join(patterns, "|"))
	if err != nil {
		return nil, fmt.Errorf("the names of accounts: %w", err)
	}
	given := map[string]string{}
	return func(text string) string {
		return hideNames(template.Scrub(strings.ToValidUTF8(text, "\uFFFD")), find, given)
	}, nil
}

// wholeWord is the pattern of a name that is no part of a longer one.
func wholeWord(name string) string {
	p := regexp.QuoteMeta(strings.ToValidUTF8(name, "\uFFFD"))
	if asciiWord(name[0]) {
		p = `\b` + p
	}
	if asciiWord(name[len(name)-1]) {
		p += `\b`
	}
	return p
}

func asciiWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// hideNames replaces what find finds, the same name by the same pseudonym. Who
// tries to log in chooses the name: one like 203 or db8 must not take his own
// address, or the time, out of the evidence.
func hideNames(text string, find *regexp.Regexp, given map[string]string) string {
	var b strings.Builder
	done := 0
	for _, at := range find.FindAllStringIndex(text, -1) {
		if inAddress(text, at[0], at[1]) {
			continue
		}
		name := strings.ToLower(text[at[0]:at[1]])
		if given[name] == "" {
			given[name] = fmt.Sprintf("account-%d", len(given)+1)
		}
		b.WriteString(text[done:at[0]])
		b.WriteString(given[name])
		done = at[1]
	}
	b.WriteString(text[done:])
	return b.String()
}

// inAddress reports whether a place in a text is a part of an address, or of a
// number with signs in it, such as a stamp.
func inAddress(text string, from, to int) bool {
	const digits, hexadecimal = "0123456789.:-+/TZ", "0123456789abcdefABCDEF:."
	within := func(set string) string {
		head := strings.TrimRight(text[:from], set)
		tail := strings.TrimLeft(text[to:], set)
		return text[len(head) : len(text)-len(tail)]
	}
	if _, err := netip.ParseAddr(strings.Trim(within(hexadecimal), ".")); err == nil {
		return true
	}
	return strings.Trim(text[from:to], digits) == "" && len(within(digits)) > to-from
}

// namedIn calls note with the accounts that the lines of the evidence name, each
// read as the format of its log.
func (s *Settings) namedIn(ctx context.Context, e *casePack, note func(string)) error {
	byLog := map[string][]string{}
	for _, l := range e.lines {
		byLog[l.Source] = append(byLog[l.Source], strings.ReplaceAll(l.Text, "\n", " "))
	}
	for _, lines := range byLog {
		f, err := source.Open("-", source.Options{Detect: s.detector(nil), Stdin: strings.NewReader(strings.Join(lines, "\n") + "\n")})
		if errors.Is(err, source.ErrNotLog) {
			continue // a few lines need not be enough to recognize a format
		}
		if err != nil {
			return fmt.Errorf("reading the evidence: %w", err)
		}
		err = ingest.Walk(ctx, f, time.Now(), func(l ingest.Line) error {
			if l.Event != nil {
				note(string(l.Event.User))
			}
			return nil
		})
		if closed := f.Close(); err != nil && f.Format() != nil || closed != nil {
			return fmt.Errorf("reading the evidence: %w", errors.Join(err, closed))
		}
	}
	return nil
}
