package filter

import "bytes"

// maxBuffer bounds the text of the lines that are matched together.
const maxBuffer = 256 << 10

// buffer holds the last lines of a filter with maxlines, each with its newline.
type buffer struct {
	text []byte
}

// add appends a line and returns the last lines together.
func (b *buffer) add(line []byte, lines int) []byte {
	b.text = append(b.text, line...)
	for n := bytes.Count(b.text, []byte("\n")); n > lines || n > 1 && len(b.text) > maxBuffer; n-- {
		b.text = b.text[bytes.IndexByte(b.text, '\n')+1:]
	}
	return b.text
}

// take removes the lines that a match covers, but not those that it skips, and
// returns them.
func (b *buffer) take(r *rule, loc []int) []byte {
	start := 1 + bytes.LastIndexByte(b.text[:min(loc[0]+1, len(b.text))], '\n')
	if start > loc[0] && loc[0] < len(b.text) && b.text[loc[0]] != '\n' {
		start = 1 + bytes.LastIndexByte(b.text[:loc[0]], '\n')
	}
	end := len(b.text)
	if from := max(loc[1]-1, 0); from < end {
		if i := bytes.IndexByte(b.text[from:], '\n'); i >= 0 {
			end = from + i + 1
		}
	}
	start = min(start, end)
	var kept, used []byte
	at := start
	for _, n := range r.skips {
		if lo, hi := loc[2*n], loc[2*n+1]; lo >= at && hi <= end {
			used, kept, at = append(used, b.text[at:lo]...), append(kept, b.text[lo:hi]...), hi
		}
	}
	used = append(used, b.text[at:end]...)
	rest := append(append(bytes.Clone(b.text[:start]), kept...), b.text[end:]...)
	b.text = rest
	return used
}
