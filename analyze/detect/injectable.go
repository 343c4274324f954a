package detect

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"gumshoe/analyze"
	"gumshoe/ingest"
)

// Injectable finds the inputs of the site that seem to be open, whoever showed it:
// one source or many that send a payload each, an attacker or the owner's own
// scanner. It accuses nobody. A ban does not close a hole, and so the hole is told
// by itself: once, however many went through it.
type Injectable struct{}

// Name implements analyze.Detector.
func (Injectable) Name() string { return "injectable_endpoint" }

// mostHoles is how many open paths are told one by one. A page that breaks on
// everything has many, and one cause.
const mostHoles = 10

// hole is a path with the inputs that seem to be open.
type hole struct {
	path    uint64
	flips   []flip
	proofs  []proof
	shots   []shot
	senders []netip.Prefix
}

// Detect implements analyze.Detector.
func (d Injectable) Detect(in *analyze.Input) []*analyze.Finding {
	all := analyze.Fact(in, "volleys", volleysOf).all
	numbers := make([]int32, 0, len(all))
	for i, s := range all {
		if s.Stage >= ingest.StageSyntax && in.Standing(int(s.from)).Is(analyze.Current) {
			numbers = append(numbers, int32(i))
		}
	}
	byPath := byName(numbers, func(i int32) uint64 { return all[i].Name })
	holes := analyze.Gather(len(byPath), func(i int, holes []hole) []hole {
		of := make([]shot, len(byPath[i]))
		for k, n := range byPath[i] {
			of[k] = all[n]
		}
		if h, ok := holeIn(in, of[0].Name, of); ok {
			holes = append(holes, h)
		}
		return holes
	})
	slices.SortFunc(holes, func(a, b hole) int {
		return cmp.Or(cmp.Compare(b.weight(), a.weight()), cmp.Compare(a.path, b.path))
	})
	var out []*analyze.Finding
	for _, h := range holes[:min(len(holes), mostHoles)] {
		out = append(out, new(d.finding(in, h)))
	}
	if len(holes) > mostHoles {
		last := out[mostHoles-1]
		for _, h := range holes[mostHoles:] {
			last.Targets = append(last.Targets, analyze.Target{Kind: analyze.Endpoint, Value: in.Set.Name(h.path).Text})
		}
		last.Story.Body = append(last.Story.Body, fmt.Sprintf("%d more paths changed their answers in the same way: %s.", len(holes)-mostHoles, some(values(last.Targets[1:]), 5)))
	}
	return out
}

// holeIn judges one path by what everybody sent to it. Something of it has to lie
// in the window.
func holeIn(in *analyze.Input, path uint64, of []shot) (hole, bool) {
	h := hole{path: path}
	if !slices.ContainsFunc(of, func(s shot) bool { return in.Contains(uint32(s.at().Unix() / 3600)) }) {
		return h, false
	}
	h.shots = of
	from := make([]uint32, len(of))
	for i, s := range of {
		from[i] = s.from
	}
	sortShots(h.shots)
	for _, i := range slices.Compact(from) {
		h.senders = append(h.senders, in.Set.Units()[i].Prefix())
	}
	slices.SortFunc(h.senders, prefix.Compare)
	spots := spotsOf(h.shots)
	h.flips, h.proofs = flipsOf(in, spots), proofsOf(in, spots)
	return h, len(h.flips)+len(h.proofs) > 0
}

func (h hole) weight() float64 {
	e, _ := response(h.flips, h.proofs)
	return e.LogOdds
}

func (d Injectable) finding(in *analyze.Input, h hole) analyze.Finding {
	name := in.Set.Name(h.path).Text
	f := analyze.Finding{Detector: d.Name(), Techniques: []string{"T1190"}, Key: "endpoint " + name, Own: true, Visitors: h.senders, Service: ingest.ServiceWeb,
		Impact: analyze.Success, First: h.shots[0].at(), Last: h.shots[len(h.shots)-1].at(), Events: uint64(len(h.shots)),
		Targets: []analyze.Target{{Kind: analyze.Endpoint, Value: name}}}
	var class ingest.Class
	for _, s := range h.shots {
		class |= s.Class
		f.Times = append(f.Times, s.at())
	}
	odds, distinct := payloadOdds(h.shots)
	answers, _ := response(h.flips, h.proofs)
	f.Evidence = []analyze.Evidence{answers,
		{Family: analyze.Payload, LogOdds: odds, Trials: distinct, Fact: fmt.Sprintf("%s of %s", count(distinct, "distinct payload"), classWords(class))}}
	for _, p := range h.proofs {
		f.Marks = append(f.Marks, p.shots[0].mark())
	}
	for _, fl := range h.flips {
		f.Marks = append(f.Marks, fl.marks[:min(len(fl.marks), 2)]...)
	}
	var who []string
	for _, p := range h.senders {
		who = append(who, bare(p))
	}
	f.Story.Headline = fmt.Sprintf("%s may be injectable", changed(h.flips, h.proofs)[0].text(in))
	f.Story.Body = []string{fmt.Sprintf("%s with hostile content (%s) came to %s from %s.", upper(count(len(h.shots), "request")), classWords(class), name, some(who, 3))}
	tellAnswers(in, &f.Story, h.flips, h.proofs)
	f.Story.Not = append(f.Story.Not, "Who sent it may be harmless, and may be banned already: that changes nothing about the endpoint.")
	return f
}
