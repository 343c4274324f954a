package payload

import (
	"bytes"
	"encoding/base64"

	"gumshoe/ingest"
)

// Some parameters are base64: a state, a filter, where to go next. Whoever reads one
// decodes it first, and an attack that is written like that meets no filter on its way.

// minHidden is the shortest value that is decoded. Shorter ones are text by chance too
// often.
const minHidden = 16

// hidden looks into the values of a query that are text in base64. What only breaks a
// syntax there is let pass: most documents hold quotes.
func (in *inspector) hidden(query []byte, h ingest.Hash, req *ingest.Request) {
	for budget := maxLook; len(query) >= minHidden && budget > 0; {
		var param []byte
		param, query, _ = bytes.Cut(query, []byte{'&'})
		name, value, _ := bytes.Cut(param, []byte{'='})
		if len(value) < minHidden || !identifier(name) || !in.reveal(value[:min(len(value), maxLook)]) || clean(in.revealed) {
			continue
		}
		in.reset()
		in.value(name, ends(in.revealed, &budget), inValue)
		found := in.conclude(h)
		if Hostile(&ingest.Request{Class: found.class, Stage: found.stage}) {
			found.addTo(req)
		}
	}
}

// reveal decodes base64 of either alphabet, with padding or without, and reports
// whether it is text.
func (in *inspector) reveal(value []byte) bool {
	in.encoded = in.encoded[:0]
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c == '%' && i+2 < len(value) {
			c, _ = hexByte(value[i+1], value[i+2])
			i += 2
		}
		switch c {
		case '-', ' ':
			c = '+'
		case '_':
			c = '/'
		}
		in.encoded = append(in.encoded, c)
	}
	var err error
	in.encoded = bytes.TrimRight(in.encoded, "=")
	in.revealed, err = base64.RawStdEncoding.AppendDecode(in.revealed[:0], in.encoded)
	return err == nil && !bytes.ContainsFunc(in.revealed, unprintable)
}

// unprintable reports what plain text does not hold; attacks are written in ASCII.
func unprintable(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f
}
