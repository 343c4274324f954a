package detect

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Scan finds sources that keep asking for things that do not exist, at any pace
// (Threshold Random Walk: Jung, Paxson, Berger and Balakrishnan, IEEE S&P 2004).
//
// Only the first contact of a source with a path counts. Each failure adds
// w ln(t1/t0) to a running sum, each success takes ln((1-t0)/(1-t1)) away; the
// sum halves in a fortnight. One request a day and one every twenty minutes are
// caught by the same arithmetic. The sum over paths that only scanners ask for
// cannot be bought off by visiting pages that exist.
type Scan struct{}

// Constants of the walk. Published: t1 .8, t0 .2.
const (
	failHostile = .8   // t1: share of first contacts of a scanner that fail
	failHonest  = .2   // t0: of an honest visitor, where the site is too small to learn it
	creditFloor = -4.6 // -ln 99: how much credit good visits can build up
	halfLife    = 14 * 24 * time.Hour
	softFlag    = 4 // below this there is no finding
	fewMisses   = 5 // pages on no list that somebody with old links may try: where one is gone, so are others
	slowGap     = 5 * time.Minute
	slowSpan    = 3 * time.Hour
)

// Name implements analyze.Detector.
func (Scan) Name() string { return "scan" }

// contact is the first time a source asked for a path.
type contact struct {
	milli  int64
	name   uint64
	weight float64 // 0 for good ones
	origin ingest.Origin
	status uint16
	good   bool
	word   bool // in the vocabulary of scanners, or never to be served
}

func (c *contact) at() time.Time      { return moment(c.milli) }
func (c *contact) mark() analyze.Mark { return analyze.Mark{Origin: c.origin, Time: c.at()} }

// contactList is room for the contacts of one source after the other.
type contactList struct {
	all, bads, doors []contact
	seen, inRow      distinct
	habits           map[uint64]bool // what it is refused again and again, as a program is
	times, knocks    []time.Time
	pauses           []time.Duration
}

// refusals are the contacts that were refused, in order of time; the list is used again
// by the next.
func (l *contactList) refusals(first []contact) []contact {
	l.bads = l.bads[:0]
	for i := range first {
		if !first[i].good {
			l.bads = append(l.bads, first[i])
		}
	}
	return l.bads
}

// pace lists the pauses between the visits of a source, to be read only; the list is
// used again by the next.
func (l *contactList) pace(of []contact) []time.Duration {
	l.times = l.times[:0]
	for i := range of {
		l.times = append(l.times, of[i].at())
	}
	l.knocks = appendVisits(l.knocks[:0], l.times)
	l.pauses = appendGaps(l.pauses[:0], l.knocks)
	return l.pauses
}

var contactLists = sync.Pool{New: func() any { return new(contactList) }}

// Detect implements analyze.Detector.
func (d Scan) Detect(in *analyze.Input) []*analyze.Finding {
	t0 := honestShare(in)
	signs := analyze.Fact(in, "signs", signsOf)
	return eachSign(in, analyze.Current|analyze.Troubled, repelled|listed, func(i int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		if signs[i]&repelled != 0 {
			if f, ok := d.judge(in, u, t0); ok {
				return append(out, new(f))
			}
		}
		if signs[i]&listed == 0 {
			return out
		}
		if f, ok := d.fetch(in, u); ok {
			out = append(out, new(f))
		} else if f, ok := d.knock(in, u); ok && !in.Standing(i).Benign {
			out = append(out, new(f))
		}
		return out
	})
}

// honestShare learns t0: the 95th percentile of the share of first contacts
// that fail a visitor with at least five successes, within .05 and .35.
func honestShare(in *analyze.Input) float64 {
	const enough = 200
	shares := analyze.EachUnit(in, 0, func(i int, u *window.Unit, shares []float64) []float64 {
		if !in.Standing(i).Benign {
			return shares
		}
		goods, bads := 0, 0
		for j := range u.Rows {
			bads += u.BadCount(&u.Rows[j])
		}
		for j := 0; j < len(u.Rows) && (bads > 0 || goods < 5); j++ { // the share of none does not ask of how many
			goods += u.GoodCount(&u.Rows[j])
		}
		if goods >= 5 {
			shares = append(shares, float64(bads)/float64(goods+bads))
		}
		return shares
	})
	if len(shares) < enough {
		return failHonest
	}
	slices.Sort(shares)
	return min(max(shares[len(shares)*95/100], .05), .35)
}

func (d Scan) judge(in *analyze.Input, u *window.Unit, t0 float64) (analyze.Finding, bool) {
	if !mayScan(in, u, t0) { // nearly everybody: no need to list what they saw
		return analyze.Finding{}, false
	}
	list := contactLists.Get().(*contactList)
	defer contactLists.Put(list)
	first, more := list.of(in, u)
	bads, weights := list.refusals(first), 0.0
	for i := range bads {
		weights += bads[i].weight
	}
	if len(bads) < 2 || !in.Contains(uint32(bads[len(bads)-1].at().Unix()/3600)) {
		return analyze.Finding{}, false
	}
	// Paths that were not kept singly are taken to be like those that were.
	if len(bads) <= fewMisses && !slices.ContainsFunc(bads, func(c contact) bool { return c.word }) && plainBrowser(in, u) {
		t0 = failHonest
		for i := range first {
			first[i].weight = min(first[i].weight, 1)
		}
	}
	sum := walk(first, t0) + float64(more)*weights/float64(len(bads))*math.Log(failHostile/t0)
	if sum < softFlag {
		return analyze.Finding{}, false
	}
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1595.003"}, Key: u.Prefix().String(), Sources: sources(u),
		Impact: analyze.Generic, Service: ingest.ServiceWeb, First: bads[0].at(), Last: bads[len(bads)-1].at(),
	}
	times := make([]time.Time, len(bads))
	f.Targets = make([]analyze.Target, min(len(bads), analyze.MaxTargets))
	for i := range bads {
		c := &bads[i]
		times[i] = c.at()
		if i < len(f.Targets) {
			f.Targets[i] = analyze.Target{Kind: analyze.Endpoint, Value: in.Set.Name(c.name).Text}
		}
	}
	f.Times = times
	words := wordsAmong(bads)
	f.Marks = marksAmong(bads, 5)
	f.Events = uint64(len(bads) + more)
	f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Probing, LogOdds: sum, Trials: len(bads) + more,
		Fact: count(len(bads)+more, "distinct path") + " asked for and refused"})
	pauses := list.pace(bads)
	if len(pauses) >= 4 && median(pauses) >= slowGap && f.Last.Sub(f.First) >= slowSpan {
		f.Detector = "slow_scan"
		f.Techniques = []string{"T1595", "T1595.003"}
	}
	g := greenwood(pauses)
	if odds := min(4, analyze.FromP(tooRegular(len(pauses), g))); odds > 0 {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Timing, LogOdds: odds, Trials: len(pauses),
			Fact: fmt.Sprintf("pauses as even as a clock's: Greenwood %.2f where 2 is chance", g)})
	}
	if words >= 5 && words*10 >= len(bads)*6 {
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Dictionary, LogOdds: 3, Trials: words,
			Fact: fmt.Sprintf("%d of %d paths are on the lists that scanners carry", words, len(bads))})
	}
	leaks := served(in, u, func(*window.Row) bool { return false })
	if len(leaks) > 0 {
		f.Impact = analyze.Targeted
		f.Marks = append([]analyze.Mark{leaks[0].mark()}, f.Marks...)
		f.Targets = append([]analyze.Target{{Kind: analyze.Endpoint, Value: in.Set.Name(leaks[0].name).Text}}, f.Targets...)
	}
	f.Tell = func(f *analyze.Finding) {
		if f.Silent {
			return
		}
		list := contactLists.Get().(*contactList)
		defer contactLists.Put(list)
		first, more := list.of(in, u)
		bads := list.refusals(first)
		f.Story = scanStory(in, u, f, bads, leaks, more, list.pace(bads))
	}
	return f, true
}

// wordsAmong counts the contacts with what is on the lists of scanners.
func wordsAmong(all []contact) (n int) {
	for i := range all {
		if all[i].word {
			n++
		}
	}
	return n
}

// marksAmong are the lines of n of the contacts, as analyze.Spread picks them.
func marksAmong(all []contact, n int) []analyze.Mark {
	out := make([]analyze.Mark, min(len(all), n))
	for i := range out {
		at := i
		if n < len(all) {
			at = i * (len(all) - 1) / (n - 1)
		}
		out[i] = all[at].mark()
	}
	return out
}

// mayScan reports whether the failed contacts of a source, were each with another path
// and none of its visits good, would be two at least and make a finding.
func mayScan(in *analyze.Input, u *window.Unit, t0 float64) bool {
	refused, sum := 0, 0.0
	enough := (softFlag - 1e-9) / math.Log(failHostile/min(t0, failHonest)) // whatever is rounded
	for i := range u.Rows {
		r := &u.Rows[i]
		touches := u.Touches(r)
		for k := range touches {
			t := &touches[k]
			if !refusal(t.Status) || t.Name == 0 {
				continue
			}
			refused++
			if sum += weightOf(in, r, t); refused >= 2 && sum >= enough {
				return true
			}
		}
		if refused > 0 && u.TouchesFull(r) {
			return true
		}
	}
	return false
}

func sources(u *window.Unit) []prefix { return []prefix{u.Prefix()} }

// of lists the first contact with every path in order of time; the list is used again
// by the next. more is the number of further distinct paths that were counted but not
// kept.
//
// A picture or a style sheet that is missing is the page's fault, and says nothing
// about who reads the page. A 401 for what the same source got in the same hour is
// the question for a password, and was answered.
func (l *contactList) of(in *analyze.Input, u *window.Unit) (first []contact, more int) {
	l.seen.clear()
	all := l.all[:0]
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		known, asked := 0, 0
		l.inRow.clear()
		names, few := u.GoodNames(r)
		touches := u.Touches(r)
		for k := range touches {
			t := &touches[k]
			if !refusal(t.Status) || t.Name == 0 {
				continue
			}
			if t.Status == 401 && (!few || slices.Contains(names, t.Name)) {
				asked++
				continue
			}
			path := in.Path(t.Name)
			word := path&(ingest.PathVocabulary|ingest.PathSensitive) != 0 && r.Flags&window.Authenticated == 0
			if path&ingest.PathNeutral != 0 || path&ingest.PathStatic != 0 && !word {
				continue
			}
			if l.inRow.add(t.Name) {
				known++
			}
			all = append(all, contact{milli: t.Milli, name: t.Name, weight: weightOf(in, r, t), status: t.Status, word: word, origin: t.Origin()})
		}
		if u.TouchesFull(r) && known > 0 {
			more += max(0, u.BadCount(r)-known) * known / (known + asked)
		}
		for _, id := range names {
			all = append(all, contact{milli: int64(r.Hour) * 3_600_000, name: id, good: true,
				word: in.Path(id)&(ingest.PathVocabulary|ingest.PathSensitive) != 0})
		}
	}
	sortContacts(all)
	l.all = all
	l.habits = habitsIn(in, all)
	return slices.DeleteFunc(all, func(c contact) bool { return !l.seen.add(c.name) || !c.good && l.habits[c.name] }), more
}

// askedAgain is the number of hours in which a program is refused the same thing again: an
// application whose right to come in is over, or one that was not told of a move. A scan
// has its answer after the first.
const (
	askedAgain = 6
	manyHabits = 3  // among which a name that scanners like as well is the application's
	mostHabits = 16 // of an application; a list that is gone through again and again is longer
)

// habitsIn lists what a source was refused as a habit. The contacts are in order of time.
func habitsIn(in *analyze.Input, all []contact) map[uint64]bool {
	const hour = 3_600_000
	if len(all) < askedAgain || all[len(all)-1].milli-all[0].milli < (askedAgain-1)*hour {
		return nil
	}
	type refused struct {
		hours int
		last  int64
	}
	seen := map[uint64]refused{}
	out, words := map[uint64]bool{}, map[uint64]bool{}
	for i := range all {
		c := &all[i]
		if c.good || in.Path(c.name)&ingest.PathSensitive != 0 {
			continue
		}
		r := seen[c.name]
		if r.hours > 0 && r.last == c.milli/hour {
			continue
		}
		r = refused{r.hours + 1, c.milli / hour}
		seen[c.name] = r
		switch {
		case r.hours < askedAgain:
		case c.word:
			words[c.name] = true
		default:
			out[c.name] = true
		}
	}
	if len(out) >= max(manyHabits, len(words)) {
		maps.Copy(out, words)
	}
	if len(out) > mostHabits {
		return nil
	}
	return out
}

func sortContacts(all []contact) {
	earlier := func(a, b contact) int {
		if a.milli != b.milli {
			return cmp.Compare(a.milli, b.milli)
		}
		return cmp.Or(cmp.Compare(a.origin.Source, b.origin.Source), cmp.Compare(a.origin.Offset, b.origin.Offset))
	}
	if !slices.IsSortedFunc(all, earlier) {
		slices.SortStableFunc(all, earlier)
	}
}

// refusal reports an answer that says "there is nothing for you here". That a
// client hung up, came too often or holds an old copy says nothing of the kind.
func refusal(status uint16) bool {
	switch status {
	case 408, 409, 412, 416, 417, 425, 429, 499:
		return false
	}
	return status >= 400 && status < 500
}

// gone is the answer for what was here once: it is asked for by those who remember.
const gone = 410

// weightOf is the weight of a path, by its answer: an app that is asked for a
// password found what it looked for.
func weightOf(in *analyze.Input, r *window.Row, t *window.Touch) float64 {
	if t.Status == gone || t.Status == 401 && r.Has(ingest.ClientApp) {
		return min(.2, weight(in, r, t.Name))
	}
	return weight(in, r, t.Name)
}

// weight says how much a failed first contact means: much when only scanners
// ask for the path, little when it exists or fails honest visitors too; nothing
// when the client is authenticated, or declares itself to be one of the programs
// that live with stale addresses.
func weight(in *analyze.Input, r *window.Row, path uint64) float64 {
	if r.Flags&window.Authenticated != 0 {
		return 0
	}
	if in.BenignBad(path) >= 3 || in.Answered(path) > 0 {
		return .2
	}
	if in.Path(path)&(ingest.PathVocabulary|ingest.PathSensitive) != 0 {
		return 1.5
	}
	if stale(r) {
		return 0
	}
	if in.Benign() < 20 {
		return 1
	}
	// SPADE's surprise: the rarer among benign visitors, the heavier (Staniford et al. 2002).
	return min(1.5, max(.2, -math.Log10((float64(in.BenignBad(path))+.5)/float64(in.Benign()+1))/2))
}

// stale reports whether the client declares itself to be one of the programs
// that live with stale addresses.
func stale(r *window.Row) bool {
	return r.Has(ingest.ClientCrawler) || r.Has(ingest.ClientFeed) || r.Has(ingest.ClientMonitor) || r.Has(ingest.ClientApp)
}

// walk runs the random walk and returns its last value.
func walk(first []contact, t0 float64) float64 {
	up, down := math.Log(failHostile/t0), math.Log((1-failHostile)/(1-t0))
	var words, others float64
	var last time.Time
	for i := range first {
		c := &first[i]
		if !last.IsZero() {
			k := math.Exp2(-float64(c.at().Sub(last)) / float64(halfLife))
			words *= k
			others *= k
		}
		last = c.at()
		switch {
		case c.good && c.word:
		case c.good:
			others = max(creditFloor, others+down)
		case c.word:
			words += c.weight * up
		default:
			others += c.weight * up
		}
	}
	return words + max(0, others)
}

// walkAlone is the walk of a source on any site.
func walkAlone(in *analyze.Input, u *window.Unit) float64 {
	list := contactLists.Get().(*contactList)
	defer contactLists.Put(list)
	first, _ := list.of(in, u)
	return walk(first, failHonest)
}

// doNothing is the advice on probing that met nothing.
const doNothing = "Nothing to do. If the address is yours (a link checker, a scanner you hired), put it on the allowlist."

func scanStory(in *analyze.Input, u *window.Unit, f *analyze.Finding, bads, leaks []contact, more int, pauses []time.Duration) analyze.Story {
	const told = 4
	words := wordsAmong(bads)
	paths := make([]string, len(bads)) // of which no more is written than some tells
	for i := range bads[:min(len(bads), told+1)] {
		paths[i] = in.Set.Name(bads[i].name).Text
	}
	total := len(bads) + more
	lasted := f.Last.Sub(f.First)
	s := analyze.Story{}
	if f.Detector == "slow_scan" {
		s.Headline = "One knock every " + span(median(pauses)) + ", for " + span(lasted)
	} else {
		s.Headline = upper(count(total, "path")) + " that " + verb(total, "does", "do") + " not exist, in " + span(lasted)
	}
	what := "pages that do not exist here"
	if words*2 >= len(bads) {
		what = "admin, configuration and backup paths that do not exist here"
	}
	s.Body = []string{bare(u.Prefix()) + " asked for " + number(total) + " " + what + ": " + some(paths, told) + ". " + answered(bads) + "."}
	if len(pauses) > 0 && f.Detector == "slow_scan" {
		lo, hi := slices.Min(pauses), slices.Max(pauses)
		s.Body = append(s.Body, fmt.Sprintf("The pauses between knocks lasted %s, over %s.", minutesBetween(lo, hi), span(lasted)))
		if p := tooRegular(len(pauses), greenwood(pauses)); p < 1e-3 {
			s.Why = append(s.Why, fmt.Sprintf("People are not that regular: the chance of pauses this even is %s. Scripts that duck rate limits are.", chance(p)))
		} else {
			s.Why = append(s.Why, "It never hurries: no limit that counts over ten minutes sees it.")
		}
	}
	if words >= 5 {
		s.Why = append(s.Why, fmt.Sprintf("%d of the %d paths are on the lists that scanners carry; no visitor of this site asks for them.", words, len(bads)))
	} else {
		s.Why = append(s.Why, fmt.Sprintf("An honest visitor fails on %.0f of 100 new pages at most; this one failed on %s.", failHonest*100, share(total, total+goodOnes(u, in))))
	}
	s.Not = []string{"Nothing it asked for was served, so nothing leaked through these requests."}
	s.Do = []string{doNothing}
	if len(leaks) > 0 {
		s.Not = []string{fmt.Sprintf("Not all of it was refused: %s was answered %d, and should never be.", in.Set.Name(leaks[0].name).Text, leaks[0].status)}
		s.Do = []string{fmt.Sprintf("Ask for %s yourself. If the answer is the file, take it away and change every password and key in it.", in.Set.Name(leaks[0].name).Text)}
	}
	return s
}

func goodOnes(u *window.Unit, in *analyze.Input) (n int) {
	for i := range u.Rows {
		if in.Set.Service(u.Rows[i].Service) == ingest.ServiceWeb {
			n += u.GoodCount(&u.Rows[i])
		}
	}
	return n
}

func share(n, of int) string {
	if n == of {
		return "all of them"
	}
	return fmt.Sprintf("%d of %d", n, of)
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// answered says how some requests were.
func answered(all []contact) string {
	type answers struct {
		status uint16
		n      int
	}
	by := make([]answers, 0, 8)
	for i := range all {
		status := all[i].status
		at := slices.IndexFunc(by, func(a answers) bool { return a.status == status })
		if at < 0 {
			at = len(by)
			by = append(by, answers{status: status})
		}
		by[at].n++
	}
	slices.SortFunc(by, func(a, b answers) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.status, b.status)) })
	if len(by) == 1 {
		return "All were answered " + strconv.Itoa(int(by[0].status))
	}
	parts := make([]string, len(by))
	for i, a := range by {
		parts[i] = strconv.Itoa(a.n) + " times " + strconv.Itoa(int(a.status))
	}
	return "The answers: " + and(parts)
}
