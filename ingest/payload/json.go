package payload

import "bytes"

// isJSON reports a value that is an object or a list in JSON.
func isJSON(decoded []byte) bool {
	text := bytes.TrimLeft(decoded, " [{")
	return len(text) < len(decoded) && len(text) > 0 && text[0] == '"' && (bytes.HasSuffix(decoded, []byte("}")) || bytes.HasSuffix(decoded, []byte("]")))
}

// mostStrings bounds how many strings of one document are looked at.
const mostStrings = 32

// jsonStrings looks at the strings of a document one by one, for whoever reads it puts
// each of them somewhere else.
func (in *inspector) jsonStrings(name []byte) {
	in.inside = true
	in.text = append(in.text[:0], in.decoded...)
	rest := in.text
	for range mostStrings {
		i := bytes.IndexByte(rest, '"')
		if i < 0 {
			break
		}
		n, end := unbackslash(rest[i+1:])
		if s := rest[i+1:][:n]; !identifier(s) {
			in.value(name, s, inValue)
		}
		rest = rest[i+1+end:]
	}
	in.inside = false
}

// unbackslash undoes in place the escapes of a string up to its closing quote. It
// returns the length of the string and where the text goes on.
func unbackslash(b []byte) (n, end int) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '"':
			return n, i + 1
		case c == '\\' && i+1 < len(b):
			i++
			switch c = b[i]; c {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			}
		}
		b[n] = c
		n++
	}
	return n, len(b)
}
