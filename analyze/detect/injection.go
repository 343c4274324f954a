package detect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Injection finds hostile content in requests, and endpoints whose answers
// change with it: 200 for visitors and for the first attempts, 500 for the
// payload, means that the input very likely reaches an interpreter unescaped.
//
// Each distinct payload counts by its stage: boolean and time based ones 2,
// extraction and execution 4. A lone quote may be an O'Brien: it counts 1, and
// only as part of a progression on one path.
type Injection struct{}

// Name implements analyze.Detector.
func (Injection) Name() string { return "injection" }

// shot is one request with hostile content.
type shot struct {
	window.Touch
	at time.Time
}

func (s shot) mark() analyze.Mark { return analyze.Mark{Origin: s.Origin(), Time: s.at} }

func (s shot) failed() bool {
	return s.Status >= 500 && s.Status < 600 && (s.Status < 502 || s.Status > 504)
}

// Detect implements analyze.Detector.
func (d Injection) Detect(in *analyze.Input) []analyze.Finding {
	return analyze.EachUnit(in, analyze.Current|analyze.Troubled, func(_ int, u *window.Unit, out []analyze.Finding) []analyze.Finding {
		if shots := shotsOf(in, u); len(shots) > 0 && in.Contains(uint32(shots[len(shots)-1].at.Unix()/3600)) {
			if f, ok := d.judge(in, u, shots); ok {
				out = append(out, f)
			}
		}
		return out
	})
}

func shotsOf(in *analyze.Input, u *window.Unit) (out []shot) {
	for i := range u.Rows {
		r := &u.Rows[i]
		if in.Set.Service(r.Service) != ingest.ServiceWeb {
			continue
		}
		for _, t := range u.Touches(r) {
			if t.Stage > ingest.StageNone && !fileHunt(in, t) {
				out = append(out, shot{t, time.UnixMilli(t.Milli).UTC()})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b shot) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.Offset, b.Offset)) })
	return out
}

// fileHunt reports a request whose only fault is to ask for a file that should
// not be served (/.env): that is a scan, and Scan tells it.
func fileHunt(in *analyze.Input, t window.Touch) bool {
	return t.Class&^(ingest.ClassLFI|ingest.ClassScanner|ingest.ClassWebshell) == 0 && in.Set.Name(t.Name).Path&(ingest.PathVocabulary|ingest.PathSensitive) != 0 && t.Stage < ingest.StageExecute
}

func (d Injection) judge(in *analyze.Input, u *window.Unit, shots []shot) (analyze.Finding, bool) {
	odds, distinct := payloadOdds(shots)
	if odds == 0 {
		return analyze.Finding{}, false
	}
	var class ingest.Class
	byPath := map[uint64][]shot{}
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1190"}, Key: u.Prefix.String(), Sources: sources(u), Service: ingest.ServiceWeb,
		Impact: analyze.Generic, First: shots[0].at, Last: shots[len(shots)-1].at, Events: uint64(len(shots))}
	for _, s := range shots {
		class |= s.Class
		byPath[s.Name] = append(byPath[s.Name], s)
		f.Times = append(f.Times, s.at)
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Payload, LogOdds: odds, Trials: distinct,
		Fact: fmt.Sprintf("%s of %s", count(distinct, "distinct payload"), classWords(class))}}
	var flips []flip
	for _, path := range byCount(lengths(byPath)) {
		if fl, ok := flipped(in, path, byPath[path]); ok {
			flips = append(flips, fl)
		} else if live(in, path, byPath[path]) {
			f.Impact = max(f.Impact, analyze.Targeted)
		}
	}
	slices.SortStableFunc(flips, func(a, b flip) int { return cmp.Compare(a.p, b.p) })
	if len(flips) > 0 {
		f.Impact = analyze.Success
		fl := flips[0]
		f.Evidence = append(f.Evidence, analyze.Evidence{Family: analyze.Response, LogOdds: min(8, analyze.FromP(fl.p)), Trials: fl.hit,
			Fact: fmt.Sprintf("%s answered %d of %d payloads with an error, and %d of %s other requests", fl.text, fl.hit, fl.tried, fl.cleanErrors, number(fl.clean))})
	}
	f.Targets = endpoints(in, flips, byPath)
	f.Marks = telling(shots, flips)
	f.Story = injectionStory(in, u, f, shots, distinct, class, flips)
	return f, true
}

func lengths(m map[uint64][]shot) map[uint64]int {
	out := map[uint64]int{}
	for k, v := range m {
		out[k] = len(v)
	}
	return out
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

// live reports whether payloads met an endpoint that exists and answers.
func live(in *analyze.Input, path uint64, shots []shot) bool {
	return in.Answered(path) > 0 && slices.ContainsFunc(shots, func(s shot) bool { return s.Status >= 200 && s.Status < 300 || s.failed() })
}

// flip is an endpoint whose answers changed with the payload.
type flip struct {
	path               uint64
	text               string
	hit, tried         int // distinct payloads answered 5xx, and all payloads
	clean, cleanErrors int
	first              time.Time // first error
	before, status     uint16    // what the last payload before it was answered well with, 0: visitors alone were; and the first error
	p                  float64
}

// answeredWell says who had no error before the first one.
func (f flip) answeredWell() string {
	if f.before == 0 {
		return "Visitors were answered well"
	}
	return fmt.Sprintf("The first were answered %d", f.before)
}

// flipped tests one path: at least two distinct payloads answered 5xx other than
// 502, 503 and 504 after it had answered well; by Fisher's exact test against
// the clean requests of the path at p < .01; and no wave of clean errors in the
// same hours, because an outage is no injection.
func flipped(in *analyze.Input, path uint64, shots []shot) (flip, bool) {
	fl := flip{path: path, text: in.Set.Name(path).Text, tried: len(shots)}
	shapes := map[uint64]bool{}
	errorHours := map[uint32]bool{}
	errors := 0
	for _, s := range shots {
		if s.Stage < ingest.StageSyntax {
			continue
		}
		if !s.failed() {
			if fl.first.IsZero() && s.Status >= 200 && s.Status < 300 {
				fl.before = s.Status
			}
			continue
		}
		if fl.first.IsZero() {
			fl.first, fl.status = s.at, s.Status
		}
		errors++
		shapes[s.Aux] = true
		errorHours[uint32(s.at.Unix()/3600)] = true
	}
	fl.hit = errors
	th := in.Thing(path)
	if len(shapes) < 2 || th == nil {
		return flip{}, false
	}
	all := answersOf(in, th)
	fl.clean, fl.cleanErrors = all.clean, all.errors
	goodBefore := fl.before != 0 || int64(all.firstGood) < fl.first.Unix()
	cleanIn, cleanErrorsIn := 0, 0
	for hour := range errorHours {
		i, ok := slices.BinarySearchFunc(th.Hours, hour, func(o window.Object, hour uint32) int { return cmp.Compare(o.Hour, hour) })
		if ok {
			n, errs := clean(&th.Hours[i])
			cleanIn += n
			cleanErrorsIn += errs
		}
	}
	if !goodBefore {
		return flip{}, false
	}
	if cleanErrorsIn >= 2 && cleanErrorsIn*10 > cleanIn {
		return flip{}, false // the endpoint was failing for everybody
	}
	fl.p = fisher(errors, fl.tried-errors, fl.cleanErrors, max(0, fl.clean-fl.cleanErrors))
	return fl, fl.p < .01
}

// answers is how a path answered requests without payloads.
type answers struct {
	clean, errors int
	firstGood     uint32 // Unix seconds; the highest number for never
}

// answersOf sums up the hours of a path, once for all who attack it.
func answersOf(in *analyze.Input, th *window.Thing) answers {
	return analyze.Fact(in, "answers "+strconv.FormatUint(th.ID, 16), func(*analyze.Input) answers {
		all := answers{firstGood: math.MaxUint32}
		for i := range th.Hours {
			n, errs := clean(&th.Hours[i])
			all.clean += n
			all.errors += errs
			if th.Hours[i].Good > 0 {
				all.firstGood = min(all.firstGood, th.Hours[i].First)
			}
		}
		return all
	})
}

// clean counts the requests of an hour without payloads, and their errors.
func clean(o *window.Object) (n, errors int) {
	return int(o.Events - min(o.Events, o.Probes)), int(o.Errors - min(o.Errors, o.ProbeErrors))
}

// endpoints names the paths: those that changed first, then by hits.
func endpoints(in *analyze.Input, flips []flip, byPath map[uint64][]shot) (out []analyze.Target) {
	for _, f := range flips {
		out = append(out, analyze.Target{Kind: analyze.Endpoint, Value: f.text})
	}
	for _, path := range byCount(lengths(byPath)) {
		out = append(out, analyze.Target{Kind: analyze.Endpoint, Value: in.Set.Name(path).Text})
	}
	return analyze.Unique(out)
}

// telling picks the lines that show it best: the first of each stage, and the
// first error.
func telling(shots []shot, flips []flip) (out []analyze.Mark) {
	stage := ingest.StageNone
	flipped := map[uint64]bool{}
	for _, f := range flips {
		flipped[f.path] = true
	}
	errorSeen := false
	for _, s := range shots {
		if s.Stage > stage || flipped[s.Name] && s.failed() && !errorSeen {
			stage = max(stage, s.Stage)
			errorSeen = errorSeen || s.failed()
			out = append(out, s.mark())
		}
	}
	for _, s := range shots {
		out = append(out, s.mark())
	}
	return analyze.Unique(out)
}

var classTitles = map[ingest.Class]string{
	ingest.ClassSQLi: "SQL injection", ingest.ClassXSS: "cross-site scripting", ingest.ClassLFI: "file inclusion and path traversal",
	ingest.ClassRFI: "remote file inclusion", ingest.ClassRCE: "command injection", ingest.ClassSSTI: "template injection",
	ingest.ClassSSRF: "server-side request forgery", ingest.ClassJNDI: "Log4Shell", ingest.ClassPHP: "PHP code injection",
	ingest.ClassJava: "Java code injection", ingest.ClassNoSQL: "NoSQL injection", ingest.ClassXXE: "XML entity injection",
	ingest.ClassCRLF: "header injection", ingest.ClassLDAP: "LDAP injection", ingest.ClassScanner: "scanner probes",
	ingest.ClassWebshell: "web shell requests", ingest.ClassProtocol: "protocol abuse", ingest.ClassLLM: "text addressed to a language model",
}

func classWords(c ingest.Class) string {
	var names []string
	for bit := ingest.Class(1); bit != 0 && bit <= c; bit <<= 1 {
		if c&bit != 0 {
			names = append(names, classTitles[bit])
		}
	}
	if len(names) == 0 {
		return "hostile content"
	}
	return some(names, 3)
}

func injectionStory(in *analyze.Input, u *window.Unit, f analyze.Finding, shots []shot, distinct int, class ingest.Class, flips []flip) analyze.Story {
	kind := classWords(class)
	lasted := span(f.Last.Sub(f.First))
	where := f.Targets[0].Value
	s := analyze.Story{}
	if len(flips) > 0 {
		fl := flips[0]
		s.Headline = fmt.Sprintf("%s on %s, and the answers changed", upper(kind), where)
		s.Body = []string{
			fmt.Sprintf("%s sent %s with hostile content in %s%s: %s.", bare(u.Prefix), count(len(shots), "request"), lasted, sharper(shots), kind),
			fmt.Sprintf("%s; from %s on, %d of them got an error %d. The input very likely reaches the interpreter behind %s unescaped: it may be injectable.",
				fl.answeredWell(), fl.first.In(in.Location).Format("15:04:05"), fl.hit, fl.status, fl.text),
		}
		s.Why = []string{fmt.Sprintf("%s failed %d of %d times on these payloads, and %d times in %s other requests.", fl.text, fl.hit, fl.tried, fl.cleanErrors, number(fl.clean))}
		s.Not = []string{"An outage is ruled out: other requests to it were answered in the same hours."}
		s.Do = []string{fmt.Sprintf("Mend the code behind %s (bind parameters, never paste them into a statement). Banning the source does not close the hole.", fl.text)}
		return s
	}
	s.Headline = fmt.Sprintf("%s against %s", upper(kind), where)
	if len(f.Targets) > 3 {
		s.Headline = fmt.Sprintf("%s against %d paths", upper(kind), len(f.Targets))
	}
	s.Body = []string{fmt.Sprintf("%s sent %s with hostile content in %s (%s), to %s.", bare(u.Prefix), count(len(shots), "request"), lasted, kind, some(values(f.Targets), 3))}
	s.Why = []string{fmt.Sprintf("%s: no browser and no honest link writes them.", upper(count(distinct, "distinct payload")))}
	if f.Impact == analyze.Targeted {
		s.Not = []string{"The endpoint exists and answered, but its answers did not change: no sign that it let anything in."}
		s.Do = []string{"Look at the input handling of the endpoint when there is time; nothing shows that it is open."}
	} else {
		s.Not = []string{"Nothing that exists here answered: the requests were refused or met no page."}
	}
	return s
}

// sharper says so when the payloads went up the stages.
func sharper(shots []shot) string {
	if first, last := shots[0].Stage, shots[len(shots)-1].Stage; last > first {
		return ", growing sharper"
	}
	return ""
}

func values(ts []analyze.Target) (out []string) {
	for _, t := range ts {
		out = append(out, t.Value)
	}
	return out
}
