package format

import (
	"bytes"

	"gumshoe/ingest"
)

// newSlapdLog reads what OpenLDAP prints itself, to its standard error or its own
// file. Its stamp is hexadecimal: seconds, and since 2.6 a fraction and a thread,
// "6551f2a2.1a2b3c4d 0x7f00 conn=1023 fd=12 ACCEPT from IP=...".
var newSlapdLog = newOwnLog(func(_ *clock, line []byte, ev *ingest.Event) (msg []byte, sure, ok bool) {
	stamp, msg, ok := bytes.Cut(line, []byte(" "))
	seconds, _, _ := bytes.Cut(stamp, []byte("."))
	if !ok || len(seconds) != 8 {
		return nil, false, false
	}
	var t int64
	for _, c := range seconds {
		h := unhex(c)
		if h < 0 {
			return nil, false, false
		}
		t = t<<4 | int64(h)
	}
	ev.Time = t * msSecond
	if thread, rest, found := bytes.Cut(msg, []byte(" ")); found && bytes.HasPrefix(thread, []byte("0x")) {
		ev.PID, msg = thread, rest
	}
	return msg, true, bytes.HasPrefix(msg, []byte("conn="))
}, newSlapd)
