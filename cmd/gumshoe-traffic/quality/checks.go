package quality

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/cmd/gumshoe-traffic/traffic"
	"gumshoe/report"
)

// trial is a test's world and what one look at its logs said.
type trial struct {
	q       *Quality
	name    string
	dir     string
	truth   traffic.Truth
	who     *registry
	cases   []report.CaseJSON
	charges []charge
}

// check is a test and when it is passed.
type check struct {
	name string
	goal string
	args []string // of analyze, beside the directory
	pass func(ctx context.Context, t *trial) (measured string, ok bool, err error)
}

// try plays a test and looks at it.
func (q *Quality) try(ctx context.Context, name string, args ...string) (*trial, error) {
	s, err := traffic.FindScenario(name)
	if err != nil {
		return nil, err
	}
	t := &trial{q: q, name: name, dir: filepath.Join(q.Work, name)}
	s.Style.Zone = q.Zone
	end := testEnd
	logs := traffic.NewDir(t.dir, end, s.Days > 1)
	logs.Level = 0
	if t.truth, err = s.Play(q.Seed, end, logs); err != nil {
		return nil, err
	}
	if err := logs.Close(); err != nil {
		return nil, err
	}
	t.who = newRegistry(&t.truth)
	args = append([]string{"--config", os.DevNull, "--tz", q.Zone.String()}, args...)
	if t.cases, err = q.program.analyze(ctx, t.dir+".ndjson", append(args, t.dir)...); err != nil {
		return nil, err
	}
	for i := range t.cases {
		t.charges = append(t.charges, t.who.read(&t.cases[i]))
	}
	return t, nil
}

// testEnd is a Sunday at six, a week after the clocks were set back.
var testEnd = time.Date(2026, time.November, 1, 6, 0, 0, 0, time.UTC)

func (q *Quality) check(ctx context.Context, c check, book *record) error {
	t, err := q.try(ctx, c.name, c.args...)
	if err != nil {
		return err
	}
	measured, ok, err := c.pass(ctx, t)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	s, err := traffic.FindScenario(c.name)
	if err != nil {
		return err
	}
	book.row(c.name, s.About, c.goal, measured, ok)
	return nil
}

// checks are the tests by number.
var checks = []check{
	{"T1", "high", nil, accusedAt(analyze.High)},
	{"T2", "found by day 8", nil, accusedAt(analyze.Low)},
	{"T3", "found by day 8", nil, accusedAt(analyze.Low)},
	{"T4", "nobody accused", nil, nobody(analyze.Low)},
	{"T5", "the /24, high", nil, withPrefix(analyze.High)},
	{"T6", "one case of 60 sources", nil, oneCase},
	{"T7", "the /56, high", nil, withPrefix(analyze.High)},
	{"T8", "nothing above low", nil, nobody(analyze.Medium)},
	{"T9", "90 % of the requests, 1 hit in 10,000 honest ones", nil, payloadsFlagged},
	{"T10", "critical, naming the page and the parameter", nil, fuzzedParameter},
	{"T11", "found", nil, accusedAt(analyze.Low)},
	{"T12", "the false one found, nobody else", nil, accusedAt(analyze.Low)},
	{"T13", "high, with sigma and counts", nil, unusualHour},
	{"T14", "high, with sigma and counts", []string{"--last", "1d", "--history", "28d"}, unusualHour},
	{"T15", "at most 1 alert in the week after", []string{"--last", "7d", "--history", "28d"}, atMost(1)},
	{"T16", "at most 1 alert in 28 days", []string{"--last", "28d", "--history", "28d"}, atMost(1)},
	{"T17", "medium", nil, accusedAt(analyze.Medium)},
	{"T18", "critical", nil, accusedAt(analyze.Critical)},
	{"T19", "nobody accused", nil, nobody(analyze.Low)},
	{"T20", "two cases, 90 % of the sources, none of both", nil, apart},
	{"T21", "at most 30 shapes not understood", nil, shapes(0, 30)},
	{"T22", fmt.Sprintf("the %d shapes that name a remote address, each told once", traffic.StrangerTemplates), nil, shapes(traffic.StrangerTemplates, traffic.StrangerTemplates)},
	{"T23", "the sender found, never the framed", nil, accusedAt(analyze.Low)},
	{"T24", "no changed action; 95 % of the texts told", nil, unmoved},
	{"T25", "the same answer in five orders", nil, anyOrder},
	{"T26", "all found, nobody else", nil, accusedAt(analyze.Low)},
	{"T27", "one case of 250 sources, nobody else", []string{"--last", "24h"}, oneCase},
}

type verdict = func(ctx context.Context, t *trial) (string, bool, error)

// wronged lists the honest whom a case of at least that level accuses.
func (t *trial) wronged(least analyze.Level) []string {
	out := map[string]bool{}
	for _, g := range t.charges {
		if g.Severity < least {
			continue
		}
		for _, x := range g.honest {
			out[fmt.Sprintf("%s: %s (%s)", g.Severity, x.Actor, g.Kind)] = true
		}
		for p, inside := range g.inside {
			out[fmt.Sprintf("%s: %d honest in %s", g.Severity, len(inside), p)] = true
		}
	}
	return slices.Sorted(maps.Keys(out))
}

func also(measured string, wronged []string) string {
	if len(wronged) > 0 {
		measured += "; accuses " + strings.Join(wronged, ", ")
	}
	return measured
}

// accusedAt wants every attacker accused at a level, and nobody else.
func accusedAt(least analyze.Level) verdict {
	return func(_ context.Context, t *trial) (string, bool, error) {
		level, found, all := analyze.Level(0), map[string]bool{}, 0
		var kinds []string
		for _, x := range t.who.single {
			if x.Label == traffic.Hostile {
				all++
			}
		}
		for _, g := range t.charges {
			for _, sources := range g.attackers {
				level = max(level, g.Severity)
				kinds = append(kinds, g.Detections...)
				for _, s := range sources {
					found[s] = true
				}
			}
		}
		slices.Sort(kinds)
		wronged := t.wronged(analyze.Low)
		measured := "not found"
		if len(found) > 0 {
			measured = fmt.Sprintf("%s, %d of %d (%s)", level, len(found), all, strings.Join(slices.Compact(kinds), ", "))
		}
		return also(measured, wronged), len(found) == all && level >= least && len(wronged) == 0, nil
	}
}

// nobody wants no honest source in a case of that level or above.
func nobody(from analyze.Level) verdict {
	return func(_ context.Context, t *trial) (string, bool, error) {
		wronged := t.wronged(from)
		if len(wronged) > 0 {
			return strings.Join(wronged, ", "), false, nil
		}
		return "nobody", true, nil
	}
}

func withPrefix(least analyze.Level) verdict {
	return func(_ context.Context, t *trial) (string, bool, error) {
		for _, g := range t.charges {
			for _, e := range t.truth.Attacks {
				if 2*len(g.attackers[e.Attack]) < len(e.Sources) {
					continue
				}
				right, named := rightPrefix(e, g)
				return fmt.Sprintf("%s, %s, %d of %d", g.Severity, named, len(g.attackers[e.Attack]), len(e.Sources)), right && g.Severity >= least, nil
			}
		}
		return "no case holds half of them", false, nil
	}
}

func oneCase(_ context.Context, t *trial) (string, bool, error) {
	e, best, cases := t.truth.Attacks[0], 0, 0
	for _, g := range t.charges {
		if n := len(g.attackers[e.Attack]); n > 0 {
			best, cases = max(best, n), cases+1
		}
	}
	wronged := t.wronged(analyze.Low)
	return also(fmt.Sprintf("%d cases, the largest with %d of %d", cases, best, len(e.Sources)), wronged), cases == 1 && 10*best >= 9*len(e.Sources) && len(wronged) == 0, nil
}

func apart(_ context.Context, t *trial) (string, bool, error) {
	mixed, best := 0, map[string]int{}
	for _, g := range t.charges {
		if len(g.attackers) > 1 {
			mixed++
		}
		for a, sources := range g.attackers {
			best[a] = max(best[a], len(sources))
		}
	}
	ok := mixed == 0
	var parts []string
	for _, e := range t.truth.Attacks {
		ok = ok && 10*best[e.Attack] >= 9*len(e.Sources)
		parts = append(parts, fmt.Sprintf("%d of %d", best[e.Attack], len(e.Sources)))
	}
	return fmt.Sprintf("%s; %d cases hold both", strings.Join(parts, " and "), mixed), ok, nil
}

func payloadsFlagged(ctx context.Context, t *trial) (string, bool, error) {
	events, err := t.q.program.parse(ctx, filepath.Join(t.dir, "nginx", "access.log"))
	if err != nil {
		return "", false, err
	}
	var all, found, honest, alarms int
	for _, e := range events {
		a, err := netip.ParseAddr(e.Src)
		if err != nil {
			continue
		}
		claim := t.who.isHonest(a)
		switch {
		case claim:
			honest++
			if hostileKinds[e.Kind] {
				alarms++
			}
		default:
			all++
			if hostileKinds[e.Kind] {
				found++
			}
		}
	}
	return fmt.Sprintf("%d of %d; %d of %d honest", found, all, alarms, honest), 10*found >= 9*all && 10_000*alarms <= honest, nil
}

func fuzzedParameter(_ context.Context, t *trial) (string, bool, error) {
	e := t.truth.Attacks[0]
	for _, g := range t.charges {
		if len(g.attackers[e.Attack]) == 0 || !slices.Contains(g.Detections, "injection") {
			continue
		}
		told := strings.Join([]string{g.Headline, g.Summary, g.Explanation, strings.Join(g.Do, " ")}, " ")
		for _, x := range g.Targets {
			told += " " + x.Value
		}
		named := strings.Contains(told, e.MustSay[1])
		return fmt.Sprintf("%s, parameter named: %t", g.Severity, named), named && g.Severity >= analyze.Critical, nil
	}
	return "no case of an injection", false, nil
}

func unusualHour(_ context.Context, t *trial) (string, bool, error) {
	for _, g := range t.cases {
		if g.Kind != "traffic_anomaly" {
			continue
		}
		told := strings.ToLower(g.Headline + g.Summary + g.Explanation)
		sigma := strings.Contains(told, "sigma") || strings.Contains(told, "σ")
		counted := strings.Contains(told, "2,847") || strings.Contains(told, "2847")
		return fmt.Sprintf("%s, sigma: %t, count: %t", g.Severity, sigma, counted), sigma && counted && g.Severity >= analyze.High, nil
	}
	return "not found", false, nil
}

func atMost(n int) verdict {
	return func(_ context.Context, t *trial) (string, bool, error) {
		alerts := 0
		for _, g := range t.cases {
			if g.Kind == "traffic_anomaly" && g.Severity >= analyze.Low {
				alerts++
			}
		}
		wronged := t.wronged(analyze.Low)
		return also(fmt.Sprintf("%d alerts", alerts), wronged), alerts <= n && len(wronged) == 0, nil
	}
}

// unmoved compares the plan with that for the same requests without the texts.
func unmoved(ctx context.Context, t *trial) (string, bool, error) {
	control, err := t.q.try(ctx, "T24-control")
	if err != nil {
		return "", false, err
	}
	changed := 0
	for _, x := range t.who.single {
		if x.Label == traffic.Hostile && !reflect.DeepEqual(actions(t, x.Source), actions(control, x.Source)) {
			changed++
		}
	}
	told := 0
	for _, file := range []string{"nginx/access.log", "auth.log"} {
		events, err := t.q.program.parse(ctx, filepath.Join(t.dir, file))
		if err != nil {
			return "", false, err
		}
		for _, e := range events {
			if strings.Contains(fmt.Sprint(e.Class), "llm") {
				told++
			}
		}
	}
	return fmt.Sprintf("%d of 10 sources treated otherwise; %d lines with the 100 texts told", changed, told), changed == 0 && told >= 95, nil
}

// actions are what the run would do to a source. That it is told of the texts
// alone is what is wanted.
func actions(t *trial, source string) (out []string) {
	for _, g := range t.charges {
		if slices.Equal(g.Detections, []string{"llm_injection"}) {
			continue
		}
		for _, sources := range g.attackers {
			if slices.Contains(sources, source) {
				out = append(out, fmt.Sprint(g.Severity, " ", g.Ban))
			}
		}
	}
	slices.Sort(out)
	return out
}

// anyOrder hands in the same files in five orders.
func anyOrder(ctx context.Context, t *trial) (string, bool, error) {
	files := []string{filepath.Join(t.dir, "auth.log"), filepath.Join(t.dir, "mail.log"), filepath.Join(t.dir, "nginx", "access.log")}
	same := 0
	var first []report.CaseJSON
	for i := range 5 {
		order := slices.Concat(files[i%3:], files[:i%3])
		if i > 2 {
			slices.Reverse(order)
		}
		cases, err := t.q.program.analyze(ctx, t.dir+".ndjson", append([]string{"--config", os.DevNull, "--tz", t.q.Zone.String()}, order...)...)
		if err != nil {
			return "", false, err
		}
		if first == nil {
			first = cases
		}
		if reflect.DeepEqual(first, cases) {
			same++
		}
	}
	return fmt.Sprintf("%d of 5 alike, %d cases", same, len(first)), same == 5 && len(first) > 0, nil
}
