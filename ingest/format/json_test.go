package format

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// The library's reader is the slow path of our own: where it accepts an object,
// ours finds the same text.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"message":"a"}`, `{"message":"a\"b\\cé😀\n"}`, `{"x":{"y":[1,"2",{"z":null}]},"message":"m"}`, `{"message":"\ud800"}`, `{"message":"\x22"`, "{\r\n\t\"message\" :\r\"\"\n}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var j jsonReader
		var r record
		n, ok := j.read(line, &r)
		if n > len(line) {
			t.Fatalf("read %d of %d bytes", n, len(line))
		}
		var want struct {
			Message *string `json:"message"`
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(line, &members) != nil || len(members) != 1 || members["message"] == nil || json.Unmarshal(line, &want) != nil || want.Message == nil || !utf8.Valid(line) {
			return
		}
		if !ok {
			t.Fatalf("%q: not read", line)
		}
		if got := string(r.value[meansMessage]); got != *want.Message && *want.Message != "-" {
			t.Errorf("%q: message %q, want %q", line, got, *want.Message)
		}
	})
}

// Address fields by name and by what stands around them.
func TestRecordAddress(t *testing.T) {
	for line, want := range map[string]string{
		`{"client_ip":"192.0.2.66","remote_ip":"198.51.100.7"}`:                         "192.0.2.66",
		`{"remote_ip":"198.51.100.7","client_ip":"192.0.2.66"}`:                         "192.0.2.66",
		`{"remoteAddress":"192.0.2.66:4022"}`:                                           "192.0.2.66",
		`{"ip":"[2001:db8::66]:4022"}`:                                                  "2001:db8::66",
		`{"source":{"ip":"192.0.2.66","port":1}}`:                                       "192.0.2.66",
		`{"source.ip":"192.0.2.66"}`:                                                    "192.0.2.66",
		`{"sourceIPs":["203.0.113.9","192.0.2.66"]}`:                                    "192.0.2.66",
		`{"remote_addr":"203.0.113.9, 192.0.2.66, 10.0.0.1"}`:                           "192.0.2.66",
		`{"remote_addr":"192.0.2.66","remote_addr":"203.0.113.9"}`:                      "",
		`{"headers":{"Client-Ip":"203.0.113.9","X-Forwarded-For":"203.0.113.9"}}`:       "",
		`{"params":[{"key":"ip","value":"203.0.113.9"}]}`:                               "",
		`{"x_forwarded_for":"203.0.113.9","http_x_real_ip":"203.0.113.9"}`:              "",
		`{"dest_ip":"203.0.113.9","server":{"ip":"203.0.113.9"},"addr":"0.0.0.0:8080"}`: "",
	} {
		var j jsonReader
		var r record
		if _, ok := j.read([]byte(line), &r); !ok {
			t.Errorf("%s: not read", line)
			continue
		}
		got := ""
		if a, ok := clientAddress(r.value[meansAddr]); ok && !r.torn {
			got = a.String()
		}
		if got != want {
			t.Errorf("%s: client %q, want %q", line, got, want)
		}
	}
}
