package rule

import (
	"errors"
	"net/netip"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// Sample is a line that a pattern has to match, and whose it is.
type Sample struct {
	Message string
	Addr    netip.Addr
}

// Check compiles a pattern and tries it on its evidence, of which each line has to
// match and give its address, and on benign messages, of which none may. The error
// is the reason for which it is refused.
func Check(text string, evidence []Sample, benign []string) (*Pattern, error) {
	p, err := Compile(text)
	if err != nil {
		return nil, err
	}
	if len(evidence) == 0 {
		return nil, errors.New("there is no line with exactly one public address to try it on")
	}
	for _, e := range evidence {
		switch a, ok := p.Match(e.Message); {
		case !ok:
			return nil, errors.New("it does not match the lines that it was made for")
		case a != e.Addr:
			return nil, errors.New("it takes another address than the remote one")
		}
	}
	for _, list := range [][]string{honest(), benign} {
		for _, message := range list {
			if _, ok := p.Match(message); ok {
				return nil, errors.New("it matches lines that are no threat")
			}
		}
	}
	return p, nil
}

// Samples are those of a kind of line that can serve as evidence: whole ones in
// which one public address stands. Where there are more nobody knows whose the line is.
func Samples(program string, lines []string) (out []Sample) {
	for _, line := range lines {
		message := Message(program, line)
		if a, ok := onlyAddr(message); ok && !strings.HasSuffix(line, "…") {
			out = append(out, Sample{message, a})
		}
	}
	return out
}

// Message returns the part of a line that patterns are matched with: what follows
// "program[pid]: ", and of a line without an envelope what follows the stamp.
func Message(program, line string) string {
	if program == "" {
		return line[len(stamp().FindString(line)):]
	}
	for at := 0; ; {
		i := strings.Index(line[at:], program)
		if i < 0 {
			return line
		}
		at += i + len(program)
		rest := line[at:]
		if strings.HasPrefix(rest, "[") {
			_, rest, _ = strings.Cut(rest, "]")
		}
		if rest, ok := strings.CutPrefix(rest, ":"); ok {
			return strings.TrimPrefix(rest, " ")
		}
	}
}

// stamp matches the stamps that stand at the head of lines, in or out of brackets.
var stamp = lazyregexp.New(`^[\[("]?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:[.]\d+)?|\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?|\d{10}(?:\.\d+)?)[\])":,]*\s*`)

var addrLike = lazyregexp.New(`\b\d{1,3}(?:\.\d{1,3}){3}\b|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*`)

// onlyAddr returns the public address in a message, if there is one and no other.
func onlyAddr(message string) (found netip.Addr, ok bool) {
	for _, s := range addrLike().FindAllString(message, -1) {
		a, err := netip.ParseAddr(strings.Trim(s, "."))
		if a = a.Unmap(); err != nil || !a.IsGlobalUnicast() || a.IsPrivate() || a == found {
			continue
		}
		if found.IsValid() {
			return netip.Addr{}, false
		}
		found = a
	}
	return found, found.IsValid()
}
