package window

import (
	"bytes"
	"strings"

	"gumshoe/ingest"
)

// A Number is what tells the targets of one template apart, "17" of "/invoice/17" and of
// "/account?id=17": who counts it up asks for everybody's.
type Number struct {
	Slot    uint32 // hash of the words before it: the numbers of "?user=17" and of "?order=17" are two
	Value   uint64 // of several numbers their sum, which counts up as any of them does; of an account a hash
	Account bool   // an account's address, "?email=anna@example.org"
}

// How a number is packed into Touch.Aux.
const (
	numbered  = 1 << 63
	account   = 1 << 62
	slotBits  = 22
	valueBits = 40
)

const (
	longestNumbered = 512 // bytes of a target that are looked at
	maxDigits       = 11  // longer numbers are moments, or made up to be unique
	longestCount    = 10  // the longest word of those that count places
)

// Number returns the number of a request that carries no payload, if it has one.
func (t *Touch) Number() (n Number, ok bool) {
	if t.Aux&numbered == 0 || t.Kind != ingest.KindHTTPRequest || t.Class != 0 || t.Stage != ingest.StageNone {
		return n, false
	}
	return Number{Slot: uint32(t.Aux >> valueBits & (1<<slotBits - 1)), Value: t.Aux & (1<<valueBits - 1), Account: t.Aux&account != 0}, true
}

func (n Number) pack() uint64 {
	packed := numbered | uint64(n.Slot&(1<<slotBits-1))<<valueBits | n.Value&(1<<valueBits-1)
	if n.Account {
		packed |= account
	}
	return packed
}

// number is the packed number of a reading request that was refused, or that only scanners
// send; 0: it has none. What a page is made of, a film and a map have many: those are no
// documents. Invoices are often PDF, which is a part of a page elsewhere.
func (b *Builder) number(ev *ingest.Event) uint64 {
	if ev.Kind != ingest.KindHTTPRequest || ev.Status/100 != 4 && ev.Request.Flags&ingest.PathVocabulary == 0 || string(ev.Method) != "GET" && string(ev.Method) != "HEAD" {
		return 0
	}
	target := ev.Target[:min(len(ev.Target), longestNumbered)]
	path, query, asks := bytes.Cut(target, []byte{'?'})
	if asks {
		if address, name := addressIn(query); address != nil {
			return Number{Slot: wordHash(name), Value: b.hash.Bytes(address), Account: true}.pack()
		}
	}
	if ev.Request.Document == 0 && !bytes.HasSuffix(path, []byte(".pdf")) {
		return 0
	}
	var n numbers
	if strings.IndexByte(ev.Request.Text, 'N') >= 0 { // a template has it for digits alone
		n.read(path, false)
	}
	n.read(query, true)
	if n.count == 0 {
		return 0
	}
	return Number{Slot: n.slot, Value: n.sum}.pack()
}

// numbers adds up the numbers of a target.
type numbers struct {
	sum   uint64
	slot  uint32
	count int
}

// read adds the numbers of a path or a query. A number is a run of digits that no letter
// follows; the word before it says what it counts. What counts places, moments and
// measures tells no document from another, nor does a date; and pictures are no documents.
func (n *numbers) read(text []byte, query bool) {
	var word []byte    // the last one
	var before numbers // what was known before the number that may be a year
	year, date := false, false
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case letter(c):
			start := i
			for i < len(text) && letter(text[i]) {
				i++
			}
			word, year, date = text[start:i], false, false
		case digit(c):
			start, value := i, uint64(0)
			for ; i < len(text) && digit(text[i]); i++ {
				value = value*10 + uint64(text[i]-'0')
			}
			length, end := i-start, i
			for i < len(text) && (letter(text[i]) || digit(text[i])) {
				i++
			}
			if length > maxDigits || end < i {
				continue // a moment, or a part of a token
			}
			if year && value <= 12 {
				*n, date = before, true
			}
			year = false
			if date || length == 8 && isDay(value) || length == 10 && c == '1' || query && len(word) == 0 || counts(word) {
				continue
			}
			before, year = *n, length == 4 && 1900 <= value && value < 2100
			n.sum, n.slot, n.count = n.sum+value, n.slot+wordHash(word), n.count+1
		case c == '%' && i+2 < len(text):
			i += 3
		case c == '&':
			word, year, date = nil, false, false
			i++
		default:
			i++
		}
	}
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func digit(c byte) bool { return '0' <= c && c <= '9' }

// isDay reports a date like 20261115.
func isDay(value uint64) bool {
	year, month, day := value/10000, value/100%100, value%100
	return 1900 <= year && year < 2100 && 1 <= month && month <= 12 && 1 <= day && day <= 31
}

// counts reports a word before numbers that count places in a list, in a film or on a map,
// versions, moments and measures; or pictures, which other sites show as their own.
func counts(word []byte) bool {
	var buf [longestCount]byte
	if len(word) > len(buf) {
		return false
	}
	for i, c := range word {
		buf[i] = c | 0x20
	}
	switch string(buf[:len(word)]) {
	case "page", "pages", "paged", "pageno", "pagenum", "pagenumber", "pageindex", "pg", "p", "start", "offset", "from", "skip", "limit", "count", "size", "per", "cursor", "step", "row", "col", "index", "idx", "tab", "slide", "level",
		"seq", "since", "after", "before", "last", "first", "min", "max", "to", "until", "poll", "tick", "retry", "attempt", "sitemap",
		"year", "month", "week", "day", "date", "hour", "time", "ts", "t", "expires", "v", "ver", "version", "rev", "build", "r", "rnd", "rand", "random", "cb", "cache", "nocache", "bust",
		"w", "h", "width", "height", "x", "y", "z", "zoom", "lat", "lon", "lng", "q", "n", "i",
		"part", "partnumber", "chunk", "seg", "segment", "frag", "fragment", "fragments", "frame", "video", "audio", "chapter", "ch", "episode", "ep", "season", "vol", "volume", "disc", "cd", "track",
		"image", "images", "img", "photo", "photos", "picture", "pictures", "pic", "thumb", "thumbs", "thumbnail", "avatar", "avatars", "banner", "icon", "snapshot":
		return true
	}
	return false
}

// addressIn finds the value of a parameter that is an address of mail or of an account,
// and the parameter's name.
func addressIn(query []byte) (address, name []byte) {
	if bytes.IndexByte(query, '@') < 0 && !bytes.Contains(query, []byte("%40")) {
		return nil, nil // nearly always
	}
	for len(query) > 0 {
		var param []byte
		param, query, _ = bytes.Cut(query, []byte{'&'})
		at := bytes.IndexByte(param, '@')
		if at < 0 {
			at = bytes.Index(param, []byte("%40"))
		}
		name, value, _ := bytes.Cut(param, []byte{'='})
		if at > len(name)+1 && at+3 < len(param) {
			return value, name
		}
	}
	return nil, nil
}

// wordHash tells the words of a site apart (FNV-1a: Fowler, Noll and Vo 1991).
func wordHash(word []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range word {
		h = (h ^ uint32(c|0x20)) * 16777619
	}
	return h
}
