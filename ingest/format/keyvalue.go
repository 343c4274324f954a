package format

import "bytes"

// readPairs takes the pairs of a line of key=value (logfmt, firewalls, Java's
// event logs) to a record:
//
//	time="2026-11-20T10:00:00Z" level=warning msg="login failed" ip=192.0.2.1
//	type=LOGIN_ERROR, realmId=example, ipAddress=192.0.2.1, username=alice
//
// Values may be in double or single quotes, with \" inside; those without quotes
// end at a blank, a comma with a blank, or a semicolon. The text before the
// first pair is returned. Few programs quote whatever a client sends, so a second,
// different address under any name makes the record torn.
func readPairs(b []byte, rec *record) (head []byte, pairs int) {
	rec.open = true
	first := -1
	for at := 0; at < len(b); {
		eq := bytes.IndexByte(b[at:], '=')
		if eq < 0 {
			break
		}
		eq += at
		start := eq
		for start > at && isKey(b[start-1]) {
			start--
		}
		name := b[start:eq]
		value, end := pairValue(b, eq+1)
		if len(name) == 0 || !letter(name[0]) {
			at = eq + 1
			continue
		}
		if first < 0 {
			first = start
		}
		pairs++
		setPair(rec, name, value)
		at = end
	}
	if first < 0 {
		return b, 0
	}
	return bytes.TrimRight(b[:first], " ,;:-"), pairs
}

func isKey(c byte) bool { return letter(c) || digit(c) || c == '_' || c == '.' || c == '-' }

// setPair files a pair; a dotted name is parted as nesting is.
func setPair(rec *record, name, value []byte) {
	parent := []byte(nil)
	if i := bytes.LastIndexByte(name, '.'); i > 0 && i+1 < len(name) {
		parent, name = name[:i], name[i+1:]
	}
	rec.set(parent, name, value, false)
}

// pairValue reads the value that begins at b[at].
func pairValue(b []byte, at int) (value []byte, end int) {
	if at >= len(b) {
		return nil, at
	}
	if q := b[at]; q == '"' || q == '\'' {
		for i := at + 1; i < len(b); i++ {
			switch {
			case b[i] == '\\':
				i++
			case b[i] == q && (i+1 == len(b) || bytes.IndexByte([]byte(" ,;]})"), b[i+1]) >= 0):
				return b[at+1 : i], i + 1
			}
		}
	}
	i := at
	for i < len(b) && b[i] != ' ' && b[i] != ';' && b[i] != '\t' && b[i] != '|' {
		if b[i] == ',' && (i+1 == len(b) || b[i+1] == ' ') {
			break
		}
		i++
	}
	return b[at:i], i
}
