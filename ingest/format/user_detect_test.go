package format

import (
	"strings"
	"testing"

	"gumshoe/ingest"
)

// What a person described joins detection: nobody has to name it for each file.
func TestDescribedFormatsAreDetected(t *testing.T) {
	door := compiled(t, User{Name: "door", Service: "gate", Lines: []UserLine{
		{Grok: `%{DATA:timestamp} door 7: %{WORD:user.name} turned away, seen at %{IP:source.ip}`, Kind: "auth_failure"}}})
	gate := compiled(t, User{Name: "gate", Program: "gated", Lines: []UserLine{
		{Grok: "no way for %{DATA:user.name} @ %{IP:source.ip}", Kind: "auth_failure"}}})
	greedy := compiled(t, User{Name: "greedy", Lines: []UserLine{{Grok: `%{IP:source.ip} %{GREEDYDATA}`, Kind: "abuse"}}})
	const (
		own     = "2026-11-20 10:00:00 door 7: anna turned away, seen at 192.0.2.7"
		message = "Nov 20 10:00:00 web1 gated[7]: no way for anna @ 192.0.2.7"
		login   = "Nov 20 10:00:00 web1 sshd[7]: Failed password for root from 192.0.2.8 port 1 ssh2"
		request = `192.0.2.9 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`
	)
	for _, c := range []struct {
		lines, format string
		services      string // of the events
	}{
		{own + "\n" + own, "door", "gate gate"},
		{own + "\n" + login + "\n" + request, "syslog", "gate sshd http"},
		{message + "\n" + login, "syslog", "gate sshd"},
		{request + "\n" + request + "\n" + own, "combined", "http http gate"}, // "greedy" reads as much, and waits
	} {
		f := DetectWith([]ingest.Format{must(ByName("combined")), door, gate, greedy})("some.log", []byte(c.lines+"\n"))
		if f.Name() != c.format {
			t.Errorf("%q is of format %s, want %s", c.lines, f.Name(), c.format)
		}
		p := f.NewParser(surroundings)
		var services []string
		for line := range strings.SplitSeq(c.lines, "\n") {
			var ev ingest.Event
			if p.Parse([]byte(line), &ev) != ingest.Parsed || !ev.Src.IsValid() {
				t.Errorf("%q: no event: %s", line, p.(ingest.Explainer).Reason())
			}
			services = append(services, ev.Service)
		}
		if got := strings.Join(services, " "); got != c.services {
			t.Errorf("%q: services %s, want %s", c.lines, got, c.services)
		}
	}
}

// A line that no format reads, described or not, is explained as ever.
func TestAssistedFormatExplains(t *testing.T) {
	door := compiled(t, User{Name: "door", Lines: []UserLine{{Grok: `door %{WORD:user.name} from %{IP:source.ip}`, Kind: "auth_failure"}}})
	for sample, want := range map[string]string{
		"door anna from 192.0.2.7": "no pattern of format door matches: expected source.ip",
		"Nov 20 10:00:00 web1 sshd[7]: Failed password for root from 192.0.2.8 port 1 ssh2": "no syslog envelope",
	} {
		p := DetectWith([]ingest.Format{door})("", []byte(sample+"\n")).NewParser(surroundings)
		var ev ingest.Event
		if p.Parse([]byte("door anna from nowhere"), &ev) == ingest.Parsed {
			t.Errorf("%q: an event", sample)
		} else if got := p.(ingest.Explainer).Reason(); !strings.HasPrefix(got, want) {
			t.Errorf("%q: reason %q, want %q", sample, got, want)
		}
	}
	if f := DetectWith(nil)("x", nil); f.Name() != "generic" {
		t.Errorf("without descriptions: %s", f.Name())
	}
}

// FuzzDescribed: a described format beside the built-in ones asserts no more than
// the line says.
func FuzzDescribed(f *testing.F) {
	for _, l := range imitations {
		f.Add([]byte("20.11.2026 10:00:00 refused "+l+" at 192.0.2.7"), []byte(l))
	}
	detect := DetectWith([]ingest.Format{compiled(f, turnstile)})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		check(t, detect("", first).NewParser(surroundings), first, second)
	})
}
