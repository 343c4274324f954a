package payload

// What a byte of a raw target is to the scan for clean ones.
const (
	byteClean uint8 = iota // passes on its own
	bytePlus               // "+": a space in a query
	byteEscape
	byteMark // "?": begins the query
	byteJoin // "&": ends a parameter, and is odd in a path
	byteOdd  // needs a closer look
)

var rawBytes, escapedBytes = byteTables()

// byteTables returns the kinds of bytes as they stand and of those that were
// percent-encoded.
func byteTables() (raw, escaped [256]uint8) {
	for i := range 256 {
		c := byte(i)
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		switch {
		case letter || c == '/' || c == '-' || c == '_' || c == '.' || c == '=' || c == '~' || c == ',' || c == ':' || c == '@' || c == '!':
		case c == '+':
			raw[i] = bytePlus
		case c == '%':
			raw[i] = byteEscape
		case c == '?':
			raw[i] = byteMark
		case c == '&':
			raw[i] = byteJoin
		case c >= 0xc2 && c <= 0xdf, c >= 0x80 && c <= 0xbf, c >= 0xe1 && c < 0xef: // 0xef begins full-width forms
		default:
			raw[i] = byteOdd
		}
		escaped[i] = raw[i]
	}
	escaped[' '] = byteClean
	escaped['+'] = byteClean
	escaped['%'] = byteOdd
	escaped['?'] = byteOdd
	escaped['&'] = byteOdd
	return raw, escaped
}

// clean reports whether a target holds nothing that any rule looks for. It is
// one pass: bytes are classified, single escapes decoded on the way, and all
// literals of all rules looked for at once. False means only that a closer look
// is needed.
func clean(target []byte) bool { return scan(target, 0, false) }

// cleanParam is clean for one "name=value" of a query.
func cleanParam(param []byte) bool { return scan(param, literals().step(0, '&'), true) }

func scan(target []byte, state uint16, query bool) bool {
	words := literals()
	for i := 0; i < len(target); i++ {
		b := target[i]
		switch rawBytes[b] {
		case bytePlus:
			b = ' '
		case byteEscape:
			if i+2 >= len(target) {
				return false
			}
			v, ok := hexByte(target[i+1], target[i+2])
			if !ok || escapedBytes[v] != byteClean {
				return false
			}
			b, i = v, i+2
		case byteMark:
			if query {
				return false // a URL in a parameter, or a wildcard
			}
			query = true
			b = '&'
		case byteJoin:
			if !query {
				return false
			}
		case byteOdd:
			return false
		}
		if state = words.step(state, b); words.kinds[state]&ofClean != 0 {
			return false
		}
	}
	return true
}
