package payload

// maxShape bounds how much of a payload makes its shape.
const maxShape = 512

// appendShape appends a payload with its literals folded: numbers are N, quoted
// strings S, hex and long random words H. Two tries of one tool that differ only
// in their random literals have one shape.
func appendShape(dst, plain []byte) []byte {
	plain = plain[:min(len(plain), maxShape)]
	for i := 0; i < len(plain); {
		c := plain[i]
		switch {
		case '0' <= c && c <= '9':
			j := i
			for j < len(plain) && (alnum(plain[j]) || plain[j] == '.') {
				j++
			}
			dst = append(dst, 'N')
			i = j
		case c == '\'' || c == '"':
			if j := closing(plain, i); j > 0 {
				dst = append(dst, 'S')
				i = j + 1
				continue
			}
			dst = append(dst, c)
			i++
		case alnum(c):
			j := i
			digits := false
			for j < len(plain) && alnum(plain[j]) {
				digits = digits || plain[j] <= '9'
				j++
			}
			if digits && j-i >= 4 || j-i > 24 {
				dst = append(dst, 'H')
			} else {
				dst = append(dst, plain[i:j]...)
			}
			i = j
		default:
			dst = append(dst, c)
			i++
		}
	}
	return dst
}

// appendQuotes appends what breaks a syntax with its words folded: a run of words, with
// the apostrophes and the quoted phrases in it, is W. O'Brien, d'Arc and each letter of
// "it's a mug" on its way to a search as one types are one payload, and none that anybody
// has thought of; what somebody tries one after the other, 1' and ' and "), are several.
func appendQuotes(dst, plain []byte) []byte {
	plain = plain[:min(len(plain), maxShape)]
	for i := 0; i < len(plain); {
		if j := words(plain, i); j > i {
			dst = append(dst, 'W')
			i = j
			continue
		}
		j := i + 1
		for j < len(plain) && words(plain, j) == j {
			j++
		}
		dst = appendShape(dst, plain[i:j])
		i = j
	}
	return dst
}

// words returns where the run of words ends that begins at i.
func words(b []byte, i int) int {
	j := i
	for j < len(b) {
		switch c := b[j]; {
		case letter(c), j > i && (c == ' ' || c == '-' || c == '\'' && letter(b[j-1])):
			j++
		case c == '\'' || c == '"':
			end := closing(b, j)
			if end == 0 {
				return j
			}
			j = end + 1
		default:
			return j
		}
	}
	return j
}

// closing returns the index of the quote that ends the string which begins at i,
// or 0. A string holds only letters, digits and spaces: anything else is code
// between two strings.
func closing(b []byte, i int) int {
	for j := i + 1; j < len(b); j++ {
		if b[j] == b[i] {
			return j
		}
		if !alnum(b[j]) && b[j] != ' ' {
			return 0
		}
	}
	return 0
}

func alnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// letter reports a letter of any script.
func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80 }
