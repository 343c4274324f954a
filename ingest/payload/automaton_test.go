package payload

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// The automaton finds what a search for each literal finds.
func TestAutomaton(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func(letters string, most int) []byte {
		b := make([]byte, 1+random.IntN(most))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		return b
	}
	sets := [][]string{nil, {"he", "she", "his", "hers", "e"}, {"aaaa", "aa", "a"}, {"/etc", "c/e", "tc/"}, {"\xd0\xb0\xd0\xb5", "\xb5"}}
	for range 20 {
		var set []string
		for range 1 + random.IntN(30) {
			set = append(set, string(text("abc/\x00\xff", 6))) // some of them twice
		}
		sets = append(sets, set)
	}
	for _, set := range sets {
		var literals []literal
		for i, l := range set {
			literals = append(literals, literal{text: l, id: uint16(i), kind: ofRule | ofClean<<(i%2)})
		}
		a := newAutomaton(literals)
		texts := [][]byte{nil, []byte("ushers"), []byte("uSHErs"), []byte("aaAaa"), []byte("/etc/ETC"), []byte("\xd0\xb0\xd0\xb5\xd0\xb5")}
		for range 50 {
			texts = append(texts, text("abcABC/eht\x00\xff", 40))
		}
		for _, s := range texts {
			var low []byte
			for _, c := range s {
				low = append(low, lower(c))
			}
			var want, got bitset
			kinds := kind(0)
			for _, l := range literals {
				if bytes.Contains(low, []byte(l.text)) {
					want.add(l.id)
					kinds |= l.kind
				}
			}
			if a.find(s, &got); got != want {
				t.Errorf("%q in %q: found %b, want %b", set, s, got, want)
			}
			for _, k := range []kind{ofRule, ofClean, ofWhisper} {
				if at, _ := a.seek(s, 0, k); (at != 0) != (kinds&k != 0) {
					t.Errorf("%q in %q: kind %b ends in state %d", set, s, k, at)
				}
			}
		}
	}
}
