package format

import (
	"bytes"
	"time"
)

// at is the instant of a stamp that b follows: of the zone that b names ("Z", "+01:00",
// " CEST"), else of the clock's. A number is cut off b; a name stays, for whoever reads
// on knows it as a word of the line.
func (c *clock) at(s *civil, b []byte) (t int64, rest []byte, ok bool) {
	if offset, rest, ok := zone(b); ok {
		return s.utc() - offset, rest, true
	}
	t = c.instant(s)
	if s.year == 0 {
		return t, b, true
	}
	if offset, ok := namedZone(b); ok && !c.isNamed(t, b) {
		t = s.utc() - offset
	} else if isShared(b) && !c.isNamed(t, b) && c.isNamed(t+msHour, b) { // the second of two equal hours in autumn
		t += msHour
	}
	return t, b, true
}

// isNamed reports whether b names the clock's own zone, in which PST may be of Manila.
func (c *clock) isNamed(t int64, b []byte) bool {
	if c.loc == nil {
		return false
	}
	name, _ := time.UnixMilli(t).In(c.loc).Zone()
	after, ok := bytes.CutPrefix(b[1:], []byte(name))
	return ok && (len(after) == 0 || !letter(after[0]))
}

// isShared recognizes names of several zones that save daylight.
func isShared(b []byte) bool {
	return bytes.HasPrefix(b, []byte(" CST")) || bytes.HasPrefix(b, []byte(" IST"))
}

// namedZone reads the name of a zone behind a blank, as PostgreSQL, PHP and
// journalctl write it, and returns its milliseconds. Names that stand for several
// zones, such as CST (America, China) and IST (India, Ireland, Israel), are none.
func namedZone(b []byte) (ms int64, ok bool) {
	if len(b) < 4 || b[0] != ' ' || b[1] < 'A' || b[1] > 'Z' {
		return 0, false
	}
	n := 1
	for n < len(b) && n < 6 && b[n] >= 'A' && b[n] <= 'Z' {
		n++
	}
	if n < len(b) {
		switch b[n] {
		case ' ', '\t', ']', ')', '>', ',', ':', ';', '|', '"', '\'':
		default:
			return 0, false
		}
	}
	hours := int64(0)
	switch string(b[1:n]) {
	case "UTC", "GMT":
	case "CET", "WEST", "BST":
		hours = 1
	case "CEST", "EET", "SAST":
		hours = 2
	case "EEST", "MSK":
		hours = 3
	case "AWST":
		hours = 8
	case "JST", "KST":
		hours = 9
	case "AEST":
		hours = 10
	case "AEDT":
		hours = 11
	case "NZST":
		hours = 12
	case "NZDT":
		hours = 13
	case "BRT":
		hours = -3
	case "EDT":
		hours = -4
	case "EST", "CDT":
		hours = -5
	case "MDT":
		hours = -6
	case "MST", "PDT":
		hours = -7
	case "PST":
		hours = -8
	default:
		return 0, false
	}
	return hours * msHour, true
}
