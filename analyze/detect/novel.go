package detect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gumshoe/analyze"
)

// Novel tells of kinds of line that no run has ever seen, that nobody understands,
// and that name a remote party: a daemon that began to complain, or one that was
// installed. Each is told once, since what is told is known. It accuses nobody: of
// a line that is not understood nobody knows who wrote which part.
type Novel struct{}

// Name implements analyze.Detector.
func (Novel) Name() string { return "novel_line" }

// mostNovel is how many kinds are told in one run, those with most parties first:
// a program that was just installed has many.
const mostNovel = 20

// complaints are words of lines that report a failure or an attack.
var complaints = []string{"fail", "denied", "invalid", "refused", "reject", "unauthor", "forbidden", "attack", "abuse", "error", "bad ", "wrong", "illegal", "violation", "blocked", "exceeded", "suspicious"}

// Detect implements analyze.Detector.
func (d Novel) Detect(in *analyze.Input) (out []*analyze.Finding) {
	told := slices.DeleteFunc(slices.Clone(in.Novel), func(n analyze.NovelLine) bool { return n.Clients == 0 })
	slices.SortFunc(told, func(a, b analyze.NovelLine) int {
		return cmp.Or(cmp.Compare(b.Clients, a.Clients), cmp.Compare(b.Lines, a.Lines), strings.Compare(a.ID, b.ID))
	})
	for _, n := range told[:min(len(told), mostNovel)] {
		out = append(out, new(d.finding(in, n)))
	}
	return out
}

func (d Novel) finding(in *analyze.Input, n analyze.NovelLine) analyze.Finding {
	level, complains := analyze.Info, complaint(n.Text)
	if complains != "" {
		level = analyze.Low
	}
	program := cmp.Or(n.Program, "a log without an envelope")
	f := analyze.Finding{Detector: d.Name(), Key: "shape " + n.ID, Own: true, Impact: analyze.Nuisance, Floor: &level, First: in.From, Last: in.To, Events: n.Lines}
	f.Evidence = []analyze.Evidence{{Family: analyze.History, Trials: int(min(n.Lines, 1<<20)), Fact: fmt.Sprintf("%s of a kind that was never seen", count(n.Lines, "line"))}}
	f.Story = analyze.Story{
		Headline: "A new kind of line from " + program,
		Body:     []string{fmt.Sprintf("%s of %s, naming %s, have a shape that no run has seen before: %s", upper(count(n.Lines, "line")), program, count(n.Clients, "public address"), n.Text)},
		Not:      []string{"Nobody is accused: no format here says which part of such a line the daemon wrote, and which the client."},
		Do:       []string{"If it matters, describe it (formats in the configuration, or gumshoe parse --explain), and it is judged like the others. It is not told again."},
	}
	if complains != "" {
		f.Story.Why = []string{fmt.Sprintf("It sounds like a complaint: it says %q.", strings.TrimSpace(complains))}
	}
	if len(n.Samples) > 0 {
		f.Story.Body = append(f.Story.Body, "For example: "+n.Samples[0])
	}
	return f
}

// complaint returns the word by which a line seems to report a failure.
func complaint(text string) string {
	lower := strings.ToLower(text)
	if i := slices.IndexFunc(complaints, func(w string) bool { return strings.Contains(lower, w) }); i >= 0 {
		return complaints[i]
	}
	return ""
}
