package format

import (
	"bytes"

	"gumshoe/ingest"
)

// envelope files who wrote the line and when.
func (r *record) envelope(c *clock, ev *ingest.Event) {
	ev.Time = r.time(c)
	ev.Program, ev.PID, ev.Host = r.value[meansProgram], r.value[meansPID], r.value[meansMachine]
}

func (r *record) time(c *clock) int64 {
	if t, ok := c.anyStamp(r.value[meansTime]); ok {
		return t
	}
	date, at := r.value[meansDate], r.value[meansTime]
	if len(date) == 10 && len(at) >= 8 && len(at) < 20 {
		var joined [32]byte
		b := append(append(append(joined[:0], date...), ' '), at...)
		if t, _, ok := c.isoStamp(b); ok {
			return t
		}
	}
	t, _ := c.anyStamp(date) // fluent-bit's "date" is all of it
	return t
}

// anyStamp reads a stamp that fills a field.
func (c *clock) anyStamp(b []byte) (t int64, ok bool) {
	if len(b) < 9 {
		return 0, false
	}
	if t, ok = epochField(b); ok {
		return t, true
	}
	if b[0] == '[' {
		b = b[1:]
	}
	t, _, ok = c.headStamp(b)
	return t, ok
}

// epochField reads a count since 1970 in seconds, milli-, micro- or nanoseconds,
// told apart by its digits, with an optional fraction.
func epochField(b []byte) (t int64, ok bool) {
	n, i := int64(0), 0
	for i < len(b) && digit(b[i]) && i < 19 {
		n = n*10 + int64(b[i]-'0')
		i++
	}
	var s civil
	rest := fraction(b[i:], &s)
	if len(rest) > 0 && (rest[0]|0x20 != 'e' || i != 1) {
		return 0, false
	}
	switch {
	case len(rest) > 0:
		return exponentField(b)
	case i == 9 || i == 10:
		return n*msSecond + int64(s.ms), true
	case i == 13:
		return n, true
	case i == 16:
		return n / 1000, true
	case i == 19:
		return n / 1e6, true
	}
	return 0, false
}

// exponentField reads seconds as some JSON writers print them, "1.7e+09" with
// all digits kept: "1.7636328001234e+09".
func exponentField(b []byte) (t int64, ok bool) {
	mantissa, exponent, _ := bytes.Cut(bytes.ToLower(b), []byte("e"))
	if string(bytes.TrimLeft(exponent, "+0")) != "9" || len(mantissa) < 3 || mantissa[1] != '.' {
		return 0, false
	}
	t = int64(mantissa[0] - '0')
	digits := mantissa[2:]
	for i := range 12 { // to milliseconds
		t *= 10
		if i < len(digits) && digit(digits[i]) {
			t += int64(digits[i] - '0')
		}
	}
	return t, true
}
