package traffic

import (
	"encoding/json"
	"net/netip"
	"os"
	"time"
)

// Label says what a source is.
type Label string

// The labels.
const (
	Honest   Label = "honest"   // must never be accused
	Nuisance Label = "nuisance" // the internet's background noise; may be accused, need not
	Hostile  Label = "hostile"  // must be found
)

// Claim is the truth about one address or prefix.
type Claim struct {
	Source string `json:"source"` // bare address or prefix
	Label  Label  `json:"label"`
	Actor  string `json:"actor"`            // who it is
	Attack string `json:"attack,omitempty"` // hostile only: the attack it takes part in, see Expect
}

// Expect is what an analyzer should say of one attack. In Ban and in each entry
// of MustSay alternatives are divided by "|", and case does not matter.
type Expect struct {
	Attack        string   `json:"attack"`
	Sources       []string `json:"sources"`         // addresses, or the prefix, that are to be accused; empty: no culprit
	Detections    []string `json:"detections"`      // one of these names the attack
	SeverityMin   string   `json:"severity_min"`    // "" where nothing may be found
	Ban           string   `json:"ban"`             // none, planned, held
	Targets       []string `json:"targets"`         // endpoint, account or agent, verbatim
	MustSay       []string `json:"must_say"`        // what the explanation has to contain
	MustNotAccuse []string `json:"must_not_accuse"` // honest sources, or "all others"

	// Of the suites, where many attacks play at once and are counted by kind.
	Kind   string    `json:"kind,omitempty"`
	Prefix string    `json:"prefix,omitempty"` // the network that explains the sources; "" where none does
	Start  time.Time `json:"start,omitzero"`   // first line
	End    time.Time `json:"end,omitzero"`     // not before the last line
}

// Truth is what really happened.
type Truth struct {
	Seed    uint64    `json:"seed"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Sources []Claim   `json:"sources"`
	Attacks []Expect  `json:"attacks"`

	claimed map[Claim]bool // what Sources holds
}

// Claim states the truth about a source. Where claims overlap, the longer
// prefix is right.
func (t *Truth) Claim(source string, label Label, actor, attack string) {
	c := Claim{Source: source, Label: label, Actor: actor, Attack: attack}
	if t.claimed[c] {
		return
	}
	if t.claimed == nil {
		t.claimed = map[Claim]bool{}
	}
	t.claimed[c] = true
	t.Sources = append(t.Sources, c)
}

// Expect states what should be found.
func (t *Truth) Expect(e Expect) { t.Attacks = append(t.Attacks, e) }

// Lookup returns the most specific claim about addr.
func (t *Truth) Lookup(addr netip.Addr) (Claim, bool) {
	var best Claim
	bits := -1
	for _, c := range t.Sources {
		p, err := parseSource(c.Source)
		if err == nil && p.Contains(addr) && p.Bits() > bits {
			best, bits = c, p.Bits()
		}
	}
	return best, bits >= 0
}

func parseSource(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

// WriteJSON writes v, indented, to a file.
func WriteJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(b, '\n'), 0o644)
}
