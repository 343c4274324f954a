package source

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"slices"

	"gumshoe/ingest"
)

// maxEvidence is how much of a line is read again, and cutMark what replaces the
// rest.
const (
	maxEvidence = 4 << 10
	cutMark     = " [...]"
)

// Lines reads lines again, by where they begin: those of a plain file one by
// one, those of a compressed file in one pass up to the last. Lines that cannot
// be read any more are absent.
func Lines(sources []ingest.Source, origins []ingest.Origin) map[ingest.Origin]string {
	wanted := slices.Clone(origins)
	slices.SortFunc(wanted, func(a, b ingest.Origin) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
	})
	wanted = slices.Compact(wanted)
	out := make(map[ingest.Origin]string, len(wanted))
	for len(wanted) > 0 {
		n := 1
		for n < len(wanted) && wanted[n].Source == wanted[0].Source {
			n++
		}
		if i := int(wanted[0].Source); i >= 0 && i < len(sources) {
			if at := sources[i].ReaderAt(); at != nil {
				readAt(at, wanted[:n], out)
			} else {
				readThrough(sources[i], wanted[:n], out)
			}
		}
		wanted = wanted[n:]
	}
	return out
}

// atOnce is how many lines are read with one buffer.
const atOnce = 64

// readAt reads on all cores: thousands of lines are thousands of system calls.
func readAt(at io.ReaderAt, origins []ingest.Origin, out map[ingest.Origin]string) {
	found := make([]string, len(origins))
	ingest.OnAllCores((len(origins)+atOnce-1)/atOnce, func(k int) {
		buf := make([]byte, maxEvidence+1)
		for i := k * atOnce; i < min((k+1)*atOnce, len(origins)); i++ {
			found[i] = lineAt(at, origins[i].Offset, buf)
		}
	})
	for i, o := range origins {
		if found[i] != "" {
			out[o] = found[i]
		}
	}
}

// lineAt reads the line at an offset; of one behind a hole that is where the hole
// begins.
func lineAt(in io.ReaderAt, offset int64, buf []byte) string {
	n, err := in.ReadAt(buf, offset)
	if n > 0 && buf[0] == 0 {
		n, err = in.ReadAt(buf, behindHole(in, offset, buf))
	}
	if n == 0 || err != nil && err != io.EOF {
		return ""
	}
	return firstLine(buf[:n])
}

// readThrough needs origins in order.
func readThrough(s ingest.Source, origins []ingest.Origin, out map[ingest.Origin]string) {
	in, err := s.Open()
	if err != nil {
		return
	}
	defer in.Close()
	r := bufio.NewReaderSize(in, 64<<10)
	pos := int64(0)
	for _, o := range origins {
		skipped, err := io.CopyN(io.Discard, r, o.Offset-pos)
		pos += skipped
		if err != nil {
			return
		}
		if b, _ := r.Peek(maxEvidence + 1); len(b) > 0 { // fewer bytes at the end
			out[o] = firstLine(b)
		}
	}
}

// firstLine cuts b after its first line, or visibly where it is too long.
func firstLine(b []byte) string {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	line = markHoles(line)
	if len(line) > maxEvidence {
		return string(line[:maxEvidence]) + cutMark
	}
	return string(bytes.TrimSuffix(line, []byte("\r")))
}
