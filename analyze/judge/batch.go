package judge

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"

	"gumshoe/analyze"
)

// tokens estimates how many tokens a text of ASCII JSON or English has: one for
// every 2.6 bytes. Byte-pair tokenizers in use need one for 2.8 to 3.4 bytes of such
// cards and for more than 4 of prose, so that the estimate is an upper one; the
// server's own count replaces it when the answer is there.
func tokens(size int) int { return (size*5 + 12) / 13 }

// Shares of a request, in tokens.
const (
	answerTokens = 110 // of one card's answer: 240 characters and the names of six fields
	frameTokens  = 40  // of the answer's frame, and of the request's around its texts
)

// asked is a case on its way to an opinion.
type asked struct {
	id        string // of the case
	level     analyze.Level
	impact    analyze.Impact
	doubted   bool // a guard speaks for it
	behaviour analyze.Behaviour
	card      card
	alike     []asked // cases that did the same: they get its opinion
}

// fold asks once about cases that did the same: the first of them.
func fold(list []asked) (out []asked) {
	at := map[string][]int{}
	for _, k := range list {
		known := at[k.behaviour.Traits]
		if i := slices.IndexFunc(known, func(i int) bool { return same(out[i].behaviour, k.behaviour) }); i >= 0 {
			out[known[i]].alike = append(out[known[i]].alike, k)
			continue
		}
		at[k.behaviour.Traits] = append(known, len(out))
		out = append(out, k)
	}
	return out
}

// casesIn counts the cases of a list with those that are alike.
func casesIn(list []asked) int {
	n := len(list)
	for i := range list {
		n += len(list[i].alike)
	}
	return n
}

// batch is what one request asks: cards and canaries in an order that follows from
// their contents, so that none has a favoured place and none can be told by it.
type batch struct {
	asked    []asked
	cards    []card
	byID     map[string]*asked
	canaries map[string]canary
	answers  map[string]answer // once they were read
}

func newBatch(list []asked) *batch {
	b := &batch{asked: list, byID: map[string]*asked{}, canaries: map[string]canary{}}
	type entry struct {
		card   card
		order  uint64
		asked  *asked
		canary *canary
	}
	var all []entry
	salt := fnv.New64a() // a canary's place changes with its company
	for i := range list {
		salt.Write(list[i].card.json())
		all = append(all, entry{card: list[i].card, asked: &list[i]})
	}
	for _, c := range canaries() {
		all = append(all, entry{card: c.card, canary: &c})
	}
	for i := range all {
		h := fnv.New64a()
		fmt.Fprintf(h, "%x", salt.Sum64())
		h.Write(all[i].card.json())
		all[i].order = h.Sum64()
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.order, b.order) })
	for i, e := range all {
		e.card.ID = fmt.Sprintf("c%d", i+1)
		b.cards = append(b.cards, e.card)
		if e.canary != nil {
			b.canaries[e.card.ID] = *e.canary
		} else {
			b.byID[e.card.ID] = e.asked
		}
	}
	return b
}

// content is the text that the model reads of the batch.
func (b *batch) content() string {
	var out bytes.Buffer
	out.WriteString(`{"cards":[`)
	for i := range b.cards {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(b.cards[i].json())
	}
	out.WriteString("\n]}")
	return out.String()
}

// answerRoom is how many tokens the answer may take.
func (b *batch) answerRoom() int { return len(b.cards)*answerTokens + frameTokens }

// form implements question.
func (b *batch) form() form { return form{preamble, "opinions", schema()} }

// about implements question.
func (b *batch) about() (n int, of string) { return casesIn(b.asked), "cases" }

// read implements question.
func (b *batch) read(content string) (err error) {
	if b.answers, err = parse(content, b); err == nil && failedCanary(b, b.answers) {
		err = errCanary
	}
	return err
}

// halves splits a batch whose answer did not fit.
func (b *batch) halves() []question {
	n := len(b.asked)
	if n < 2 {
		return nil
	}
	return []question{newBatch(b.asked[:n/2]), newBatch(b.asked[n/2:])}
}

// byUse orders cases by how much an opinion is worth: severity times the rules'
// doubt. A case of which they are sure needs an explanation and no opinion.
func byUse(list []asked) {
	slices.SortStableFunc(list, func(a, b asked) int { return cmp.Compare(b.use(), a.use()) })
}

func (a *asked) use() float64 {
	doubt := .5
	switch c := a.card.Confidence; {
	case c >= explainOnly:
		doubt = .3
	case c > .98:
		doubt = .4
	case c >= .6:
		doubt = 1
	}
	return float64(a.level) * doubt
}
