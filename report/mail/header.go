package mail

import (
	"bytes"
	"slices"
	"strings"
)

// headerOrder is how a person reads the source of a mail. The MIME library
// writes its map of headers in whatever order the map comes.
var headerOrder = []string{"Date", "From", "To", "Subject", "Message-Id", "List-Id", "Auto-Submitted",
	"Precedence", "X-Auto-Response-Suppress", "Mime-Version", "Content-Type", "Content-Transfer-Encoding"}

// foldAt is the line length that RFC 5322 recommends, without the line end.
const foldAt = 78

// tidy orders the header of a message and folds its long lines: the library
// puts twenty recipients into one, and SMTP ends at 998 bytes.
func tidy(raw []byte) []byte {
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	var fields []string
	for _, line := range strings.Split(string(head), "\r\n") {
		if n := len(fields); n > 0 && strings.HasPrefix(line, " ") {
			fields[n-1] += line // unfolded, to be folded anew
			continue
		}
		fields = append(fields, line)
	}
	slices.SortStableFunc(fields, func(a, b string) int { return rank(a) - rank(b) })
	var b bytes.Buffer
	b.Grow(len(raw) + foldAt)
	for _, f := range fields {
		fold(&b, f)
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// rank is the place of a header line in the order; an unknown one comes last.
func rank(line string) int {
	name, _, _ := strings.Cut(line, ":")
	if i := slices.Index(headerOrder, name); i >= 0 {
		return i
	}
	return len(headerOrder)
}

// fold writes one header field, broken before spaces: unfolding gives the same
// field again. A word longer than a line stays whole.
func fold(b *bytes.Buffer, field string) {
	for first := true; len(field) > foldAt; first = false {
		from := 1 // the space that a continuation starts with
		if first {
			from = strings.Index(field, ": ") + 2
		}
		at := strings.LastIndexByte(field[:foldAt+1], ' ')
		if at < from {
			i := strings.IndexByte(field[from:], ' ')
			if i < 0 {
				break
			}
			at = from + i
		}
		b.WriteString(field[:at])
		b.WriteString("\r\n")
		field = field[at:]
	}
	b.WriteString(field)
	b.WriteString("\r\n")
}
