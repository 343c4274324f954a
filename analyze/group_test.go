package analyze

import (
	"fmt"
	"net/netip"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// claim is a finding about the sources with the given last bytes.
func claim(detector, service string, impact Impact, odds float64, last ...int) Finding {
	f := Finding{Detector: detector, Key: detector, Service: service, Impact: impact, First: noon.Add(-time.Hour), Last: noon, Events: 10,
		Evidence: []Evidence{{Family: Family(detector), LogOdds: odds, Trials: 10, Fact: detector}}}
	for _, i := range last {
		f.Sources = append(f.Sources, source(i))
	}
	if len(last) > 0 {
		f.Key += fmt.Sprint(last[0])
	}
	return f
}

func own(f Finding) Finding { f.Own = true; return f }

// told is a detector that says what it was told to.
type told []Finding

func (told) Name() string { return "told" }

func (t told) Detect(*Input) []*Finding {
	out := make([]*Finding, len(t))
	for i, f := range t { // detectors make their findings anew
		f.Sources, f.Evidence = slices.Clone(f.Sources), slices.Clone(f.Evidence)
		out[i] = &f
	}
	return out
}

type noJudge struct{}

func (noJudge) Judge(*Case, *Input) {}

func run(fs ...Finding) []Case {
	return Run(NewInput(window.Empty(), noon.Add(-6*time.Hour), noon, noon, time.UTC), []Detector{told(fs)}, noJudge{})
}

// shape tells cases as "detector+detector of sources".
func shape(cases []Case) (out []string) {
	for _, c := range cases {
		var names []string
		names = append(names, c.Detections...)
		out = append(out, fmt.Sprintf("%v of %d", names, len(c.Sources)))
	}
	return out
}

func TestGrouping(t *testing.T) {
	season := own(claim("season", "http", Nuisance, 9))
	high := High
	season.Floor = &high
	campaign := claim("network", ingest.ServiceIMAP, Targeted, 9, 1, 2, 3, 4)
	for _, c := range []struct {
		what string
		in   []Finding
		want []string
	}{
		{"two findings about one source", []Finding{claim("scan", "http", Generic, 9, 1), claim("agent", "http", Nuisance, 4, 1)}, []string{"[scan agent] of 1"}},
		{"two sources are two cases", []Finding{claim("scan", "http", Generic, 9, 1), claim("scan", "http", Generic, 9, 2)}, []string{"[scan] of 1", "[scan] of 1"}},
		{"a lone source falls into its campaign", []Finding{claim("guess", ingest.ServiceIMAP, Generic, 9, 2), campaign}, []string{"[network guess] of 4"}},
		{"half of the sources in common", []Finding{campaign, claim("account", ingest.ServiceIMAP, Targeted, 9, 3, 4, 5, 6)}, []string{"[account network] of 6"}},
		{"less than half", []Finding{campaign, claim("account", ingest.ServiceIMAP, Targeted, 9, 4, 5, 6)}, []string{"[network] of 4", "[account] of 3"}},
		{"a break-in absorbs the guessing before it", []Finding{claim("guess", ingest.ServiceSSH, Generic, 9, 1), own(claim("breakin", ingest.ServiceSSH, Success, 9, 1))},
			[]string{"[breakin guess] of 1"}},
		{"a break-in draws nobody else in", []Finding{own(claim("breakin", ingest.ServiceIMAP, Success, 9, 1)), claim("account", ingest.ServiceIMAP, Targeted, 9, 1, 2)},
			[]string{"[breakin] of 1", "[account] of 2"}},
		{"an anomaly stays alone", []Finding{season, season, claim("scan", "http", Generic, 9, 1)}, []string{"[season] of 0", "[season] of 0", "[scan] of 1"}},
	} {
		got := shape(run(c.in...))
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// Several services are evidence of their own; SMTP and IMAP have one password.
func TestCrosslog(t *testing.T) {
	for _, c := range []struct {
		services []string
		want     float64
	}{
		{[]string{"http"}, 0},
		{[]string{ingest.ServiceIMAP, ingest.ServiceSMTP}, 0},
		{[]string{ingest.ServiceSSH, "http"}, 3},
		{[]string{ingest.ServiceIMAP, ingest.ServiceSMTP, ingest.ServiceSSH}, 3},
		{[]string{ingest.ServiceSSH, "http", ingest.ServiceIMAP}, 5},
	} {
		var fs []Finding
		for i, s := range c.services {
			fs = append(fs, claim(fmt.Sprint("d", i), s, Generic, 8, 1))
		}
		cases := run(fs...)
		if len(cases) != 1 || cases[0].Weight(Crosslog) != c.want {
			t.Errorf("%v: %d cases, crosslog %.0f, want %.0f", c.services, len(cases), cases[0].Weight(Crosslog), c.want)
		}
	}
}

// A case has the same id in the next run, and no two have one id.
func TestIDs(t *testing.T) {
	var fs []Finding
	for i := range 250 {
		fs = append(fs, claim("scan", "http", Generic, 9, i))
	}
	first, seen := run(fs...), map[string]bool{}
	for _, c := range first {
		if len(c.ID) < 5 || seen[c.ID] {
			t.Fatalf("id %q", c.ID)
		}
		seen[c.ID] = true
	}
	fs[3].Last, fs[3].Events = noon.Add(time.Hour), 99 // it goes on
	slices.Reverse(fs)
	for _, c := range run(fs...) {
		i := slices.IndexFunc(first, func(o Case) bool { return o.key() == c.key() })
		if first[i].ID != c.ID {
			t.Errorf("%s was %s and is %s", c.key(), first[i].ID, c.ID)
		}
	}
}

// Sources are all named; times, targets and marks are bounded.
func TestBounds(t *testing.T) {
	f := claim("network", ingest.ServiceIMAP, Targeted, 9)
	for i := range 2000 {
		f.Sources = append(f.Sources, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}), 32))
		f.Times = append(f.Times, noon.Add(time.Duration(i)*time.Second))
		f.Targets = append(f.Targets, Target{AccountName, fmt.Sprint("user", i)})
		f.Marks = append(f.Marks, Mark{Origin: ingest.Origin{Offset: int64(i)}})
	}
	c := run(f)[0]
	if len(c.Sources) != 2000 || len(c.Timeline) != MaxTimes || len(c.Targets) != MaxTargets || len(c.Marks) != MaxMarks {
		t.Errorf("%d sources, %d times, %d targets, %d marks", len(c.Sources), len(c.Timeline), len(c.Targets), len(c.Marks))
	}
	if !c.Timeline[0].Equal(f.Times[0]) || !c.Timeline[MaxTimes-1].Equal(f.Times[1999]) {
		t.Error("the timeline does not reach from the first event to the last")
	}
}

// What falls short of every level is dropped, unless a detector asked for it.
func TestInfoIsKeptOnRequest(t *testing.T) {
	info := Info
	asked := claim("automation", "http", Nuisance, 5, 2)
	asked.Floor = &info
	if got := shape(run(claim("scan", "http", Generic, 3, 1), asked)); !slices.Equal(got, []string{"[automation] of 1"}) {
		t.Errorf("%q", got)
	}
}

func TestSameInputSameCases(t *testing.T) {
	fs := []Finding{claim("network", ingest.ServiceIMAP, Targeted, 9, 1, 2, 3, 4), claim("guess", ingest.ServiceSSH, Generic, 9, 2), claim("scan", "http", Generic, 9, 2),
		own(claim("breakin", ingest.ServiceIMAP, Success, 9, 3)), claim("scan", "http", Generic, 9, 3)}
	first := run(fs...)
	for range 20 {
		if again := run(fs...); !reflect.DeepEqual(first, again) {
			t.Fatalf("first %q, then %q", shape(first), shape(again))
		}
	}
}

// In a crowd one member's weak finding adds nothing to what is said of all, and
// who does something worse than the crowd is told alone.
func TestCrowd(t *testing.T) {
	crowd := Finding{Detector: "orphan_fanin", Key: "orphans", Impact: Nuisance, Evidence: []Evidence{{Family: Probing, LogOdds: 8}}}
	for i := range 40 {
		crowd.Sources = append(crowd.Sources, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, 0, byte(i)}), 32))
	}
	same := Finding{Detector: "scanner_agent", Key: "a", Impact: Nuisance, Sources: crowd.Sources[3:4], Evidence: []Evidence{{Family: Agent, LogOdds: 4}}}
	worse := Finding{Detector: "scan", Key: "b", Impact: Targeted, Sources: crowd.Sources[4:5], Evidence: []Evidence{{Family: Probing, LogOdds: 9}}}
	cases := group([]*Finding{&same, &worse, &crowd})
	if len(cases) != 2 || len(cases[0].Findings) != 2 || cases[1].Findings[0].Key != "b" {
		t.Fatalf("%d cases", len(cases))
	}
	cases[0].combine()
	cases[0].score(time.Time{})
	if c := cases[0]; c.Impact != Nuisance || c.Weight(Agent) != 0 {
		t.Errorf("the crowd: impact %d, %+v", c.Impact, c.Families)
	}
}

// What four fifths of a crowd did, each certain alone, the crowd did; not what
// fewer of them did, or did perhaps.
func TestCrowdOfWhichMostDidMore(t *testing.T) {
	var all []int
	for i := range 40 {
		all = append(all, i+1)
	}
	for _, test := range []struct {
		scanners int
		odds     float64
		want     Impact
	}{{32, 12, Generic}, {40, 12, Generic}, {31, 12, Nuisance}, {40, 8, Nuisance}} {
		fs := []Finding{claim("campaign", "http", Nuisance, 9, all...)}
		for i := range test.scanners {
			f := claim("scan", "http", Generic, test.odds, i+1)
			f.Evidence[0].Trials = 40
			f.Techniques = []string{"T1595.003"}
			fs = append(fs, f)
		}
		cases := run(fs...)
		if len(cases) != 1 || cases[0].Impact != test.want || slices.Contains(cases[0].Techniques, "T1595.003") != (test.want == Generic) {
			t.Errorf("%d scanners of log-odds %.0f: %q, impact %d, want %d", test.scanners, test.odds, shape(cases), cases[0].Impact, test.want)
		}
	}
}

// Of a hundred thousand scanners each is asked once: to weigh them takes no more room
// than they have, nor the square of the time.
func TestManyMembersOfACrowd(t *testing.T) {
	weigh := func(n int) uint64 {
		lead := claim("campaign", "http", Nuisance, 9)
		lead.Techniques = []string{"T1110.003"}
		c := Case{Impact: Nuisance, Techniques: lead.Techniques, Findings: []*Finding{&lead}}
		for i := range n {
			f := claim("scan", "http", Generic, 12)
			f.Evidence[0].Trials, f.Techniques = 40, []string{"T1595.003"}
			f.Sources = []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)}
			c.Findings = append(c.Findings, &f)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c.members(n)
		runtime.ReadMemStats(&after)
		if want := []string{"T1110.003", "T1595.003"}; c.Impact != Generic || !slices.Equal(c.Techniques, want) || len(lead.Techniques) != 1 {
			t.Errorf("impact %d by %d techniques, want %d by %q", c.Impact, len(c.Techniques), Generic, want)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	if some, more := weigh(500), weigh(4000); more > 20*some {
		t.Errorf("%d bytes for eight times as many as %d are for", more, some)
	}
}

// A case that is about no source is no crowd.
func TestNobodyIsNoCrowd(t *testing.T) {
	if c := run(claim("season", "http", Nuisance, 9))[0]; c.Impact != Nuisance {
		t.Errorf("impact %d, want %d", c.Impact, Nuisance)
	}
}

// A case's network is that of the finding that explains most of its sources, not
// that of a few of them.
func TestNetworkOfCase(t *testing.T) {
	crowd := claim("campaign", "http", Generic, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	part := claim("network", "http", Generic, 9, 1, 2, 3, 4, 5, 6, 7, 8)
	part.Prefix, part.Collateral = netip.PrefixFrom(source(0).Addr(), 28).Masked(), 2
	if c := run(crowd, part)[0]; c.Prefix != part.Prefix || c.Collateral != 2 {
		t.Errorf("network %s, %d honest", c.Prefix, c.Collateral)
	}
	few := claim("network", "http", Generic, 9, 1, 2, 3)
	few.Prefix = part.Prefix
	far := claim("campaign", "http", Generic, 9, 1, 2, 3, 20, 40, 60, 80, 100)
	if c := run(far, few)[0]; c.Prefix.IsValid() {
		t.Errorf("network %s of three in eight", c.Prefix)
	}
}

// What a few of a crowd, or all of a case, did beside it is told with it and moves
// neither its level, its span nor its conduct; of a case that comes to nothing it is
// told on its own.
func TestAsides(t *testing.T) {
	low := Low
	remark := func(last int) Finding {
		f := claim("remark", "http", Nuisance, 5, last)
		f.Aside, f.Floor, f.First, f.Marks = "left a remark", &low, noon.Add(-6*time.Hour), []Mark{{Time: noon}}
		return f
	}
	crowd := make([]int, 40)
	for i := range crowd {
		crowd[i] = i + 1
	}
	for _, c := range []struct {
		name   string
		story  Finding
		asides []Finding
		want   []string
	}{
		{"a few of a crowd", claim("crowd", "sshd", Targeted, 8, crowd...), []Finding{remark(3), remark(7)}, []string{"[crowd remark] of 40"}},
		{"a lone source", claim("scan", "http", Generic, 8, 1), []Finding{remark(1)}, []string{"[remark scan] of 1"}},
		{"of a case that comes to nothing", claim("scan", "http", Generic, 1, 1, 2), []Finding{remark(1)}, []string{"[remark] of 1"}},
		{"beside a break-in", own(claim("break_in", "sshd", Success, 8, 1)), []Finding{remark(1)}, []string{"[break_in remark] of 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			with, without := run(append([]Finding{c.story}, c.asides...)...), run(c.story)
			if got := shape(with); !slices.Equal(sortedShape(got), sortedShape(c.want)) {
				t.Fatalf("%v, want %v", got, c.want)
			}
			if len(without) == 0 {
				if with[0].Level != Low {
					t.Errorf("alone it is %s", with[0].Level)
				}
				return
			}
			a, b := &without[0], &with[0]
			if a.ID != b.ID || a.Level != b.Level || a.LogOdds != b.LogOdds || a.First != b.First || a.Events != b.Events || a.Conduct() != b.Conduct() || !reflect.DeepEqual(a.Families, b.Families) {
				t.Errorf("it is another case with the remark:\n%+v\n%+v", a, b)
			}
			if len(b.Marks) != len(a.Marks)+1 {
				t.Errorf("%d lines are shown", len(b.Marks))
			}
		})
	}
}

// sortedShape puts the names of detections in order.
func sortedShape(in []string) (out []string) {
	for _, s := range in {
		names, rest, _ := strings.Cut(strings.TrimPrefix(s, "["), "]")
		list := strings.Fields(names)
		slices.Sort(list)
		out = append(out, fmt.Sprint(list, rest))
	}
	slices.Sort(out)
	return out
}
