package detect

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"gumshoe/analyze"
	"gumshoe/ingest"
	"gumshoe/ingest/window"
)

// OpenProxy finds a web server that passes strangers on to other sites: it answers their
// CONNECT well, whatever host they name. The internet asks every server for that all day,
// and is refused, or shown the home page: answers of one size. Of an open proxy they are
// as different as what is behind them.
//
// Told is the server, and nobody is accused. Left alone are clients of private networks
// and those who give a name, and a log without several times as many people who read
// pages: a proxy on purpose has few.
type OpenProxy struct{}

// Name implements analyze.Detector.
func (OpenProxy) Name() string { return "open_proxy" }

const (
	fewestRelayed = 10 // requests
	fewestHosts   = 3  // hosts they name
	readersToOne  = 3  // people who read pages, for each who was passed on
)

// Detect implements analyze.Detector.
func (d OpenProxy) Detect(in *analyze.Input) []*analyze.Finding {
	passed := eachSign(in, analyze.Current|analyze.Visitor, armed, func(i int, u *window.Unit, out []passer) []passer {
		if a := u.Prefix().Addr(); a.IsPrivate() || !a.IsGlobalUnicast() {
			return out
		}
		for k := range u.Rows {
			r := &u.Rows[k]
			if in.Set.Service(r.Service) != ingest.ServiceWeb || !in.Contains(r.Hour) || r.Flags&window.Authenticated != 0 {
				continue
			}
			touches := u.Touches(r)
			for n := range touches {
				if t := &touches[n]; t.Status/100 == 2 && t.Kind == ingest.KindProbe && t.Class&ingest.ClassProtocol != 0 && connects(in.Set.Name(t.Name).Text) {
					out = append(out, passer{unit: uint32(i), touch: t})
				}
			}
		}
		return out
	})
	if f, ok := d.judge(in, passed); ok {
		return []*analyze.Finding{&f}
	}
	return nil
}

// connects reports the target of a CONNECT: a host and a port.
func connects(target string) bool {
	host, port, ok := strings.Cut(target, ":")
	return ok && host != "" && port != "" && !strings.ContainsAny(target, "/ ") && strings.Trim(port, "0123456789N") == ""
}

func (d OpenProxy) judge(in *analyze.Input, passed []passer) (analyze.Finding, bool) {
	var answers []*window.Touch
	var marks []analyze.Mark
	var from []netip.Prefix
	hosts := map[string]int{}
	for _, p := range passed {
		answers = append(answers, p.touch)
		marks = append(marks, analyze.Mark{Origin: p.touch.Origin(), Time: moment(p.touch.Milli)})
		from = append(from, in.Set.Units()[p.unit].Prefix())
		host, _, _ := strings.Cut(in.Set.Name(p.touch.Name).Text, ":")
		hosts[host]++
	}
	from = slices.Compact(from) // in the order of addresses
	if len(answers) < fewestRelayed || len(hosts) < fewestHosts || alike(answers) || in.Benign() < readersToOne*len(from) {
		return analyze.Finding{}, false
	}
	slices.SortStableFunc(marks, func(a, b analyze.Mark) int { return a.Time.Compare(b.Time) })
	medium := analyze.Medium
	f := analyze.Finding{
		Detector: d.Name(), Techniques: []string{"T1090"}, Key: "open proxy " + ingest.ServiceWeb, Own: true, Visitors: from, Service: ingest.ServiceWeb, Impact: analyze.Targeted, Floor: &medium,
		First: marks[0].Time, Last: marks[len(marks)-1].Time, Events: uint64(len(marks)), Marks: analyze.Spread(marks, 4),
	}
	for _, m := range marks {
		f.Times = append(f.Times, m.Time)
	}
	names := make([]string, 0, len(hosts))
	for name := range hosts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if hosts[a] != hosts[b] {
			return hosts[b] - hosts[a]
		}
		return strings.Compare(a, b)
	})
	for _, name := range names[:min(len(names), analyze.MaxTargets)] {
		f.Targets = append(f.Targets, analyze.Target{Kind: analyze.Endpoint, Value: name})
	}
	f.Evidence = []analyze.Evidence{{Family: analyze.Response, LogOdds: sizeOdds, Trials: len(answers),
		Fact: fmt.Sprintf("%s for %s answered well, by answers of many sizes", count(len(answers), "request"), count(len(names), "host"))}}
	f.Story = analyze.Story{
		Headline: "This web server may be an open proxy",
		Body: []string{fmt.Sprintf("%s of %s asked to be connected to %s (%s), and were answered as if they had been.", upper(count(len(answers), "request")),
			count(len(from), "address"), count(len(names), "host"), some(names, 3))},
		Why: []string{"A server that does not do so refuses, or shows its home page: answers of one size. These had many sizes."},
		Not: []string{"A log does not show what went through. If strangers are meant to use it as a proxy, nothing is wrong."},
		Do:  []string{"Try it from outside: curl -v -p -x http://THIS-SERVER:80 https://example.org/. If that works, switch the proxy off (Apache: ProxyRequests Off), or let only those in who are meant to."},
	}
	return f, true
}
