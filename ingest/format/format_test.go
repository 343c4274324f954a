package format

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"gumshoe/ingest"
)

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.1":               "192.0.2.1",
		"192.000.002.010":         "192.0.2.10", // padded octets are decimal, not octal
		"[192.0.2.1]":             "192.0.2.1",
		"::ffff:192.0.2.1":        "192.0.2.1",
		"::FFFF:c000:201":         "192.0.2.1",
		"2001:db8::1":             "2001:db8::1",
		"[2001:DB8:0:0:0:0:0:1]":  "2001:db8::1",
		"fe80::1%eth0":            "fe80::1",
		"::":                      "::",
		"1:2:3:4:5:6:7:8":         "1:2:3:4:5:6:7:8",
		"64:ff9b::192.0.2.33":     "64:ff9b::c000:221",
		"":                        "",
		"192.0.2":                 "",
		"192.0.2.1.5":             "",
		"192.0.2.256":             "",
		"192.0.2.1:22":            "",
		"1:2:3:4:5:6:7":           "",
		"1:2:3:4:5:6:7:8:9":       "",
		"1::2::3":                 "",
		"1:2:3:4:5:6:7::8":        "", // the gap stands for nothing
		"12345::1":                "",
		"1:2:3:4:5:6:7:192.0.2.1": "",
		"2001:db8::1:":            "",
		"example.org":             "",
	} {
		got, ok := address([]byte(text))
		if want == "" {
			if ok {
				t.Errorf("address(%q) = %v, want none", text, got)
			}
			continue
		}
		if !ok || got != netip.MustParseAddr(want) {
			t.Errorf("address(%q) = %v, %v, want %s", text, got, ok, want)
		}
	}
}

func TestDetect(t *testing.T) {
	const (
		access = `192.0.2.1 - - [20/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "-"` + "\n"
		auth   = "Nov 20 10:00:00 web1 sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2\n"
		cron   = "2026-11-20T10:00:00+01:00 web1 CRON[1]: (root) CMD (true)\n"
	)
	for _, c := range []struct {
		name, sample, want string
		yearless           bool
	}{
		{"some.log", access, "combined", false},
		{"access.log", auth, "syslog", true},
		{"x", access + access + auth, "combined", true}, // the odd line's stamp needs a year too
		{"x", cron, "syslog", false},
		{"x", "[Nov 20 10:00:00] NOTICE[1] chan_sip.c: Registration from 'x' failed for '192.0.2.1' - Wrong password\n", "asterisk", true},
		{"x", "[901] Nov 20 10:00:00 Bad password attempt for 'root' from 192.0.2.1:4022\n", "dropbear", true},
		{"x", auth[:20], "generic", true},
		{"x", "\x00\x01\x02", "generic", false},
		{"mail.log.2.gz", "", "syslog", false},
		{"/var/log/nginx/access.log", "", "combined", false},
		{"", "", "generic", false},
	} {
		f := Detect(c.name, []byte(c.sample))
		if f.Name() != c.want || f.Yearless([]byte(c.sample)) != c.yearless {
			t.Errorf("Detect(%q, %q) = %s, yearless %v, want %s, %v", c.name, c.sample, f.Name(),
				f.Yearless([]byte(c.sample)), c.want, c.yearless)
		}
	}
}

func TestByName(t *testing.T) {
	for name, want := range map[string]string{
		"combined": "combined", "common": "combined", "vhost_combined": "combined", "nginx": "combined", "apache": "combined",
		"sshd": "syslog", "auth": "syslog", "syslog": "syslog", "mail": "syslog", "postfix": "syslog", "dovecot": "syslog",
		"generic": "generic",
	} {
		if f, ok := ByName(name); !ok || f.Name() != want {
			t.Errorf("ByName(%q) is not %s", name, want)
		}
	}
	if _, ok := ByName("no such format"); ok {
		t.Error("ByName knows a format that does not exist")
	}
	if !slices.Contains(Names(), "combined") {
		t.Errorf("Names() = %v", Names())
	}
}

// Every chunk of a file has a parser of its own; what detection saw must hold in
// all of them, or PAM's echo of an sshd failure would count where the chunk
// begins with it.
func TestEchoesAreDecidedByTheFile(t *testing.T) {
	const (
		echo = "Nov 20 10:00:00 web1 sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root"
		own  = "Nov 20 10:00:02 web1 sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2"
	)
	for _, c := range []struct {
		sample string
		want   uint32
	}{{echo + "\n" + own + "\n", 0}, {echo + "\n", 1}} {
		var ev ingest.Event
		p := Detect("auth.log", []byte(c.sample)).NewParser(ingest.Context{})
		if p.Parse([]byte(echo), &ev) != ingest.Parsed || ev.Kind != ingest.KindAuthFailure || ev.Count != c.want {
			t.Errorf("in a file with %q the echo counts %d, want %d", c.sample, ev.Count, c.want)
		}
	}
}

func TestReason(t *testing.T) {
	for _, c := range []struct{ format, line, want string }{
		{"combined", `192.0.2.1 - - [20/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 20x 5`, "not a combined line: status is not a number at column 61"},
		{"syslog", "Nov 20 10:00:00 web1 sshd[1]: Server listening on :: port 22.", "unknown message of sshd"},
		{"syslog", "Nov 20 10:00:00 web1 udisksd: hello", "no parser for this program"},
		{"generic", "hello", "no known format"},
		{"generic", " ", "empty line"},
	} {
		var ev ingest.Event
		p := must(ByName(c.format)).NewParser(ingest.Context{})
		if p.Parse([]byte(c.line), &ev) == ingest.Parsed {
			t.Errorf("%q: parsed", c.line)
		} else if got := p.(ingest.Explainer).Reason(); got != c.want {
			t.Errorf("%q: reason %q, want %q", c.line, got, c.want)
		}
	}
}

// The plain reading of a date by package time is the reference for days.
func TestDays(t *testing.T) {
	for at := time.Date(1899, 12, 28, 0, 0, 0, 0, time.UTC); at.Year() < 2105; at = at.AddDate(0, 0, 9) {
		if got, want := days(at.Year(), int(at.Month()), at.Day()), at.Unix()/86400; got != want && at.Unix() >= 0 {
			t.Fatalf("days(%s) = %d, want %d", at.Format(time.DateOnly), got, want)
		}
	}
}
