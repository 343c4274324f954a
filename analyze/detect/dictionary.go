package detect

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"gumshoe/analyze"
)

// Dictionary finds one list of names that many sources go through together, each
// trying a name now and then: the next name of the list, whoever tries it. No
// source fails often, and no account is tried twice; but the names come in order,
// as they did with the "Hail Mary Cloud" of 2008 to 2012 (Hansteen).
//
// The names that strangers try on a service are put in order of time. A longest
// ascending subsequence of k among n names in random order has a chance of at
// most C(n,k)/k!, the expected number of such subsequences. Unlike a count of
// ascents (mean (n-1)/2, variance (n+1)/12) it also sees a list between the tries
// of others, and says which tries are the list's. Order is by alphabet, forwards
// and backwards, and by the longest list that a single source was seen to go
// through. Names that several try at the same time have no place in an order and
// are left out.
type Dictionary struct{}

// Name implements analyze.Detector.
func (Dictionary) Name() string { return "dictionary_order" }

const (
	dictionaryP    = 1e-6 // of one service, after as many looks as were taken
	fewestInOrder  = 12
	fewestNetworks = 3
	mostLists      = 4 // of one service, found one after the other
	sharedNames    = 3 // sources that may try a name before it has no place
)

// lookAt are the numbers of tries that are looked at together: a list that is gone
// through fast shows in few, a slow one among many others in more.
var lookAt = []int{64, 256, 1024, 4096}

// sharedList is a list that sources go through together.
type sharedList struct {
	service string
	members []lone
	run     inOrder
}

// Detect implements analyze.Detector.
func (d Dictionary) Detect(in *analyze.Input) (out []*analyze.Finding) {
	for _, l := range analyze.Fact(in, "lists", listsOf) {
		out = append(out, new(d.finding(in, &l)))
	}
	return out
}

// inLists are the sources that go through a list on a service, by index in Set.Units.
func inLists(in *analyze.Input, service string) map[uint32]bool {
	out := map[uint32]bool{}
	for _, l := range analyze.Fact(in, "lists", listsOf) {
		for i := range l.members {
			if l.service == service {
				out[l.members[i].unit] = true
			}
		}
	}
	return out
}

// listsOf finds the lists of all services.
func listsOf(in *analyze.Input) []sharedList {
	services := analyze.Fact(in, "knockings", knockingsOf)
	return analyze.Gather(len(services), func(i int, found []sharedList) []sharedList {
		return append(found, listsOn(in, &services[i])...)
	})
}

// listsOn finds the lists of a service, one after the other.
func listsOn(in *analyze.Input, k *knockings) (out []sharedList) {
	if len(k.tries) < fewestInOrder {
		return nil
	}
	tries := slices.Clone(k.tries) // less those of lists that are found
	orders := ordersOf(in, k)
	for range mostLists {
		run, ok := bestRun(in, tries, orders, len(k.names))
		if !ok {
			break
		}
		gone := map[uint32]bool{}
		if alone, is := run.alone(); is {
			gone[alone] = true // one source's own list: Guess tells it
		} else if members := run.members(in); networksIn(members) >= fewestNetworks {
			run.tries, run.places = slices.Clone(run.tries), nil // what is told of a run does not hold all that was tried
			out = append(out, sharedList{k.service, members, run})
			for _, t := range members {
				gone[t.unit] = true
			}
		} else {
			break
		}
		tries = slices.DeleteFunc(tries, func(t lone) bool { return gone[t.unit] })
	}
	return out
}

// order gives names their place, by number; of what it does not know it says nothing.
type order struct {
	name   string
	places []int32
	but    uint32 // a source that is left out, whose own order it is
	own    bool
}

const nowhere = math.MinInt32

func ordersOf(in *analyze.Input, k *knockings) []order {
	type word struct {
		head   uint64 // its first letters, which nearly always tell it from the next
		text   string
		number int32
	}
	words := analyze.Gather(len(k.names), func(i int, found []word) []word {
		var head [8]byte
		text := strings.ToLower(in.Set.Name(k.names[i]).Text)
		copy(head[:], text)
		return append(found, word{binary.BigEndian.Uint64(head[:]), text, int32(i)})
	})
	slices.SortFunc(words, func(a, b word) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.number, b.number))
	})
	up, down := order{name: "alphabetical", places: make([]int32, len(words))}, order{name: "reverse alphabetical", places: make([]int32, len(words))}
	for i, w := range words {
		up.places[w.number], down.places[w.number] = int32(i), int32(-i)
	}
	out := []order{up, down}
	if len(k.list) > 0 {
		known := order{name: "one known list's", places: slices.Repeat([]int32{nowhere}, len(words)), but: k.owner, own: true}
		for i, id := range k.list {
			if number, tried := slices.BinarySearch(k.names, id); tried {
				known.places[number] = int32(i)
			}
		}
		out = append(out, known)
	}
	return out
}

// inOrder is a stretch of tries some of which come in order.
type inOrder struct {
	order
	tries  []lone
	on     []bool // of tries: in order
	n, k   int    // names that have a place, and how many of them ascend
	chance float64
}

// bestRun looks at stretches of several lengths, each beginning in the middle of
// the one before, and returns the one that chance explains least.
func bestRun(in *analyze.Input, tries []lone, orders []order, names int) (best inOrder, found bool) {
	parts := stretches(in, tries)
	runs := analyze.Gather(len(parts), func(i int, found []inOrder) []inOrder {
		x := orderings.Get().(*ordering)
		defer orderings.Put(x)
		x.tries = slices.Grow(x.tries, max(0, names-len(x.tries)))[:max(names, len(x.tries))]
		shared := x.placeless(parts[i])
		for _, o := range orders {
			if r := x.runOf(parts[i], shared, o); r.k >= fewestInOrder && r.chance < math.Log(dictionaryP) && r.current(in) {
				found = append(found, r)
			}
		}
		return found
	})
	looks := float64(max(1, len(parts)*len(orders)))
	for _, r := range runs {
		r.chance += math.Log(looks)
		if r.chance < math.Log(dictionaryP) && (!found || r.chance < best.chance) {
			best, found = r, true
		}
	}
	return best, found
}

// stretches are the parts of some tries that are looked at.
func stretches(in *analyze.Input, tries []lone) (out [][]lone) {
	for _, size := range lookAt {
		for lo := 0; lo < len(tries); lo += size / 2 {
			part := tries[lo:min(lo+size, len(tries))]
			if len(part) < fewestInOrder || lo > 0 && len(part) <= size/2 {
				break // the stretch before has it all
			}
			if !part[len(part)-1].at().Before(in.From) {
				out = append(out, part)
			}
		}
		if size >= len(tries) {
			break
		}
	}
	return out
}

// ordering is room for the looks at one stretch after the other.
type ordering struct {
	keys      []uint64
	tries     []int32 // of each name, by number; 0 between one stretch and the next
	places    []int32
	at, again []int // in the stretch, of each place; the place that a try repeats at once, or -1
	piles
}

var orderings = sync.Pool{New: func() any { return new(ordering) }}

// runOf finds the longest ascending subsequence of a stretch.
func (x *ordering) runOf(part []lone, shared []int32, o order) inOrder {
	x.places, x.at, x.again = x.places[:0], x.at[:0], x.again[:0]
	for i := range part {
		t := &part[i]
		x.again = append(x.again, -1)
		place := o.places[t.number]
		if place == nowhere || o.own && t.unit == o.but {
			continue
		}
		if _, is := slices.BinarySearch(shared, t.number); is {
			continue
		}
		if n := len(x.places); n > 0 && x.places[n-1] == place { // tried again at once
			x.again[i] = x.at[n-1]
			continue
		}
		x.places, x.at = append(x.places, place), append(x.at, i)
	}
	r := inOrder{order: o, tries: part, n: len(x.places)}
	order := x.ascending(x.places)
	r.k = len(order)
	if r.chance = chanceOfOrder(r.n, r.k); r.chance >= 0 {
		return r // nearly always: no need to say which
	}
	r.on = make([]bool, len(part))
	for _, i := range order {
		r.on[x.at[i]] = true
	}
	for i, first := range x.again {
		r.on[i] = r.on[i] || first >= 0 && r.on[first]
	}
	return r
}

// placeless are the numbers of names that several sources try at the same time,
// in order.
func (x *ordering) placeless(part []lone) (out []int32) {
	often := false // nearly always not
	for i := range part {
		x.tries[part[i].number]++
		often = often || x.tries[part[i].number] > sharedNames
	}
	for i := range part {
		x.tries[part[i].number] = 0
	}
	if !often {
		return nil
	}
	x.keys = x.keys[:0]
	for i := range part {
		x.keys = append(x.keys, uint64(part[i].unit))
	}
	slices.Sort(x.keys)
	most := max(sharedNames, len(slices.Compact(x.keys))/20)
	x.keys = x.keys[:0]
	for i := range part {
		x.keys = append(x.keys, uint64(part[i].number)<<32|uint64(part[i].unit))
	}
	slices.Sort(x.keys)
	all := slices.Compact(x.keys)
	for lo := 0; lo < len(all); {
		hi := lo
		for hi < len(all) && all[hi]>>32 == all[lo]>>32 {
			hi++
		}
		if hi-lo > most {
			out = append(out, int32(all[lo]>>32))
		}
		lo = hi
	}
	return out
}

// chanceOfOrder is the logarithm of C(n,k)/k!.
func chanceOfOrder(n, k int) float64 {
	ln := func(n int) float64 { v, _ := math.Lgamma(float64(n + 1)); return v }
	return ln(n) - 2*ln(k) - ln(n-k)
}

// piles is room for patience sorting.
type piles struct {
	tops        []int   // of the piles, indexes into what is sorted
	values      []int32 // the same, themselves
	before, out []int
}

// ascending returns the places of a longest strictly ascending subsequence
// (patience sorting: Fredman 1975), until it is asked again.
func (p *piles) ascending(v []int32) []int {
	p.tops, p.values, p.before = p.tops[:0], p.values[:0], p.before[:0]
	for i, x := range v {
		pile := len(p.values)
		if pile > 0 && p.values[pile-1] >= x {
			pile, _ = slices.BinarySearch(p.values, x)
		}
		before := -1
		if pile > 0 {
			before = p.tops[pile-1]
		}
		p.before = append(p.before, before)
		if pile == len(p.tops) {
			p.tops, p.values = append(p.tops, i), append(p.values, x)
		} else {
			p.tops[pile], p.values[pile] = i, x
		}
	}
	p.out = slices.Grow(p.out[:0], len(p.tops))[:len(p.tops)]
	if len(p.tops) > 0 {
		for i, at := len(p.tops)-1, p.tops[len(p.tops)-1]; i >= 0; i, at = i-1, p.before[at] {
			p.out[i] = at
		}
	}
	return p.out
}

// current reports whether the run reaches into the analyzed window.
func (r *inOrder) current(in *analyze.Input) bool {
	for i := len(r.tries) - 1; i >= 0; i-- {
		if r.on[i] {
			return in.Contains(uint32(r.tries[i].milli / 3_600_000))
		}
	}
	return false
}

// alone returns the source that makes more than half of a run by itself.
func (r *inOrder) alone() (unit uint32, is bool) {
	per := map[uint32]int{}
	for i := range r.tries {
		if r.on[i] {
			per[r.tries[i].unit]++
		}
	}
	most, n := most(per)
	return most, 2*n > r.k
}

// members are the tries of the sources that keep to the order: at least half of
// what each tries is in it. One single try at an account that exists may be its
// owner's.
func (r *inOrder) members(in *analyze.Input) (out []lone) {
	on, of, foreign := map[uint32]int{}, map[uint32]int{}, map[uint32]bool{}
	for i := range r.tries {
		t := &r.tries[i]
		of[t.unit]++
		if r.on[i] {
			on[t.unit]++
			foreign[t.unit] = foreign[t.unit] || !in.Exists(t.name)
		}
	}
	for _, t := range r.tries {
		if n := on[t.unit]; 2*n >= of[t.unit] && (n > 1 || n == 1 && foreign[t.unit]) {
			out = append(out, t)
		}
	}
	return out
}

// networksIn counts the networks of some tries.
func networksIn(tries []lone) int {
	nets := map[hood]bool{}
	for i := range tries {
		nets[tries[i].net] = true
	}
	return len(nets)
}

func (d Dictionary) finding(in *analyze.Input, l *sharedList) analyze.Finding {
	service, members, r := l.service, l.members, &l.run
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1110.001", "T1110.003"}, Service: service,
		Evidence: []analyze.Evidence{{Family: analyze.Dictionary, LogOdds: analyze.FromP(math.Exp(max(r.chance, -600))), Trials: r.k,
			Fact: fmt.Sprintf("%d of %d names come in %s order, where chance has about %.0f", r.k, r.n, r.name, 2*math.Sqrt(float64(r.n)))}}}
	crowdOf(in, &f, members)
	f.Key = fmt.Sprintf("dictionary %s %s %d", service, r.name, members[0].milli/dayMilli)
	nets := networksIn(members)
	first, last := in.Set.Name(members[0].name).Text, in.Set.Name(members[len(members)-1].name).Text
	f.Story = analyze.Story{
		Headline: fmt.Sprintf("%d addresses of %s share one list of names", len(f.Sources), count(nets, "network")),
		Body: []string{fmt.Sprintf("%s tried %s on %s in %s, from %s to %s, in %s order: whoever tried one, the next name came from another.",
			upper(count(len(f.Sources), "address")), count(f.Events, "login"), service, span(f.Last.Sub(f.First)), first, last, r.name)},
		Why: []string{fmt.Sprintf("Each of them tried a few names only. Strangers who do not know of each other keep to no order: of %d names chance puts about %.0f in one.", r.n, 2*math.Sqrt(float64(r.n)))},
		Not: []string{"None of them got in while the log was there."},
		Do:  []string{"Nothing to do if passwords are off for these accounts; else make sure that they are strong."},
	}
	return f
}
