package format

import (
	"fmt"
	"strings"
	"time"

	"gumshoe/ingest"
)

// autoTime asks for any stamp that is in use.
const autoTime = "auto"

// checkLayout refuses a layout that says no time of day: strftime's, mostly.
func checkLayout(layout string) error {
	if layout == "" || layout == autoTime {
		return nil
	}
	at := time.Date(2001, 11, 22, 13, 44, 55, 0, time.UTC)
	read, err := time.Parse(layout, at.Format(layout))
	if err != nil || read.Minute() != 44 || read.Day() != 22 && read.YearDay() != at.YearDay() {
		return fmt.Errorf("%q is no layout of a date and a time; write auto, or how the stamp of 2 January 2006, 15:04:05 would look (2006-01-02 15:04:05)", layout)
	}
	return nil
}

// namesYear reports whether stamps in a layout have a year.
func namesYear(layout string) bool { return strings.Contains(layout, "06") }

// stamp reads the time of a line from the text of its group; without one it
// stands at the head of the line. A program's envelope has told it already.
func (p *userParser) stamp(text []byte, ev *ingest.Event) {
	switch {
	case text == nil && p.Program != "":
	case text == nil:
		ev.Time, _, _ = p.headStamp(p.msg)
	case p.Time == "" || p.Time == autoTime:
		ev.Time, _ = p.anyStamp(text)
	default:
		ev.Time = p.layout(string(text))
	}
}

// layout reads a stamp in the format's own layout, 0 for none.
func (p *userParser) layout(text string) int64 {
	loc := p.loc
	if loc == nil {
		loc = time.UTC
	}
	t, err := time.ParseInLocation(p.Time, text, loc)
	if err != nil {
		return 0
	}
	if namesYear(p.Time) {
		return t.UnixMilli()
	}
	s := civil{month: int(t.Month()), day: t.Day(), hour: t.Hour(), minute: t.Minute(), second: t.Second(), ms: t.Nanosecond() / 1e6}
	return p.instant(&s)
}
