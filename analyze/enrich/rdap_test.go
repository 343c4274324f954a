package enrich

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

// registries is a web of registries: what each address of it answers. Every call is
// written down, with the second in which it came.
type registries struct {
	*stopwatch
	pages map[string][]Reply // the last one again and again
	calls []string
}

func (r *registries) Get(_ context.Context, address string) (Reply, error) {
	r.calls = append(r.calls, fmt.Sprintf("%ds %s", int(r.at.Sub(now).Seconds()), address))
	answers := r.pages[address]
	if len(answers) == 0 {
		return Reply{}, errors.New("connection refused")
	}
	if len(answers) > 1 {
		r.pages[address] = answers[1:]
	}
	r.at = r.at.Add(r.takes)
	return answers[0], nil
}

// stopwatch is a clock that passes when somebody waits for it.
type stopwatch struct {
	at    time.Time
	takes time.Duration // an answer
}

func (c *stopwatch) Now() time.Time { return c.at }

func (c *stopwatch) Wait(_ context.Context, d time.Duration) error {
	c.at = c.at.Add(d)
	return nil
}

// The answers have the shape of those of the registries that they are of (RFC 9083),
// about networks of nobody.
const (
	apnicAnswer = `{"objectClassName":"ip network","handle":"203.0.113.0 - 203.0.113.255","startAddress":"203.0.113.0","endAddress":"203.0.113.255",
 "ipVersion":"v4","name":"EXAMPLE-NET","country":"AU","entities":[
  {"objectClassName":"entity","handle":"ORG-EX1-AP","roles":["registrant"],"vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Example Hosting Pty Ltd"],["kind",{},"text","org"]]],
   "entities":[{"handle":"IRT-EX1","roles":["abuse"],"vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","IRT-EX1"],["kind",{},"text","group"],
     ["adr",{},"text",["","","1 Example St","","","",""]],["email",{"pref":"1"},"text","abuse@example.net"],["email",{},"text","noc@example.net"]]]}]},
  {"handle":"EX2-AP","roles":["technical","administrative"],"vcardArray":["vcard",[["fn",{},"text","Anna Example"],["kind",{},"text","individual"],["email",{},"text","anna@example.net"]]]}]}`
	apnicAnswer6 = `{"startAddress":"2001:db8::","endAddress":"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff","ipVersion":"v6","name":"EX-V6","entities":[
  {"handle":"ORG-EX1-AP","roles":["registrant","abuse"],"vcardArray":["vcard",[["fn",{},"text","Example Six"],["kind",{},"text","org"],["email",{},"text","Abuse.Desk+v6@Six.example.net"]]]}]}`
	// ARIN's hostile customer: control characters, markup, an address that is none.
	hostileAnswer = `{"startAddress":"198.51.100.0","endAddress":"198.51.100.255","name":"<script>alert(1)</script>\u202e\u001b[31m","entities":[
  {"handle":"EVIL","roles":["registrant"],"vcardArray":["vcard",[["fn",{},"text","Evil\r\nBcc: all@example.org \u202eInc\u0007"],["kind",{},"text","org"]]]},
  {"roles":["abuse"],"vcardArray":["vcard",[["email",{},"text","a@example.net\r\nBcc: all@example.org"],["email",{},"text","<img src=x>@example.net"]]]},
  {"roles":["abuse"],"vcardArray":"vcard"},{"roles":["abuse"],"vcardArray":["vcard",[["email"],5,"x"]]}]}`
)

const (
	apnicURL  = "https://rdap.apnic.net/ip/203.0.113.45"
	apnicURL6 = "https://rdap.apnic.net/ip/2001:db8:5::"
	arinURL   = "https://rdap.arin.net/registry/ip/198.51.100.7"
)

func answered(text string) []Reply { return []Reply{{Status: 200, Body: []byte(text)}} }

func status(n int) Reply { return Reply{Status: n} }

func to(address string) []Reply { return []Reply{{Status: 302, Location: address}} }

// from is a case of level high with some sources.
func from(sources ...string) analyze.Case {
	c := analyze.Case{Level: analyze.High}
	for _, s := range sources {
		if !strings.Contains(s, "/") {
			s += "/32"
		}
		c.Sources = append(c.Sources, netip.MustParsePrefix(s))
	}
	return c
}

func nobody(netip.Prefix) bool { return false }

// What a registry may answer, and what is known then. Missed says why not.
func TestRegistries(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"entities":[`, 2000) + strings.Repeat(`]}`, 2000)
	for _, tt := range []struct {
		what   string
		source string
		pages  map[string][]Reply
		want   string // owner, abuse desk and network
		missed string
	}{
		{"an organization, its abuse desk below it", "203.0.113.45", map[string][]Reply{apnicURL: answered(apnicAnswer)},
			"Example Hosting Pty Ltd abuse@example.net 203.0.113.0/24", ""},
		{"an IPv6 network", "2001:db8:5::/64", map[string][]Reply{apnicURL6: answered(apnicAnswer6)},
			"Example Six Abuse.Desk+v6@six.example.net 2001:db8::/32", ""},
		{"it was transferred to another registry", "198.51.100.7", map[string][]Reply{
			arinURL: to("https://rdap.db.ripe.net/ip/198.51.100.7"),
			"https://rdap.db.ripe.net/ip/198.51.100.7": answered(strings.ReplaceAll(apnicAnswer, "203.0.113.", "198.51.100.")),
		}, "Example Hosting Pty Ltd abuse@example.net 198.51.100.0/24", ""},
		{"a network without an organization has its own name", "203.0.113.45", map[string][]Reply{apnicURL: answered(
			`{"startAddress":"203.0.113.0","endAddress":"203.0.113.127","name":"EXAMPLE-NET"}`)}, "EXAMPLE-NET  203.0.113.0/25", ""},
		{"a range that is no network: the part around the address", "203.0.113.45", map[string][]Reply{apnicURL: answered(
			`{"startAddress":"203.0.113.10","endAddress":"203.0.113.200","name":"ODD"}`)}, "ODD  203.0.113.32/27", ""},
		{"hostile text", "198.51.100.7", map[string][]Reply{arinURL: answered(hostileAnswer)}, "Evil Bcc: all@example.org Inc  198.51.100.0/24", ""},
		{"nobody has it", "203.0.113.45", map[string][]Reply{apnicURL: {status(404)}}, "", ""},
		{"too many asked; once more after the time that it wants", "203.0.113.45", map[string][]Reply{apnicURL: {{Status: 429, RetryAfter: 3 * time.Second}, answered(apnicAnswer)[0]}},
			"Example Hosting Pty Ltd abuse@example.net 203.0.113.0/24", ""},
		{"too many asked, and it wants longer than there is", "203.0.113.45", map[string][]Reply{apnicURL: {{Status: 429, RetryAfter: time.Hour}}}, "", "time for it was used up"},
		{"too many asked, and it does not say for how long", "203.0.113.45", map[string][]Reply{apnicURL: {status(429)}}, "", "status 429"},
		{"it is broken", "203.0.113.45", map[string][]Reply{apnicURL: {status(500)}}, "", "status 500"},
		{"it refuses us", "203.0.113.45", map[string][]Reply{apnicURL: {status(403)}}, "", "status 403"},
		{"nobody listens", "203.0.113.45", nil, "", "connection refused"},
		{"no JSON", "203.0.113.45", map[string][]Reply{apnicURL: answered("<html>busy</html>")}, "", "reading the answer"},
		{"cut off", "203.0.113.45", map[string][]Reply{apnicURL: answered(apnicAnswer[:300])}, "", "reading the answer"},
		{"endless", "203.0.113.45", map[string][]Reply{apnicURL: answered(`{"name":"` + strings.Repeat("x", MaxAnswer) + `"}`)}, "", "longer than"},
		{"deep", "203.0.113.45", map[string][]Reply{apnicURL: answered(`{"startAddress":"203.0.113.0","endAddress":"203.0.113.255","entities":[` + deep + `]}`)}, "", ""},
		{"about another network", "203.0.113.45", map[string][]Reply{apnicURL: answered(strings.ReplaceAll(apnicAnswer, "203.0.113.", "192.0.2."))}, "", "not about this address"},
		{"about half the internet", "203.0.113.45", map[string][]Reply{apnicURL: answered(`{"startAddress":"128.0.0.0","endAddress":"255.255.255.255","name":"ALL"}`)}, "", "not about this address"},
		{"a redirect into this machine", "203.0.113.45", map[string][]Reply{apnicURL: to("https://127.0.0.1/ip/203.0.113.45")}, "", "no registry"},
		{"a redirect to a stranger with a like name", "203.0.113.45", map[string][]Reply{apnicURL: to("https://rdap.apnic.net.example.org/")}, "", "no registry"},
		{"a redirect to another port", "203.0.113.45", map[string][]Reply{apnicURL: to("https://rdap.apnic.net:8443/")}, "", "no registry"},
		{"a redirect to clear text", "203.0.113.45", map[string][]Reply{apnicURL: to("http://rdap.apnic.net/ip/203.0.113.45")}, "", "no registry"},
		{"a redirect without a place", "203.0.113.45", map[string][]Reply{apnicURL: to("")}, "", "no registry"},
		{"redirects in a circle", "203.0.113.45", map[string][]Reply{apnicURL: to(apnicURL)}, "", "on and on"},
		{"an address of nobody's in public", "10.0.0.7", nil, "", ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			web := &registries{stopwatch: &stopwatch{at: now}, pages: tt.pages}
			r := NewRegistries(web, web.stopwatch, NewOwners(14*24*time.Hour), 20*time.Second)
			cases := []analyze.Case{from(tt.source)}
			r.Identify(t.Context(), cases, nobody)
			var got string
			for _, id := range cases[0].Identities {
				got = fmt.Sprintf("%s %s %s", id.Owner, id.Abuse, id.CIDR)
			}
			n, err := r.Missed()
			if got != tt.want || (n > 0) != (tt.missed != "") || err != nil && !strings.Contains(err.Error(), tt.missed) {
				t.Errorf("%q, want %q; %d missed: %v", got, tt.want, n, err)
			}
			if waited := web.at.Sub(now); waited > 20*time.Second {
				t.Errorf("waited %s", waited)
			}
		})
	}
}

// One network is asked about once, however many of its addresses attack, in this run
// and in those of the next fourteen days; a second lies between two requests to one
// server; a proxy is nobody's address.
func TestRegistriesManners(t *testing.T) {
	t.Parallel()
	web := &registries{stopwatch: &stopwatch{at: now}, pages: map[string][]Reply{
		apnicURL: answered(apnicAnswer), apnicURL6: answered(apnicAnswer6), arinURL: {status(404)}}}
	run := func(o *Owners) *Owners {
		cases := []analyze.Case{from("203.0.113.45", "203.0.113.46"), from("198.51.100.7", "2001:db8:5::/64"), from("203.0.113.99"), from("192.0.2.1")}
		r := NewRegistries(web, web.stopwatch, o, 20*time.Second)
		r.Identify(t.Context(), cases, func(p netip.Prefix) bool { return p == netip.MustParsePrefix("192.0.2.1/32") })
		if n, err := r.Missed(); n > 0 {
			t.Errorf("%d missed: %v", n, err)
		}
		if ids := cases[2].Identities; len(ids) != 1 || ids[0].Owner != "Example Hosting Pty Ltd" {
			t.Errorf("a neighbour has %+v", ids)
		}
		return o
	}
	again := func(o *Owners, later time.Duration) *Owners {
		var file bytes.Buffer
		if err := o.Write(&file); err != nil {
			t.Fatal(err)
		}
		web.at, web.calls = now.Add(later), nil
		o, err := ReadOwners(&file, web.at, 14*24*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		run(o)
		for i := range web.calls {
			_, web.calls[i], _ = strings.Cut(web.calls[i], " ")
		}
		return o
	}
	cache := run(NewOwners(14 * 24 * time.Hour))
	if want := []string{"0s " + apnicURL, "0s " + arinURL, "1s " + apnicURL6}; !slices.Equal(web.calls, want) {
		t.Errorf("asked %q, want %q", web.calls, want)
	}
	if again(cache, 6*time.Hour); len(web.calls) > 0 {
		t.Errorf("six hours later asked %q", web.calls)
	}
	if again(cache, 13*24*time.Hour); !slices.Equal(web.calls, []string{arinURL}) {
		t.Errorf("after thirteen days, when it was long forgotten that one is nobody's, asked %q", web.calls)
	}
	if again(cache, 14*24*time.Hour+time.Minute); len(web.calls) != 3 {
		t.Errorf("after fourteen days asked %q", web.calls)
	}
}

// However many attack, and however slow the registries are, a run asks for a few
// addresses of each case from medium on, forty in all, and waits for twenty seconds.
func TestRegistriesBudget(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		what         string
		takes        time.Duration
		level        analyze.Level
		cases, wants int // requests
		why          string
	}{
		{"of one case a few", 0, analyze.High, 1, 4, ""},
		{"of low cases none", 0, analyze.Low, 9, 0, ""},
		{"forty in all, were there time", -time.Second, analyze.Medium, 30, 40, "more than 40"},
		{"twenty seconds in all", 3 * time.Second, analyze.High, 30, 5, "used up"},
	} {
		web := &registries{stopwatch: &stopwatch{at: now, takes: tt.takes}, pages: map[string][]Reply{}}
		var cases []analyze.Case
		for i := range tt.cases {
			c := from()
			c.Level = tt.level
			for k := range 9 {
				a := netip.AddrFrom4([4]byte{198, 18, byte(i), byte(k)})
				c.Sources = append(c.Sources, netip.PrefixFrom(a, 32))
				web.pages["https://rdap.arin.net/registry/ip/"+a.String()] = []Reply{status(404)}
			}
			cases = append(cases, c)
		}
		r := NewRegistries(web, web.stopwatch, NewOwners(time.Hour), 20*time.Second)
		r.Identify(t.Context(), cases, nobody)
		n, err := r.Missed()
		if len(web.calls) != tt.wants || (n > 0) != (tt.why != "") || err != nil && !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%s: %d requests, want %d; %d missed: %v", tt.what, len(web.calls), tt.wants, n, err)
		}
	}
}

// A server that does not answer is left alone for the rest of the run; another is
// asked all the same.
func TestRegistryDown(t *testing.T) {
	t.Parallel()
	web := &registries{stopwatch: &stopwatch{at: now}, pages: map[string][]Reply{apnicURL: answered(apnicAnswer)}}
	r := NewRegistries(web, web.stopwatch, NewOwners(time.Hour), 20*time.Second)
	cases := []analyze.Case{from("198.51.100.7", "192.0.2.9", "203.0.113.45")}
	r.Identify(t.Context(), cases, nobody)
	if want := []string{"0s " + arinURL, "0s " + apnicURL}; !slices.Equal(web.calls, want) || len(cases[0].Identities) != 1 {
		t.Errorf("asked %q, want %q; %+v", web.calls, want, cases[0].Identities)
	}
	if n, err := r.Missed(); n != 2 || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%d missed: %v", n, err)
	}
}

// Who must be asked first, by address.
func TestServiceFor(t *testing.T) {
	t.Parallel()
	for a, want := range map[string]string{
		"41.0.0.1": afrinic, "1.1.1.1": apnic, "203.0.113.1": apnic, "8.8.8.8": arin, "192.0.2.1": arin, "200.0.0.1": lacnic, "193.0.0.1": ripe,
		"2c00::1": afrinic, "2001:db8::1": apnic, "2400::1": apnic, "2600::1": arin, "2800::1": lacnic, "2a00::1": ripe,
	} {
		if got := serviceFor(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %s, want %s", a, got, want)
		}
	}
}

// Whatever a registry says, an answer is short, one line, and about the address.
func FuzzReadOwner(f *testing.F) {
	for _, s := range []string{apnicAnswer, apnicAnswer6, hostileAnswer} {
		f.Add(s)
	}
	a := netip.MustParseAddr("203.0.113.45")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := readOwner([]byte(text), a)
		if err != nil {
			return
		}
		if !o.Network.Contains(a) || o.Network.Bits() < broadest4 || len(o.Name) > maxOrg || o.Name != words(o.Name) || o.Abuse != mailbox(o.Abuse) {
			t.Errorf("%+v", o)
		}
		var file bytes.Buffer
		c := NewOwners(time.Hour)
		c.put(o, now)
		if err := c.Write(&file); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadOwners(&file, now, time.Hour); err != nil || len(again.answers) != 1 {
			t.Errorf("%q is not read again: %v", file.String(), err)
		}
	})
}
