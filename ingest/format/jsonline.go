package format

import "bytes"

// member returns the value of a member of the JSON object b: a string without
// its quotes but with its escapes, anything else as written. Names and values
// inside other values are not looked at, so a string that imitates a member is
// none. Of two members with one name the first counts.
func member(b []byte, name string) (value []byte, ok bool) {
	b = bytes.TrimLeft(b, " \t")
	if len(b) == 0 || b[0] != '{' {
		return nil, false
	}
	b = b[1:]
	for {
		b = bytes.TrimLeft(b, " \t,")
		if len(b) == 0 || b[0] != '"' {
			return nil, false
		}
		end := jsonEnd(b)
		if end < 0 {
			return nil, false
		}
		key := b[1 : end-1]
		b = bytes.TrimLeft(b[end:], " \t")
		if len(b) == 0 || b[0] != ':' {
			return nil, false
		}
		b = bytes.TrimLeft(b[1:], " \t")
		if end = jsonEnd(b); end < 0 {
			return nil, false
		}
		if string(key) == name {
			return bytes.TrimSuffix(bytes.TrimPrefix(b[:end], []byte("\"")), []byte("\"")), true
		}
		b = b[end:]
	}
}

// jsonEnd returns where the JSON value at the head of b ends, or -1.
func jsonEnd(b []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case quoted && c == '\\':
			i++
			continue
		case c == '"':
			if quoted = !quoted; quoted || depth > 0 {
				continue
			}
			return i + 1
		case quoted:
			continue
		case c == '{' || c == '[':
			depth++
			continue
		case c == '}' || c == ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case c == ',' && depth == 0:
			return i
		}
	}
	return -1
}
