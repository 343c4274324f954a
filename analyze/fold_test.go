package analyze

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
)

// Whoever commands twelve thousand addresses does not get twelve thousand cases:
// the rest is told together, with every source named, and claims no more of them
// than what holds for each.
func TestManyAlikeAreToldTogether(t *testing.T) {
	const sources = maxCases + 2_000
	var found []Finding
	for i := range sources {
		f := claim("scan", "http", Generic, 9+float64(i%3))
		f.Sources = []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}), 32)}
		f.Key = fmt.Sprintf("scan %05d", i)
		found = append(found, f)
	}
	broken := own(claim("break_in", "sshd", Success, 7, 1))
	cases := run(append(found, broken)...)
	if len(cases) != maxCases+1 || cases[0].Kind != "break_in" {
		t.Fatalf("%d cases, the first %q; want %d, the break-in first", len(cases), cases[0].Kind, maxCases+1)
	}
	named, events := map[string]bool{}, uint64(0)
	weakest := cases[1].LogOdds
	for _, c := range cases {
		for _, s := range c.Sources {
			named[s.String()] = true
		}
		events += c.Events
		if c.Kind == "scan" {
			weakest = min(weakest, c.LogOdds)
		}
	}
	if len(named) != sources+1 || events != 10*(sources+1) {
		t.Errorf("%d sources and %d events are told; want all %d and %d", len(named), events, sources+1, 10*(sources+1))
	}
	if last := cases[len(cases)-1]; last.Kind != "scan" || len(last.Sources) < 2 || last.LogOdds != weakest {
		t.Errorf("the last case has %d sources and log-odds %.1f; want the joined one, as weak as its weakest %.1f", len(last.Sources), last.LogOdds, weakest)
	}
}

// Of what is told together only as much is written as is shown.
func TestTheRestIsNotWritten(t *testing.T) {
	var written atomic.Int32
	var found []Finding
	for i := range maxCases + 2_000 {
		f := claim("scan", "http", Generic, 9)
		f.Sources = []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}), 32)}
		f.Key = fmt.Sprintf("scan %05d", i)
		f.Tell = func(f *Finding) {
			written.Add(1)
			f.Targets = []Target{{Endpoint, f.Key}}
		}
		found = append(found, f)
	}
	cases := run(found...)
	for _, c := range cases[:maxCases] {
		if len(c.Targets) != 1 || c.Targets[0].Value != c.Findings[0].Key {
			t.Fatalf("case %s is about %v, want its own target alone", c.ID, c.Targets)
		}
	}
	if n := len(cases[maxCases].Targets); n != MaxTargets || written.Load() != maxCases+MaxTargets {
		t.Errorf("%d findings were written for %d cases and %d targets of the rest", written.Load(), maxCases, n)
	}
}

// What speaks for the honesty of one speaks for all who are joined with it, and
// what only one did accuses nobody else.
func TestCommonEvidence(t *testing.T) {
	have := []Evidence{{Family: Probing, LogOdds: 6}, {Family: Payload, LogOdds: 4}}
	other := &Case{Families: []Evidence{{Family: Probing, LogOdds: 3}, {Family: Guard, LogOdds: -4}}}
	if got, want := fmt.Sprint(common(have, other)), fmt.Sprint([]Evidence{{Family: Probing, LogOdds: 3}, {Family: Guard, LogOdds: -4}}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Botnets that guess at every account in other company: the work of grouping must
// not grow with the square of the campaigns that share a source.
func BenchmarkGroupCampaigns(b *testing.B) {
	for _, campaigns := range []int{2_500, 10_000} {
		b.Run(fmt.Sprint(campaigns), func(b *testing.B) {
			var found []*Finding
			for i := range campaigns {
				f := claim("account_fanin", "imap", Targeted, 9)
				for k := range 30 {
					n := (i*(2*k+1) + k*k) % 1000
					f.Sources = append(f.Sources, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(n >> 8), byte(n)}), 32))
				}
				f.Key = fmt.Sprintf("account %05d", i)
				found = append(found, &f)
			}
			for b.Loop() {
				group(found)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(campaigns), "ns/campaign")
		})
	}
}

// Of a crowd the story of its lead is told and no other: whoever tells one is not asked
// for what nobody reads.
func TestCrowdHasOneStory(t *testing.T) {
	crowd := claim("account_fanin", "sshd", Targeted, 9)
	crowd.Sources = nil
	asked := map[string]bool{}
	var found []Finding
	for i := range 20 {
		of := claim("password_guessing", "sshd", Targeted, 3, i)
		crowd.Sources = append(crowd.Sources, of.Sources...)
		found = append(found, of)
	}
	found = append(found, crowd, claim("password_guessing", "sshd", Generic, 9, 40)) // and one of no crowd
	var lock sync.Mutex
	for i := range found {
		found[i].Tell = func(f *Finding) {
			lock.Lock()
			defer lock.Unlock()
			asked[f.Key] = !f.Silent
		}
	}
	cases := run(found...)
	if len(cases) != 2 || len(cases[0].Findings) != 21 || len(asked) != 22 {
		t.Fatalf("%d cases, %d findings told", len(cases), len(asked))
	}
	for key, story := range asked {
		if want := key == crowd.Key || key == found[21].Key; story != want {
			t.Errorf("of %s a story is asked for: %v", key, story)
		}
	}
}
