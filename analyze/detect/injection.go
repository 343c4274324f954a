package detect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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
	from uint32 // who sent it, in Set.Units; 0 while one source alone is looked at
}

func (s shot) at() time.Time      { return moment(s.Milli) }
func (s shot) mark() analyze.Mark { return analyze.Mark{Origin: s.Origin(), Time: s.at()} }

// Detect implements analyze.Detector.
func (d Injection) Detect(in *analyze.Input) []analyze.Finding {
	return eachSign(in, analyze.Current|analyze.Troubled, armed, func(i int, u *window.Unit, out []analyze.Finding) []analyze.Finding {
		shots := shotsOf(in, u)
		if !current(in, shots) {
			return out
		}
		a := attack{unit: u, shots: shots, spots: spotsOf(shots)}
		a.odds, a.distinct = payloadOdds(shots)
		if a.odds == 0 {
			return out
		}
		a.flips, a.proofs = flipsOf(in, a.spots), append(proofsOf(in, a.spots), shellsOf(in, shots)...)
		if len(a.flips)+len(a.proofs) == 0 {
			a.shots = foreign(in, u, shots)
			shots = a.shots
			if a.odds, a.distinct = payloadOdds(shots); a.odds == 0 || !current(in, shots) {
				return out
			}
			a.spots = spotsOf(shots)
		}
		if len(a.flips)+len(a.proofs) == 0 && (in.Standing(i).Success && (a.distinct == 1 || !sharp(shots)) || signedIn(u, shots)) {
			return out
		}
		return append(out, d.judge(in, &a, in.Standing(i)))
	})
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

func shotsOf(in *analyze.Input, u *window.Unit) (out []shot) {
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		touches := u.Touches(r)
		for k := range touches {
			if t := &touches[k]; t.Stage > ingest.StageNone && t.Class != ingest.ClassLLM && !fileHunt(in, t) {
				out = append(out, shot{Touch: t})
			}
		}
	}
	sortShots(out)
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
		in.Set.Name(t.Name).Path&(ingest.PathVocabulary|ingest.PathSensitive) != 0
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
	fact := append([]string{fmt.Sprintf("%s of %s", count(a.distinct, "distinct payload"), classWords(class))}, work.words...)
	f.Evidence = []analyze.Evidence{{Family: analyze.Payload, LogOdds: a.odds + work.odds, Trials: a.distinct, Fact: strings.Join(fact, ", ")}}
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
	f.Story = injectionStory(in, a, f, class, work)
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

// payloadOdds adds up the distinct payloads, by stage. Lone quotes count only
// when the same path also saw something sharper, or three different ones.
func payloadOdds(shots []shot) (odds float64, distinct int) {
	type key struct{ path, shape uint64 }
	seen := map[key]bool{}
	quotes, sharper := map[uint64]int{}, map[uint64]bool{}
	for _, s := range shots {
		k := key{s.Name, s.Aux}
		if seen[k] {
			continue
		}
		seen[k] = true
		switch {
		case s.Stage >= ingest.StageExtract:
			odds += 4
			sharper[s.Name] = true
		case s.Stage == ingest.StageLogic:
			odds += 2
			sharper[s.Name] = true
		case s.Stage == ingest.StageSyntax:
			quotes[s.Name]++
			continue
		case s.Kind == ingest.KindProbe:
			odds++
		default:
			continue
		}
		distinct++
	}
	for path, n := range quotes {
		if sharper[path] || n >= 3 {
			odds += float64(n)
			distinct += n
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

// bestLines picks the lines that show it best: the first of each stage, the first
// error of each input that changed, and the proofs.
func bestLines(a *attack) []analyze.Mark {
	out := make([]analyze.Mark, 0, len(a.flips)+len(a.proofs)+int(ingest.StageExtract)+len(a.shots))
	for _, f := range a.flips {
		out = append(out, f.marks[0])
	}
	for _, p := range a.proofs {
		out = append(out, p.shots[0].mark())
	}
	stage := ingest.StageNone
	for _, s := range a.shots {
		if s.Stage > stage {
			stage = s.Stage
			out = append(out, s.mark())
		}
	}
	for _, s := range a.shots {
		out = append(out, s.mark())
	}
	return analyze.Unique(out)
}
