package format

// The readers of stamps take the text at the head of b and return what follows.
// They check ranges, never allocate and never use time.Parse, which costs more
// than the rest of a line together.

// two reads exactly two digits.
func two(b []byte) (int, bool) {
	if len(b) < 2 || !digit(b[0]) || !digit(b[1]) {
		return 0, false
	}
	return int(b[0]-'0')*10 + int(b[1]-'0'), true
}

// four reads exactly four digits.
func four(b []byte) (int, bool) {
	if len(b) < 4 {
		return 0, false
	}
	hi, ok1 := two(b)
	lo, ok2 := two(b[2:])
	return hi*100 + lo, ok1 && ok2
}

// monthName reads "Jan" to "Dec".
func monthName(b []byte) int {
	if len(b) < 3 {
		return 0
	}
	switch string(b[:3]) {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

// clockTime reads "15:04:05" with an optional fraction; the hour may have one
// digit.
func clockTime(b []byte, s *civil) ([]byte, bool) {
	if len(b) > 1 && b[1] == ':' && digit(b[0]) {
		s.hour = int(b[0] - '0')
		b = b[1:]
	} else if h, ok := two(b); ok {
		s.hour = h
		b = b[2:]
	} else {
		return nil, false
	}
	if len(b) < 6 || b[0] != ':' || b[3] != ':' {
		return nil, false
	}
	var ok1, ok2 bool
	s.minute, ok1 = two(b[1:])
	s.second, ok2 = two(b[4:])
	if !ok1 || !ok2 {
		return nil, false
	}
	return fraction(b[6:], s), true
}

// intoHour reads "04:05" and returns how far into the hour that is, in milliseconds; a
// leap second is its end.
func intoHour(b []byte) (ms int64, ok bool) {
	if len(b) < 5 || b[2] != ':' {
		return 0, false
	}
	m, ok1 := two(b)
	s, ok2 := two(b[3:])
	return int64(m)*msMinute + int64(s)*msSecond, ok1 && ok2 && m < 60 && s <= 60
}

// fraction reads ".123456" or ",123" down to the millisecond.
func fraction(b []byte, s *civil) []byte {
	if len(b) < 2 || b[0] != '.' && b[0] != ',' || !digit(b[1]) {
		return b
	}
	weight, i := 100, 1
	for ; i < len(b) && digit(b[i]); i++ {
		s.ms += int(b[i]-'0') * weight
		weight /= 10
	}
	return b[i:]
}

// zone reads "Z", "+01:00", "+0100" or "+01", after an optional blank, and
// returns its milliseconds; ok is false where no zone is written.
func zone(b []byte) (ms int64, rest []byte, ok bool) {
	z := b
	if len(z) > 1 && z[0] == ' ' {
		z = z[1:]
	}
	if len(z) == 0 {
		return 0, b, false
	}
	if z[0] == 'Z' && (len(z) == len(b) || len(z) == 1 || !letter(z[1])) { // " Zabbix" is no zone
		return 0, z[1:], true
	}
	h, isHour := two(z[1:])
	if z[0] != '+' && z[0] != '-' || !isHour {
		return 0, b, false
	}
	ms = int64(h) * msHour
	rest = z[3:]
	m := rest
	if len(m) > 0 && m[0] == ':' {
		m = m[1:]
	}
	if n, ok := two(m); ok {
		ms += int64(n) * msMinute
		rest = m[2:]
	}
	if z[0] == '-' {
		ms = -ms
	}
	return ms, rest, true
}

// isoStamp reads "2006-01-02T15:04:05.000000+01:00" and its kin: a blank
// or svlogd's underscore instead of the T, slashes instead of dashes, a comma before the fraction,
// no zone.
func (c *clock) isoStamp(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 18 || b[4] != b[7] || b[4] != '-' && b[4] != '/' || b[10] != 'T' && b[10] != ' ' && b[10] != '_' && b[10] != '-' {
		return 0, nil, false
	}
	var s civil
	var okY, okM, okD bool
	s.year, okY = four(b)
	s.month, okM = two(b[5:])
	s.day, okD = two(b[8:])
	if !okY || !okM || !okD {
		return 0, nil, false
	}
	b = b[11:]
	if b[0] == ' ' { // "2015-10-07  6:09:42"
		b = b[1:]
	}
	b, ok = clockTime(b, &s)
	if !ok || !s.valid() || s.year == 0 {
		return 0, nil, false
	}
	return c.at(&s, b)
}

// bsdStamp reads the stamp of RFC 3164, "Jan  2 15:04:05", and its variants:
// one-digit days with one blank, a year before or after the date, a fraction. Most lines
// are of the hour of the line before, and differ in what follows "Jan  2 15:" alone.
func (c *clock) bsdStamp(b []byte) (t int64, rest []byte, ok bool) {
	if c.knows(b) {
		if past, ok := intoHour(b[10:]); ok && past < msHour {
			return c.lastHour.at + past, b[15:], true
		}
	}
	var s civil
	if rest, ok = bsdCivil(b, &s); !ok {
		return 0, nil, false
	}
	if len(b)-len(rest) == 15 && b[9] == ':' {
		c.remember([10]byte(b), s)
	}
	return c.instant(&s), rest, true
}

// lastHour is the hour of the last stamp of RFC 3164 that had neither year nor fraction.
type lastHour struct {
	head [10]byte // "Jan  2 15:"
	at   int64    // its instant; 0: there was none
}

// knows reports whether a line begins with a stamp of that hour.
func (c *clock) knows(b []byte) bool {
	return len(b) > 15 && [10]byte(b) == c.lastHour.head && b[15] == ' ' && c.lastHour.at != 0
}

// remember keeps the hour of a stamp, if all of it is of one year and has one offset.
func (c *clock) remember(head [10]byte, s civil) {
	first, last := s, s
	first.minute, first.second = 0, 0
	last.minute, last.second = 59, 59
	c.lastHour = lastHour{}
	if from, to := c.instant(&first), c.instant(&last); to-from == msHour-msSecond {
		c.lastHour = lastHour{head, from}
	}
}

func bsdCivil(b []byte, s *civil) (rest []byte, ok bool) {
	if len(b) > 5 && b[4] == ' ' && digit(b[0]) {
		if s.year, ok = four(b); !ok {
			return nil, false
		}
		b = b[5:]
	}
	if s.month = monthName(b); s.month == 0 || len(b) < 14 || b[3] != ' ' {
		return nil, false
	}
	b = b[4:]
	if b[0] == ' ' {
		b = b[1:]
	}
	if d, ok := two(b); ok {
		s.day = d
		b = b[2:]
	} else if digit(b[0]) {
		s.day = int(b[0] - '0')
		b = b[1:]
	}
	if len(b) < 8 || b[0] != ' ' {
		return nil, false
	}
	b = b[1:]
	if y, ok := four(b); ok && len(b) > 5 && b[4] == ' ' {
		s.year = y
		b = b[5:]
	}
	b, ok = clockTime(b, s)
	return b, ok && s.valid()
}

// taiStamp reads the TAI64N label of multilog, "@" and 24 hexadecimal digits.
// TAI is ahead of UTC by leap seconds, 10 at its epoch; a detective does not
// mind the rest.
func taiStamp(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 25 || b[0] != '@' {
		return 0, nil, false
	}
	var sec, nano int64
	for i := 1; i < 25; i++ {
		h := unhex(b[i])
		if h < 0 {
			return 0, nil, false
		}
		if i <= 16 {
			sec = sec<<4 | int64(h)
		} else {
			nano = nano<<4 | int64(h)
		}
	}
	sec -= 1 << 62
	if sec < 10 || sec > 1<<40 {
		return 0, nil, false
	}
	return (sec-10)*msSecond + nano/1e6, b[25:], true
}
