package format

import (
	"encoding/binary"
	"math/bits"
)

// Text is looked at eight bytes at a time where the library's functions, which are made
// for long texts or for any, take longer than the text deserves.

const (
	lows   = 0x0101010101010101
	sevens = 0x7f7f7f7f7f7f7f7f
)

// zeros marks the bytes of w that are 0 by their highest bit.
func zeros(w uint64) uint64 { return ^(w&sevens + sevens | w | sevens) }

// notDigits marks the bytes of w that are no digits by their highest bit.
func notDigits(w uint64) uint64 {
	d := w ^ lows*'0' // 0 to 9
	return (d&sevens + lows*(0x80-10) | d) &^ sevens
}

// eightBits gathers the marks of eight bytes, that of the first one lowest.
func eightBits(marks uint64) uint32 { return uint32(marks * 0x0002040810204081 >> 56) }

// eightDigits is the number that the digits of w write, its first byte first. Bytes that
// are 0 before them count as noughts.
func eightDigits(w uint64) int64 { return int64(twoFours(w) * (10000<<32 + 1) >> 32) }

// twoFours are the numbers that four digits of w write and the four behind them, in its
// lower and its upper half.
func twoFours(w uint64) uint64 {
	w = w & (lows * 15) * (10<<8 + 1) >> 8
	w = w & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
	return w & 0x0000ffff0000ffff
}

// pairs marks those of the first eight bytes of b that are first and are followed by second,
// both of them written eight times over. b holds nine.
func pairs(b []byte, first, second uint64) uint64 {
	_ = b[8]
	return zeros(binary.LittleEndian.Uint64(b) ^ first | binary.LittleEndian.Uint64(b[1:]) ^ second)
}

// indexWord is bytes.Index for a word of two bytes or more, of which the first two are rare
// together: a blank and a letter.
func indexWord(b []byte, word string) int {
	first, second := lows*uint64(word[0]), lows*uint64(word[1])
	i := 0
	for ; i+9 <= len(b); i += 8 {
		for marks := pairs(b[i:i+9], first, second); marks != 0; marks &= marks - 1 {
			if at := i + bits.TrailingZeros64(marks)/8; begins(b[at:], word) {
				return at
			}
		}
	}
	for ; i+len(word) <= len(b); i++ {
		if b[i] == word[0] && begins(b[i:], word) {
			return i
		}
	}
	return -1
}

// lastIndexWord is bytes.LastIndex for such a word.
func lastIndexWord(b []byte, word string) int {
	first, second := lows*uint64(word[0]), lows*uint64(word[1])
	i := len(b) - 9
	for ; i >= 0; i -= 8 {
		for marks := pairs(b[i:i+9], first, second); marks != 0; {
			last := bits.Len64(marks) - 1
			if at := i + last/8; begins(b[at:], word) {
				return at
			}
			marks &^= 1 << last
		}
	}
	for i += 7; i >= 0; i-- {
		if b[i] == word[0] && begins(b[i:], word) {
			return i
		}
	}
	return -1
}

func begins(b []byte, word string) bool { return len(b) >= len(word) && string(b[:len(word)]) == word }
