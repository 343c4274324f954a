package format

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

// What servers are told to write, what they wrote, and what it says.
func TestCustom(t *testing.T) {
	const (
		plain    = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`
		timed    = `$host $remote_addr "$http_x_forwarded_for" [$time_iso8601] $request_method "$uri?$args" $server_protocol $status $body_bytes_sent $request_time $upstream_response_time`
		agent    = `$msec|$status|$http_user_agent|$remote_addr|$request`
		escaped  = `{"ip":"$remote_addr","xff":"$http_x_forwarded_for","req":"$request","st":$status,"ua":"$http_user_agent","t":"$time_iso8601"}`
		apache   = `%{Host}i %h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\" %D`
		peer     = `%a %{c}a %v:%p %t "%m %U%q %H" %s %O %{ms}T`
		gunicorn = `%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"`
	)
	for _, c := range []struct {
		name, spec, line string
		want             *expected
	}{
		{"nginx", plain, `192.0.2.66 - alice [20/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 401 17 "-" "curl/8"`,
			&expected{Kind: "http_request", Src: "192.0.2.66", User: "alice", Method: "GET", Target: "/a", Status: 401, Agent: "curl/8", Time: "2026-11-20T10:00:00Z"}},
		{"the user writes brackets and quotes", plain, `192.0.2.66 - x [20/Nov/2025:10:00:00 +0000] "GET /b HTTP/1.1" 200 [20/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 401 17 "-" "curl/8"`,
			&expected{Kind: "http_request", Src: "192.0.2.66", User: `x [20/Nov/2025:10:00:00 +0000] "GET /b HTTP/1.1" 200`, Method: "GET", Target: "/a", Status: 401, Agent: "curl/8", Time: "2026-11-20T10:00:00Z"}},
		{"X-Forwarded-For is no source", timed, `www.example.org 192.0.2.66 "203.0.113.9" [2026-11-20T10:00:00+00:00] POST "/login?x=1" HTTP/2.0 403 5 0.012 0.010`,
			&expected{Kind: "http_request", Src: "192.0.2.66", VHost: "www.example.org", Method: "POST", Target: "/login?x=1", Status: 403, Duration: ptr[int32](12)}},
		{"X-Forwarded-For imitates the rest", timed, `www.example.org 192.0.2.66 "203.0.113.9\" [2026" [2026-11-20T10:00:00+00:00] POST "/login?x=1" HTTP/2.0 403 5 0.012 -`,
			&expected{Kind: "http_request", Src: "192.0.2.66", VHost: "www.example.org", Method: "POST", Target: "/login?x=1", Status: 403, Duration: ptr[int32](12)}},
		{"address between two free fields", agent, `1795168800.123|200|curl/8|192.0.2.66|GET / HTTP/1.1`,
			&expected{Kind: "http_request", Src: "192.0.2.66", Agent: "curl/8", Method: "GET", Target: "/", Status: 200}},
		{"... of which one imitates an address", agent, `1795168800.123|200|curl|203.0.113.9|x|192.0.2.66|GET / HTTP/1.1`, nil},
		{"JSON by hand", escaped, `{"ip":"192.0.2.66","xff":"203.0.113.9\"},{\"ip\":\"203.0.113.9","req":"GET / HTTP/1.1","st":200,"ua":"x","t":"2026-11-20T10:00:00+00:00"}`,
			&expected{Kind: "http_request", Src: "192.0.2.66", Agent: "x", Method: "GET", Target: "/", Status: 200}},
		{"Apache with the host in front", apache, `www.example.org 192.0.2.66 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x\"y" 1234`,
			&expected{Kind: "http_request", Src: "192.0.2.66", VHost: "www.example.org", Agent: `x\"y`, Method: "GET", Target: "/", Status: 200}},
		{"a host that imitates an address", apache, `203.0.113.9 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "-" 1 192.0.2.66 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 400 5 "-" "-" 1234`, nil},
		{"Apache behind a proxy", peer, `192.0.2.66 198.51.100.7 www.example.org:443 [20/Nov/2026:10:00:00 +0000] "GET /a?b=1 HTTP/1.1" 200 5 3`,
			&expected{Kind: "http_request", Src: "192.0.2.66", VHost: "www.example.org", Method: "GET", Target: "/a?b=1", Status: 200}},
		{"gunicorn", gunicorn, `192.0.2.66 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 404 5 "-" "x"`,
			&expected{Kind: "http_request", Src: "192.0.2.66", Agent: "x", Method: "GET", Target: "/", Status: 404}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Custom("site", c.spec)
			if err != nil {
				t.Fatal(err)
			}
			var ev ingest.Event
			p := f.NewParser(ingest.Context{}).(*chain).primary
			result := p.Parse([]byte(c.line), &ev)
			if ev.Src.IsValid() && ev.Src.String() == bystander {
				t.Fatalf("frames the bystander")
			}
			if c.want == nil {
				if ev.Src.IsValid() {
					t.Errorf("names %v where the line can be read in two ways", ev.Src)
				}
				return
			}
			if result != ingest.Parsed {
				t.Fatal(p.Reason())
			}
			if diff := cmp.Diff(*c.want, told(&ev).like(*c.want)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestCustomErrors(t *testing.T) {
	for spec, want := range map[string]string{
		"":                                  "no fields",
		"hello":                             "no fields",
		"$status $request":                  "column 1: no field for the client's address",
		"$remote_addr ${status":             "column 14: ${ without }",
		"$remote_addr $":                    "column 14: $ without the name",
		"$remote_addr$status":               "column 13: nothing parts the client's address",
		"%h %{Referer":                      "column 4: %{ without }",
		"%h %y":                             "column 4: unknown directive %y",
		"%h %":                              "column 4: % at the end",
		`"%{X-Forwarded-For}i" %t "%r" %>s`: "no field for the client's address",
	} {
		if _, err := Custom("site", spec); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"site"`) {
			t.Errorf("Custom(%q): error %v, want %q", spec, err, want)
		}
	}
}

// FuzzCustom feeds lines to a pattern with free fields on both sides of the
// address.
func FuzzCustom(f *testing.F) {
	f.Add(`$remote_addr - $remote_user [$time_local] "$request" $status`, `192.0.2.66 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200`)
	f.Add(`%{Host}i %h %t "%r" %>s`, `x 192.0.2.66 [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200`)
	f.Fuzz(func(t *testing.T, spec, line string) {
		format, err := Custom("site", spec)
		if err != nil {
			return
		}
		check(t, format.NewParser(ingest.Context{}), []byte(line), []byte(line))
	})
}
