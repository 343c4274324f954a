package format

// compactStamp reads ISO 8601's basic form, "20060102T150405Z", and the same digits
// in one row, "20060102150405".
func (c *clock) compactStamp(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 15 {
		return 0, nil, false
	}
	day, clock := b[:8], b[8:]
	if clock[0] == 'T' {
		clock = clock[1:]
	} else if digit(clock[6]) { // a longer number
		return 0, nil, false
	}
	if len(clock) < 6 {
		return 0, nil, false
	}
	for i := range 14 {
		if i < 8 && !digit(day[i]) || i >= 8 && !digit(clock[i-8]) {
			return 0, nil, false
		}
	}
	var s civil
	s.year, _ = four(day)
	s.month, _ = two(day[4:])
	s.day, _ = two(day[6:])
	s.hour, _ = two(clock)
	s.minute, _ = two(clock[2:])
	s.second, _ = two(clock[4:])
	if rest = fraction(clock[6:], &s); s.year < 1970 || s.year > 2100 || !s.valid() {
		return 0, nil, false
	}
	return c.at(&s, rest)
}

// wordyStamp reads "2 Jan 2006 15:04:05", with the month in full or not, and
// with a comma behind the year, none, or no year at all (Node-RED).
func (c *clock) wordyStamp(b []byte) (t int64, rest []byte, ok bool) {
	var s civil
	if s.day, ok = two(b); ok {
		b = b[2:]
	} else if digit(b[0]) {
		s.day, b = int(b[0]-'0'), b[1:]
	}
	if len(b) < 17 || b[0] != ' ' {
		return 0, nil, false
	}
	b = b[1:]
	if s.month = monthName(b); s.month == 0 {
		return 0, nil, false
	}
	for b = b[3:]; len(b) > 0 && letter(b[0]); {
		b = b[1:]
	}
	if len(b) < 12 || b[0] != ' ' {
		return 0, nil, false
	}
	if s.year, ok = four(b[1:]); ok {
		if b = b[5:]; b[0] == ',' {
			b = b[1:]
		}
	} else if s.year = 0; b[3] != ':' {
		return 0, nil, false
	}
	if b[0] != ' ' {
		return 0, nil, false
	}
	if b, ok = clockTime(b[1:], &s); !ok || !s.valid() {
		return 0, nil, false
	}
	b = halfDay(b, &s)
	return c.at(&s, b)
}
