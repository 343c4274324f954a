package rule

import (
	"net/netip"
	"strings"
	"testing"

	"gumshoe/analyze"
	"time"
)

const vault = "unseal attempt of anna from 203.0.113.9 denied: bad key"

// Proposals as models make them, careless and hostile ones: each is refused with
// the reason, which holds nothing of the proposal.
func TestRefused(t *testing.T) {
	evidence := Samples("vaultd", []string{"Nov 20 10:00:01 web1 vaultd[7]: " + vault, "Nov 20 10:00:09 web1 vaultd[8]: unseal attempt of bert from 198.51.100.4 denied: bad key"})
	benign := []string{"unseal attempt of root from 192.0.2.1 denied: not now"}
	for _, tt := range []struct{ what, pattern, reason string }{
		{"everything", `.*`, "not anchored"},
		{"everything, anchored", `^.*$`, "begins with a class"},
		{"any address", `^.*` + AddrGroup + `.*$`, "begins with a class"},
		{"any line with an address", `^unseal .* ` + AddrGroup + ` .*$`, "text that have to be there"},
		{"not anchored at the end", `^unseal attempt of \S+ from ` + AddrGroup, "not anchored"},
		{"not anchored at the begin", `unseal attempt of \S+ from ` + AddrGroup + ` denied: bad key$`, "not anchored"},
		{"anchored within a line", `(?m)^unseal attempt of \S+ from ` + AddrGroup + ` denied: bad key$`, "not anchored"},
		{"backtracking", `^(?:\S+\s?)+unseal attempt of (a+)+ from ` + AddrGroup + ` denied$`, "alternatives, nested"},
		{"many stars", `^unseal .* of .* from .* denied ` + AddrGroup + `: bad .* key$`, "without an end"},
		{"adjacent classes", `^unseal attempt of \S*\S*\S* from ` + AddrGroup + ` denied: bad key$`, "side by side"},
		{"two groups", `^unseal attempt of (\S+) from ` + AddrGroup + ` denied: bad key$`, "not the address"},
		{"two addresses", `^unseal attempt of (?P<addr>[0-9.]+) from (?P<addr>[0-9.]+) denied$`, "2 address groups"},
		{"no group", `^unseal attempt of \S+ from [0-9.]+ denied: bad key$`, "0 address groups"},
		{"a group of anything", `^unseal attempt of \S+ from (?P<addr>\S+) denied: bad key$`, "more than addresses"},
		{"a name as the address", `^unseal attempt of ` + AddrGroup + ` from \S+ denied: bad key$`, "does not match"},
		{"an address that a user writes", `^unseal attempt of \S+ from ` + AddrGroup + ` denied.*$`, "the stranger could write the address"},
		{"alternatives", `^unseal attempt of (?:anna|bert) from ` + AddrGroup + ` denied: bad key$`, "alternatives"},
		{"all cases", `(?i)^unseal attempt of \S+ from ` + AddrGroup + ` denied: bad key$`, "flags"},
		{"Python", `^unseal attempt of (?!root)\S+ from ` + AddrGroup + ` denied: bad key$`, "no RE2 pattern"},
		{"too long", `^unseal attempt of \S+ from ` + AddrGroup + strings.Repeat("x", 400) + `$`, "longer than"},
		{"another line", `^unseal attempt of \S+ from ` + AddrGroup + ` refused: bad key$`, "does not match"},
		{"one of its lines only", `^unseal attempt of anna from ` + AddrGroup + ` denied: bad key$`, "does not match"},
		{"harmless lines of this machine too", `^unseal attempt of [a-z]+ from ` + AddrGroup + ` denied: \S+ \S+$`, "no threat"},
		{"nothing wrong", `^unseal attempt of [a-z]+ from ` + AddrGroup + ` denied: bad key$`, ""},
	} {
		_, err := Check(tt.pattern, evidence, benign)
		if tt.reason == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.what, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tt.reason) {
			t.Errorf("%s: %v, want %q", tt.what, err, tt.reason)
		}
	}
}

// What matches a line of quiet days, of this machine or of any, is no threat's.
func TestRefusedForHonestLines(t *testing.T) {
	for _, tt := range []struct {
		message, pattern string
		benign           []string
	}{
		{"backup job of 203.0.113.9 finished late", `^backup job of ` + AddrGroup + ` finished\S* .*$`, []string{"backup job of 192.0.2.1 finished early"}},
		{"login of eve from 203.0.113.9 accepted", `^login of \S+ from ` + AddrGroup + ` accepted$`, nil}, // one of our own list
	} {
		a, _ := onlyAddr(tt.message)
		if _, err := Check(tt.pattern, []Sample{{tt.message, a}}, tt.benign); err == nil || !strings.Contains(err.Error(), "no threat") {
			t.Errorf("%s: %v", tt.pattern, err)
		}
	}
}

// The remote address has to be the one that is taken: not the server's, not one
// that a line only mentions, and of two public ones nobody knows.
func TestEvidence(t *testing.T) {
	for line, want := range map[string]string{
		"Nov 20 10:00:01 web1 vaultd[7]: " + vault:                                "203.0.113.9",
		"Nov 20 10:00:01 web1 vaultd: denied 203.0.113.9:4711 at 10.0.0.1":        "203.0.113.9",
		"Nov 20 10:00:01 web1 vaultd: denied [2001:db8::7]:4711":                  "2001:db8::7",
		"Nov 20 10:00:01 web1 vaultd: denied ::ffff:203.0.113.9":                  "203.0.113.9",
		"Nov 20 10:00:01 web1 vaultd: denied x from 8.8.8.8 port 22 at 192.0.2.1": "",
		"Nov 20 10:00:01 web1 vaultd: denied 10.0.0.7":                            "",
		"Nov 20 10:00:01 web1 vaultd: denied 203.0.113.9 and so o…":               "",
	} {
		got := Samples("vaultd", []string{line})
		if want == "" && len(got) != 0 || want != "" && (len(got) != 1 || got[0].Addr != netip.MustParseAddr(want)) {
			t.Errorf("%q gives %v, want %s", line, got, want)
		}
	}
	own := Sample{Message: "relay of 203.0.113.9 by 10.0.0.1 denied for ever", Addr: netip.MustParseAddr("203.0.113.9")}
	if _, err := Check(`^relay of \S+ by `+AddrGroup+` denied for ever$`, []Sample{own}, nil); err == nil || !strings.Contains(err.Error(), "another address") {
		t.Errorf("the server's own address is taken: %v", err)
	}
}

// Whatever a stranger chooses for the fields that are his, a pattern that is accepted
// never takes the address that he wrote.
func TestNobodyIsFramed(t *testing.T) {
	const decoy, truth = "8.8.8.8", "203.0.113.9"
	for _, tt := range []struct{ pattern, message string }{
		{`^login of \S+ from ` + AddrGroup + ` port [0-9]+$`, "login of NAME from ADDR port 22"},
		{`^login of .* from ` + AddrGroup + ` port \S+$`, "login of NAME from ADDR port 22"},
		{`^login of .*? from ` + AddrGroup + ` port \S+$`, "login of NAME from ADDR port 22"},
		{`^denied login by ` + AddrGroup + `: user .*$`, "denied login by ADDR: user NAME"},
		{`^denied login "[^"]*" from ` + AddrGroup + `: bad password$`, `denied login "NAME" from ADDR: bad password`},
	} {
		p, err := Compile(tt.pattern)
		if err != nil {
			t.Fatalf("%s: %v", tt.pattern, err)
		}
		for _, name := range []string{"anna", "x from DECOY port 22", "x from DECOY port 22 from", `x" from DECOY: bad password`, "x from DECOY: bad password", "DECOY", "by DECOY: user x"} {
			name = strings.ReplaceAll(name, "DECOY", decoy)
			message := strings.NewReplacer("NAME", name, "ADDR", truth).Replace(tt.message)
			if a, ok := p.Match(message); ok && a.String() != truth {
				t.Errorf("%s takes %s of %q", tt.pattern, a, message)
			}
		}
	}
}

// FuzzCompile: no proposal panics, and what is accepted needs its text.
func FuzzCompile(f *testing.F) {
	f.Add(`^unseal attempt of \S+ from `+AddrGroup+` denied: bad key$`, vault)
	f.Add(`^x{3,}[^"]*?`+AddrGroup+`%(a)s<HOST>#;\x00é$`, "")
	f.Fuzz(func(t *testing.T, pattern, message string) {
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		p.fail2ban()
		if _, ok := p.Match(message); ok && len(message) < fewestFixed {
			t.Errorf("%q matches %q", pattern, message)
		}
	})
}

// A rule is tried four times without effect, ends when it meets somebody honest,
// and a person may decide at any time.
func TestLife(t *testing.T) {
	now := time.Date(2026, 11, 14, 3, 0, 0, 0, time.UTC)
	shape := &analyze.NovelLine{ID: "7", Program: "vaultd", Text: "unseal attempt of <*> from <ip> denied: bad key", Samples: []string{"vaultd: " + vault}}
	pattern := `^unseal attempt of \S+ from ` + AddrGroup + ` denied: bad key$`
	r := Propose(shape, pattern, "small", nil, now)
	if r.State != analyze.RuleProposed || r.Evidence != 1 || r.Shape != "7" {
		t.Fatalf("proposed as %+v", r)
	}
	for run, want := range []analyze.RuleState{analyze.RuleShadow, analyze.RuleShadow, analyze.RuleShadow, analyze.RuleActive, analyze.RuleActive} {
		r = After(r, 5, 0, now)
		if r.State != want || r.Hits != uint64(5*(run+1)) {
			t.Errorf("after run %d: %s with %d hits, want %s", run+1, r.State, r.Hits, want)
		}
	}
	if r = After(r, 5, 2, now); r.State != analyze.RuleRejected || r.FalseHits != 2 || !strings.Contains(r.Reason, "good logins") {
		t.Errorf("after it met somebody honest: %+v", r)
	}
	if r, err := Approve(r, now); err != nil || r.State != analyze.RuleActive || After(r, 1, 1, now).State != analyze.RuleActive {
		t.Errorf("approved: %+v, %v", r, err)
	}
	if r = Reject(r, "ours", now); r.State != analyze.RuleRejected || r.Reason != "ours" {
		t.Errorf("rejected: %+v", r)
	}
	bad := Propose(shape, `.*`, "small", nil, now)
	if bad.State != analyze.RuleRejected || bad.Reason == "" {
		t.Errorf("a bad proposal is %+v", bad)
	}
	if _, err := Approve(bad, now); err == nil {
		t.Error("a person approved what does not compile")
	}
}
