package source

import (
	"encoding/binary"
	"io"
)

// usualRatio is about how much smaller logs are compressed; a bar that shows how far
// reading is needs no better.
const usualRatio = 8

// Expected is about how many bytes of text a file holds, for telling how long reading
// will take; -1 if that cannot be guessed. Of a compressed file nobody knows it but
// gzip, which writes the length modulo 4 GiB at its end; where that cannot be the length
// (several members, more than 4 GiB) the usual ratio stands in for it.
func (f *File) Expected() int64 {
	stored := f.info.Size()
	if f.size >= 0 || f.codec == nil {
		return f.size
	}
	if f.codec.extension == ".gz" {
		var tail [4]byte
		if _, err := f.file.ReadAt(tail[:], stored-int64(len(tail))); err == nil || err == io.EOF {
			if n := int64(binary.LittleEndian.Uint32(tail[:])); n >= stored {
				return n
			}
		}
	}
	return usualRatio * stored
}
