package payload

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A language model reads what no person would: base64, letters of other alphabets
// that look alike, words backwards. Each disguise is known by what it makes of a few
// words without which hardly any such text does, so that nobody else's text is
// looked at.

// disguise is one way to hide a text.
type disguise struct {
	hide func(word string) []string // what is left of a word to be found, in lower case
	read func(text string) []string // what a text may say below it, in lower case

	marks []string // what is left of all hidden words
}

// hidden are the words by which a disguise is known.
var hidden = []string{"ignore", "disregard", "forget", "system", "instruction", "previous", "prompt", "you are"}

// disguises. The first is read in the text's own case.
var disguises = sync.OnceValue(func() []disguise {
	return marked([]disguise{
		{hide: inBase64, read: fromBase64},
		{hide: inHex, read: fromHex},
		{hide: func(w string) []string { return []string{backwards(w)} }, read: func(t string) []string { return []string{backwards(t)} }},
		{hide: func(w string) []string { return []string{rotated(w)} }, read: func(t string) []string { return []string{rotated(t)} }},
		{hide: inDigits, read: fromDigits},
		{hide: inSpaces, read: fromSpaces},
		{hide: inLetters, read: fromLetters},
		{hide: func(string) []string { return invisible }, read: fromLetters},
	})
})

func marked(list []disguise) []disguise {
	for i := range list {
		d := &list[i]
		for _, w := range hidden {
			d.marks = append(d.marks, d.hide(w)...)
		}
		slices.Sort(d.marks)
		d.marks = slices.Compact(d.marks)
	}
	return list
}

// disguised are the marks of all disguises.
func disguised() (marks []string) {
	for _, d := range disguises() {
		marks = append(marks, d.marks...)
	}
	return marks
}

// disguiseMarks tell in one pass which of them a text may wear.
var disguiseMarks = sync.OnceValue(func() *automaton {
	var marks []literal
	for i, d := range disguises() {
		for _, m := range d.marks {
			marks = append(marks, literal{text: m, id: uint16(i), kind: ofRule})
		}
	}
	return newAutomaton(marks)
})

// undisguised returns what a text may say below its disguises; lower is the same text
// in lower case.
func undisguised(text, lower string) (out []string) {
	var worn bitset
	disguiseMarks().find([]byte(lower), &worn)
	for i, d := range disguises() {
		if !worn.has(uint16(i)) {
			continue
		}
		if i > 0 {
			text = lower
		}
		out = append(out, d.read(text)...)
	}
	return out
}

// inBase64 is the part of a word's code that its neighbours do not touch, of the
// three ways in which it may fall into threes, in small and capital letters.
func inBase64(word string) (out []string) {
	for _, w := range []string{word, strings.ToUpper(word[:1]) + word[1:], strings.ToUpper(word)} {
		for before := range 3 {
			code := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + w))
			from, to := (before*8+5)/6, (before+len(w))*8/6
			out = append(out, strings.ToLower(code[from:to]))
		}
	}
	return out
}

// Bounds of what is decoded of one text.
const (
	shortestWrapped = 16 // bytes of a word that may be a code
	mostWrapped     = 8  // such words
)

func fromBase64(text string) []string {
	return unwrapped(text, func(word []byte) []byte {
		for _, code := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if plain, err := code.AppendDecode(nil, word); err == nil {
				return plain
			}
		}
		return nil
	})
}

func inHex(word string) []string {
	return []string{hex.EncodeToString([]byte(word[1:]))} // the first letter may be a capital
}

func fromHex(text string) []string {
	return unwrapped(text, func(word []byte) []byte {
		plain, err := hex.AppendDecode(nil, word)
		if err != nil {
			return nil
		}
		return plain
	})
}

// unwrapped decodes the first long words of a text.
func unwrapped(text string, decode func([]byte) []byte) (out []string) {
	tried := 0
	for word := range bytes.FieldsFuncSeq([]byte(text), func(r rune) bool { return !wrapping(r) }) {
		word = bytes.Trim(word, "=/")
		if i := bytes.LastIndexAny(word, "=/"); i >= 0 && len(word)-i > shortestWrapped { // name=value, directory/name
			word = word[i+1:]
		}
		if len(word) < shortestWrapped {
			continue
		}
		if plain := decode(word); utf8.Valid(plain) && len(plain) > 0 {
			out = append(out, strings.ToLower(string(plain)))
		}
		if tried++; tried == mostWrapped {
			break
		}
	}
	return out
}

func wrapping(r rune) bool {
	return r < utf8.RuneSelf && (alnum(byte(r)) || r == '+' || r == '/' || r == '-' || r == '_' || r == '=')
}

func backwards(text string) string {
	runes := []rune(text)
	slices.Reverse(runes)
	return string(runes)
}

// rotated is ROT13 of a text in lower case.
func rotated(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return 'a' + (r-'a'+13)%26
		}
		return r
	}, text)
}

// lettered puts letters for the digits that are written for them.
var lettered = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s")

// inDigits is each way in which a run of three letters may hold a digit for a vowel.
func inDigits(word string) []string {
	return mixed(word, map[rune]string{'i': "1", 'o': "0", 'e': "3", 'a': "4"})
}

func fromDigits(text string) []string { return []string{lettered.Replace(text)} }

// mixed are the runs of four letters of a word in which some, but not all, are
// replaced.
func mixed(word string, by map[rune]string) (out []string) {
	for i := 0; i+4 <= len(word); i++ {
		runs := []string{""}
		for _, r := range word[i : i+4] {
			var next []string
			for _, s := range runs {
				next = append(next, s+string(r))
				if as := by[r]; as != "" {
					next = append(next, s+as)
				}
			}
			runs = next
		}
		out = append(out, runs[1:]...) // the first is as it was
	}
	return out
}

// inSpaces is a word whose letters stand apart, or with no space between it and the
// next.
func inSpaces(word string) []string {
	apart := strings.Split(word[:5], "")
	return []string{strings.Join(apart, " "), strings.Join(apart, "_"), strings.Join(apart, "."), strings.Join(apart, "-"), "all" + word, "the" + word, "your" + word, "previous" + word}
}

// fromSpaces parts a text without spaces by the words that such texts are made of.
func fromSpaces(text string) []string {
	tight := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("_.-", r) {
			return -1
		}
		return r
	}, text)
	return []string{parting.Replace(tight)}
}

var parting = func() *strings.Replacer {
	var pairs []string
	for _, w := range append([]string{"all", "any", "the", "your", "above", "prior", "earlier", "rules", "instructions", "prompts"}, hidden...) {
		pairs = append(pairs, w, " "+w+" ")
	}
	return strings.NewReplacer(pairs...)
}()

// alike are letters of other alphabets that look like Latin ones.
var alike = map[rune]string{'a': "а", 'e': "е", 'o': "о", 'p': "р", 'c': "с", 'y': "у", 'x': "х", 'i': "і", 's': "ѕ", 'j': "ј"}

var latin = func() map[rune]rune {
	out := map[rune]rune{'ο': 'o', 'ι': 'i', 'α': 'a', 'ε': 'e', 'ν': 'v', 'ρ': 'p', 'ı': 'i', 'ѵ': 'v', 'ԁ': 'd', 'ɡ': 'g', 'һ': 'h', 'ӏ': 'l', 'п': 'n', 'г': 'r', 'т': 't', 'м': 'm'}
	for l, r := range alike {
		first, _ := utf8.DecodeRuneInString(r)
		out[first] = l
	}
	return out
}()

func inLetters(word string) []string { return mixed(word, alike) }

// invisible is what parts words for a machine and nobody else, and where alphabets of
// letters begin that look like the Latin one: full width, mathematical, circled, tags.
var invisible = []string{"\u00ad", "\u200b", "\u200c", "\u200d", "\u202e", "\u2060", "\ufeff", "\xef\xbd", "\xf0\x9d\x90", "\xf0\x9d\x91", "\xf0\x9d\x92", "\xf0\x9d\x93",
	"\xf0\x9d\x94", "\xf0\x9d\x95", "\xf0\x9d\x96", "\xf0\x9d\x97", "\xf0\x9d\x98", "\xf0\x9d\x99", "\xf0\x9d\x9a", "\xe2\x93", "\xf3\xa0\x81"}

// fromLetters writes a text in plain Latin letters, without what cannot be seen; once
// as it stands and once as it is shown where its direction is reversed.
func fromLetters(text string) []string {
	plain := strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf:
			return r
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xfee0
		case r == 0x3000:
			return ' '
		case r >= 0x1d400 && r <= 0x1d6a3: // thirteen alphabets, capital and small letters
			return rune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(r-0x1d400)%52])
		case r >= 0x24b6 && r <= 0x24e9:
			return 'a' + (r-0x24b6)%26
		case r >= 0xe0020 && r <= 0xe007e:
			return r - 0xe0000
		case unicode.Is(unicode.Cf, r):
			return -1
		case latin[r] != 0:
			return latin[r]
		}
		return r
	}, text))
	return []string{plain, backwards(plain)}
}
