package rule

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"gumshoe/ingest/lazyregexp"
)

// shape is several messages of a daemon that differ in single words.
type shape struct {
	program string
	words   []string // "" where they differ
	number  []bool   // the words that differ are numbers
	samples []Sample
}

// shapesOf groups the messages of a case that are no requests.
func shapesOf(lines []Sighting) (out []*shape) {
	for _, s := range lines {
		if s.Web || !s.Addr.IsValid() {
			continue
		}
		message := Message(s.Program, s.Line)
		words := wordsOf(message, s.Addr)
		if words == nil {
			continue
		}
		i := slices.IndexFunc(out, func(o *shape) bool { return o.like(s.Program, words) })
		if i < 0 {
			out = append(out, &shape{program: s.Program, words: words, number: make([]bool, len(words))})
			i = len(out) - 1
			for k, w := range words {
				if isNumber(w) {
					out[i].words[k], out[i].number[k] = "", true
				}
			}
		}
		out[i].take(words)
		out[i].samples = append(out[i].samples, Sample{message, s.Addr})
	}
	return out
}

// wordsOf parts a message at its blanks, the address marked; nil where it does not
// stand in it exactly once.
func wordsOf(message string, a netip.Addr) []string {
	at := regexp.MustCompile(`(^|[^0-9A-Fa-f.:])(?:::ffff:)?` + regexp.QuoteMeta(a.String()) + `(:?[^0-9A-Fa-f.:]|[.:]?$|:\d+\b)`)
	if len(at.FindAllString(message, 2)) != 1 {
		return nil
	}
	return strings.Split(at.ReplaceAllString(message, "${1}"+place+"${2}"), " ")
}

// place stands for the address in a word.
const place = "\x00"

func isNumber(w string) bool { return w != "" && strings.Trim(w, "0123456789") == "" }

// like reports whether a message is of the shape: as many words, the address in the
// same one, and more than half of them alike.
func (o *shape) like(program string, words []string) bool {
	if o.program != program || len(o.words) != len(words) {
		return false
	}
	same := 0
	for i, w := range words {
		if strings.Contains(w, place) != strings.Contains(o.words[i], place) {
			return false
		}
		if w == o.words[i] || o.number[i] && isNumber(w) {
			same++
		}
	}
	return 2*same > len(words)
}

// take makes a class of each word that differs.
func (o *shape) take(words []string) {
	for i, w := range words {
		switch {
		case w == o.words[i] || strings.Contains(w, place) || o.number[i] && isNumber(w):
		default:
			o.words[i], o.number[i] = "", false
		}
	}
}

// pattern writes the shape as a control string.
func (o *shape) pattern() string {
	var b strings.Builder
	b.WriteByte('^')
	for i, w := range o.words {
		if i > 0 {
			b.WriteByte(' ')
		}
		before, after, addr := strings.Cut(w, place)
		switch {
		case addr:
			b.WriteString(regexp.QuoteMeta(before) + AddrGroup + behind(after))
		case w != "":
			b.WriteString(regexp.QuoteMeta(w))
		case o.number[i]:
			b.WriteString("[0-9]+")
		default:
			b.WriteString(`\S*`)
		}
	}
	b.WriteByte('$')
	return b.String()
}

var port = lazyregexp.New(`^([:#])\d+`)

// behind is what follows the address in its word: a port is any port.
func behind(after string) string {
	if m := port().FindStringSubmatch(after); m != nil {
		return m[1] + "[0-9]+" + regexp.QuoteMeta(after[len(m[0]):])
	}
	return regexp.QuoteMeta(after)
}
