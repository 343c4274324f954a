package format

import "hash/maphash"

// strangers remembers the lines that no format knew, by their skeletons: an application
// says the same thousands of times, with other numbers, and to offer a line to every
// format costs a hundred times what it costs to see that it was met.
type strangers struct {
	seed    maphash.Seed
	keys    []uint64 // by their last bits; 0: free
	scratch []byte
}

// knownStrangers is a power of two. What two kinds of line share is used by the last.
const knownStrangers = 1 << 10

// key identifies the kind of a line; 0: it has to be looked at, as it may hold an address.
func (s *strangers) key(line []byte) uint64 {
	var ok bool
	if s.scratch, ok = skeleton(s.scratch[:0], line); !ok {
		return 0
	}
	if s.keys == nil {
		s.seed, s.keys = maphash.MakeSeed(), make([]uint64, knownStrangers)
	}
	return maphash.Bytes(s.seed, s.scratch) | 1
}

// met reports whether a line of that kind was known to nobody.
func (s *strangers) met(key uint64) bool {
	return key != 0 && s.keys[key>>1%knownStrangers] == key
}

// add remembers the kind of a line that nobody knows.
func (s *strangers) add(key uint64) {
	if key != 0 {
		s.keys[key>>1%knownStrangers] = key
	}
}

// forget is for when a format has read a line: it may know what others go on about.
func (s *strangers) forget() { clear(s.keys) }

// skeleton appends to a line without its numbers: a 0 stands for each. It is not ok where
// there may be an address, whose digits say whether it is one.
func skeleton(to, line []byte) (_ []byte, ok bool) {
	dotted, coloned := 0, 0 // numbers in a row with a dot between them, with a colon
	for i := 0; i < len(line); i++ {
		b := line[i]
		before, behind := byte(' '), byte(' ')
		if i > 0 {
			before = line[i-1]
		}
		if i+1 < len(line) {
			behind = line[i+1]
		}
		switch {
		case digit(b):
			for i+1 < len(line) && digit(line[i+1]) {
				i++
			}
			dotted++
			coloned++
			if b = '0'; dotted == 4 || coloned == 6 {
				return to, false
			}
		case b == '.' && digit(behind):
			coloned = 0
		case b == ':' && (behind == ':' || hexLetter(before) && (digit(behind) || hexLetter(behind)) || digit(before) && hexLetter(behind)):
			return to, false
		case b == ':' && digit(behind):
			dotted = 0
		default:
			dotted, coloned = 0, 0
		}
		to = append(to, b)
	}
	return to, true
}

func hexLetter(c byte) bool { return unhex(c) > 9 }
