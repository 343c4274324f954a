package format

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gumshoe/ingest"
)

// A sample file holds log lines, each after a comment with the Event expected of
// it as JSON, or null. Fields that are not listed must be empty, but for the
// envelope's, the time and the account, which are compared where they are
// listed. A first comment "## anchor=... tz=..." sets the surroundings; the
// format is detected from the lines of the file themselves.
const samples = "../../testdata/logs"

type expected struct {
	Kind     string `json:"kind"`
	Src      string `json:"src,omitempty"`
	SrcHost  string `json:"src_host,omitempty"`
	User     string `json:"user,omitempty"`
	Count    *int   `json:"count,omitempty"` // not listed: 1
	Service  string `json:"service,omitempty"`
	Time     string `json:"time,omitempty"`
	Account  string `json:"account,omitempty"` // exists, absent
	Key      bool   `json:"key,omitempty"`
	Host     string `json:"host,omitempty"`
	Program  string `json:"program,omitempty"`
	PID      string `json:"pid,omitempty"`
	VHost    string `json:"vhost,omitempty"`
	Method   string `json:"method,omitempty"`
	Target   string `json:"target,omitempty"`
	Proto    string `json:"proto,omitempty"`
	Referer  string `json:"referer,omitempty"`
	Agent    string `json:"agent,omitempty"`
	Status   int    `json:"status,omitempty"`
	Bytes    *int64 `json:"bytes,omitempty"`
	Duration *int32 `json:"duration,omitempty"`
}

var accounts = map[ingest.Account]string{ingest.AccountExists: "exists", ingest.AccountAbsent: "absent"}

// told renders an event as the samples write it.
func told(ev *ingest.Event) expected {
	e := expected{Kind: ev.Kind.String(), SrcHost: string(ev.SrcHost), User: string(ev.User), Service: ev.Service,
		Account: accounts[ev.Account], Key: ev.Key, Host: string(ev.Host), Program: string(ev.Program), PID: string(ev.PID),
		VHost: string(ev.VHost), Method: string(ev.Method), Target: string(ev.Target), Proto: string(ev.Proto),
		Referer: string(ev.Referer), Agent: string(ev.Agent), Status: int(ev.Status)}
	if ev.Src.IsValid() {
		e.Src = ev.Src.String()
	}
	if ev.Time != 0 {
		e.Time = ev.Stamp().Format(time.RFC3339Nano)
	}
	if n := int(ev.Count); n != 1 {
		e.Count = &n
	}
	if ev.Bytes >= 0 {
		e.Bytes = &ev.Bytes
	}
	if ev.Duration >= 0 {
		e.Duration = &ev.Duration
	}
	return e
}

// like forgets of e what want does not list and need not.
func (e expected) like(want expected) expected {
	for _, f := range []struct{ got, want *string }{{&e.Time, &want.Time}, {&e.Account, &want.Account}, {&e.Service, &want.Service},
		{&e.Host, &want.Host}, {&e.Program, &want.Program}, {&e.PID, &want.PID}, {&e.Proto, &want.Proto}} {
		if *f.want == "" {
			*f.got = ""
		}
	}
	if want.Bytes == nil {
		e.Bytes = nil
	}
	return e
}

// sample is one line of a sample file.
type sample struct {
	number int
	want   *expected // nil: no event
	line   []byte
}

func readSamples(t testing.TB, file string) (lines []sample, log []byte, ctx ingest.Context) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx.Anchor = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	var note []byte
	for i, line := range bytes.Split(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n")) {
		if setting, ok := bytes.CutPrefix(line, []byte("## ")); ok {
			for word := range strings.FieldsSeq(string(setting)) {
				if v, ok := strings.CutPrefix(word, "anchor="); ok {
					ctx.Anchor, err = time.Parse(time.RFC3339, v)
				} else if v, ok := strings.CutPrefix(word, "tz="); ok {
					ctx.Location, err = time.LoadLocation(v)
				}
				if err != nil {
					t.Fatalf("%s:%d: %v", file, i+1, err)
				}
			}
			continue
		}
		if n, ok := bytes.CutPrefix(line, []byte("# ")); ok && note == nil {
			note = n
			continue
		}
		if note == nil {
			t.Fatalf("%s:%d: line without an expectation", file, i+1)
		}
		s := sample{number: i + 1, line: line}
		dec := json.NewDecoder(bytes.NewReader(note))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&s.want); err != nil {
			t.Fatalf("%s:%d: %v", file, i, err)
		}
		lines = append(lines, s)
		log = append(append(log, line...), '\n')
		note = nil
	}
	return lines, log, ctx
}

func TestSamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(samples, "*.log"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples in %s: %v", samples, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".log"), func(t *testing.T) {
			lines, log, ctx := readSamples(t, file)
			p := Detect("", log).NewParser(ctx)
			var ev ingest.Event
			for _, s := range lines {
				result := p.Parse(s.line, &ev)
				if s.want == nil {
					if result == ingest.Parsed {
						t.Errorf("line %d: got %+v, want no event\n%s", s.number, told(&ev), s.line)
					} else if p.(ingest.Explainer).Reason() == "" {
						t.Errorf("line %d: no event and no reason\n%s", s.number, s.line)
					}
					continue
				}
				if result != ingest.Parsed {
					t.Errorf("line %d: no event: %s\n%s", s.number, p.(ingest.Explainer).Reason(), s.line)
					continue
				}
				got := told(&ev).like(*s.want)
				if diff := cmp.Diff(*s.want, got); diff != "" {
					t.Errorf("line %d (-want +got):\n%s\n%s", s.number, diff, s.line)
				}
				assertBounded(t, s.line, &ev)
			}
		})
	}
}

// assertBounded checks what holds of every event: its text comes out of the
// line, and so does the address, unless the process had it before.
func assertBounded(t testing.TB, line []byte, ev *ingest.Event) {
	t.Helper()
	if ev.Src.IsValid() {
		if ev.Src.Is4In6() || ev.Src.Zone() != "" {
			t.Errorf("source %v is not canonical in %q", ev.Src, line)
		}
		if !names(unescaped(unescaped(line)), ev.Src) && len(ev.PID) == 0 && !isAuditMessage(line) { // ModSecurity named it lines before
			t.Errorf("source %v is not in %q", ev.Src, line)
		}
	}
	for _, f := range [][]byte{ev.SrcHost, ev.Host, ev.Program, ev.PID, ev.VHost, ev.Method, ev.Target, ev.Proto, ev.Referer, ev.Agent} {
		if len(f) > 0 && !holds(line, f) {
			t.Errorf("field %q is not in %q", f, line)
		}
	}
}

// holds reports whether a line has a field's text: as it stands, behind the
// escapes of JSON within JSON, a method in small letters, or a target whose path
// and query the log parts.
func holds(line, f []byte) bool {
	for range maxWraps + 1 {
		if bytes.Contains(line, f) || bytes.Contains(bytes.ToUpper(line), f) {
			return true
		}
		if path, query, ok := bytes.Cut(f, []byte("?")); ok && bytes.Contains(line, path) && bytes.Contains(line, query) {
			return true
		}
		line = unescaped(line)
	}
	return false
}

// unescaped takes one layer of JSON's escapes off a line.
func unescaped(line []byte) (out []byte) {
	for i := 0; i < len(line); {
		if n, r := unescape(line[i:]); line[i] == '\\' && n > 0 {
			out = utf8.AppendRune(out, r)
			i += n
			continue
		}
		out = append(out, line[i])
		i++
	}
	return out
}

// names reports whether some run of address characters in line reads as a.
func names(line []byte, a netip.Addr) bool {
	isAddr := func(r rune) bool {
		return !(r == '.' || r == ':' || r < 128 && (digit(byte(r)) || letter(byte(r)) && unhex(byte(r)) >= 0))
	}
	for word := range bytes.FieldsFuncSeq(line, isAddr) {
		for i := range word {
			for j := i + 1; j <= len(word) && j <= i+48; j++ {
				if b, ok := address(word[i:j]); ok && b == a {
					return true
				}
			}
		}
	}
	return false
}
