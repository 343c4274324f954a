package payload

import (
	"bytes"
	"unicode/utf8"
)

// Bounds of a template in bytes.
const (
	maxTemplate  = 160
	maxExtension = 8
)

// minRandom is the length from which a word is taken for a random token.
const minRandom = 16

// appendTemplate appends the template of a path: percent-decoded once, in lower
// case, digit runs as N, hexadecimal, UUID and base64-like words of 16 and more,
// with a digit or of letters in both cases, as H, repeated slashes and "./" steps collapsed, the extension kept. What is
// not printable becomes "?". It is at most maxTemplate bytes long.
func appendTemplate(dst, path []byte) []byte {
	start := len(dst)
	if i := bytes.Index(path, []byte("://")); i > 0 && path[0] != '/' {
		path = path[i+3:]
		if j := bytes.IndexByte(path, '/'); j >= 0 {
			path = path[j:]
		} else {
			path = []byte("/")
		}
	}
	for i := 0; i < len(path) && len(dst)-start < maxTemplate; {
		c, size := path[i], 1
		if c == '%' {
			c, size = pathByte(path[i:])
		}
		if !alnum(c) {
			switch {
			case c == '/' && len(dst) > start && dst[len(dst)-1] == '/':
			case c == '/' && bytes.HasSuffix(dst[start:], []byte("/.")):
				dst = dst[:len(dst)-1]
			case c < ' ' || c == 0x7f || c == '?':
				dst = append(dst, '?')
			default:
				dst = append(dst, c)
			}
			i += size
			continue
		}
		if n := uuid(path[i:]); n != 0 {
			dst = append(dst, 'H')
			i += n
			continue
		}
		i += appendWord(&dst, path[i:])
	}
	if len(dst)-start > maxTemplate {
		dst = dst[:start+maxTemplate]
	}
	return printable(dst, start)
}

// appendWord appends the folded run of letters and digits at the start of path
// and returns how many bytes it took.
func appendWord(dst *[]byte, path []byte) int {
	begin := len(*dst)
	hex, digits, upper, small, letters := true, 0, 0, 0, 0
	i := 0
	for i < len(path) {
		c, size := path[i], 1
		if c == '%' {
			c, size = pathByte(path[i:])
		}
		if !alnum(c) {
			break
		}
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'A' <= c && c <= 'Z':
			upper++
			hex = hex && c <= 'F'
			c += 'a' - 'A'
		default:
			small++
			hex = hex && c <= 'f'
		}
		letters++
		if letters <= maxTemplate {
			*dst = append(*dst, c)
		}
		i += size
	}
	if letters >= minRandom && (digits > 0 && (hex || upper > 0 && small > 0) || shuffled(upper, small)) {
		*dst = append((*dst)[:begin], 'H')
		return i
	}
	if digits > 0 && !(digits == letters-1 && version((*dst)[:begin], (*dst)[begin:], path[i:])) {
		w := begin
		for r := begin; r < len(*dst); r++ {
			c := (*dst)[r]
			if '0' <= c && c <= '9' {
				if w > begin && (*dst)[w-1] == 'N' {
					continue
				}
				c = 'N'
			}
			(*dst)[w] = c
			w++
		}
		*dst = (*dst)[:w]
	}
	return i
}

// shuffled reports letters of which too many of either case are in between to be words in
// camel case, of which one in five begins a word.
func shuffled(upper, small int) bool { return 4*min(upper, small) >= upper+small }

// version reports whether a word, of which all letters but one are digits, is a
// segment that names the version of an interface, "v2": those are different pages,
// and few.
func version(before, word, after []byte) bool {
	return len(word) >= 2 && len(word) <= 3 && word[0] == 'v' && bytes.HasSuffix(before, []byte{'/'}) && (len(after) == 0 || after[0] == '/')
}

// pathByte returns the next byte of a path, percent-decoded, and its length there.
func pathByte(path []byte) (c byte, size int) {
	if path[0] == '%' && len(path) > 2 {
		if v, ok := hexByte(path[1], path[2]); ok {
			return v, 3
		}
	}
	return path[0], 1
}

// uuid returns 36 if path begins with one in the usual spelling.
func uuid(path []byte) int {
	const length = 36
	if len(path) < length || path[8] != '-' {
		return 0
	}
	for i := range length {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if path[i] != '-' {
				return 0
			}
		} else if _, ok := hexDigit(path[i]); !ok {
			return 0
		}
	}
	if len(path) > length && alnum(path[length]) {
		return 0
	}
	return length
}

// printable replaces invalid UTF-8 after start.
func printable(b []byte, start int) []byte {
	text := b[start:]
	if utf8.Valid(text) {
		return b
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			text[i] = '?'
			size = 1
		}
		i += size
	}
	return b
}
