package main

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"gumshoe/ingest"
)

// appendEvent appends the members of an event's JSON object after its first.
// Absent facts are left out. It is written by hand because it runs once a line:
// encoding/json costs more than parsing does.
func appendEvent(b []byte, ev *ingest.Event) []byte {
	if ev.Time != 0 {
		b = append(b, `,"time":"`...)
		b = ev.Stamp().AppendFormat(b, "2006-01-02T15:04:05.999Z07:00")
		b = append(b, '"')
	}
	b = appendMember(b, "service", ev.Service)
	b = appendMember(b, "kind", ev.Kind.String())
	if ev.Src.IsValid() {
		b = append(b, `,"src":"`...)
		b = ev.Src.AppendTo(b)
		b = append(b, '"')
	}
	b = appendMember(b, "src_host", ev.SrcHost)
	b = appendMember(b, "user", ev.User)
	if ev.Count > 1 {
		b = strconv.AppendUint(append(b, `,"count":`...), uint64(ev.Count), 10)
	}
	b = appendMember(b, "vhost", ev.VHost)
	b = appendMember(b, "method", ev.Method)
	b = appendMember(b, "path", ev.Target)
	if ev.Status != 0 {
		b = strconv.AppendUint(append(b, `,"status":`...), uint64(ev.Status), 10)
	}
	if agent := ev.Agent; agent != nil && len(agent) == 0 {
		b = appendMember(b, "user_agent", "-") // as the log says of a client that sent none
	} else {
		b = appendMember(b, "user_agent", agent)
	}
	b = appendMember(b, "referer", ev.Referer)
	if classes := ev.Request.Class; classes != 0 {
		b = append(b, `,"class":[`...)
		for i, name := range classes.Names() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, name)
		}
		b = append(b, ']')
	}
	if ev.Request.Stage != ingest.StageNone {
		b = strconv.AppendUint(append(b, `,"stage":`...), uint64(ev.Request.Stage), 10)
	}
	if ev.Client.Kind.Bot() {
		b = append(b, `,"bot":true`...)
	}
	return b
}

// appendMember appends a string member unless it is empty.
func appendMember[T string | []byte](b []byte, name string, value T) []byte {
	if len(value) == 0 {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return appendString(b, value)
}

// appendString appends s as a JSON string that is safe to look at: what is not
// printable (control characters, line separators, characters that turn the
// direction of text) is written as \u escapes, and bytes that are no UTF-8 as
// U+FFFD.
func appendString[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	plain := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[plain:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		case c < utf8.RuneSelf:
			b = appendEscape(b, rune(c))
			i++
		default:
			r, size := decodeRune(s[i:])
			if unicode.IsPrint(r) && !(r == utf8.RuneError && size == 1) {
				b = append(b, s[i:i+size]...)
			} else {
				b = appendEscape(b, r)
			}
			i += size
		}
		plain = i
	}
	b = append(b, s[plain:]...)
	return append(b, '"')
}

func decodeRune[T string | []byte](s T) (rune, int) {
	var first [utf8.UTFMax]byte
	return utf8.DecodeRune(first[:copy(first[:], s)])
}

// appendEscape appends r as one \u escape, or as the pair of them that a rune
// beyond the first plane takes.
func appendEscape(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	if r > 0xffff {
		r -= 0x10000
		b = appendEscape(b, 0xd800+r>>10)
		r = 0xdc00 + r&0x3ff
	}
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
