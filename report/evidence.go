package report

import (
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest/lazyregexp"
)

// maxLines is how many evidence lines a case shows.
const maxLines = 8

// webLine finds the request and the status of an access log line. A server
// escapes the quotes inside a request, so the quote before the status is its own.
var webLine = lazyregexp.New(`^(\S+) .*?\] "((?:[^"\\]|\\.)*)" (\d{3}) `)

// syslogLine finds what follows the stamp and the machine's name.
var syslogLine = lazyregexp.New(`^(?:<\d+>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ ([\w./-]+)(?:\[\d+\])?: (.*)$`)

// gist is what a person wants of an evidence line whose time stands beside it:
// the request with its answer, or the program with its message. Lines of other
// forms stay whole. It only shortens what is shown: nothing is decided by it.
func gist(line string, withSource bool) (text, answer string) {
	if m := webLine().FindStringSubmatch(line); m != nil {
		request := m[2]
		if i := strings.LastIndex(request, " HTTP/"); i > 0 {
			request = request[:i]
		}
		if withSource {
			request = m[1] + " " + request
		}
		return request, m[3]
	}
	if m := syslogLine().FindStringSubmatch(line); m != nil {
		return m[1] + ": " + m[2], ""
	}
	return line, ""
}

// exhibit is one evidence line made ready.
type exhibit struct {
	When   string
	Gist   string
	Answer string // the status of a web request, "" for other lines
	Whole  analyze.Line
}

// exhibits are the lines of a case that are shown, and how many are not.
func (r Report) exhibits(c analyze.Case) (list []exhibit, more int) {
	lines := c.Evidence
	if len(lines) > maxLines {
		lines, more = lines[:maxLines], len(lines)-maxLines
	}
	for _, l := range lines {
		e := exhibit{When: r.stamp(l.Time), Whole: l}
		e.Gist, e.Answer = gist(l.Text, len(c.Sources) != 1)
		list = append(list, e)
	}
	return list, more
}

// stamp is the time of an evidence line to the second.
func (r Report) stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return r.moment(t, time.TimeOnly)
}
