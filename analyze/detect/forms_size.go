package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Many a program's login answers 200 to a wrong password and to a right one; what
// differs is the size of the answer. Which size says no is learned from those who send
// it a few times in a row: who mistypes tries again, and is answered otherwise then;
// hardly anybody does it the other way round. Where sizes follow each other in either
// order, as for people who share an address or answers of any size, nothing is learned.
const (
	fewestTurns  = 6  // networks in which somebody was refused and then answered otherwise
	longestBout  = 6  // answers without a pause of inOneGo: one person's
	mostTaught   = 32 // answers of one source that are learned from
	outOfOrder   = .5 // of the others' answers at the time, from which the login refuses everybody
	fewestBeside = 3  // such answers
	sizeOdds     = 10 // log-odds of what sizes alone tell, at the most: it informs, and bans nobody
)

// sizedNo is the answer of 200 with which a login refuses.
type sizedNo struct {
	size    int           // of most of them
	turns   int           // that were followed by another answer
	mostLet int           // networks that were let in on the day with most of them
	all     refusalCounts // in order of time
	by      refusalCounts // in order of networks, and then of time
	nets    []hood        // of those
}

// says reports whether an answer is the one with which a login refuses.
func (d *sizedNo) says(t *window.Touch) bool {
	return d != nil && t.Status == 200 && nearly(int(t.Bytes), d.size)
}

// saysMost reports whether more than half of some answers are.
func (d *sizedNo) saysMost(all []*window.Touch) bool {
	n := 0
	for _, t := range all {
		if d.says(t) {
			n++
		}
	}
	return 2*n > len(all)
}

// others counts, of what a login answered others than one network from a moment to
// another, what was a refusal and what was not.
func (d *sizedNo) others(but hood, first, last int64) (no, other int) {
	no, other = d.all.within(0, len(d.all.millis), first, last)
	lo, _ := slices.BinarySearch(d.nets, but)
	hi := lo + sort.Search(len(d.nets)-lo, func(i int) bool { return d.nets[lo+i] > but })
	n, o := d.by.within(lo, hi, first, last)
	return no - n, other - o
}

// refusalCounts are what a login answered, for adding up.
type refusalCounts struct {
	millis []int64
	no     []int // refusals before each, and last before the end
}

func countRefusals(all []reply, size int) refusalCounts {
	a := refusalCounts{make([]int64, len(all)), make([]int, len(all)+1)}
	for i := range all {
		a.millis[i] = all[i].milli
		a.no[i+1] = a.no[i]
		if all[i].says(size) {
			a.no[i+1]++
		}
	}
	return a
}

// within counts the answers of a part, which are in order of time, from a moment to another.
func (a *refusalCounts) within(lo, hi int, first, last int64) (no, other int) {
	part := a.millis[lo:hi]
	from, _ := slices.BinarySearch(part, first)
	to := from + sort.Search(len(part)-from, func(i int) bool { return part[from+i] > last })
	no = a.no[lo+to] - a.no[lo+from]
	return no, to - from - no
}

// saysNoAt learns these answers, by the path of the login. A form that is known to show itself
// again needs none.
func saysNoAt(in *analyze.Input) map[uint64]*sizedNo { return analyze.Fact(in, "sized", refusalsOf) }

// sizedAt returns how a login refuses by the size of its answers, nil where it does not,
// or where its other answers tell more.
func sizedAt(in *analyze.Input, path uint64) *sizedNo {
	if knownForms(in)[path].leadsOn() {
		return nil
	}
	return saysNoAt(in)[path]
}

// reply is an answer that is learned from.
type reply struct {
	path   uint64
	milli  int64
	net    hood
	bytes  int
	page   bool // answered 200
	turned bool // and the next one of the bout was another
}

func refusalsOf(in *analyze.Input) map[uint64]*sizedNo {
	all := eachSign(in, analyze.Troubled, sender, func(_ int, u *window.Unit, out []reply) []reply {
		var sent []*window.Touch
		eachSent(in, u, func(_ *window.Row, t *window.Touch) {
			if t.Status >= 200 && t.Status < 400 && in.Path(t.Name)&ingest.PathLogin != 0 {
				sent = append(sent, t)
			}
		})
		if len(sent) == 0 {
			return out
		}
		slices.SortStableFunc(sent, func(a, b *window.Touch) int { return cmp.Compare(a.Name, b.Name) })
		for lo, hi := 0, 0; lo < len(sent); lo = hi {
			for hi = lo + 1; hi < len(sent) && sent[hi].Name == sent[lo].Name; hi++ {
			}
			if !shownAgainBy(in.Set.Name(sent[lo].Name).Text) {
				out = appendReplies(out, sent[lo:hi], hoodOf(u.Prefix()))
			}
		}
		return out
	})
	of := map[uint64][]reply{}
	for i := range all {
		of[all[i].path] = append(of[all[i].path], all[i])
	}
	out := map[uint64]*sizedNo{}
	for path, replies := range of {
		if d := sizeOfNo(replies); d != nil {
			out[path] = d
		}
	}
	return out
}

// appendReplies appends what one source was answered in short bouts.
func appendReplies(out []reply, sent []*window.Touch, net hood) []reply {
	first := len(out)
	for lo := 0; lo < len(sent) && len(out)-first < mostTaught; {
		hi := lo + 1
		for hi < len(sent) && sent[hi].Milli-sent[hi-1].Milli < inOneGo.Milliseconds() {
			hi++
		}
		for i := lo; i < hi && hi-lo <= longestBout; i++ {
			r := reply{path: sent[i].Name, milli: sent[i].Milli, net: net, bytes: int(sent[i].Bytes), page: sent[i].Status == 200}
			r.turned = r.page && i+1 < hi && (sent[i+1].Status != 200 || !nearly(int(sent[i+1].Bytes), r.bytes))
			out = append(out, r)
		}
		lo = hi
	}
	return out
}

func (r *reply) says(size int) bool { return r.page && nearly(r.bytes, size) }

// sizeOfNo finds the answer from which people turn to another one, and to which
// hardly anybody turns.
func sizeOfNo(all []reply) *sizedNo {
	var sizes []int
	for i := range all {
		if all[i].turned {
			sizes = append(sizes, all[i].bytes)
		}
	}
	if len(sizes) < fewestTurns {
		return nil
	}
	d := &sizedNo{size: median(sizes)}
	turned := map[hood]bool{}
	for i := range all {
		if r := &all[i]; r.turned && r.says(d.size) {
			d.turns++
			turned[r.net] = true
		}
	}
	if len(turned) < fewestTurns || float64(d.turns) < alikeShare*float64(len(sizes)) {
		return nil
	}
	slices.SortStableFunc(all, func(a, b reply) int { return cmp.Compare(a.milli, b.milli) })
	d.all = countRefusals(all, d.size)
	let, day := map[hood]bool{}, int64(0)
	for i := range all {
		r := &all[i]
		if r.milli/dayMilli != day {
			day = r.milli / dayMilli
			clear(let)
		}
		if !r.says(d.size) {
			let[r.net] = true
			d.mostLet = max(d.mostLet, len(let))
		}
	}
	slices.SortStableFunc(all, func(a, b reply) int { return cmp.Compare(a.net, b.net) })
	d.by, d.nets = countRefusals(all, d.size), make([]hood, len(all))
	for i := range all {
		d.nets[i] = all[i].net
	}
	return d
}

// deniedTo lists the logins that refused this source by the size of their answers.
func deniedTo(in *analyze.Input, u *window.Unit, posts []*window.Touch) map[uint64]bool {
	var out map[uint64]bool
	sent := map[uint64][]*window.Touch{}
	for _, t := range posts {
		if sizedAt(in, t.Name) != nil {
			sent[t.Name] = append(sent[t.Name], t)
		}
	}
	for id, all := range sent {
		if sizedAt(in, id).refuses(hoodOf(u.Prefix()), all) {
			if out == nil {
				out = map[uint64]bool{}
			}
			out[id] = true
		}
	}
	return out
}

// refuses reports a login that refused nearly all that a source sent it, by Fisher's
// exact test far more often than what others sent, of whom it let some in at the time.
// Who asks as a clock strikes is a program with an old password, or watches the login.
func (d *sizedNo) refuses(net hood, sent []*window.Touch) bool {
	var no []*window.Touch
	for _, t := range sent {
		if d.says(t) {
			no = append(no, t)
		}
	}
	if len(no) < guessLeast || float64(len(no)) < alikeShare*float64(len(sent)) || ticks(timesSent(no)) {
		return false
	}
	refused, let := d.others(net, 0, math.MaxInt64)
	if fisher(len(no), len(sent)-len(no), refused, let) >= byChance {
		return false
	}
	about := time.Hour.Milliseconds()
	refused, let = d.others(net, no[0].Milli-about, no[len(no)-1].Milli+about)
	return refused+let < fewestBeside || float64(refused) < outOfOrder*float64(refused+let)
}

// ticks reports what a program does every so many seconds or minutes. Who draws a pause
// at random is more even than chance, too, but not like that.
func ticks(times []time.Time) bool {
	pauses := gaps(times)
	beat, n := median(pauses), 0
	for _, p := range pauses {
		if d := p - beat; max(d, -d) <= beat/5 {
			n++
		}
	}
	return beat >= shortPoll && float64(n) >= alikeShare*float64(len(pauses))
}

// why says how it is known that an answer is a refusal.
func (d *sizedNo) why() string {
	return fmt.Sprintf("The login answers 200 to a wrong password, too. An answer of about %s is taken for a refusal: %s somebody who got it tried again and was answered otherwise.",
		count(d.size, "byte"), count(d.turns, "time"))
}

// tell explains why an answer of 200 is taken for a refusal, and shows what a source was
// answered otherwise: there it may have got in.
func (d *sizedNo) tell(in *analyze.Input, u *window.Unit, f *analyze.Finding, path uint64) {
	f.Story.Why = []string{"Nobody forgets a password that often.", d.why()}
	var others []analyze.Mark
	eachSent(in, u, func(_ *window.Row, t *window.Touch) {
		if t.Name == path && t.Status >= 200 && t.Status < 400 && !d.says(t) {
			others = append(others, analyze.Mark{Origin: t.Origin(), Time: moment(t.Milli)})
		}
	})
	if len(others) == 0 {
		return
	}
	f.Marks = append(f.Marks, analyze.Spread(others, 2)...)
	f.Story.Body = append(f.Story.Body, fmt.Sprintf("Beside these, %s had another size: there it may have got in.", count(len(others), "answer")))
	f.Story.Do = append([]string{"See in the application who logged in from this address, end those sessions, and have the passwords changed."}, f.Story.Do...)
}
