package format

import "bytes"

// glogStamp reads the head of a line of glog and klog, in which the year is
// missing:
//
//	I1120 15:04:05.000000    1234 server.go:58] MESSAGE
//
// The level, the thread and the source file are the program's own.
func (c *clock) glogStamp(b []byte) (t int64, rest []byte, ok bool) {
	var s civil
	if rest, ok = glogCivil(b, &s); !ok {
		return 0, nil, false
	}
	return c.instant(&s), rest, true
}

func glogCivil(b []byte, s *civil) (rest []byte, ok bool) {
	if len(b) < 24 || bytes.IndexByte([]byte("IWEFD"), b[0]) < 0 || b[5] != ' ' {
		return nil, false
	}
	var okM, okD bool
	s.month, okM = two(b[1:])
	s.day, okD = two(b[3:])
	if rest, ok = clockTime(b[6:], s); !ok || !okM || !okD || !s.valid() {
		return nil, false
	}
	place, rest, ok := bytes.Cut(rest, []byte("] "))
	thread, file, inFile := bytes.Cut(bytes.TrimLeft(place, " "), []byte(" "))
	_, line, hasLine := bytes.Cut(file, []byte(":"))
	return rest, ok && inFile && hasLine && digits(thread) && digits(line)
}
