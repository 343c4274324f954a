package format

import "bytes"

// What the libraries of a language put around every message of an application.

// uncolour takes the colours of a terminal off a line: "ESC[33mWARN ESC[39m". It
// returns the line itself where it has none, else what it wrote to the scratch
// space. Other sequences of a terminal are no program's decoration and stay.
func uncolour(line []byte, scratch *[]byte) []byte {
	at := bytes.IndexByte(line, escape)
	if at < 0 {
		return line
	}
	out := (*scratch)[:0]
	for rest := line; ; {
		n := colourAt(rest[at:])
		out = append(out, rest[:at]...)
		if n == 0 {
			out = append(out, escape)
			n = 1
		}
		rest = rest[at+n:]
		if at = bytes.IndexByte(rest, escape); at < 0 {
			out = append(out, rest...)
			break
		}
	}
	if *scratch = out; len(out) == len(line) {
		return line
	}
	return out
}

const escape = 0x1b

// colourAt is the length of the sequence that sets a colour at the head of b, as
// ECMA-48 calls SGR; 0 if none does.
func colourAt(b []byte) int {
	if len(b) < 3 || b[1] != '[' {
		return 0
	}
	i := 2
	for i < len(b) && (digit(b[i]) || b[i] == ';') {
		i++
	}
	if i < len(b) && b[i] == 'm' {
		return i + 1
	}
	return 0
}

// trimLoguru takes off " | LEVEL | module:function:line - ", which Python's loguru
// writes behind the stamp. A function's name may be that of a login, and would
// read as the word before an account.
func trimLoguru(rest []byte) []byte {
	msg, ok := cut(rest, " | ")
	level, msg, isLevelled := bytes.Cut(msg, []byte("| "))
	place, msg, isPlaced := bytes.Cut(msg, []byte(" - "))
	if !ok || !isLevelled || !isPlaced || !isLevel(bytes.TrimRight(level, " ")) || bytes.IndexByte(place, ' ') >= 0 {
		return rest
	}
	line := bytes.LastIndexByte(place, ':')
	if bytes.Count(place, []byte(":")) != 2 || !digits(place[line+1:]) {
		return rest
	}
	return msg
}

// trimLogging takes off " - NAME - LEVEL - ", which Python programs write behind
// the stamp.
func trimLogging(rest []byte) []byte {
	b, ok := cut(rest, " - ")
	name, b, isNamed := bytes.Cut(b, []byte(" - "))
	level, msg, isLevelled := bytes.Cut(b, []byte(" - "))
	if !ok || !isNamed || !isLevelled || bytes.IndexByte(name, ' ') >= 0 || !isLevel(level) {
		return rest
	}
	return msg
}

// trimMonolog takes off the blank and the empty object or list that PHP's Monolog
// writes behind its context.
func trimMonolog(msg []byte) []byte {
	msg = bytes.TrimRight(msg, " ")
	for _, nothing := range [...]string{" []", " {}"} {
		msg = bytes.TrimSuffix(msg, []byte(nothing))
	}
	return msg
}
