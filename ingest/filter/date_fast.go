package filter

import "gumshoe/ingest/format"

// quickStamp reads the two stamps that nearly all logs begin with, "Nov 20
// 10:00:00" and "2026-11-20T10:00:00.123456+01:00", where the templates could not
// read anything else; else length is 0. It saves a third of the time of a line;
// FuzzQuickStamp checks it against the templates.
func quickStamp(b []byte) (s format.Stamp, length int) {
	if len(b) < 21 {
		return s, 0
	}
	if b[0] >= '0' && b[0] <= '9' {
		return quickISO(b)
	}
	if s.Month = quickMonth(b); s.Month == 0 || b[3] != ' ' || b[6] != ' ' {
		return s, 0
	}
	if s.Day = pair(b[4:]); b[4] == ' ' {
		s.Day = digit(b[5])
	}
	// A digit after the stamp may be its year; what else stands there is not.
	if !quickClock(b[7:], &s) || s.Day < 1 || s.Day > 31 || b[15] != ' ' || b[16] == '1' || b[16] == '2' || b[16] >= 0x80 {
		return s, 0
	}
	return s, 15
}

// quickISO leaves out stamps with a zone: whether one follows is hard to say.
func quickISO(b []byte) (s format.Stamp, length int) {
	century, year := pair(b), pair(b[2:])
	s.Year, s.Month, s.Day = 100*century+year, pair(b[5:]), pair(b[8:])
	if century != 19 && century != 20 || year < 0 || s.Month < 1 || s.Month > 12 || s.Day < 1 || s.Day > 31 ||
		b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || !quickClock(b[11:], &s) {
		return s, 0
	}
	if b[19] != ' ' || b[20]|0x20 < 'a' || b[20]|0x20 > 'y' || b[20] == 'U' || b[20] == 'G' {
		return s, 0
	}
	return s, 19
}

// quickClock reads "10:00:00".
func quickClock(b []byte, s *format.Stamp) bool {
	s.Hour, s.Minute, s.Second = pair(b), pair(b[3:]), pair(b[6:])
	return b[2] == ':' && b[5] == ':' && s.Hour >= 0 && s.Hour < 24 && s.Minute >= 0 && s.Minute < 60 && s.Second >= 0 && s.Second < 60
}

func quickMonth(b []byte) int {
	if m := month(b[:3]); m > 0 && b[0] >= 'A' && b[0] <= 'S' && b[1] >= 'a' && b[2] >= 'a' {
		return m
	}
	return 0
}

// pair reads two digits, or -1.
func pair(b []byte) int {
	hi, lo := digit(b[0]), digit(b[1])
	if hi < 0 || lo < 0 {
		return -1
	}
	return 10*hi + lo
}

// digit reads one digit, or -1.
func digit(c byte) int {
	if c < '0' || c > '9' {
		return -1
	}
	return int(c - '0')
}
