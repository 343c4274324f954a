package filter

import (
	"strconv"
	"time"

	"gumshoe/ingest/format"
)

// field is a part of a civil stamp.
type field uint8

const (
	fieldYear field = iota
	fieldYear2
	fieldMonth
	fieldMonthName
	fieldMonthFull
	fieldDay
	fieldYearDay
	fieldHour
	fieldHour12
	fieldHalf
	fieldMinute
	fieldSecond
	fieldFraction
	fieldOffset
	fieldZone
	fieldEnd
)

// fieldGroups are the names of the fields' groups.
var fieldGroups = [fieldEnd]string{"Y", "y", "m", "b", "B", "d", "j", "H", "I", "p", "M", "S", "f", "z", "Z"}

// zones are the offsets, in hours, of the abbreviations that mean the same thing
// everywhere or nearly so.
var zones = map[string]int{
	"Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9,
	"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}

const (
	msHour   = 3600_000
	msMinute = 60_000
	msDay    = 24 * msHour
)

// text is what a field matched, or nil.
func (t *template) text(line []byte, loc []int, f field) []byte {
	if g := t.fields[f]; g > 0 && loc[2*g] >= 0 {
		return line[loc[2*g]:loc[2*g+1]]
	}
	return nil
}

// time turns a matched stamp into milliseconds since 1970, 0 where it is none.
func (t *template) time(line []byte, loc []int, clock *format.Clock) int64 {
	switch t.kind {
	case civilStamp:
		return t.civil(line, loc, clock)
	case taiStamp:
		label := line[loc[2]:loc[3]]
		seconds, err := strconv.ParseInt(string(label[2:17]), 16, 64)
		if err != nil || seconds > 1<<40 {
			return 0
		}
		return seconds * 1000
	}
	return t.epoch(line[loc[2*t.value]:loc[2*t.value+1]])
}

func (t *template) epoch(digits []byte) int64 {
	v, err := strconv.ParseFloat(string(digits), 64)
	switch {
	case err != nil:
		return 0
	case t.kind == longEpochStamp && len(digits) >= 16 && v >= 1e15:
		return int64(v / 1000)
	case t.kind == longEpochStamp && len(digits) >= 13:
		return int64(v)
	}
	return int64(v * 1000)
}

func (t *template) civil(line []byte, loc []int, clock *format.Clock) int64 {
	get := func(f field) (int, bool) { return number(t.text(line, loc, f)) }
	var s format.Stamp
	var dated bool
	if s.Year, dated = get(fieldYear); !dated {
		if s.Year, dated = get(fieldYear2); dated {
			s.Year += 2000
		}
	}
	s.Month, dated = get(fieldMonth)
	for _, f := range []field{fieldMonthName, fieldMonthFull} {
		if name := t.text(line, loc, f); name != nil {
			s.Month, dated = month(name), true
		}
	}
	s.Day, _ = get(fieldDay)
	s.Hour, _ = get(fieldHour)
	if h, ok := get(fieldHour12); ok {
		s.Hour = h % 12
		if half := t.text(line, loc, fieldHalf); half != nil && half[0]|0x20 == 'p' {
			s.Hour += 12
		}
	}
	s.Minute, _ = get(fieldMinute)
	s.Second, _ = get(fieldSecond)
	if f := t.text(line, loc, fieldFraction); f != nil {
		for i, weight := 0, 100; i < len(f) && weight > 0; i, weight = i+1, weight/10 {
			s.Milli += int(f[i]-'0') * weight
		}
	}
	if j, ok := get(fieldYearDay); ok && !dated && s.Year > 0 {
		first := time.Date(s.Year, time.January, j, 0, 0, 0, 0, time.UTC)
		s.Month, s.Day, dated = int(first.Month()), first.Day(), true
	}
	if !dated {
		today(&s, clock)
	}
	ms, _ := clock.Instant(s)
	if offset, ok := t.offset(line, loc); ok && ms != 0 {
		if s.Year == 0 { // the clock found it, next to which the offset is small
			s.Year = nearestYear(s, ms)
		}
		ms, _ = s.UTC()
		ms -= offset
	}
	return ms
}

// nearestYear is the year that puts a stamp next to a time.
func nearestYear(s format.Stamp, near int64) int {
	year := time.UnixMilli(near).UTC().Year()
	for _, y := range []int{year - 1, year + 1} {
		s.Year = y
		if ms, ok := s.UTC(); ok && max(ms-near, near-ms) < 2*msDay {
			return y
		}
	}
	return year
}

// today dates a clock time without a date: the last such time before the end of
// the log, which the clock's limit follows by a day.
func today(s *format.Stamp, clock *format.Clock) {
	end := clock.Limit() - msDay
	if end <= 0 {
		return
	}
	day := time.UnixMilli(end).UTC()
	ms := int64(s.Hour)*msHour + int64(s.Minute)*msMinute + int64(s.Second)*1000
	if ms > end%msDay {
		day = day.AddDate(0, 0, -1)
	}
	s.Year, s.Month, s.Day = day.Year(), int(day.Month()), day.Day()
}

// offset reads the zone of a stamp, "+0100", "CET" or "CET+01:00", in
// milliseconds.
func (t *template) offset(line []byte, loc []int) (ms int64, ok bool) {
	z := t.text(line, loc, fieldOffset)
	if z == nil {
		z = t.text(line, loc, fieldZone)
	}
	sign := 0
	for sign < len(z) && z[sign] != '+' && z[sign] != '-' {
		sign++
	}
	if name := z[:sign]; len(name) > 0 {
		hours, known := zones[string(name)]
		if !known {
			return 0, false
		}
		ms, ok = int64(hours)*msHour, true
	}
	if z = z[sign:]; len(z) < 3 {
		return ms, ok
	}
	hours, okH := number(z[1:3])
	minutes, _ := number(z[max(len(z)-2, 3):])
	d := int64(hours)*msHour + int64(minutes)*msMinute
	if z[0] == '-' {
		d = -d
	}
	return ms + d, okH
}

// number reads decimal digits after an optional blank.
func number(b []byte) (n int, ok bool) {
	if len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 6 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// month reads a name by its first three letters.
func month(name []byte) int {
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	if len(name) < 3 {
		return 0
	}
	for m := 0; m < 12; m++ {
		if n := names[3*m:]; name[0]|0x20 == n[0] && name[1]|0x20 == n[1] && name[2]|0x20 == n[2] {
			return m + 1
		}
	}
	return 0
}
