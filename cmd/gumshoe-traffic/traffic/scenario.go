package traffic

import (
	"fmt"
	"slices"
	"time"
)

// Scenario is a story to be told by logs.
type Scenario struct {
	Name  string
	About string
	Days  int
	Scale float64
	Style Style
	Web   bool // the web site alone, without mail and ssh
	parts func(end time.Time) []Part
}

// WebLife is the honest life of the web site, with all that is hard to tell from
// an attack: shared addresses, dead links, machines.
func WebLife() []Part {
	return []Part{Visitors(115), DeadLinks, Office(), CarrierNAT(), Crawlers, FeedReaders, Monitor, APIClients, FileSync}
}

// Everyday adds mail and administration; the owner of one phone changes the
// password at the given time.
func Everyday(changed time.Time) []Part {
	return append(WebLife(), MailUsers, StalePassword(changed), MailFlow, Admins, Cron)
}

// Scenarios lists what Play knows, in the order of the documentation. Each ends
// on a Sunday morning at six if the end does.
var Scenarios = []Scenario{
	{Name: "slow_scan", About: "one address asks for 18 admin paths, one every 20 minutes, all 404", Days: 1, Scale: .35,
		parts: func(end time.Time) []Part { return []Part{SlowScan(end.Add(-5*time.Hour - 54*time.Minute))} }},
	{Name: "stuffing", About: "20 addresses of one network try one mailbox, 2-3 passwords each, over a day", Days: 1, Scale: .35,
		parts: func(end time.Time) []Part { return []Part{Stuffing(end.Add(-23*time.Hour), 22*time.Hour)} }},
	{Name: "injection", About: "growing SQL injection on one endpoint that begins to answer 500; Apache vhost_combined", Days: 1, Scale: .35, Style: Style{Access: VHostCombined},
		parts: func(end time.Time) []Part { return []Part{Injection(end.Add(-4*time.Hour - 48*time.Minute))} }},
	{Name: "agent", About: "50 requests of one python-requests in 2 minutes", Days: 1, Scale: .35,
		parts: func(end time.Time) []Part { return []Part{AgentFlood(end.Add(-99 * time.Minute))} }},
	{Name: "anomaly", About: "four weeks of rhythm, then 2,847 requests on a Sunday at three in the morning", Days: 29, Scale: 1, Web: true,
		parts: func(end time.Time) []Part { return []Part{Surge(end.Add(-3*time.Hour), surgeRequests)} }},
	{Name: "breakin", About: "40 ssh guesses on several names, then an accepted password, sudo and a new account", Days: 1, Scale: .35,
		parts: func(end time.Time) []Part { return []Part{BreakIn(end.Add(-3*time.Hour - 20*time.Minute))} }},
	{Name: "quiet", About: "honest traffic alone; nobody is to be accused", Days: 1, Scale: 1,
		parts: func(time.Time) []Part { return nil }},
	{Name: "botnet", About: "60 machines of 60 networks share one alphabetical list of ssh names", Days: 1, Scale: .35,
		parts: func(end time.Time) []Part { return []Part{Botnet(end.Add(-6*time.Hour - 30*time.Minute))} }},
	{Name: "bruteforce", About: "one address tries root 300 times in ten minutes", Days: 1, Scale: .35,
		parts: func(end time.Time) []Part { return []Part{BruteForce(end.Add(-2 * time.Hour))} }},
	{Name: "fake_googlebot", About: "a scraper and prober under Googlebot's name", Days: 1, Scale: .35,
		parts: func(end time.Time) []Part { return []Part{FakeGooglebot(end.Add(-4 * time.Hour))} }},
}

// surgeRequests is the total of the anomalous hour, where some 80 are normal.
const surgeRequests = 2_847

// FindScenario returns the scenario or test of that name.
func FindScenario(name string) (Scenario, error) {
	for _, s := range slices.Concat(Scenarios, Tests) {
		if s.Name == name {
			return s, nil
		}
	}
	return Scenario{}, fmt.Errorf("no scenario %q", name)
}

// Play writes the scenario that ends at end and returns what happened in it.
func (s Scenario) Play(seed uint64, end time.Time, out Output) (Truth, error) {
	from := end.AddDate(0, 0, -s.Days)
	life := WebLife()
	if !s.Web {
		life = Everyday(from.Add(6 * time.Hour))
	}
	parts := append(life, s.parts(end)...)
	w := New(Config{Seed: seed, From: from, Until: end, Scale: s.Scale, Style: s.Style}, out, parts...)
	err := w.Run()
	return w.Truth, err
}

// Expectation is the one thing that should be found in a scenario's truth, or
// the expectation of silence.
func (s Scenario) Expectation(t Truth) Expect {
	if len(t.Attacks) > 0 {
		return t.Attacks[0]
	}
	return Expect{Attack: s.Name, Sources: []string{}, Detections: []string{}, Ban: "none", Targets: []string{}, MustSay: []string{}, MustNotAccuse: []string{"all others"}}
}

// PlaySite writes a server's weeks up to end: everyday life and noise all the
// time, and on the last day the five attacks of the scenarios. days beyond the
// last are its history.
func PlaySite(seed uint64, end time.Time, days int, scale float64, style Style, out Output) (Truth, error) {
	parts := append(Everyday(end.Add(-46*time.Hour)), Noise, BadBot,
		SlowScan(end.Add(-5*time.Hour-54*time.Minute)),
		Stuffing(end.Add(-23*time.Hour), 22*time.Hour),
		Injection(end.Add(-4*time.Hour-48*time.Minute)),
		AgentFlood(end.Add(-99*time.Minute)),
		Surge(end.Add(-3*time.Hour), int(surgeRequests*scale)))
	w := New(Config{Seed: seed, From: end.AddDate(0, 0, -days), Until: end, Scale: scale, Style: style}, out, parts...)
	err := w.Run()
	return w.Truth, err
}
