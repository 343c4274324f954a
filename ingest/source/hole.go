package source

import (
	"bufio"
	"bytes"
	"io"
)

// maxHole bounds the zero bytes at a file's beginning that are read past in
// search of text.
const maxHole = 256 << 20

// passHole reads past the zero bytes that copytruncate leaves before the lines of
// a writer that kept its position, and reports whether there were any.
func passHole(in *bufio.Reader) bool {
	for n := 0; n < maxHole; n++ {
		c, err := in.ReadByte()
		if err != nil {
			return n > 0
		}
		if c != 0 {
			_ = in.UnreadByte()
			return n > 0
		}
	}
	return true
}

// dense is text without the zero bytes that lines begin with. Those within a
// line stay.
type dense struct {
	io.ReadCloser
	within bool // a line
}

func (d *dense) Read(p []byte) (int, error) {
	for {
		n, err := d.ReadCloser.Read(p)
		kept := d.squeeze(p[:n])
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
