package format

import "bytes"

// What the libraries of a language put around every message of an application.

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

// trimMonolog takes off the blank and the empty object or list that PHP's Monolog
// writes behind its context.
func trimMonolog(msg []byte) []byte {
	msg = bytes.TrimRight(msg, " ")
	for _, nothing := range [...]string{" []", " {}"} {
		msg = bytes.TrimSuffix(msg, []byte(nothing))
	}
	return msg
}
