package format

// headStamp reads a stamp of any style in use at the head of b.
func (c *clock) headStamp(b []byte) (t int64, rest []byte, ok bool) {
	if len(b) < 14 {
		return 0, nil, false
	}
	switch {
	case digit(b[0]) && digit(b[1]):
		if t, rest, ok = c.isoStamp(b); ok {
			return t, rest, true
		}
		if t, rest, ok = c.namedMonth(b); ok {
			return t, rest, true
		}
		if t, rest, ok = c.dayFirst(b); ok {
			return t, rest, true
		}
		if t, rest, ok = c.punctuated(b); ok {
			return t, rest, true
		}
		if t, rest, ok = c.packed(b); ok {
			return t, rest, true
		}
		if t, rest, ok = c.compactStamp(b); ok {
			return t, rest, true
		}
		if t, rest, ok = c.wordyStamp(b); ok {
			return t, rest, true
		}
		if t, rest, ok = c.oddStamp(b); ok {
			return t, rest, true
		}
		if t, rest, ok = epochStamp(b); ok {
			return t, rest, true
		}
		return fineEpochStamp(b)
	case b[0] == '@':
		return taiStamp(b)
	case weekday(b):
		if b[3] == ',' {
			return c.httpDate(b)
		}
		return c.ctimeStamp(b)
	case monthName(b) > 0:
		if t, rest, ok = c.bsdStamp(b); ok {
			return t, rest, true
		}
		return c.monthFirst(b)
	case digit(b[1]):
		if t, rest, ok = c.glogStamp(b); ok {
			return t, rest, true
		}
		return c.meteorStamp(b)
	}
	return 0, nil, false
}
