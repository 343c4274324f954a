package format

import (
	"testing"

	"gumshoe/ingest"
)

// The header of a proxy is kept as logged, wherever a format has it, and is never
// the client's address.
func TestForwarded(t *testing.T) {
	const line = `198.51.100.7 - - [20/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"`
	combined := func() ingest.Format { f, _ := ByName("combined"); return f }
	custom := func(spec string) ingest.Format {
		f, err := Custom("site", spec)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	const nginx = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`
	for _, c := range []struct {
		what     string
		format   ingest.Format
		line     string
		want     string
		duration int32
	}{
		{"nginx's own example", combined(), line + ` "8.8.8.8, 203.0.113.9"`, "8.8.8.8, 203.0.113.9", -1},
		{"with a request time", combined(), line + ` "2001:db8::9" 0.012`, "2001:db8::9", 12},
		{"a request time alone", combined(), line + ` "0.012"`, "", 12},
		{"no header", combined(), line + ` "-"`, "", -1},
		{"a request id", combined(), line + ` "f00ba4"`, "", -1},
		{"a field that is not closed", combined(), line + ` "203.0.113.9`, "", -1},
		{"log_format", custom(nginx + ` $request_time cf="$http_cf_connecting_ip"`), line + ` 0.012 cf="203.0.113.9"`, "203.0.113.9", 12},
		{"LogFormat", custom(`%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" "%{X-Forwarded-For}i"`), line + ` "203.0.113.9"`, "203.0.113.9", -1},
		{"JSON", Detect("access.json", []byte(`{"remote_addr":"198.51.100.7","time_iso8601":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","http_x_forwarded_for":"203.0.113.9"}`)),
			`{"remote_addr":"198.51.100.7","time_iso8601":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","http_x_forwarded_for":"203.0.113.9"}`, "203.0.113.9", -1},
		{"a header of the request", Detect("access.json", []byte(`{"remote_addr":"198.51.100.7","time":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","headers":{"X-Forwarded-For":"203.0.113.9"}}`)),
			`{"remote_addr":"198.51.100.7","time":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","headers":{"X-Forwarded-For":"203.0.113.9"}}`, "203.0.113.9", -1},
		{"the last of a header that stands twice", Detect("access.json", []byte(`{"remote_addr":"198.51.100.7","time":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","headers":{"X-Forwarded-For":["192.0.2.66, 192.0.2.67","203.0.113.9"]}}`)),
			`{"remote_addr":"198.51.100.7","time":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","headers":{"X-Forwarded-For":["192.0.2.66, 192.0.2.67","203.0.113.9"]}}`, "203.0.113.9", -1},
		{"a parameter of that name", Detect("access.json", []byte(`{"remote_addr":"198.51.100.7","time":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","params":{"X-Forwarded-For":"203.0.113.9"}}`)),
			`{"remote_addr":"198.51.100.7","time":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","params":{"X-Forwarded-For":"203.0.113.9"}}`, "", -1},
		{"headers in the body", Detect("access.json", []byte(`{"remote_addr":"198.51.100.7","time":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","body":{"headers":{"X-Forwarded-For":"203.0.113.9"}}}`)),
			`{"remote_addr":"198.51.100.7","time":"2026-11-20T10:00:00+00:00","request":"GET / HTTP/1.1","status":"200","body":{"headers":{"X-Forwarded-For":"203.0.113.9"}}}`, "", -1},
	} {
		t.Run(c.what, func(t *testing.T) {
			var ev ingest.Event
			ev.Reset()
			if c.format.NewParser(ingest.Context{}).Parse([]byte(c.line), &ev) != ingest.Parsed {
				t.Fatal("not parsed")
			}
			if string(ev.Forwarded) != c.want || ev.Src.String() != "198.51.100.7" || ev.Duration != c.duration {
				t.Errorf("forwarded %q, source %s, %d ms", ev.Forwarded, ev.Src, ev.Duration)
			}
		})
	}
}
