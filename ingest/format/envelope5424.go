package format

import (
	"bytes"

	"gumshoe/ingest"
)

// open5424 reads the rest of an RFC 5424 line after its priority: VERSION
// TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG], RFC 5424
// section 6. A "-" stands for an absent field.
func (c *clock) open5424(b []byte, ev *ingest.Event) (msg []byte, ok bool) {
	if len(b) < 2 || b[0] != '1' || b[1] != ' ' {
		return nil, false
	}
	b = b[2:]
	if bytes.HasPrefix(b, []byte("- ")) {
		b = b[1:]
	} else if ev.Time, b, ok = c.isoStamp(b); !ok {
		return nil, false
	}
	if len(b) == 0 || b[0] != ' ' {
		return nil, false
	}
	b = b[1:]
	var id, named []byte // named: from the identifier on
	for _, field := range []*[]byte{&ev.Host, &ev.Program, &ev.PID, &id} {
		i := bytes.IndexByte(b, ' ')
		if i <= 0 {
			return nil, false
		}
		if f := b[:i]; len(f) != 1 || f[0] != '-' {
			*field = f
		}
		named, b = b, b[i+1:]
	}
	data := b
	if b, ok = skipStructuredData(b); !ok {
		return nil, false
	}
	switch string(ev.Program) { // they tell all there, and say little behind it
	case "CheckPoint":
		return data, true
	case "RT_FLOW", "RT_IDS":
		return named, true
	case "sshd":
		if len(b) == 0 && len(id) > 0 { // Junos in brief
			return named, true
		}
	}
	b = bytes.TrimPrefix(b, []byte(" "))
	return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), true
}

// skipStructuredData passes over "-" or "[id name="value"]..."; inside a value
// '"', '\' and ']' are escaped with '\'.
func skipStructuredData(b []byte) (rest []byte, ok bool) {
	if len(b) > 0 && b[0] == '-' {
		return b[1:], true
	}
	for len(b) > 0 && b[0] == '[' {
		quoted, i := false, 1
		for ; i < len(b); i++ {
			if c := b[i]; c == '\\' {
				i++
			} else if c == '"' {
				quoted = !quoted
			} else if c == ']' && !quoted {
				break
			}
		}
		if i >= len(b) {
			return nil, false
		}
		b, ok = b[i+1:], true
	}
	return b, ok
}
