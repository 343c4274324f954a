package payload

import (
	"bytes"
	"math"
	"strconv"

	"gumshoe/ingest/lazyregexp"
)

// What a payload asks of the server shows in the answer, if it is heeded: that the
// answer is late, or has the size of the file.

// waits finds how long a payload asks the server to wait: in seconds, in
// milliseconds, or as hours, minutes and seconds.
var waits = lazyregexp.New(`sleep\s*\(\s*(\d{1,3})(000)?(?:\.\d*)?\s*\)|\bsleep\s+(\d{1,3})\b|\bwaitfor\s+delay\s*['"](\d{1,2}):(\d{1,2}):(\d{1,2})|receive_message\s*\([^)]{0,60},\s*(\d{1,3})\s*\)`)

// wait returns the seconds that a payload in plain form asks for, 0 for none.
func wait(plain []byte) uint8 {
	if !bytes.Contains(plain, []byte("sleep")) && !bytes.Contains(plain, []byte("waitfor")) && !bytes.Contains(plain, []byte("receive_message")) {
		return 0
	}
	m := waits().FindSubmatch(plain)
	if m == nil {
		return 0
	}
	seconds := 0
	for i, unit := range map[int]int{1: 1, 3: 1, 4: 3600, 5: 60, 6: 1, 7: 1} {
		n, _ := strconv.Atoi(string(m[i])) // "" is 0
		seconds += n * unit
	}
	return uint8(min(seconds, math.MaxUint8))
}

// reads reports whether a payload in plain form asks for the file of accounts.
func reads(plain []byte) bool { return bytes.Contains(plain, []byte("etc/passwd")) }
