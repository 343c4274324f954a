package traffic

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// Size is how busy a site is.
type Size struct {
	Name  string
	Scale float64
	Boxes int // people with mail
}

// Sizes are the sites on which the suites play: some 2,000, 20,000 and 200,000
// lines a day.
var Sizes = []Size{{"small", .2, 20}, {"medium", 5, 120}, {"large", 55, 700}}

// FindSize returns the size of that name.
func FindSize(name string) (Size, error) {
	for _, s := range Sizes {
		if s.Name == name {
			return s, nil
		}
	}
	return Size{}, fmt.Errorf("no size %q", name)
}

// SuiteWeeks is how long a suite lasts; its attacks play in the last
// SuiteMeasured, and the time before is history.
const (
	SuiteWeeks    = 8
	SuiteMeasured = 14 * 24 * time.Hour
)

// Suite is weeks of one site's logs, in which many attacks of one sort play, or
// everything that is hard to tell from one.
type Suite struct {
	Name  string
	About string
	parts func(begin time.Time, size Size) []Part
}

// Suites lists them.
var Suites = []Suite{
	{"slow", "lone sources, below every limit per address: patient probers, break-ins after guessing, endpoints that break", slowSuite},
	{"campaigns", "many addresses for one purpose: in many networks, and in one of every size, with honest neighbours", campaignSuite},
	{"honest", "nobody hostile: everything that is hard to tell from an attack", honestSuite},
}

// World returns the suite's world on a site of that size, which ends at end.
// Begin is where its measured part does.
func (s Suite) World(seed uint64, end time.Time, zone *time.Location, size Size, out Output) (w *World, begin time.Time) {
	begin = end.Add(-SuiteMeasured)
	from := end.AddDate(0, 0, -7*SuiteWeeks)
	parts := append(Everyday(from.Add(30*time.Hour)), Mailboxes(size.Boxes))
	parts = append(parts, s.parts(begin, size)...)
	seed = seed<<32 | uint64(size.Boxes) // each site has other attackers
	return New(Config{Seed: seed, From: from, Until: end, Scale: size.Scale, Style: Style{Zone: zone}}, out, parts...), begin
}

func slowSuite(begin time.Time, _ Size) []Part {
	parts := []Part{Noise, BadBot, Applications, Club}
	const day = 24 * time.Hour
	parts = append(parts, PatientProbers("20min", 20_000, begin.Add(time.Hour), 12*day, 20*time.Minute, 6, 27)...)
	parts = append(parts, PatientProbers("2h", 21_000, begin.Add(2*time.Hour), 11*day, 2*time.Hour, 6, 14)...)
	parts = append(parts, PatientProbers("1d", 22_000, begin.Add(3*time.Hour), 3*day, day, 6, 9)...)
	parts = append(parts, Intrusions(24_000, begin.Add(9*time.Hour), 24*time.Hour)...)
	return append(parts, Flips(25_000, begin.Add(5*time.Hour), 25*time.Hour)...)
}

// campaignSuite has each plot with ten to two hundred bots of as many networks,
// and then bots of one network.
func campaignSuite(begin time.Time, size Size) []Part {
	parts := []Part{Noise, BadBot, Applications, Club}
	n, pause := 0, 8*time.Hour
	next := func(c Campaign) {
		c.Attack = fmt.Sprintf("%02d-%s", n, c.Attack)
		c.Start = begin.Add(time.Duration(n)*pause + time.Hour)
		if n%4 != 0 { // one in four tries an administrator, the others a mailbox of their own
			c.Box = mailbox(n % size.Boxes)
		}
		n++
		parts = append(parts, c.Part)
	}
	for i, bots := range []int{10, 30, 80, 200} {
		for k, plot := range Plots {
			c := Campaign{Attack: fmt.Sprintf("%d-%s", bots, plot), Plot: plot, Bots: foreigners(1_000+200*(len(Plots)*i+k), bots), Span: 10 * time.Hour, Tries: 3}
			switch plot {
			case RarePath:
				c.Tries, c.Span = 1, 20*time.Hour
			case Credentials:
				c.Tries = 2
			}
			next(c)
		}
	}
	for i, p := range networkPlots() {
		rng := rand.New(rand.NewPCG(uint64(i), 1))
		network := netip.MustParsePrefix(p.network)
		next(Campaign{Attack: fmt.Sprintf("network-%d", network.Bits()), Plot: p.plot, Bots: crowdIn(rng, network, p.bots), Prefix: p.network, Span: 8 * time.Hour, Tries: 2})
		if p.neighbour != "" {
			parts = append(parts, Neighbours("neighbours of "+p.network, netip.MustParseAddr(p.neighbour)))
		}
	}
	return parts
}

// networkPlot is a campaign of one network; a neighbour lives beside its bots.
type networkPlot struct {
	network   string
	plot      Plot
	bots      int
	neighbour string
}

func networkPlots() []networkPlot {
	out := []networkPlot{
		{foreignNet(10_000).String(), OneAccount, 24, ""}, {foreignNet(10_001).String(), PathList, 30, ""}, {foreignNet(10_002).String(), Credentials, 40, ""},
		{halfOf(foreignNet(10_003)), OneAccount, 40, hostOf(foreignNet(10_003), 200)}, {halfOf(foreignNet(10_004)), PathList, 40, hostOf(foreignNet(10_004), 220)},
	}
	for i, v := range []struct {
		bits, bots int
		plot       Plot
		neighbour  string
	}{{64, 12, OneAccount, ""}, {64, 20, PathList, ""}, {56, 20, OneAccount, ""}, {56, 30, PathList, ""}, {48, 30, OneAccount, ""}, {48, 50, Credentials, ""}, {56, 24, OneAccount, "2001:db8:b006:ff00::17"}} {
		out = append(out, networkPlot{netip.PrefixFrom(foreignV6(i).Addr(), v.bits).String(), v.plot, v.bots, v.neighbour})
	}
	return out
}

// halfOf is the lower half of a network, in which bots are while the other half is honest.
func halfOf(p netip.Prefix) string { return netip.PrefixFrom(p.Addr(), p.Bits()+1).String() }

func hostOf(p netip.Prefix, host byte) string {
	b := p.Addr().As4()
	b[3] = host
	return netip.AddrFrom4(b).String()
}

func honestSuite(begin time.Time, _ Size) []Part {
	day := func(n int, hour time.Duration) time.Time {
		return time.Date(begin.Year(), begin.Month(), begin.Day()+n, 0, 0, 0, 0, time.UTC).Add(hour * time.Hour)
	}
	return []Part{Noise, BadBot, Applications, Club, Refused, BigOffice, PasswordDay(day(2, 0)), Phones(begin.Add(20 * time.Hour)), KeyAgents, AppClients, Monitors, LinkPreviews, Editors, Backup,
		LaunchDay(day(4, 8)), Newsletter(day(8, 9)), OwnScanner(day(10, 1)), Outage(day(12, 13)), Forgotten(begin.Add(30 * time.Hour)), PortCheck, OldApp(day(3, 6)),
		DeadLink(day(5, 7), 40*time.Hour, 200, "/offers/autumn-2019.html"), DeadLink(day(9, 7), 70*time.Hour, 260, formerPages()...)}
}
