package payload

import (
	"bytes"
	"unicode/utf8"
)

// fold appends the plain form of src to dst: lower case, runs of white space as
// one space, no NULs, SQL comments as a space, MySQL's conditional comments as
// what they hold, no "./" steps.
func fold(dst, src []byte) []byte {
	start := len(dst)
	space := false
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case c == 0:
			continue
		case c == '/' && i+1 < len(src) && src[i+1] == '*':
			if skip, ok := comment(src[i:]); ok {
				i += skip - 1
				c = ' '
			}
		case c == '*' && i+1 < len(src) && src[i+1] == '/':
			i++
			c = ' '
		case c == '.' && i+1 < len(src) && src[i+1] == '/' && len(dst) > start && dst[len(dst)-1] == '/':
			i++
			continue
		case c == 0xc2 && i+1 < len(src) && src[i+1] == 0xa0: // no-break space
			i++
			c = ' '
		case c == 0xa0 && (i == 0 || src[i-1] < utf8.RuneSelf): // the same in Latin-1
			c = ' '
		}
		switch {
		case c == '\n' || c == '\r':
			// Line ends stay: they end headers and commands.
			if space {
				space = false
			}
		case c <= ' ' || c == 0x7f:
			space = true
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if space {
			dst = append(dst, ' ')
			space = false
		}
		dst = append(dst, c)
	}
	if space {
		dst = append(dst, ' ')
	}
	return dst
}

// comment returns how many bytes at the start of b, which begins with "/*", are
// not code: the whole comment, or the opening of a conditional one.
func comment(b []byte) (skip int, ok bool) {
	if len(b) > 2 && b[2] == '!' {
		skip = 3
		for skip < len(b) && (b[skip] == '+' || '0' <= b[skip] && b[skip] <= '9') {
			skip++
		}
		return skip, true
	}
	end := bytes.Index(b[2:], []byte("*/"))
	if end < 0 {
		return 0, false
	}
	return end + 4, true
}

// unquote appends the shell form of src to dst: what a shell makes of a word
// after it removed quotes, backslashes, carets and expansions to nothing; $IFS
// is a space.
func unquote(dst, src []byte) []byte {
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch c {
		case '\'', '"', '\\', '^':
			continue
		case '$':
			if n, blank := expansion(src[i:]); n != 0 {
				i += n - 1
				if blank {
					dst = append(dst, ' ')
				}
				continue
			}
		case '`':
			if i+1 < len(src) && src[i+1] == '`' {
				i++
				continue
			}
		case '<':
			if bytes.HasPrefix(src[i:], []byte("<()")) {
				i += 2
				continue
			}
		}
		dst = append(dst, c)
	}
	return dst
}

// expansion returns the length of a shell expansion at the start of b that
// yields nothing (0: none), and whether it yields white space.
func expansion(b []byte) (n int, blank bool) {
	for _, ifs := range []string{"${ifs}", "$ifs$9", "$ifs"} {
		if bytes.HasPrefix(b, []byte(ifs)) {
			return len(ifs), true
		}
	}
	if len(b) < 2 {
		return 0, false
	}
	switch c := b[1]; {
	case bytes.IndexByte([]byte("@*!?_-$"), c) >= 0 || '0' <= c && c <= '9':
		return 2, false
	case 'a' <= c && c <= 'z' && (len(b) == 2 || !alnum(b[2]) && b[2] != '_'):
		return 2, false // a variable that is not set: uname$u
	case bytes.HasPrefix(b, []byte("$()")):
		return 3, false
	case bytes.HasPrefix(b, []byte("$(echo)")):
		return 7, false
	case c == '{':
		if end := bytes.IndexByte(b, '}'); end > 2 && end < 8 && word(b[2:end]) {
			return end + 1, false
		}
	}
	return 0, false
}

func word(b []byte) bool {
	for _, c := range b {
		if !('a' <= c && c <= 'z' || c == '_' || '0' <= c && c <= '9') {
			return false
		}
	}
	return true
}

// squeeze appends the tight form of src to dst: no white space, and string
// concatenations ('a'+'b', "a"."b", "a"&"b") joined.
func squeeze(dst, src []byte) []byte {
	start := len(dst)
	for _, c := range src {
		if c <= ' ' {
			continue
		}
		dst = append(dst, c)
		if n := len(dst); n-start >= 3 && (c == '\'' || c == '"') && dst[n-3] == c {
			if j := dst[n-2]; j == '+' || j == '.' || j == '&' || j == '|' {
				dst = dst[:n-3]
			}
		}
	}
	return dst
}
