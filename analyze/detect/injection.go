package detect

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Injection finds hostile content in requests, and what came of it. Each distinct
// payload counts by its stage: boolean and time based ones 2, extraction and
// execution 4. A lone quote may be an O'Brien: it counts 1, and only as part of
// the work on one input. Inputs whose answers change (flip), or that do what they
// are told to (proof), make it a success; the inputs themselves are told by
// Injectable.
type Injection struct{}

// Name implements analyze.Detector.
func (Injection) Name() string { return "injection" }

// shot is one request with hostile content. It stands in the Set.
type shot struct {
	*window.Touch
	from uint32 // who sent it, in Set.Units
}

func (s shot) at() time.Time      { return moment(s.Milli) }
func (s shot) mark() analyze.Mark { return analyze.Mark{Origin: s.Origin(), Time: s.at()} }

// Detect implements analyze.Detector.
func (d Injection) Detect(in *analyze.Input) []*analyze.Finding {
	fired, units := analyze.Fact(in, "volleys", volleysOf), in.Set.Units()
	return analyze.Gather(len(fired.first), func(n int, out []*analyze.Finding) []*analyze.Finding {
		shots := fired.of(n)
		i := int(shots[0].from)
		u, st := &units[i], in.Standing(i)
		if !st.Is(analyze.Current) || !current(in, shots) {
			return out
		}
		odds, distinct := payloadOdds(shots)
		if odds == 0 {
			return out
		}
		a := attack{unit: u, shots: shots, spots: spotsOf(shots), odds: odds, distinct: distinct}
		a.flips, a.proofs = flipsOf(in, a.spots), append(proofsOf(in, a.spots), shellsOf(in, shots)...)
		if len(a.flips)+len(a.proofs) == 0 {
			if own := foreign(in, u, shots); len(own) < len(shots) {
				if a.odds, a.distinct = payloadOdds(own); a.odds == 0 || !current(in, own) {
					return out
				}
				a.shots, a.spots = own, spotsOf(own)
			}
		}
		if len(a.flips)+len(a.proofs) == 0 && (st.Success && (a.distinct == 1 || !sharp(a.shots)) || signedIn(u, a.shots)) {
			return out
		}
		return append(out, new(d.judge(in, &a, st)))
	})
}

// volleys are the shots of all sources, in their order, and in order of time.
type volleys struct {
	all   []shot
	first []int32 // of each source that sent any
}

func volleysOf(in *analyze.Input) *volleys {
	v := &volleys{all: eachSign(in, analyze.Troubled, armed, func(i int, u *window.Unit, found []shot) []shot { return shotsOf(in, i, u, found) })}
	for i := range v.all {
		if i == 0 || v.all[i].from != v.all[i-1].from {
			v.first = append(v.first, int32(i))
		}
	}
	return v
}

// of returns the shots of the n-th source that sent any, to be read only.
func (v *volleys) of(n int) []shot {
	lo, hi := int(v.first[n]), len(v.all)
	if n+1 < len(v.first) {
		hi = int(v.first[n+1])
	}
	return v.all[lo:hi:hi]
}

// from returns the shots of a source, by index in Set.Units.
func (v *volleys) from(unit uint32) []shot {
	n, ok := slices.BinarySearchFunc(v.first, unit, func(at int32, unit uint32) int { return cmp.Compare(v.all[at].from, unit) })
	if !ok {
		return nil
	}
	return v.of(n)
}

// current reports whether the last of some shots lies in the analyzed window.
func current(in *analyze.Input, shots []shot) bool {
	return len(shots) > 0 && in.Contains(uint32(shots[len(shots)-1].at().Unix()/3600))
}

// attack is everything hostile that one source sent.
type attack struct {
	unit     *window.Unit
	shots    []shot // in order of time
	spots    []aimed
	odds     float64 // of the payloads
	distinct int     // payloads
	flips    []flip
	proofs   []proof
}

// shotsOf appends those of a source, in order of time.
func shotsOf(in *analyze.Input, unit int, u *window.Unit, out []shot) []shot {
	before := len(out)
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		touches := u.Touches(r)
		for k := range touches {
			if t := &touches[k]; t.Stage > ingest.StageNone && t.Class != ingest.ClassLLM && !fileHunt(in, t) {
				out = append(out, shot{t, uint32(unit)})
			}
		}
	}
	sortShots(out[before:])
	return out
}

func sortShots(shots []shot) {
	sortByTime(shots, func(s *shot) int64 { return s.Milli }, func(a, b shot) int { return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset)) })
}

// fileHunt reports a request whose only fault is to ask for a file that should
// not be served (/.env): that is a scan, and Scan tells it. Who sends something to a web
// shell that answers does not look for it.
func fileHunt(in *analyze.Input, t *window.Touch) bool {
	return !shot{Touch: t}.commanded() && t.Class&^(ingest.ClassLFI|ingest.ClassScanner|ingest.ClassWebshell|ingest.ClassLLM) == 0 && t.Stage <= ingest.StageMarker &&
		in.Path(t.Name)&(ingest.PathVocabulary|ingest.PathSensitive) != 0
}

// signedIn reports whether everything came from somebody whom the server knows by
// name, and was answered: editors post code, and look for it.
func signedIn(u *window.Unit, shots []shot) bool {
	known := map[uint32]bool{}
	for i := range u.Rows {
		if u.Rows[i].Flags&window.Authenticated != 0 {
			known[u.Rows[i].Hour] = true
		}
	}
	return !slices.ContainsFunc(shots, func(s shot) bool {
		return !known[uint32(s.at().Unix()/3600)] || s.Status < 200 || s.Status >= 400
	})
}

func (d Injection) judge(in *analyze.Input, a *attack, st *analyze.Standing) analyze.Finding {
	u, shots := a.unit, a.shots
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1190"}, Key: u.Prefix().String(), Sources: sources(u), Service: ingest.ServiceWeb,
		Impact: analyze.Generic, First: shots[0].at(), Last: shots[len(shots)-1].at(), Events: uint64(len(shots))}
	var class ingest.Class
	f.Times = make([]time.Time, 0, len(shots))
	for _, s := range shots {
		class |= s.Class
		f.Times = append(f.Times, s.at())
	}
	work := effortOf(in, a.spots)
	fact := count(a.distinct, "distinct payload") + " of " + classWords(class)
	for _, word := range work.words {
		fact += ", " + word
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Payload, LogOdds: a.odds + work.odds, Trials: a.distinct, Fact: fact}}
	if slices.ContainsFunc(shots, func(s shot) bool { return s.met(in) }) {
		f.Impact = analyze.Targeted
	}
	if e, ok := response(a.flips, a.proofs); ok {
		f.Impact = analyze.Success
		f.Evidence = append(f.Evidence, e)
	}
	if f.Impact < analyze.Success && a.odds+work.odds < sureAlone && !st.Success && (slices.ContainsFunc(shots, exploit) || insists(shots)) {
		low := analyze.Low
		f.Floor = &low
	}
	f.Targets = endpoints(in, a)
	f.Marks = bestLines(a)
	told := &attack{unit: u, shots: shots, distinct: a.distinct, flips: a.flips, proofs: a.proofs}
	targets := f.Targets // all of them
	f.Tell = func(f *analyze.Finding) {
		if !f.Silent {
			f.Story = injectionStory(in, told, f, targets, class, work)
		}
	}
	return f
}

// sureAlone is the evidence from which generic probing is of level low.
const sureAlone = -analyze.DefaultPrior + 1.4

// exploit reports a request that no form writes and no visitor mistypes: code to
// be run, in a path or a header, or for something that is not here, or of a kind
// that has no other use. Most who send one send no other.
func exploit(s shot) bool {
	if s.Stage < ingest.StageExtract {
		return false
	}
	return s.Param == 0 || s.Status >= 400 || s.Class&ingest.ClassJNDI != 0
}

// fewestAgain is how many times a payload with other numbers in it makes a program of
// who sends it.
const fewestAgain = 5

// insists reports somebody who sends SQL again and again although it is refused, or to
// see how long the answer takes. The numbers in it change, and it counts as one payload;
// but no form writes it so often.
func insists(shots []shot) bool {
	n := 0
	for _, s := range shots {
		if s.Stage >= ingest.StageLogic && s.Class&ingest.ClassSQLi != 0 && (s.Wait > 0 || s.Status >= 400) {
			n++
		}
	}
	return n >= fewestAgain
}

// response joins what the answers say: the strongest, and half of each further.
func response(flips []flip, proofs []proof) (analyze.Evidence, bool) {
	var all []analyze.Evidence
	for _, f := range flips {
		all = append(all, f.evidence())
	}
	for _, p := range proofs {
		all = append(all, analyze.Evidence{Family: analyze.Response, LogOdds: p.odds, Trials: len(p.shots), Fact: p.fact})
	}
	if len(all) == 0 {
		return analyze.Evidence{}, false
	}
	slices.SortStableFunc(all, func(a, b analyze.Evidence) int { return cmp.Compare(b.LogOdds, a.LogOdds) })
	sum := all[0]
	for _, e := range all[1:] {
		sum.LogOdds += e.LogOdds / 2
	}
	return sum, true
}

// payloadAt is a payload of a source, at the path that it was sent to.
type payloadAt struct {
	path, shape uint64
	n           int // of the shots
}

var payloadLists = sync.Pool{New: func() any { return new([]payloadAt) }}

// payloadOdds adds up the distinct payloads, by stage. Lone quotes count only
// when the same path also saw something sharper, or three different ones.
func payloadOdds(shots []shot) (odds float64, distinct int) {
	list := payloadLists.Get().(*[]payloadAt)
	defer payloadLists.Put(list)
	all := (*list)[:0]
	for i, s := range shots {
		all = append(all, payloadAt{s.Name, s.Aux, i})
	}
	*list = all
	slices.SortFunc(all, func(a, b payloadAt) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.shape, b.shape), cmp.Compare(a.n, b.n))
	})
	quotes, sharper := 0, false // of the path
	for i, p := range all {
		if i == 0 || p.path != all[i-1].path {
			quotes, sharper = 0, false
		}
		if i == 0 || p.path != all[i-1].path || p.shape != all[i-1].shape {
			s := shots[p.n]
			worth := 0
			switch {
			case s.Stage >= ingest.StageExtract:
				worth, sharper = 4, true
			case s.Stage == ingest.StageLogic:
				worth, sharper = 2, true
			case s.Stage == ingest.StageSyntax:
				quotes++
			case s.Kind == ingest.KindProbe:
				worth = 1
			}
			if worth > 0 {
				odds += float64(worth)
				distinct++
			}
		}
		if last := i+1 == len(all) || all[i+1].path != p.path; last && (sharper || quotes >= 3) {
			odds += float64(quotes)
			distinct += quotes
		}
	}
	return odds, distinct
}

// met reports whether a payload met an endpoint that exists and answers.
func (s shot) met(in *analyze.Input) bool {
	return (s.Status >= 200 && s.Status < 300 || s.Broke()) && in.Answered(s.Name) > 0
}

// endpoints names the paths: those whose answers tell first, then by hits.
func endpoints(in *analyze.Input, a *attack) (out []analyze.Target) {
	seen := distincts.Get().(*distinct)
	defer distincts.Put(seen)
	seen.clear()
	var paths []perName
	for _, s := range a.shots {
		at, fresh := seen.number(s.Name)
		if fresh {
			paths = append(paths, perName{id: s.Name})
		}
		paths[at].n++
	}
	slices.SortFunc(paths, func(a, b perName) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.id, b.id)) })
	out = make([]analyze.Target, 0, len(a.flips)+len(a.proofs)+len(paths))
	add := func(path uint64) {
		out = append(out, analyze.Target{Kind: analyze.Endpoint, Value: in.Set.Name(path).Text})
	}
	for _, f := range a.flips {
		add(f.path)
	}
	for _, p := range a.proofs {
		add(p.path)
	}
	for _, p := range paths {
		add(p.id)
	}
	return analyze.Unique(out)
}

// bestLines picks the lines that show it best: the proofs, the first error of each
// input that changed, the first of each stage, and as many others as are shown.
func bestLines(a *attack) []analyze.Mark {
	out := make([]analyze.Mark, 0, min(len(a.flips)+len(a.proofs)+len(a.shots), analyze.MaxMarks))
	add := func(m analyze.Mark) {
		if len(out) < analyze.MaxMarks && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	for _, f := range a.flips {
		add(f.marks[0])
	}
	for _, p := range a.proofs {
		add(p.shots[0].mark())
	}
	stage := ingest.StageNone
	for _, s := range a.shots {
		if s.Stage > stage {
			stage = s.Stage
			add(s.mark())
		}
	}
	for i := 0; i < len(a.shots) && len(out) < analyze.MaxMarks; i++ {
		add(a.shots[i].mark())
	}
	return out
}
