package report

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"gumshoe/analyze"
	"gumshoe/ban"
	"gumshoe/ingest"
)

// The fixtures are invented nights of web1, told by hand: what the pipeline
// would hand to the renderers.

var (
	evening  = time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
	midnight = evening.Add(6 * time.Hour)
)

func clock(s string) time.Time {
	t, err := time.Parse(time.TimeOnly, s)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 11, 21, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

func prefixes(ss ...string) (out []netip.Prefix) {
	for _, s := range ss {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// every returns n times from first on.
func every(first time.Time, step time.Duration, n int) (out []time.Time) {
	for i := range n {
		out = append(out, first.Add(time.Duration(i)*step))
	}
	return out
}

func weighs(f analyze.Family, logOdds float64, fact string) analyze.Evidence {
	return analyze.Evidence{Family: f, LogOdds: logOdds, Fact: fact}
}

// story fills the paragraphs of a case as the judge does.
func story(c analyze.Case, why, not string) analyze.Case {
	c.Findings = []*analyze.Finding{{Story: analyze.Story{Why: []string{why}, Not: []string{not}}}}
	c.Explanation = append(c.Explanation, why+".", not+".")
	if c.Prior == 0 {
		c.Prior = -6
	}
	c.Verdict = analyze.Verdict{Label: "malicious", Confidence: c.Confidence, By: "rules", Rationale: why}
	return c
}

// quietNight has logs, hours and nobody to accuse.
func quietNight() Report {
	r := Report{
		Version: "0.1.0", Host: "web1", AdHoc: true, Now: midnight, From: evening, To: midnight, History: evening.Add(-28 * 24 * time.Hour),
		Units: 212, Plan: ban.Plan{Hypothetical: true},
		Sources: []ingest.Health{
			{Source: "/srv/logs/auth.log", Format: "sshd", Bytes: 310_000, Lines: 3032, Parsed: 2100, Ignored: 932, First: evening, Last: midnight.Add(-time.Minute)},
			{Source: "/srv/logs/nginx/access.log", Format: "combined", Bytes: 9_000_000, Lines: 61480, Parsed: 61480, First: evening, Last: midnight.Add(-time.Second)},
		},
	}
	for i, n := range []uint64{9120, 9800, 11004, 10900, 10656, 10000} {
		r.Hours = append(r.Hours, Hour{Start: evening.Add(time.Duration(i) * time.Hour), Counts: map[string]uint64{"http": n, "sshd": 300 + uint64(i)*7}, Fails: 12})
	}
	return r
}

func breakInCase() analyze.Case {
	return story(analyze.Case{
		ID: "k7q2m", Kind: "break_in", Sources: prefixes("203.0.113.7/32"), Detections: []string{"break_in", "slow_guessing"},
		Identities: []analyze.Identity{{Source: prefixes("203.0.113.7/32")[0], Country: "NL", ASN: 64496, Org: "Example Hosting B.V.", Name: "vps-7.example.net",
			Owner: "Example Hosting B.V.", Abuse: "abuse@example.net", CIDR: netip.MustParsePrefix("203.0.113.0/24")}},
		Families: []analyze.Evidence{
			weighs(analyze.Guessing, 8, "41 failures of one address in 3 h 25 min, over six names"),
			weighs(analyze.Intrusion, 6, "a password login after 41 failures, from a network that deploy never used"),
			weighs(analyze.Guard, -2, "the account has good logins from elsewhere")},
		LogOdds: 6, Confidence: 0.9975, Impact: analyze.Success, Level: analyze.Critical, Techniques: []string{"T1110.001", "T1078"},
		Targets:  []analyze.Target{{Kind: analyze.AccountName, Value: "deploy"}},
		Services: []string{"sshd"}, Events: 42, First: clock("18:27:00"), Last: clock("21:52:16"), Timeline: every(clock("18:27:00"), 5*time.Minute, 42),
		Headline:    "Guessed its way into deploy",
		Summary:     "At 21:52 an address that had guessed wrong 41 times logged in as deploy, with a password.",
		Explanation: []string{"One guess every five minutes, over six names: root 14, admin 9, deploy 8, git 5, ubuntu 3, test 2. The 42nd worked."},
		Do:          []string{"Lock deploy, keys too: `usermod --expiredate 1 deploy`", "End its session: `loginctl terminate-user deploy`", "Look for what it left behind: new accounts, keys in authorized_keys, timers."},
		Evidence: []analyze.Line{
			{Time: clock("21:47:08"), Source: "/srv/logs/auth.log", Text: "Nov 21 21:47:08 web1 sshd[4711]: Failed password for deploy from 203.0.113.7 port 51840 ssh2"},
			{Time: clock("21:52:16"), Source: "/srv/logs/auth.log", Text: "Nov 21 21:52:16 web1 sshd[4720]: Accepted password for deploy from 203.0.113.7 port 51902 ssh2"}},
	}, "deploy logged in 212 times in 4 weeks: always with a key, always from two networks, never at a weekend", "What was done after the login is not in these logs")
}

func injectionCase() analyze.Case {
	return story(analyze.Case{
		ID: "h5vbc", Kind: "injection", Sources: prefixes("2001:db8:5:41::/64"), Detections: []string{"sql_injection", "injectable_endpoint"},
		Families: []analyze.Evidence{weighs(analyze.Payload, 8, "9 distinct payloads of growing sharpness"), weighs(analyze.Response, 4.6, "8 of 23 answered 500, where 3 of 41,210 are usual")},
		LogOdds:  6.6, Confidence: 0.9986, Impact: analyze.Success, Level: analyze.Critical, Techniques: []string{"T1190"},
		Targets:  []analyze.Target{{Kind: analyze.Endpoint, Value: "/product"}},
		Services: []string{"http"}, Events: 23, First: clock("21:23:45"), Last: clock("21:41:12"), Timeline: every(clock("21:23:45"), 47*time.Second, 23),
		Headline:    "SQL injection on /product, and the answers changed",
		Summary:     "/product answered SQL injection with error 500, eight times.",
		Explanation: []string{"23 requests in 18 minutes, each sharper than the last. The first 15 got 200. From 21:34:50 on, all 8 got 500: the input very likely reaches the query unescaped."},
		Do:          []string{"Bind id as a parameter in the code behind /product."},
		Evidence: []analyze.Line{
			{Time: clock("21:23:45"), Source: "/srv/logs/nginx/access.log", Text: `2001:db8:5:41::9 - - [21/Nov/2026:21:23:45 +0000] "GET /product?id=1' HTTP/1.1" 200 5120 "-" "curl/8.5.0"`},
			{Time: clock("21:34:50"), Source: "/srv/logs/nginx/access.log", Text: `2001:db8:5:41::9 - - [21/Nov/2026:21:34:50 +0000] "GET /product?id=1+OR+1=1 HTTP/1.1" 500 312 "-" "curl/8.5.0"`},
			{Time: clock("21:41:12"), Source: "/srv/logs/nginx/access.log", Text: `2001:db8:5:41::9 - - [21/Nov/2026:21:41:12 +0000] "GET /product?id=1%20UNION%20SELECT%20NULL,NULL,version(),NULL,NULL,NULL,NULL,NULL HTTP/1.1" 500 312 "-" "curl/8.5.0"`}},
	}, "In 4 weeks /product failed 3 times in 41,210 requests; here it failed 8 times in 23", "No answer was larger than usual: no sign that data left")
}

func mailboxCase() analyze.Case {
	c := analyze.Case{
		ID: "t8fdn", Kind: "distributed_guessing", Detections: []string{"distributed_guessing"}, Prefix: netip.MustParsePrefix("198.51.100.0/24"), Collateral: 1,
		Families: []analyze.Evidence{weighs(analyze.Subnet, 8, "20 failing addresses in one /24, where chance allows 3"), weighs(analyze.Fanin, 5.2, "20 strangers to one mailbox")},
		LogOdds:  7.2, Confidence: 0.9993, Impact: analyze.Targeted, Level: analyze.Critical, Techniques: []string{"T1110.004"},
		Targets:  []analyze.Target{{Kind: analyze.AccountName, Value: "anna@example.org"}},
		Services: []string{"imap"}, Events: 58, First: clock("18:07:00"), Last: clock("23:49:00"), Timeline: every(clock("18:07:00"), 6*time.Minute, 58),
		Headline:    "20 addresses, one mailbox",
		Summary:     "anna@example.org was tried 58 times over IMAP by 20 addresses of one network, two or three tries each.",
		Explanation: []string{"anna@example.org was tried 58 times over IMAP by 20 addresses of one network, two or three tries each. None got in."},
		Do:          []string{"Give the mailbox a second factor."},
		Evidence:    []analyze.Line{{Time: clock("18:07:00"), Source: "/srv/logs/mail.log", Text: "2026-11-21T18:07:00.113+00:00 web1 dovecot: imap-login: Disconnected (auth failed, 3 attempts in 12 secs): user=<anna@example.org>, method=PLAIN, rip=198.51.100.21"}},
	}
	for i := range 20 {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(21 + 9*i)}), 32)
		c.Sources = append(c.Sources, p)
		if i < 18 {
			c.Identities = append(c.Identities, analyze.Identity{Source: p, Country: []string{"BR", "BR", "VN"}[i%3]})
		}
	}
	return story(c, "All strangers to this mailbox, all failing, all stopping at three", "No address of the network got in")
}

func slowScanCase() analyze.Case {
	return story(analyze.Case{
		ID: "r3xw9", Kind: "slow_scan", Sources: prefixes("192.0.2.86/32"), Detections: []string{"slow_scan"},
		Families: []analyze.Evidence{weighs(analyze.Probing, 8, "18 pages that do not exist, of 18"), weighs(analyze.Timing, 3.1, "every pause lasted 18.5 to 21.3 minutes")},
		LogOdds:  5.1, Confidence: 0.9939, Impact: analyze.Generic, Level: analyze.Critical, Techniques: []string{"T1595.003"},
		Targets:  []analyze.Target{{Kind: analyze.Endpoint, Value: "/admin"}, {Kind: analyze.Endpoint, Value: "/wp-admin"}},
		Services: []string{"http"}, Events: 18, First: clock("18:04:00"), Last: clock("23:47:00"), Timeline: every(clock("18:04:00"), 1210*time.Second, 18),
		Headline: "One knock every 20 minutes, for six hours", Summary: "192.0.2.86 asked for 18 admin pages that do not exist here, one every 20 minutes.",
		Explanation: []string{"18 requests for admin pages that do not exist here: /admin, /administrator, /wp-admin, /phpmyadmin and 14 more. All 404."},
	}, "People are not that regular; scripts that duck rate limits are", "Nothing it asked for exists")
}

func scriptCase() analyze.Case {
	return story(analyze.Case{
		ID: "w6y4s", Kind: "scripted_client", Sources: prefixes("192.0.2.201/32"), Detections: []string{"scripted_client"},
		Families: []analyze.Evidence{weighs(analyze.Agent, 8, "50 requests in 2 minutes by one declared script")},
		LogOdds:  2, Confidence: 0.88, Impact: analyze.Nuisance, Level: analyze.Low,
		Targets:  []analyze.Target{{Kind: analyze.AgentName, Value: "python-requests/2.28.0"}, {Kind: analyze.Endpoint, Value: "/api/stock"}},
		Services: []string{"http"}, Events: 50, First: clock("19:12:00"), Last: clock("19:14:00"), Timeline: every(clock("19:12:00"), 2400*time.Millisecond, 50),
		Headline: "A script on /api/stock", Summary: "192.0.2.201 sent 50 requests in 2 minutes as python-requests/2.28.0, all answered 200.",
		Explanation: []string{"50 requests in 2 minutes from 192.0.2.201, agent python-requests/2.28.0, all answered 200. A machine, not an attack so far."},
	}, "No person clicks 25 times a minute without loading a picture", "No payload, no error")
}

func rushCase() analyze.Case {
	return story(analyze.Case{
		ID: "n9gte", Kind: "seasonal_spike", Detections: []string{"seasonal_spike"}, Visitors: prefixes("198.18.4.19/32", "198.18.4.22/32", "198.18.77.3/32"),
		Families: []analyze.Evidence{weighs(analyze.Seasonal, 8, "2,847 requests where 84 are usual (34 to 157)")},
		LogOdds:  6, Confidence: 0.9975, Impact: analyze.Nuisance, Level: analyze.High,
		Targets:  []analyze.Target{{Kind: analyze.HourOf, Value: "2026-11-21T23:00:00Z"}},
		Services: []string{"http"}, Events: 2847, First: clock("23:00:00"), Last: clock("23:59:59"),
		Headline: "Saturday 23:00: 2,847 requests where 84 are usual", Summary: "Between 23:00 and 24:00 there were 2,847 web requests where 84 are usual, more than 10 σ.",
		Explanation: []string{"The four Saturdays before: 71, 88, 79, 92. Top sources: 198.18.4.19 (71), 198.18.4.22 (68), 198.18.77.3 (66)."},
		Do:          []string{"See whether the pages they walk are meant to be copied."},
	}, "The same hour of earlier weeks never had more than 157", "Not a flood: pages took 90 ms, as always")
}

// fiveAttacks is a night with a break-in and all that gumshoe is for, with the
// week before it as history of the picture.
func fiveAttacks() Report {
	r := quietNight()
	r.Cases = []analyze.Case{breakInCase(), injectionCase(), mailboxCase(), slowScanCase(), rushCase(), scriptCase()}
	r.Plan.Hold = []ban.Entry{{Prefix: prefixes("203.0.113.7/32")[0], Case: "k7q2m", Service: "sshd", Guard: "break-in", Reason: "A break-in is a person's decision: it could be you"}}
	r.Plan.Add = []ban.Entry{{Prefix: prefixes("2001:db8:5:41::/64")[0], Case: "h5vbc", Service: "http", For: 24 * time.Hour, Reason: "critical, with payload and changed answers"}}
	for _, s := range mailboxCase().Sources {
		r.Plan.Add = append(r.Plan.Add, ban.Entry{Prefix: s, Case: "t8fdn", Service: "imap", For: 24 * time.Hour, Reason: "one by one and not the /24: 198.51.100.77 in it is honest"})
	}
	r.Plan.Add = append(r.Plan.Add, ban.Entry{Prefix: prefixes("192.0.2.86/32")[0], Case: "r3xw9", Service: "http", For: 7 * 24 * time.Hour, Reason: "critical, slow: probing and word list"})
	r.Sources = append(r.Sources, ingest.Health{Source: "/srv/logs/mail.log", Format: "dovecot", Lines: 902, Parsed: 640, Ignored: 262, First: evening, Last: midnight})
	for i := range r.Hours {
		r.Hours[i].Counts = map[string]uint64{"http": []uint64{71, 88, 79, 92, 84, 2847}[i], "sshd": 12, "imap": 40}
	}
	return r
}

// longRun is the same night at the end of four analyzed weeks.
func longRun() Report {
	r := fiveAttacks()
	r.From, r.History, r.Hours = midnight.Add(-28*24*time.Hour), time.Time{}, nil
	for i := range 28 * 24 {
		t := r.From.Add(time.Duration(i) * time.Hour)
		n := uint64(40 + 30*((t.Hour()+18)%24))
		if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
			n /= 4
		}
		r.Hours = append(r.Hours, Hour{Start: t, Counts: map[string]uint64{"http": n, "sshd": n / 20}})
	}
	r.Hours[len(r.Hours)-1].Counts["http"] = 2847
	for i := range 4 {
		r.Sources = append(r.Sources, ingest.Health{Source: fmt.Sprintf("/srv/logs/nginx/access.log.%d.gz", i+1), Format: "combined", Lines: 40_000, Parsed: 39_990, Unparsed: 10,
			First: r.From.Add(time.Duration(3-i) * 7 * 24 * time.Hour), Last: r.From.Add(time.Duration(4-i) * 7 * 24 * time.Hour)})
	}
	return r
}

// oneBreakIn is a critical break-in and nothing else.
func oneBreakIn() Report {
	r := quietNight()
	r.Cases = []analyze.Case{breakInCase()}
	r.Cases[0].Course, r.Cases[0].Began = analyze.Continuing, r.Cases[0].First.Add(-4*24*time.Hour)
	r.Ended = []analyze.PastCase{{ID: "w3r7p", Kind: "slow_scan", Headline: "One knock every 3 hours, for 2 days", Level: analyze.Medium, Last: r.From.Add(-7 * time.Hour)}}
	r.Plan.Hold = fiveAttacks().Plan.Hold
	return r
}

// fiftyCases is a bad night: ten of each level.
func fiftyCases() Report {
	r := quietNight()
	for l := int(analyze.Critical); l >= 0; l-- {
		for i := range 10 + 4*l%8 {
			c := slowScanCase()
			c.ID, c.Level = fmt.Sprintf("%s%02d", analyze.Level(l).String()[:1], i), analyze.Level(l)
			c.Sources = prefixes(fmt.Sprintf("198.18.%d.%d/32", l, i))
			r.Cases = append(r.Cases, c)
		}
	}
	for _, c := range r.Cases[:14] {
		r.Plan.Add = append(r.Plan.Add, ban.Entry{Prefix: c.Sources[0], Case: c.ID, Service: "http", For: 7 * 24 * time.Hour, Reason: "critical, slow: probing and word list"})
	}
	return r
}

// degradedRun could not read everything, and found nothing in what it could.
func degradedRun() Report {
	r := quietNight()
	r.Host = ""
	r.Sources[1].Unparsed, r.Sources[1].Lines, r.Sources[1].TooLong, r.Sources[1].BadStamp = 1045, 62525, 3, 17
	r.Sources[0].Unknown = []ingest.Unknown{
		{ID: "1f", Program: "gated", Text: "no entry for <*> at <ip>", Lines: 214, Clients: 12, Samples: []string{"gated[7]: no entry for anna at 192.0.2.7"}},
		{ID: "2f", Program: "CRON", Text: "(root) CMD (<str>)", Lines: 360}} // the machine's own affairs
	r.Sources[1].Unknown = []ingest.Unknown{{ID: "3f", Text: `<ip> [<time>] "<str>" - <num>`, Lines: 1000, Clients: 31}}
	r.Sources = append(r.Sources,
		ingest.Health{Source: "/srv/logs/mail.log", Error: "open /srv/logs/mail.log: permission denied"},
		ingest.Health{Source: "/srv/logs/nginx/access.log.2.gz", Format: "combined", Lines: 120, Parsed: 78, Unparsed: 42, Error: "unexpected EOF",
			Unknown: []ingest.Unknown{{ID: "3f", Text: `<ip> [<time>] "<str>" - <num>`, Lines: 42, Clients: 33}}})
	r.Notes, r.Degraded = []string{"/srv/logs/btmp is binary and was passed over."}, true
	r.History = evening.Add(-4 * 24 * time.Hour)
	r.Learning = []Learning{{"http", 4, 7, midnight.Add(3 * 24 * time.Hour)}, {"sshd", 4, 7, midnight.Add(3 * 24 * time.Hour)}}
	return r
}

// firstRun is a server's first night: nothing to compare with.
func firstRun() Report {
	r := fiveAttacks()
	r.AdHoc, r.Plan.Hypothetical, r.History, r.Run = false, false, time.Time{}, "1"
	r.Cases = []analyze.Case{slowScanCase(), scriptCase()}
	for i := range r.Cases {
		r.Cases[i].Course, r.Cases[i].Began = analyze.New, r.Cases[i].First
	}
	r.Plan.Add, r.Plan.Hold = r.Plan.Add[len(r.Plan.Add)-1:], nil
	r.Learning = []Learning{{"http", 0, 7, midnight.Add(7 * 24 * time.Hour)}, {"imap", 0, 7, midnight.Add(7 * 24 * time.Hour)}, {"sshd", 0, 7, midnight.Add(7 * 24 * time.Hour)}}
	return r
}

// armedNight is a job's night with all that other parts of the program do.
func armedNight() Report {
	r := fiveAttacks()
	r.AdHoc, r.Plan.Hypothetical, r.Plan.Armed, r.Run = false, false, true, "612"
	for i := range r.Cases {
		r.Cases[i].Course, r.Cases[i].Began = analyze.New, r.Cases[i].First
	}
	r.Cases[3].Course, r.Cases[3].Began = analyze.Continuing, r.Cases[3].First.Add(-5*24*time.Hour)
	r.Ended = []analyze.PastCase{{ID: "b7c3f", Headline: "FTP guessing", Level: analyze.Medium, Last: evening.Add(-20 * time.Hour)}}
	r.Done = &Done{Active: 171, Expired: 3, Drivers: []Driver{{Name: "nftables", InForce: 171}}}
	for i, e := range r.Plan.Add {
		b := ban.Ban{Prefix: e.Prefix, Case: e.Case, Jail: e.Service, From: midnight, Until: midnight.Add(e.For + time.Duration(i)*6*time.Minute), Offence: 1, Run: "612", By: "auto"}
		if e.Case == "h5vbc" {
			b.Offence = 2
		}
		r.Done.Bans = append(r.Done.Bans, b)
	}
	r.Done.Lifts = []ban.Ban{{Prefix: prefixes("192.0.2.44/32")[0], LiftedOn: "allowlist"}}
	r.AI = &AI{Model: "small-model", Asked: 6, Requests: 1, Remembered: 1, Tokens: 3412, Cost: .002, Month: .09, Budget: 2, Masked: true, Opinions: []Opinion{
		{Case: "k7q2m", Agrees: true, Label: "malicious", Level: analyze.Critical, Text: "A good password right after so many wrong ones is a guessed one"},
		{Case: "w6y4s", Label: "benign", Level: analyze.Info, Text: "Reads like a customer's stock sync."}}}
	r.Beyond = &Beyond{From: midnight.AddDate(0, 0, -7), To: midnight, Fail2ban: 1198, Gumshoe: 38,
		Kinds: []Tally{{24, "on one mailbox"}, {9, "in a spread ssh attack"}, {3, "slow scanners"}, {2, "injectors"}}}
	r.Gaps = []Gap{{Source: "mail.log", From: clock("20:00:00"), To: clock("22:00:00")}}
	r.Season = []Season{weekOf("http", midnight.Add(-7*24*time.Hour), 2847)}
	r.Season[0].Case = "n9gte"
	return r
}

// weekOf is a week of a shop that sleeps at night and closes at weekends; its last
// hour has last.
func weekOf(service string, from time.Time, last uint64) Season {
	s := Season{Service: service, What: "requests"}
	for i := range 7 * 24 {
		h := SeasonHour{Start: from.Add(time.Duration(i) * time.Hour), Read: true}
		usual := uint64(84)
		if day := h.Start.Weekday(); h.Start.Hour() >= 7 && h.Start.Hour() < 19 {
			usual = 900
			if day == time.Saturday || day == time.Sunday {
				usual = 300
			}
		}
		h.Low, h.High, h.Seen = usual*2/5, usual*19/10, usual*9/10+uint64(i*37%29)*usual/100
		s.Hours = append(s.Hours, h)
	}
	s.Hours[len(s.Hours)-1].Seen = last
	return s
}

// quietWeek is the mail that says that nothing happened.
func quietWeek() Report {
	r := quietNight()
	r.AdHoc, r.Plan.Hypothetical, r.Run = false, false, "584"
	r.Heartbeat = &Heartbeat{From: midnight.AddDate(0, 0, -7), To: midnight, Runs: 28, Due: 28, Lines: 1_842_113, Next: midnight.AddDate(0, 0, 7)}
	r.Season = []Season{weekOf("http", midnight.Add(-7*24*time.Hour), 84)}
	r.Beyond = &Beyond{From: midnight.AddDate(0, 0, -7), To: midnight, Fail2ban: 1204}
	return r
}

// brokenRun found much and could carry little of it out.
func brokenRun() Report {
	r := armedNight()
	r.Done.Drivers = []Driver{{Name: "nftables", InForce: 3, Error: "the table was flushed by another program"}}
	r.AI = &AI{Unused: "the endpoint did not answer in 30 s", Month: .09, Budget: 2}
	return r
}

// hostile is what an attacker would like a report to carry everywhere.
const hostile = "a\x1b[2J\x1b]0;owned\x07\r\nSet-Cookie: x\x00\u202egnp.exe\u200b\u0085\u009b31m\xff\xfe<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{.}}http://evil.example.com/a?b www.evil.com mailto:x@evil.com [x](http://evil.com) `http://evil.com`| # h\u2028\U000e0041"

// hostileNight puts hostile text into every field that comes from a log.
func hostileNight() Report {
	r := armedNight()
	long := hostile + strings.Repeat("A\u202e", 25_000) // 100 KB
	r.Host, r.Version = hostile, hostile
	r.Notes, r.Credits = []string{hostile, long}, []string{hostile}
	for i := range r.Cases {
		c := &r.Cases[i]
		c.ID, c.Kind = c.ID+hostile, hostile
		c.Headline, c.Summary, c.Explanation, c.Do = hostile, long, []string{hostile, long}, []string{hostile, long}
		c.Targets = append(c.Targets, analyze.Target{Kind: analyze.Endpoint, Value: long})
		c.Services, c.Techniques, c.Detections = []string{hostile}, []string{hostile}, []string{hostile}
		for j := range c.Families {
			c.Families[j].Fact = hostile
		}
		c.Evidence = append(c.Evidence, analyze.Line{Time: c.First, Source: hostile, Text: long}, analyze.Line{Text: `192.0.2.1 - - [x] "` + hostile + `" 200 `})
		c.Verdict.Rationale = hostile
		c.Identities = []analyze.Identity{{Source: prefixes("203.0.113.7/32")[0], Country: hostile, ASN: 1, Org: hostile, Name: hostile}}
	}
	for range mostEnded + 3 {
		r.Ended = append(r.Ended, analyze.PastCase{ID: hostile, Kind: hostile, Headline: hostile, Last: r.From})
	}
	for _, entries := range [][]ban.Entry{r.Plan.Add, r.Plan.Hold} {
		for i := range entries {
			entries[i].Case, entries[i].Reason, entries[i].Guard, entries[i].Service = entries[i].Case+hostile, hostile, hostile, hostile
		}
	}
	r.Run, r.AI.Model, r.AI.Unused, r.Gaps[0].Source, r.Done.Drivers[0] = hostile, hostile, hostile, hostile, Driver{Name: hostile, Error: long}
	for i := range r.AI.Opinions {
		r.AI.Opinions[i].Label, r.AI.Opinions[i].Text = hostile, long
	}
	for i := range r.Done.Bans {
		r.Done.Bans[i].Jail, r.Done.Bans[i].Case = hostile, r.Done.Bans[i].Case+hostile
	}
	r.Done.Lifts[0].LiftedOn, r.Beyond.Kinds[0].What, r.Season[0].Service = long, long, hostile
	for i := range r.Sources {
		r.Sources[i].Source, r.Sources[i].Format, r.Sources[i].Error = hostile, hostile, long
		r.Sources[i].Problems = []ingest.Problem{{Text: long}}
	}
	for i := range r.Hours {
		r.Hours[i].Counts[hostile] = 9
	}
	return r
}

// reports are the goldens by name.
var reports = []struct {
	name   string
	report func() Report
}{
	{"quiet", quietNight},
	{"breakin", oneBreakIn},
	{"five", fiveAttacks},
	{"weeks", longRun},
	{"fifty", fiftyCases},
	{"degraded", degradedRun},
	{"first", firstRun},
	{"armed", armedNight},
	{"week", quietWeek},
	{"broken", brokenRun},
	{"hostile", hostileNight},
}
