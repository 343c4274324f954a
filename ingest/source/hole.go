package source

import (
	"bytes"
	"io"
)

// maxHole bounds the zero bytes that are read past in search of text.
const maxHole = 256 << 20

// dense is text without the zero bytes that lines begin with: copytruncate leaves
// them before the lines of a writer that kept its position, at a file's head or
// in the middle. Those within a line stay.
type dense struct {
	io.ReadCloser
	most   int64 // zero bytes after which the text is taken to end; 0: any number
	holes  int64 // bytes passed over
	within bool  // a line
}

func (d *dense) Read(p []byte) (int, error) {
	for {
		if d.most > 0 && d.holes > d.most {
			return 0, io.EOF
		}
		n, err := d.ReadCloser.Read(p)
		kept := d.squeeze(p[:n])
		d.holes += int64(n - kept)
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

// squeeze closes the holes in the next bytes and returns how many are left.
func (d *dense) squeeze(p []byte) int {
	kept := len(p)
	if bytes.IndexByte(p, 0) >= 0 { // hardly ever
		kept = 0
		for _, c := range p {
			if c != 0 || d.within {
				p[kept] = c
				kept++
				d.within = c != '\n'
			}
		}
	}
	if kept > 0 {
		d.within = p[kept-1] != '\n'
	}
	return kept
}

// behindHole returns where the text goes on behind the zero bytes at an offset.
func behindHole(in io.ReaderAt, offset int64, buf []byte) int64 {
	for end := offset + maxHole; offset < end; {
		n, err := in.ReadAt(buf, offset)
		text := bytes.TrimLeft(buf[:n], "\x00")
		offset += int64(n - len(text))
		if len(text) > 0 || err != nil {
			break
		}
	}
	return offset
}

// holeMark stands for the zero bytes within a line.
const holeMark = "[zero bytes]"

// markHoles writes the mark for each run of zero bytes.
func markHoles(line []byte) []byte {
	if bytes.IndexByte(line, 0) < 0 {
		return line
	}
	parts := bytes.FieldsFunc(line, func(r rune) bool { return r == 0 })
	return bytes.Join(parts, []byte(holeMark))
}
