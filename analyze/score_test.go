package analyze

import (
	"math"
	"net/netip"
	"testing"
	"time"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func source(i int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), 32)
}

// logit is the log-odds of a probability.
func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// sure is a case whose confidence is p, last seen so long ago.
func sure(impact Impact, p float64, ago time.Duration) *Case {
	prior := logit(p)
	return &Case{Impact: impact, Last: noon.Add(-ago), Findings: []*Finding{{Prior: &prior, Impact: impact}}}
}

// Severity is impact times confidence; the columns are .99, .95, .80 and below.
func TestSeverityMatrix(t *testing.T) {
	sureness := []float64{.9901, .96, .85, .5}
	for _, c := range []struct {
		impact Impact
		want   [4]Level
	}{
		{Success, [4]Level{Critical, Critical, High, Medium}},
		{Targeted, [4]Level{High, High, Medium, Low}},
		{Generic, [4]Level{High, Medium, Low, Info}},
		{Nuisance, [4]Level{Medium, Low, Low, Info}},
	} {
		for i, p := range sureness {
			a := sure(c.impact, p, 13*time.Hour) // not active any more
			// The default prior is -6; a case prior can only raise it.
			a.score(noon)
			if a.Level != c.want[i] {
				t.Errorf("impact %d at %.4f: %s, want %s", c.impact, p, a.Level, c.want[i])
			}
		}
	}
}

// Whatever it would mean: below one in ten nobody is accused.
func TestUnlikelyAccusesNobody(t *testing.T) {
	for impact := Nuisance; impact <= Success; impact++ {
		c := sure(impact, .09, 0)
		if c.score(noon); c.Level != Info {
			t.Errorf("impact %d at .09: %s", impact, c.Level)
		}
	}
}

// A targeted attack that is certain is critical while it lasts: 12 hours.
func TestStillActive(t *testing.T) {
	for ago, want := range map[time.Duration]Level{0: Critical, 12*time.Hour - time.Second: Critical, 12 * time.Hour: High} {
		c := sure(Targeted, .995, ago)
		if c.score(noon); c.Level != want {
			t.Errorf("last seen %s ago: %s, want %s", ago, c.Level, want)
		}
	}
}

// Generic probing is critical only when it goes on for three hours and two
// families speak, one of which knows what is asked for. A clock is not enough:
// crawlers of old addresses and link checkers have one, too.
func TestPersistentProbing(t *testing.T) {
	probing, clock := Evidence{Probing, 8, 18, ""}, Evidence{Timing, 6, 17, ""}
	words, payload := Evidence{Dictionary, 3, 9, ""}, Evidence{Payload, 4, 2, ""}
	for _, c := range []struct {
		what     string
		evidence []Evidence
		active   time.Duration
		want     Level
	}{
		{"a word list, six hours", []Evidence{probing, words}, 6 * time.Hour, Critical},
		{"payloads, three hours", []Evidence{probing, payload}, 3 * time.Hour, Critical},
		{"a word list, two hours", []Evidence{probing, words}, 2 * time.Hour, High},
		{"a clock, six hours", []Evidence{probing, clock}, 6 * time.Hour, High},
		{"one family", []Evidence{{Dictionary, 11, 40, ""}}, 6 * time.Hour, High},
	} {
		a := Case{Impact: Generic, Active: c.active, Last: noon, Findings: []*Finding{{Evidence: c.evidence}}}
		if a.score(noon); a.Level != c.want {
			t.Errorf("%s: %s (%.1f), want %s", c.what, a.Level, a.LogOdds, c.want)
		}
	}
}

// The sum is prior + the strongest of each family, each within its cap.
func TestFamilies(t *testing.T) {
	for _, c := range []struct {
		what     string
		evidence []Evidence
		want     float64
	}{
		{"nothing: -6", nil, -6},
		{"capped at 8: -6 + 8", []Evidence{{Probing, 25, 29, ""}}, 2},
		{"30 trials, capped at 11: -6 + 11", []Evidence{{Probing, 25, 30, ""}}, 5},
		{"the strongest of a family: -6 + 5", []Evidence{{Probing, 3, 9, ""}, {Probing, 5, 9, ""}, {Probing, 4, 9, ""}}, -1},
		{"families add up: -6 + 8 + 4", []Evidence{{Probing, 9, 9, ""}, {Timing, 4, 9, ""}}, 6},
		{"of guards the strongest doubt: -6 + 8 - 4", []Evidence{{Probing, 9, 9, ""}, {Guard, -3, 1, ""}, {Guard, -4, 1, ""}}, -2},
		{"doubt has a floor: -6 + 11 - 8", []Evidence{{Probing, 25, 99, ""}, {Guard, -20, 1, ""}}, -3},
	} {
		a := Case{Impact: Generic, Last: noon, Findings: []*Finding{{Evidence: c.evidence}}}
		a.score(noon)
		if math.Abs(a.LogOdds-c.want) > 1e-9 {
			t.Errorf("%s: %.2f, want %.2f", c.what, a.LogOdds, c.want)
		}
		if want := 1 / (1 + math.Exp(-c.want)); math.Abs(a.Confidence-want) > 1e-12 {
			t.Errorf("%s: confidence %.4f, want %.4f", c.what, a.Confidence, want)
		}
	}
}

// One member's honest explanation does not excuse a campaign.
func TestGuardOfOneMember(t *testing.T) {
	all := []netip.Prefix{source(1), source(2), source(3)}
	c := Case{Impact: Generic, Last: noon, Sources: all, Findings: []*Finding{
		{Sources: all, Evidence: []Evidence{{Subnet, 8, 9, ""}}},
		{Sources: all[:1], Evidence: []Evidence{{Guard, -8, 1, ""}}},
	}}
	if c.score(noon); c.LogOdds != 2 {
		t.Errorf("%.1f, want -6 + 8", c.LogOdds)
	}
}

// A detector's own level stands alone, and is a floor beside other findings.
func TestFloor(t *testing.T) {
	low := Low
	own := Finding{Floor: &low, Evidence: []Evidence{{Agent, 11, 99, ""}}}
	c := Case{Impact: Nuisance, Last: noon, Findings: []*Finding{&own}}
	if c.score(noon); c.Level != Low {
		t.Errorf("alone: %s", c.Level)
	}
	c = Case{Impact: Generic, Last: noon, Findings: []*Finding{&own, {Evidence: []Evidence{{Probing, 8, 9, ""}}}}}
	if c.score(noon); c.Level != High {
		t.Errorf("beside probing, -6 + 11 + 8: %s", c.Level)
	}
	c = Case{Impact: Generic, Last: noon, Findings: []*Finding{&own, {Evidence: []Evidence{{Guard, -8, 9, ""}}}}}
	if c.score(noon); c.Level != Low {
		t.Errorf("beside doubt: %s", c.Level)
	}
}

// -ln(-e p ln p), worked by hand.
func TestFromP(t *testing.T) {
	for _, c := range []struct{ p, want float64 }{
		{1, 0}, {.5, 0}, {1 / math.E, 0},
		{.05, .8981},  // p = .05 bears no more than odds of 2.46 to 1
		{.01, 2.0777}, // 7.99 to 1
		{.001, 3.9750},
		{1e-4, 5.9900},
		{1e-6, 10.1898},
		{0, -math.Log(math.E * 1e-300 * 300 * math.Ln10)}, // finite
	} {
		if got := FromP(c.p); math.Abs(got-c.want) > 1e-3 {
			t.Errorf("p = %g: %.4f, want %.4f", c.p, got, c.want)
		}
	}
}

func TestStrongFamilies(t *testing.T) {
	c := Case{Families: []Evidence{{Probing, 8, 9, ""}, {Timing, 2, 9, ""}, {Agent, 1.9, 9, ""}, {Guard, -4, 1, ""}}}
	if n := c.StrongFamilies(); n != 2 {
		t.Errorf("%d families of +2 and more, want 2", n)
	}
	if c.Weight(Agent) != 1.9 || c.Weight(Payload) != 0 {
		t.Error("weights of families")
	}
}

func TestLevels(t *testing.T) {
	for l := Info; l <= Critical; l++ {
		text, _ := l.MarshalText()
		var back Level
		if err := back.UnmarshalText(text); err != nil || back != l {
			t.Errorf("%s reads back as %s: %v", l, back, err)
		}
	}
	if _, err := ParseLevel("dreadful"); err == nil {
		t.Error("dreadful is taken for a level")
	}
}
