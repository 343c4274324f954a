package format

// Stamps of daemons that write a file of their own. Like those of syslog they
// stand at the head of b, and what follows is returned.

// weekday reads "Mon" to "Sun".
func weekday(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	switch string(b[:3]) {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun":
		return true
	}
	return false
}

// ctimeStamp reads the stamp of ctime(3), "Fri Jan 19 12:20:33 2007", with an
// optional fraction, and the zone that Oracle writes behind it, "+01:00".
func (c *clock) ctimeStamp(b []byte) (t int64, rest []byte, ok bool) {
	if !weekday(b) || len(b) < 20 || b[3] != ' ' {
		return 0, nil, false
	}
	var s civil
	if b, ok = bsdCivil(b[4:], &s); !ok || s.year != 0 || len(b) < 5 || b[0] != ' ' {
		return 0, nil, false
	}
	if s.year, ok = four(b[1:]); !ok || !s.valid() {
		return 0, nil, false
	}
	if b = b[5:]; len(b) > 1 && (b[1] == '+' || b[1] == '-') {
		if offset, rest, ok := zone(b); ok {
			return s.utc() - offset, rest, true
		}
	}
	return c.instant(&s), b, true
}

// dayFirst reads "02-01-2006 15:04:05" and "02.01.2006 15:04:05", or, with
// slashes, the American "01/02/2006 15:04:05" and "01/02/06 ..." where they can be, each with an
// optional AM or PM and zone. Of two digits the year may also stand first, as
// Spark writes it.
func (c *clock) dayFirst(b []byte) (t int64, rest []byte, ok bool) {
	var s civil
	var okA, okB bool
	if len(b) < 16 || b[2] != b[5] || b[2] != '-' && b[2] != '/' && b[2] != '.' {
		return 0, nil, false
	}
	s.day, okA = two(b)
	s.month, okB = two(b[3:])
	if !okA || !okB {
		return 0, nil, false
	}
	if s.day <= 12 && (b[2] == '/' || s.month > 12) {
		s.day, s.month = s.month, s.day
	}
	if s.year, ok = four(b[6:]); ok {
		b = b[10:]
	} else if s.year, ok = two(b[6:]); ok {
		if s.year += 2000; c.yearFirst(&s) {
			s.year, s.day = s.day+2000, s.year-2000
		}
		b = b[8:]
	} else {
		return 0, nil, false
	}
	for len(b) > 0 && (b[0] == ' ' || b[0] == ',' || b[0] == '-' || b[0] == ':') {
		b = b[1:]
	}
	if b, ok = clockTime(b, &s); !ok {
		return 0, nil, false
	}
	b = halfDay(b, &s)
	if !s.valid() {
		return 0, nil, false
	}
	return c.at(&s, b)
}

// europeanStamp reads "02/01/2006:15:04:05 +0100", where it is certain that the day
// stands first.
func (c *clock) europeanStamp(b []byte) (t int64, ok bool) {
	if len(b) < 19 || b[2] != '/' || b[5] != '/' || b[10] != ':' {
		return 0, false
	}
	var s civil
	var okD, okM, okY bool
	s.day, okD = two(b)
	s.month, okM = two(b[3:])
	s.year, okY = four(b[6:])
	if b, ok = clockTime(b[11:], &s); !ok || !okD || !okM || !okY || !s.valid() {
		return 0, false
	}
	t, _, ok = c.at(&s, b)
	return t, ok
}

// yearFirst reports whether a date of three pairs that was read with the year at
// its end, "26/11/20", begins with it: where that is the year of the log, or the
// one before, and the end is neither.
func (c *clock) yearFirst(s *civil) bool {
	first, end := c.last-2000-s.day, c.last-s.year
	return c.last > 0 && s.day > 12 && (first == 0 || first == 1) && end != 0 && end != 1
}

// halfDay reads " AM" or " PM".
func halfDay(b []byte, s *civil) []byte {
	if len(b) < 3 || b[0] != ' ' || b[2] != 'M' || s.hour > 12 {
		return b
	}
	switch b[1] {
	case 'A':
		s.hour %= 12
	case 'P':
		s.hour = s.hour%12 + 12
	default:
		return b
	}
	return b[3:]
}

// namedMonth reads "17/Jun/2011 17:00:45" and "20-Nov-2026 10:00:00.123".
func (c *clock) namedMonth(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 20 || b[2] != b[6] || b[2] != '/' && b[2] != '-' {
		return 0, nil, false
	}
	var s civil
	var okD, okY bool
	s.day, okD = two(b)
	s.month = monthName([]byte{b[3], lower(b[4]), lower(b[5])}) // Oracle writes "NOV"
	s.year, okY = four(b[7:])
	if !okD || !okY || b[11] != ' ' && b[11] != ':' {
		return 0, nil, false
	}
	if b, ok = clockTime(b[12:], &s); !ok || !s.valid() {
		return 0, nil, false
	}
	return c.at(&s, b)
}

// packed reads "20220407-12:11:06" and, where the year has two digits,
// "130324  0:04:00".
func (c *clock) packed(b []byte) (t int64, rest []byte, ok bool) {
	digits := 0
	for digits < len(b) && digit(b[digits]) {
		digits++
	}
	var s civil
	switch digits {
	case 6:
		s.year, _ = two(b)
		s.year += 2000
	case 8:
		s.year, _ = four(b)
	default:
		return 0, nil, false
	}
	s.month, _ = two(b[digits-4:])
	s.day, _ = two(b[digits-2:])
	b = b[digits:]
	if len(b) < 2 || b[0] != '-' && b[0] != ' ' {
		return 0, nil, false
	}
	if b = b[1:]; b[0] == ' ' {
		b = b[1:]
	}
	if b, ok = clockTime(b, &s); !ok || !s.valid() {
		return 0, nil, false
	}
	return c.instant(&s), b, true
}

// punctuated reads dates of one mark throughout, "2014:07:02-00:17:45" and
// "2023.01.01 10:00:00.123456".
func (c *clock) punctuated(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 19 || b[4] != b[7] || b[4] != ':' && b[4] != '.' || b[10] != '-' && b[10] != ' ' {
		return 0, nil, false
	}
	var s civil
	var okY, okM, okD bool
	s.year, okY = four(b)
	s.month, okM = two(b[5:])
	s.day, okD = two(b[8:])
	if b, ok = clockTime(b[11:], &s); !ok || !okY || !okM || !okD || !s.valid() {
		return 0, nil, false
	}
	return c.instant(&s), b, true
}

// epochStamp reads seconds since 1970 with an optional fraction, "1386543323.000".
func epochStamp(b []byte) (t int64, rest []byte, ok bool) {
	digits := 0
	for digits < len(b) && digit(b[digits]) {
		t = t*10 + int64(b[digits]-'0')
		if digits++; digits > 10 {
			return 0, nil, false
		}
	}
	if digits < 9 {
		return 0, nil, false
	}
	var s civil
	rest = fraction(b[digits:], &s)
	return t*msSecond + int64(s.ms), rest, true
}
