package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Enumeration finds who counts: "/invoice/1001", "/invoice/1002" and so on, refused again
// and again (OWASP API1:2023, broken object level authorization), WordPress's authors by
// number, and addresses of mail that are tried where the answer tells which exist. To the
// walk over paths all of them are one path.
//
// The numbers come in order, more of them than chance puts there (see chanceOfOrder), and
// most are as far from the next as the others: a list of what there is has gaps, and old
// links come in no order at all. They may be dealt out to several sources of which none
// asks for many, but each for a few: what is made one after the other, orders and tickets
// and mails, is asked for in that order by the people whom it was made for, each for his
// own. WordPress's authors need not be refused, for the answer leads to their
// names; few of them do.
//
// Spared are visitors, who load what belongs to pages, and whoever signs in, was let in on
// an earlier day, reads more than he is refused, repeats himself, or declares himself a
// crawler, a monitor, a feed reader or an application's own client; and what the path
// refuses others as well, for then it is the site that asks: for a picture of each of its
// users, say. What is answered well is not looked at, whatever its number: search
// engines, link checkers and people who turn pages count, too.
type Enumeration struct{}

// Name implements analyze.Detector.
func (Enumeration) Name() string { return "enumeration" }

const (
	fewestNumbers  = 12 // of one source
	fewestTogether = 20 // of several
	fewestAuthors  = 4
	manyAuthors    = 8 // WordPress's scanners ask for ten
	evenSteps      = .7
	inOrderP       = 1e-6
	numberDenied   = .5   // log-odds of a number that is answered 403: it may be somebody else's
	numberMissing  = .3   // of another, which is not there, or may be one's own: who has lost his key is asked for it
	missingOdds    = 10   // log-odds of those at the most: they inform
	fewCounters    = 3    // networks that share a walk
	mostCounters   = 4096 // sources and hours in which a path refused one: more are sent by a broken link
	mostNumbers    = 16   // numbers of one of several that are looked at
	fewNumbers     = 3    // of one of several: people have one, or two
	repeatedShared = .8   // of the requests of several, at the least, ask for another number
)

// asked is a request for a number.
type asked struct {
	milli   int64
	origin  ingest.Origin
	name    uint64
	value   uint64
	slot    uint32
	unit    uint32
	status  uint16
	account bool
	author  bool // of WordPress: the answer tells the name
}

func (a *asked) at() time.Time { return moment(a.milli) }

// same reports whether two requests are for numbers of one kind.
func (a *asked) same(b *asked) bool {
	return a.name == b.name && a.slot == b.slot && a.account == b.account
}

// counting is a list of numbers somebody asked for.
type counting struct {
	asked  []asked // each number once, in order of time
	tries  int
	denied int     // of the numbers: 403
	locked int     // 401
	chance float64 // logarithm of the chance of their order
}

// askedLists is room for the numbers of one source after the other.
var askedLists = sync.Pool{New: func() any { return new([]asked) }}

// Detect implements analyze.Detector.
func (d Enumeration) Detect(in *analyze.Input) []*analyze.Finding {
	type walker struct {
		own  []*analyze.Finding
		some []asked
	}
	all := eachSign(in, analyze.Visitor|analyze.Troubled, refused|listed, func(i int, u *window.Unit, out []walker) []walker {
		if st := in.Standing(i); st.Benign || st.LoginDays > 0 {
			return out
		}
		list := askedLists.Get().(*[]asked)
		defer askedLists.Put(list)
		*list = appendAsked((*list)[:0], in, u, uint32(i))
		some := shareable(in, *list)
		if len(*list) < fewestAuthors && len(some) == 0 || person(in, u) || readsMore(in, u, *list) {
			return out
		}
		var w walker
		for part := range kinds(*list) {
			if f, ok := d.judge(in, u, part); ok {
				w.own = append(w.own, new(f))
			}
		}
		if len(w.own) == 0 {
			if len(some) == 0 {
				return out
			}
			w.some = some
		}
		return append(out, w)
	})
	var found []*analyze.Finding
	var shared []asked
	for i := range all {
		found = append(found, all[i].own...)
		shared = append(shared, all[i].some...)
	}
	for part := range kinds(shared) {
		if f, ok := d.judgeShared(in, part); ok {
			found = append(found, new(f))
		}
	}
	return found
}

// appendAsked lists the numbers that a source was refused, and WordPress's authors whom it
// asked for. Who declares himself to be a program that lives with stale addresses counts
// nothing.
func appendAsked(out []asked, in *analyze.Input, u *window.Unit, unit uint32) []asked {
	author, of := false, uint64(0) // the path that was looked at last
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		if stale(r) {
			return nil
		}
		touches := u.Touches(r)
		for k := range touches {
			t := &touches[k]
			n, ok := t.Number()
			if !ok || t.Name == 0 {
				continue
			}
			if t.Name != of {
				author, of = in.Path(t.Name)&ingest.PathVocabulary != 0 && authors(in.Set.Name(t.Name).Text), t.Name
			}
			if author || refusal(t.Status) && t.Status != gone {
				out = append(out, asked{t.Milli, t.Origin(), t.Name, n.Value, n.Slot, unit, t.Status, n.Account, author})
			}
		}
	}
	return out
}

// shareable picks the first few requests of a source that may be its part of what several
// share: for paths that refuse more often than they answer, but not half the world.
func shareable(in *analyze.Input, list []asked) (out []asked) {
	share, of := false, uint64(0)
	for i := range list {
		a := &list[i]
		if a.account {
			continue
		}
		if a.name != of {
			n := in.Refused(a.name)
			share, of = a.author || n >= fewCounters && n <= mostCounters && in.Answered(a.name) <= uint64(n), a.name
		}
		if share {
			if out = append(out, *a); len(out) == mostNumbers {
				break
			}
		}
	}
	return out
}

// authors reports where WordPress tells the name of an author by his number.
func authors(path string) bool {
	return strings.HasSuffix(path, "/?author=N") || strings.HasSuffix(strings.TrimSuffix(path, "/"), "/wp-json/wp/v2/users/N")
}

// kinds yields the requests for numbers of one kind, in order of time.
func kinds(all []asked) func(yield func([]asked) bool) {
	slices.SortStableFunc(all, func(a, b asked) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.slot, b.slot), cmp.Compare(a.milli, b.milli), cmp.Compare(a.unit, b.unit), cmp.Compare(a.origin.Offset, b.origin.Offset))
	})
	return func(yield func([]asked) bool) {
		for lo := 0; lo < len(all); {
			hi := lo + 1
			for hi < len(all) && all[hi].same(&all[lo]) {
				hi++
			}
			if !yield(all[lo:hi]) {
				return
			}
			lo = hi
		}
	}
}

// readsMore reports whether a source was answered well too often for somebody who walks,
// half as often as it was refused: who waits for the next number to be there gets each in
// the end. The front page, which proves nothing, and authors of WordPress, who are answered
// as well, do not count.
func readsMore(in *analyze.Input, u *window.Unit, list []asked) bool {
	good, bad := 0, 0
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		bad += int(u.Trouble(r).Bad)
		if names, few := u.GoodNames(r); r.Good > 0 && !(few && onlyAuthors(list, names)) {
			good += int(r.Good)
		}
	}
	return 2*good >= max(bad, len(list))
}

// onlyAuthors reports whether all paths are among those where authors were asked for.
func onlyAuthors(list []asked, names []uint64) bool {
	for _, id := range names {
		if !slices.ContainsFunc(list, func(a asked) bool { return a.author && a.name == id }) {
			return false
		}
	}
	return true
}

// countedIn looks at requests for numbers of one kind; at least fewest different ones are
// asked for.
func countedIn(part []asked, fewest int) (c counting, ok bool) {
	if len(part) < fewest { // nearly always
		return c, false
	}
	c.tries = len(part)
	var seen distinct
	for i := range part {
		if a := &part[i]; seen.add(a.value) {
			c.asked = append(c.asked, *a)
			switch a.status {
			case 403:
				c.denied++
			case 401:
				c.locked++
			}
		}
	}
	if len(c.asked) < fewest {
		return c, false
	}
	return c, part[0].account || c.counts()
}

// counts reports whether most numbers are as far from the next as the others, and come
// in order, forwards or backwards; or, if none is left out, nearly each behind the one below
// it, as where one source has several workers of which each walks a part.
func (c *counting) counts() bool {
	values := make([]uint64, len(c.asked))
	for i := range c.asked {
		values[i] = c.asked[i].value
	}
	slices.Sort(values)
	steps, most := map[uint64]int{}, 0
	for i := 1; i < len(values); i++ {
		step := values[i] - values[i-1]
		steps[step]++
		most = max(most, steps[step])
	}
	n := len(values)
	if float64(most) < evenSteps*float64(n-1) {
		return false
	}
	up, down, places := make([]int32, n), make([]int32, n), make([]int, n)
	alone := steps[1] == most // and nobody else asked: each of several people may ask for a few of his own, one behind the other
	for i := range c.asked {
		at, _ := slices.BinarySearch(values, c.asked[i].value)
		up[i], down[i], places[at] = int32(at), int32(-at), i
		alone = alone && c.asked[i].unit == c.asked[0].unit
	}
	var p piles
	k := len(p.ascending(up))
	k = max(k, len(p.ascending(down)))
	c.chance = chanceOfOrder(n, k) + math.Ln2
	if alone {
		c.chance = min(c.chance, chanceOfSteps(places)) + math.Ln2
	}
	return c.chance < math.Log(inOrderP) || n < fewestNumbers && (k == n || n >= manyAuthors && overtaken(up))
}

// overtaken reports a short list in order, or turned around, but for a few requests that
// overtook others: WordPress's scanners send several at once.
func overtaken(ranks []int32) bool {
	inversions := 0
	for i, a := range ranks {
		for _, b := range ranks[i+1:] {
			if a > b {
				inversions++
			}
		}
	}
	n := len(ranks)
	return min(inversions, n*(n-1)/2-inversions) <= n/2
}

// chanceOfSteps bounds the logarithm of the chance that so many numbers come later than
// those just below them, or earlier. Of a random order these are like that many independent
// coins (the polynomials of Euler have real roots: Harper 1967); the bound is Chernoff's.
func chanceOfSteps(places []int) float64 {
	up, steps := 0, len(places)-1
	for i := range steps {
		if places[i] < places[i+1] {
			up++
		}
	}
	most := float64(max(up, steps-up)) / float64(steps)
	bits := most * math.Log2(2*most)
	if most < 1 {
		bits += (1 - most) * math.Log2(2*(1-most))
	}
	return math.Ln2 * (1 - bits*float64(steps)) // in either direction
}

func (d Enumeration) judge(in *analyze.Input, u *window.Unit, part []asked) (analyze.Finding, bool) {
	fewest := fewestNumbers
	if part[0].author {
		fewest = fewestAuthors
	}
	c, ok := countedIn(part, fewest)
	if !ok || 3*len(c.asked) < 2*c.tries || !c.current(in) {
		return analyze.Finding{}, false
	}
	first := &c.asked[0]
	if first.account && setsUp(in.Set.Name(first.name).Text) {
		return analyze.Finding{}, false
	}
	if !first.author {
		if in.BenignBad(first.name) >= brokenForMany || refusesOthers(in, u, first.name) || letInBefore(in, u, first.at()) {
			return analyze.Finding{}, false
		}
	}
	f := d.finding(in, &c)
	f.Key, f.Sources = u.Prefix().String()+" numbers "+f.Targets[0].Value, sources(u)
	f.Story = c.story(&f, bare(u.Prefix()))
	return f, true
}

// setsUp reports where programs ask for the settings of an account of mail: an office has
// many, and one address.
func setsUp(path string) bool {
	return strings.Contains(path, "/autodiscover") || strings.Contains(path, "/autoconfig/") || strings.Contains(path, "/mail/config-v")
}

// judgeShared looks at the numbers that several sources were refused, none of whom
// counts by himself.
func (d Enumeration) judgeShared(in *analyze.Input, part []asked) (analyze.Finding, bool) {
	fewest := fewestTogether
	if part[0].author {
		fewest = fewestNumbers
	} else {
		part = askedFor(part, fewNumbers)
	}
	c, ok := countedIn(part, fewest)
	if !ok || float64(len(c.asked)) < repeatedShared*float64(c.tries) || !c.current(in) || in.BenignBad(part[0].name) >= brokenForMany {
		return analyze.Finding{}, false
	}
	units, nets := map[uint32]bool{}, map[hood]bool{}
	for i := range c.asked {
		unit := c.asked[i].unit
		units[unit] = true
		nets[hoodOf(in.Set.Units()[unit].Prefix())] = true
	}
	if len(nets) < fewCounters {
		return analyze.Finding{}, false
	}
	f := d.finding(in, &c)
	f.Key = "numbers " + f.Targets[0].Value
	for unit := range units {
		f.Sources = append(f.Sources, in.Set.Units()[unit].Prefix())
	}
	slices.SortFunc(f.Sources, prefix.Compare)
	f.Story = c.story(&f, fmt.Sprintf("%d addresses of %s", len(units), count(len(nets), "network")))
	f.Story.Why = append(f.Story.Why, "Whoever asked, the next number came from another: strangers who do not know of each other keep to no order.")
	return f, true
}

// askedFor leaves those out who asked for fewer numbers.
func askedFor(part []asked, fewest int) (out []asked) {
	numbers := map[uint32]*distinct{}
	for i := range part {
		of := numbers[part[i].unit]
		if of == nil {
			of = new(distinct)
			numbers[part[i].unit] = of
		}
		of.add(part[i].value)
	}
	for i := range part {
		if len(numbers[part[i].unit].ids) >= fewest {
			out = append(out, part[i])
		}
	}
	return out
}

// current reports whether the last number was asked for in the analyzed window.
func (c *counting) current(in *analyze.Input) bool {
	return in.Contains(uint32(c.asked[len(c.asked)-1].milli / 3_600_000))
}

// letInBefore reports whether a source was answered well on a day before.
func letInBefore(in *analyze.Input, u *window.Unit, first time.Time) bool {
	day := uint32(first.Unix() / 86400)
	return anyRow(u, func(r *window.Row) bool {
		return r.Hour/24 < day && r.Good > 0 && in.Set.Service(r.Service) == ingest.ServiceWeb
	})
}

// refusesOthers reports whether a path refuses others more often than it lets anybody in:
// sources are counted once an hour.
func refusesOthers(in *analyze.Input, u *window.Unit, path uint64) bool {
	let, refused := 0, in.Refused(path)
	for i := range u.Rows {
		if names, few := u.BadNames(&u.Rows[i]); !few || slices.Contains(names, path) {
			refused--
		}
	}
	if t := in.Thing(path); t != nil && refused >= alsoRefused {
		for i := range t.Hours {
			let += t.GoodCount(&t.Hours[i])
		}
	}
	return refused >= alsoRefused && refused > let
}

// finding is what is said of a count, whoever did it.
func (d Enumeration) finding(in *analyze.Input, c *counting) analyze.Finding {
	n := len(c.asked)
	first, path := &c.asked[0], in.Set.Name(c.asked[0].name).Text
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1595"}, Impact: analyze.Generic, Service: ingest.ServiceWeb,
		First: first.at(), Last: c.asked[n-1].at(), Events: uint64(c.tries), Targets: []analyze.Target{{Kind: analyze.Endpoint, Value: path}}}
	for _, a := range analyze.Spread(c.asked, analyze.MaxTimes) {
		f.Times = append(f.Times, a.at())
	}
	for _, a := range analyze.Spread(c.asked, 5) {
		f.Marks = append(f.Marks, analyze.Mark{Origin: a.origin, Time: a.at()})
	}
	e := analyze.Evidence{Family: analyze.Probing, Trials: n}
	switch {
	case first.author:
		f.Techniques, f.Impact = []string{"T1589"}, analyze.Nuisance // it goes on wherever there is WordPress
		e.LogOdds = familyOfOne
		e.Fact = fmt.Sprintf("%s of WordPress asked for by their numbers, one after the other", count(n, "author"))
		if n >= manyAuthors {
			medium := analyze.Medium
			f.Floor = &medium
		}
	case first.account:
		f.Techniques = []string{"T1589.002"}
		e.LogOdds = min(missingOdds, numberMissing*float64(n))
		e.Fact = fmt.Sprintf("%s asked for at %s and refused", count(n, "different address"), path)
	default:
		e.LogOdds = numberDenied*float64(c.denied) + numberMissing*float64(n-c.denied)
		if 2*c.denied < n {
			e.LogOdds = min(missingOdds, e.LogOdds)
		}
		if 2*c.locked > n {
			e.Family = analyze.Guessing // as KeyGuess counts the same refusals
		}
		e.Fact = fmt.Sprintf("%s of %s asked for in order and refused; the chance of that order is %s", count(n, "number"), path, chance(math.Exp(max(c.chance, -600))))
	}
	f.Evidence = []analyze.Evidence{e}
	return f
}
