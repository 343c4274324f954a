package report

import (
	"fmt"
	"strings"

	"gumshoe/analyze"
)

// AI is what the second opinion did and cost. It never decides a ban.
type AI struct {
	Model      string    `json:"model"`
	Asked      int       `json:"asked"`      // cases put to it
	Requests   int       `json:"requests"`   // in so many requests
	Remembered int       `json:"remembered"` // cases answered from memory, for nothing
	Tokens     int       `json:"tokens"`
	Cost       float64   `json:"cost_usd"`
	Month      float64   `json:"month_usd"`        // spent this month, this run included
	Budget     float64   `json:"budget_usd"`       // of the month; 0: none is set
	Masked     bool      `json:"masked"`           // names and addresses left this machine as pseudonyms
	Unused     string    `json:"unused,omitempty"` // why it was not asked or its answers were dropped, a sentence
	Opinions   []Opinion `json:"opinions,omitempty"`
}

// Opinion is what the AI said of one case.
type Opinion struct {
	Case   string        `json:"case"`
	Agrees bool          `json:"agrees"` // with the rules' verdict
	Label  string        `json:"label"`  // malicious, suspicious, benign
	Level  analyze.Level `json:"level"`  // where it would put the case; shown, never planned with
	Text   string        `json:"text"`   // why, in its words
}

// opinion finds what the AI said of a case.
func (r Report) opinion(id string) (Opinion, bool) {
	if r.AI != nil {
		for _, o := range r.AI.Opinions {
			if o.Case == id {
				return o, true
			}
		}
	}
	return Opinion{}, false
}

// second is the AI's word on a case, marked as its own; "" where it has none.
func (r Report) second(c analyze.Case) string {
	o, ok := r.opinion(c.ID)
	if !ok {
		return ""
	}
	s := "agrees"
	if !o.Agrees {
		s = "disagrees: " + orElse(o.Label, "another verdict")
		if o.Level != c.Level {
			s += ", level " + o.Level.String()
		}
	}
	if o.Text != "" {
		s += ". “" + strings.TrimRight(o.Text, ". ") + ".”"
	} else {
		s += "."
	}
	if !o.Agrees {
		s += " It changes nothing here."
	}
	return s
}

// aiLine says what the AI did and cost.
func (r Report) aiLine() string {
	a := r.AI
	if a == nil {
		return ""
	}
	var out []string
	if a.Unused != "" {
		out = append(out, upperFirst(strings.TrimRight(a.Unused, ". "))+".")
	}
	if a.Asked == 0 && a.Remembered == 0 {
		if a.Unused == "" {
			out = append(out, "Not asked: no case needed it.")
		}
	} else {
		s := fmt.Sprintf("%s looked at %s in %s", orElse(a.Model, "The model"), counted(a.Asked, "case", "cases"), counted(a.Requests, "request", "requests"))
		if a.Remembered > 0 {
			s += ", " + count(a.Remembered) + " remembered"
		}
		out = append(out, s+".")
	}
	if n := len(a.Opinions); n > 0 {
		agreed := 0
		for _, o := range a.Opinions {
			if o.Agrees {
				agreed++
			}
		}
		out = append(out, fmt.Sprintf("It agreed on %s of %s; it banned nothing and freed nothing, for it cannot.", count(agreed), count(n)))
	}
	if a.Tokens > 0 || a.Month > 0 {
		s := ""
		if a.Tokens > 0 {
			s = fmt.Sprintf("%s tokens, %s; ", count(a.Tokens), dollars(a.Cost))
		}
		s += dollars(a.Month)
		if a.Budget > 0 {
			s += " of " + dollars(a.Budget)
		}
		out = append(out, s+" this month.")
	}
	if a.Masked && a.Asked > 0 {
		out = append(out, "Names and addresses were masked.")
	}
	return strings.Join(out, " ")
}

// dollars writes money: cents, and tenths of a cent below one.
func dollars(usd float64) string {
	if usd > 0 && usd < .01 {
		return fmt.Sprintf("$%.3f", usd)
	}
	return fmt.Sprintf("$%.2f", usd)
}
