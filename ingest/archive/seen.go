package archive

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Seen is a part of a physical file that an hour of a log was counted from. The
// file is known by its first bytes, uncompressed, and not by its name: rotated,
// compressed or copied it is the same file.
type Seen struct {
	// First is the begin of the file's uncompressed content: all of it up to
	// MaxHead bytes. Put makes Head of it. Nil for a source without a stable
	// identity, such as a journal: of those the lines are counted.
	First []byte `json:"-"`

	Head    string `json:"head,omitempty"`     // SHA-256 of the first HeadLen bytes
	HeadLen int64  `json:"head_len,omitempty"` // 0: no stable identity
	From    int64  `json:"from"`               // byte offset in the uncompressed content of the first line of the hour
	To      int64  `json:"to"`                 // byte offset behind the last line of the hour
	Lines   int64  `json:"lines"`              // lines of the hour
}

// MaxHead is how many bytes of a file are its fingerprint.
const MaxHead = 4096

// HeadOf is the fingerprint of content.
func HeadOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}

// identify fills in the fingerprint.
func (s Seen) identify() Seen {
	if s.First = s.First[:min(len(s.First), MaxHead)]; len(s.First) > 0 {
		s.Head, s.HeadLen = HeadOf(s.First), int64(len(s.First))
	}
	return s
}

// sameFile reports whether s, of which the first bytes are at hand, is the file
// that was recorded as old: perhaps when it was shorter than a fingerprint.
func (s Seen) sameFile(old Seen) bool {
	if s.HeadLen == old.HeadLen {
		return s.Head == old.Head
	}
	return old.HeadLen > 0 && int64(len(s.First)) >= old.HeadLen && HeadOf(s.First[:old.HeadLen]) == old.Head
}

// canonical returns what was seen in an order of its own.
func canonical(seen []Seen) []Seen {
	out := make([]Seen, 0, len(seen))
	for _, s := range seen {
		out = append(out, s.identify())
	}
	slices.SortFunc(out, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(a.Head, b.Head), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Lines, b.Lines))
	})
	return out
}

// covers reports whether a new reading saw all that an old one saw: every byte
// range of every file, and at least as many lines of sources without identity.
func covers(seen, old []Seen) bool {
	var lines, oldLines int64
	for _, s := range seen {
		if s.HeadLen == 0 {
			lines += s.Lines
		}
	}
	for _, o := range old {
		if o.HeadLen == 0 {
			oldLines += o.Lines
			continue
		}
		if !contained(o, seen) {
			return false
		}
	}
	return lines >= oldLines
}

// contained reports whether the ranges that were seen of o's file cover o.
func contained(o Seen, seen []Seen) bool {
	from := o.From
	for _, s := range seen { // in order of From within a file
		if s.HeadLen > 0 && s.From <= from && s.To > from && s.sameFile(o) {
			from = s.To
		}
	}
	return from >= o.To
}

func equalSeen(a, b []Seen) bool {
	return slices.EqualFunc(a, b, func(a, b Seen) bool {
		return a.Head == b.Head && a.HeadLen == b.HeadLen && a.From == b.From && a.To == b.To && a.Lines == b.Lines
	})
}
