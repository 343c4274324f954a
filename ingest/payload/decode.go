package payload

import (
	"bytes"
	"html"
	"unicode/utf8"
)

// decoded tells what undoing the encodings of a text has met.
type decoded struct {
	depth    int  // rounds of percent-decoding that changed something; 2 and more is an evasion or a nested URL
	overlong bool // UTF-8 longer than needed, or full-width %uFFxx: encodings that only evade
	control  bool // NUL or another control character besides tab, line feed and carriage return
	letters  int  // that were percent-encoded twice: nothing encodes a letter even once
}

// maxDepth is how often percent-decoding is tried. No server of any kind decodes
// more often.
const maxDepth = 3

// decode appends to dst the text after all encodings of src are undone:
// percent-encoding (also %uXXXX) until nothing changes, overlong UTF-8, HTML
// entities, JavaScript escapes. plus turns "+" into a space first.
func decode(dst, src []byte, plus bool) ([]byte, decoded) {
	var d decoded
	start := len(dst)
	dst = append(dst, src...)
	if plus {
		for i := start; i < len(dst); i++ {
			if dst[i] == '+' {
				dst[i] = ' '
			}
		}
	}
	for range maxDepth {
		n, changed := unpercent(dst[start:], &d)
		if !changed {
			break
		}
		dst = dst[:start+n]
		d.depth++
	}
	dst = dst[:start+shorten(dst[start:], &d)]
	if i := bytes.IndexByte(dst[start:], '&'); i >= 0 {
		if plain := html.UnescapeString(string(dst[start:])); len(plain) != len(dst)-start {
			dst = append(dst[:start], plain...)
		}
	}
	if bytes.IndexByte(dst[start:], '\\') >= 0 {
		dst = dst[:start+unescape(dst[start:])]
	}
	for _, b := range dst[start:] {
		if (b < ' ' && b != '\t' && b != '\n' && b != '\r') || b == 0x7f {
			d.control = true
		}
	}
	return dst, d
}

// unpercent decodes one round in place and returns the new length.
func unpercent(b []byte, d *decoded) (n int, changed bool) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '%' && i+2 < len(b) {
			if v, ok := hexByte(b[i+1], b[i+2]); ok {
				c, i, changed = v, i+2, true
				if d.depth > 0 && 'a' <= c|0x20 && c|0x20 <= 'z' {
					d.letters++
				}
			} else if (b[i+1] == 'u' || b[i+1] == 'U') && i+5 < len(b) {
				hi, ok1 := hexByte(b[i+2], b[i+3])
				lo, ok2 := hexByte(b[i+4], b[i+5])
				if ok1 && ok2 {
					r := rune(hi)<<8 | rune(lo)
					if r >= 0xff01 && r <= 0xff5e { // full-width forms fold to ASCII on some servers
						r -= 0xfee0
						d.overlong = true
					}
					if r == 0x2044 || r == 0x2215 || r == 0x2216 { // and so do other slashes
						r = '/'
						d.overlong = true
					}
					n += utf8.EncodeRune(b[n:n+3], r) // six bytes were read, at most three are written
					i, changed = i+5, true
					continue
				}
			}
		}
		b[n] = c
		n++
	}
	return n, changed
}

// shorten rewrites overlong UTF-8 and full-width forms of ASCII characters in place
// and returns the new length: C0 AE and E0 80 AE are ".", EF BC 8F is "/".
func shorten(b []byte, d *decoded) int {
	n := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case (c == 0xc0 || c == 0xc1) && i+1 < len(b):
			if t := b[i+1]; t&0xc0 == 0x80 {
				c, i, d.overlong = (c&1)<<6|t&0x3f, i+1, true
			}
		case c == 0xef && i+2 < len(b) && (b[i+1] == 0xbc && 0x81 <= b[i+2] && b[i+2] <= 0xbf || b[i+1] == 0xbd && 0x80 <= b[i+2] && b[i+2] <= 0x9e):
			// Full-width forms, U+FF01 to U+FF5E. Unlike %uFFxx they prove nothing: Chinese
			// and Japanese are written with them. What parts commands for a shell, ; & |, parts
			// words there and is left as it is: no shell knows it in this form.
			if ascii := b[i+2] - 0x60 + (b[i+1]-0xbc)<<6; ascii != ';' && ascii != '&' && ascii != '|' {
				c, i = ascii, i+2
			}
		case c == 0xe0 && i+2 < len(b) && (b[i+1] == 0x80 || b[i+1] == 0x81) && b[i+2]&0xc0 == 0x80:
			c, i, d.overlong = (b[i+1]&1)<<6|b[i+2]&0x3f, i+2, true
		}
		b[n] = c
		n++
	}
	return n
}

// unescape undoes JavaScript's \uXXXX, \u{X} and \xXX in place and returns the
// new length.
func unescape(b []byte) int {
	n := 0
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' {
			if r, size := escapedRune(b[i:]); size != 0 {
				n += utf8.EncodeRune(b[n:n+min(size, 3)], r)
				i += size - 1
				continue
			}
		}
		b[n] = b[i]
		n++
	}
	return n
}

// escapedRune reads one escape at the start of b; size 0: there is none.
func escapedRune(b []byte) (r rune, size int) {
	if len(b) < 4 {
		return 0, 0
	}
	switch b[1] {
	case 'x':
		if v, ok := hexByte(b[2], b[3]); ok && v < utf8.RuneSelf {
			return rune(v), 4
		}
	case 'u':
		if b[2] == '{' {
			for i := 3; i < len(b) && i < 8; i++ {
				if b[i] == '}' {
					return ascii(r), i + 1
				}
				v, ok := hexDigit(b[i])
				if !ok {
					return 0, 0
				}
				r = r<<4 | rune(v)
			}
			return 0, 0
		}
		if len(b) >= 6 {
			hi, ok1 := hexByte(b[2], b[3])
			lo, ok2 := hexByte(b[4], b[5])
			if ok1 && ok2 {
				return rune(hi)<<8 | rune(lo), 6
			}
		}
	}
	return 0, 0
}

// ascii keeps what matters to a rule.
func ascii(r rune) rune {
	if r < utf8.RuneSelf {
		return r
	}
	return '?'
}

// unlog appends src to dst without the escapes that the web server put into its
// log: nginx writes \xHH, Apache \xHH, \", \\ and C's control escapes.
func unlog(dst, src []byte) []byte {
	for i := 0; i < len(src); i++ {
		c := src[i]
		if c == '\\' && i+1 < len(src) {
			switch n := src[i+1]; n {
			case 'x':
				if i+3 < len(src) {
					if v, ok := hexByte(src[i+2], src[i+3]); ok {
						c, i = v, i+3
					}
				}
			case '"', '\\':
				c, i = n, i+1
			case 'n':
				c, i = '\n', i+1
			case 'r':
				c, i = '\r', i+1
			case 't':
				c, i = '\t', i+1
			}
		}
		dst = append(dst, c)
	}
	return dst
}

// unvis appends src to dst without the octal escapes in which sshd and exim log what is
// not ASCII.
func unvis(dst, src []byte) []byte {
	for i := 0; i < len(src); i++ {
		c := src[i]
		if c == '\\' && i+3 < len(src) && isOctal(src[i+1]) && src[i+1] < '4' && isOctal(src[i+2]) && isOctal(src[i+3]) {
			c = (src[i+1]-'0')<<6 | (src[i+2]-'0')<<3 | (src[i+3] - '0')
			i += 3
		}
		dst = append(dst, c)
	}
	return dst
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }

func hexByte(hi, lo byte) (byte, bool) {
	h, ok1 := hexDigit(hi)
	l, ok2 := hexDigit(lo)
	return h<<4 | l, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}
