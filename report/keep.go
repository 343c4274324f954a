package report

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"gumshoe/analyze"
)

// kept is a Report as it is kept between runs. What the renderers do not read is
// left out: of findings only their stories count.
type kept struct {
	Schema int
	Zone   string `json:",omitempty"` // for showing times, "" for UTC
	Report
	Location *time.Location `json:"-"`
	Cases    []keptCase
	Known    []keptCase
}

// keptCase shadows the fields of a case that JSON cannot hold as they are.
type keptCase struct {
	analyze.Case
	Course   uint8
	Findings []analyze.Story
}

// Encode keeps a whole report, so that it can be rendered and sent again. Bytes of
// log text that are no UTF-8 become U+FFFD.
func Encode(w io.Writer, r Report) error {
	k := kept{Schema: Schema, Report: r, Zone: r.location().String()}
	k.Cases, k.Known = keep(r.Cases), keep(r.Known)
	if err := json.NewEncoder(w).Encode(k); err != nil {
		return fmt.Errorf("keeping the report: %w", err)
	}
	return nil
}

// Decode reads a report that was kept. A zone that this machine does not know is
// shown as UTC.
func Decode(rd io.Reader) (Report, error) {
	var k kept
	if err := json.NewDecoder(rd).Decode(&k); err != nil {
		return Report{}, fmt.Errorf("reading a kept report: %w", err)
	}
	if k.Schema != Schema {
		return Report{}, fmt.Errorf("reading a kept report: it has schema %d, this program writes %d", k.Schema, Schema)
	}
	r := k.Report
	r.Location = time.UTC
	if zone, err := time.LoadLocation(k.Zone); err == nil {
		r.Location = zone
	}
	r.Cases, r.Known = recall(k.Cases), recall(k.Known)
	return r, nil
}

func keep(cases []analyze.Case) (out []keptCase) {
	for _, c := range cases {
		for _, x := range []*float64{&c.Confidence, &c.LogOdds, &c.Prior} {
			*x = finite(*x)
		}
		kc := keptCase{Case: c, Course: uint8(c.Course)}
		kc.Families = make([]analyze.Evidence, len(c.Families))
		for i, e := range c.Families {
			e.LogOdds = finite(e.LogOdds)
			kc.Families[i] = e
		}
		for _, f := range c.Findings {
			kc.Findings = append(kc.Findings, f.Story)
		}
		out = append(out, kc)
	}
	return out
}

func recall(kept []keptCase) (out []analyze.Case) {
	for _, kc := range kept {
		c := kc.Case
		c.Course = analyze.Course(kc.Course)
		for _, s := range kc.Findings {
			c.Findings = append(c.Findings, &analyze.Finding{Story: s})
		}
		out = append(out, c)
	}
	return out
}

// finite is x, or the nearest number that JSON can hold.
func finite(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return max(-math.MaxFloat64, min(math.MaxFloat64, x))
}
