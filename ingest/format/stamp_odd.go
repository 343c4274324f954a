package format

import "bytes"

// Stamps that few programs write.

// oddStamp reads those that begin with a digit: of Gin, PrestaShop, FreePBX,
// zerolog's console and Zabbix.
func (c *clock) oddStamp(b []byte) (t int64, rest []byte, ok bool) {
	if t, rest, ok = c.dashedTime(b); ok {
		return t, rest, true
	}
	if t, rest, ok = c.kitchen(b); ok {
		return t, rest, true
	}
	return c.unpunctuated(b)
}

// dashedTime reads "2006/01/02 - 15:04:05" and "2006-Jan-02 15:04:05".
func (c *clock) dashedTime(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 20 || b[4] != '/' && b[4] != '-' {
		return 0, nil, false
	}
	var s civil
	var okY, okD bool
	s.year, okY = four(b)
	at := 8
	if s.month, ok = two(b[5:]); ok && b[7] == b[4] {
		s.day, okD = two(b[8:])
		if at = 13; string(b[10:13]) != " - " {
			return 0, nil, false
		}
	} else if s.month = monthName(b[5:]); b[8] == '-' && b[11] == ' ' {
		s.day, okD = two(b[9:])
		at = 12
	}
	if !okY || !okD {
		return 0, nil, false
	}
	if rest, ok = clockTime(b[at:], &s); !ok || !s.valid() {
		return 0, nil, false
	}
	return c.instant(&s), rest, true
}

// kitchen reads "2006/01/02 03:04PM".
func (c *clock) kitchen(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 18 || b[4] != '/' || b[7] != '/' || b[10] != ' ' || b[13] != ':' || b[17] != 'M' {
		return 0, nil, false
	}
	var s civil
	var oks [5]bool
	s.year, oks[0] = four(b)
	s.month, oks[1] = two(b[5:])
	s.day, oks[2] = two(b[8:])
	s.hour, oks[3] = two(b[11:])
	s.minute, oks[4] = two(b[14:])
	if oks != [5]bool{true, true, true, true, true} || s.hour > 12 {
		return 0, nil, false
	}
	switch b[16] {
	case 'A':
		s.hour %= 12
	case 'P':
		s.hour = s.hour%12 + 12
	default:
		return 0, nil, false
	}
	return c.instant(&s), b[18:], s.valid()
}

// unpunctuated reads the process and the stamp of "1234:20060102:150405.000".
func (c *clock) unpunctuated(b []byte) (t int64, rest []byte, ok bool) {
	i := 0
	for i < len(b) && digit(b[i]) {
		i++
	}
	if i == 0 || i > 9 || len(b) < i+20 || b[i] != ':' || b[i+9] != ':' || b[i+16] != '.' {
		return 0, nil, false
	}
	b = b[i+1:]
	for j := range 15 {
		if j != 8 && !digit(b[j]) {
			return 0, nil, false
		}
	}
	var s civil
	s.year, _ = four(b)
	s.month, _ = two(b[4:])
	s.day, _ = two(b[6:])
	s.hour, _ = two(b[9:])
	s.minute, _ = two(b[11:])
	s.second, _ = two(b[13:])
	rest = fraction(b[15:], &s)
	return c.instant(&s), rest, s.valid()
}

// meteorStamp reads the level and the stamp of Meteor, "I20060102-15:04:05.000(1)? ",
// where the number is the zone's hours.
func (c *clock) meteorStamp(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 24 || b[9] != '-' {
		return 0, nil, false
	}
	var s civil
	var okY, okM, okD bool
	s.year, okY = four(b[1:])
	s.month, okM = two(b[5:])
	s.day, okD = two(b[7:])
	if rest, ok = clockTime(b[10:], &s); !ok || !okY || !okM || !okD || !s.valid() {
		return 0, nil, false
	}
	hours, rest, ok := bytes.Cut(rest, []byte(")? "))
	if !ok || len(hours) < 2 || len(hours) > 4 || hours[0] != '(' {
		return 0, nil, false
	}
	digits, negative := bytes.CutPrefix(hours[1:], []byte("-"))
	n, ok := number(digits)
	offset := int64(n) * msHour
	if negative {
		offset = -offset
	}
	return s.utc() - offset, rest, ok
}

// httpDate reads "Mon, 02 Jan 2006 15:04:05 GMT".
func (c *clock) httpDate(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 25 || b[4] != ' ' || b[7] != ' ' || b[11] != ' ' || b[16] != ' ' {
		return 0, nil, false
	}
	var s civil
	var okD, okY bool
	s.day, okD = two(b[5:])
	s.month = monthName(b[8:])
	s.year, okY = four(b[12:])
	if b, ok = clockTime(b[17:], &s); !ok || !okD || !okY || !s.valid() {
		return 0, nil, false
	}
	if rest, ok := cut(b, " GMT"); ok {
		return s.utc(), rest, true
	}
	return c.at(&s, b)
}

// monthFirst reads "Jan-02-06 15:04:05", of the proxy ASSP, Plex's "Jan 02, 2006
// 15:04:05", Java's with a comma behind the year too, and ownCloud's and GitLab's,
// with the month in full; GitLab leaves out the seconds.
func (c *clock) monthFirst(b []byte) (t int64, rest []byte, ok bool) {
	var s civil
	s.month = monthName(b)
	for s.month > 0 && len(b) > 3 && letter(b[3]) {
		b = b[1:]
	}
	if s.month == 0 || len(b) < 18 || b[3] != ' ' && b[3] != '-' {
		return 0, nil, false
	}
	if s.day, ok = two(b[4:]); !ok {
		return 0, nil, false
	}
	if b[3] == '-' && b[6] == '-' {
		s.year, ok = two(b[7:])
		s.year += 2000
		b = b[9:]
	} else if b[6] == ',' && b[7] == ' ' {
		s.year, ok = four(b[8:])
		if b = b[12:]; b[0] == ',' {
			b = b[1:]
		}
	} else {
		return 0, nil, false
	}
	if !ok || b[0] != ' ' {
		return 0, nil, false
	}
	if rest, ok = clockTime(b[1:], &s); !ok {
		rest, ok = minutes(b[1:], &s)
	}
	if !ok {
		return 0, nil, false
	}
	if rest = halfDay(rest, &s); !s.valid() {
		return 0, nil, false
	}
	return c.instant(&s), rest, true
}

// minutes reads a clock without seconds, "15:04".
func minutes(b []byte, s *civil) (rest []byte, ok bool) {
	var okH, okM bool
	if len(b) < 6 || b[2] != ':' || digit(b[5]) {
		return nil, false
	}
	s.hour, okH = two(b)
	s.minute, okM = two(b[3:])
	return b[5:], okH && okM
}

// The years in which a long number at the head of a line is a stamp and not an
// identifier: 2000 to 2100, in milliseconds since 1970.
const (
	firstEpoch = 946684800_000
	lastEpoch  = 4102444800_000
)

// fineEpochStamp reads milli-, micro- or nanoseconds since 1970, told apart by
// their digits: "1795168800123".
func fineEpochStamp(b []byte) (t int64, rest []byte, ok bool) {
	n := 0
	for n < len(b) && digit(b[n]) {
		n++
	}
	if n < 13 || n < len(b) && (letter(b[n]) || b[n] == '.' || b[n] == '_' || b[n] == '-') {
		return 0, nil, false
	}
	t, ok = epochField(b[:n])
	return t, b[n:], ok && t >= firstEpoch && t < lastEpoch
}

// yearlessUS reads Snort's "11/20-10:00:00.123456".
func (c *clock) yearlessUS(b []byte) (t int64, rest []byte, ok bool) {
	return c.monthDay(b, '/', '-')
}

// yearlessISO reads FreeSWITCH's "08-03 07:56:53.026292".
func (c *clock) yearlessISO(b []byte) (t int64, rest []byte, ok bool) {
	return c.monthDay(b, '-', ' ')
}

// monthDay reads month and day in figures, and the clock behind them.
func (c *clock) monthDay(b []byte, between, behind byte) (t int64, rest []byte, ok bool) {
	var s civil
	var okM, okD bool
	if len(b) < 14 || b[2] != between || b[5] != behind {
		return 0, nil, false
	}
	s.month, okM = two(b)
	s.day, okD = two(b[3:])
	if rest, ok = clockTime(b[6:], &s); !ok || !okM || !okD || !s.valid() {
		return 0, nil, false
	}
	return c.instant(&s), rest, true
}
