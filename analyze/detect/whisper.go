package detect

import (
	"fmt"
	"slices"
	"time"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// Whisper finds who writes into the log for whoever reads it, if that is a
// language model: "ignore all previous instructions". Visitors have nothing to say
// to one. It is told as what it is, at level low, and is an aside to what else its
// source did: such a text is to change no decision in either direction.
type Whisper struct{}

// Name implements analyze.Detector.
func (Whisper) Name() string { return "llm_injection" }

// Detect implements analyze.Detector.
func (d Whisper) Detect(in *analyze.Input) []*analyze.Finding {
	return eachSign(in, analyze.Current, whispered, func(_ int, u *window.Unit, out []*analyze.Finding) []*analyze.Finding {
		var f analyze.Finding
		for i := range u.Rows {
			r := &u.Rows[i]
			if !in.Contains(r.Hour) {
				continue
			}
			for _, t := range u.Touches(r) {
				if t.Class&ingest.ClassLLM == 0 {
					continue
				}
				at := time.UnixMilli(t.Milli).UTC()
				f.Times = append(f.Times, at)
				f.Marks = append(f.Marks, analyze.Mark{Origin: t.Origin(), Time: at})
				f.Events += uint64(t.Count)
				f.Service = in.Set.Service(r.Service)
			}
		}
		if f.Events > 0 {
			out = append(out, new(d.finding(u, f)))
		}
		return out
	})
}

func (d Whisper) finding(u *window.Unit, f analyze.Finding) analyze.Finding {
	slices.SortFunc(f.Times, time.Time.Compare)
	slices.SortStableFunc(f.Marks, func(a, b analyze.Mark) int { return a.Time.Compare(b.Time) })
	low := analyze.Low
	f.Aside = "left a text addressed to a language model (prompt injection)"
	f.Detector, f.Key, f.Sources, f.Impact, f.Floor = d.Name(), u.Prefix().String(), sources(u), analyze.Nuisance, &low
	f.First, f.Last = f.Times[0], f.Times[len(f.Times)-1]
	f.Evidence = []analyze.Evidence{{Family: analyze.Agent, Trials: int(f.Events), Fact: fmt.Sprintf("%s addressed to a language model", count(f.Events, "text"))}}
	f.Story = analyze.Story{
		Headline: "Somebody talks to whoever reads the log",
		Body: []string{fmt.Sprintf("%s left %s addressed to a language model (prompt injection) where a log holds the client's own words: a user name, an agent, a referer, a target.",
			bare(u.Prefix()), count(f.Events, "text"))},
		Why: []string{"Such a text does nothing to a server; it is meant for a tool that reads its logs."},
		Not: []string{"It changed nothing here: no decision of this report rests on the words of a log line, and none was made kinder or harsher by these."},
		Do:  []string{"If you feed logs to other tools that use a language model, see that they treat the lines as data."},
	}
	return f
}
