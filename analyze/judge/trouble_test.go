package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gumshoe/analyze"
)

// A server that is down is left alone after five failures in a row, however many
// batches wait; one that answers in between is asked on.
func TestBreaker(t *testing.T) {
	for _, tt := range []struct {
		what     string
		down     func(n int) bool
		requests int
		opinions int
		notes    string
	}{
		{"down", func(int) bool { return true }, 5, 0, "The AI was asked no more: "},
		{"up again, each time", func(n int) bool { return n%4 != 3 }, 16, 4, ""},
		{"down after an answer", func(n int) bool { return n > 0 }, 6, 1, "The AI was asked no more: "},
	} {
		s := newServer(t)
		s.answer = func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if tt.down(n) {
				w.WriteHeader(http.StatusBadGateway)
			}
			return tt.down(n)
		}
		set := s.settings()
		set.Cards = 1 // so many batches as cases
		got := adviser(t, set, &notebook{}).Consult(context.Background(), someCases(4), nil)
		if s.requests() != tt.requests || len(got.Opinions) != tt.opinions || got.Used.Unasked != 4-tt.opinions || !has(got.Used.Notes, tt.notes) {
			t.Errorf("%s: %d requests, %d opinions: %q", tt.what, s.requests(), len(got.Opinions), got.Used.Notes)
		}
	}
}

// The pauses between tries double, and no server makes a run wait past its time.
func TestPauses(t *testing.T) {
	s := newServer(t)
	s.answer = func(_ int, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }
	set := s.settings()
	var waits []time.Duration
	wait := set.Wait
	set.Wait = func(d time.Duration) <-chan time.Time { waits = append(waits, d); return wait(d) }
	adviser(t, set, nil).Consult(context.Background(), someCases(1), nil)
	if fmt.Sprint(waits) != "[2s 4s 8s]" {
		t.Errorf("waited %v", waits)
	}
	// A drip of bytes is no answer, and ends with the run's time.
	s.answer = func(_ int, w http.ResponseWriter, r *http.Request) bool {
		for r.Context().Err() == nil {
			fmt.Fprint(w, " ")
			w.(http.Flusher).Flush()
		}
		return true
	}
	set.Within, set.Patient = 50*time.Millisecond, time.Hour
	if got := adviser(t, set, nil).Consult(context.Background(), someCases(1), nil); len(got.Opinions) != 0 || got.Used.Unasked != 1 {
		t.Errorf("%+v", got.Used)
	}
}

// A verdict is remembered from the day on which it was given, however often it was
// of use since, and paid for again when it is two weeks old.
func TestVerdictsAge(t *testing.T) {
	s, n, days := newServer(t), &notebook{}, 0
	set := s.settings()
	set.Now = func() time.Time { return night.AddDate(0, 0, days) }
	for _, tt := range []struct{ day, requests int }{{0, 1}, {7, 1}, {13, 1}, {15, 2}, {28, 2}, {30, 3}} {
		days = tt.day
		if got := adviser(t, set, n).Consult(context.Background(), []analyze.Case{aCase(1)}, nil); len(got.Opinions) != 1 || s.requests() != tt.requests {
			t.Errorf("on day %d: %d opinions, %d requests, want %d", tt.day, len(got.Opinions), s.requests(), tt.requests)
		}
	}
}

// Whatever form an address or a secret has, it does not leave in a text.
func TestEveryFormIsMasked(t *testing.T) {
	c := aCase(1)
	c.Sources = []netip.Prefix{netip.MustParsePrefix("2001:db8:a:b::/64")}
	m := newMasker([]analyze.Case{c}, []string{"web1.example.org"})
	for text, want := range map[string]string{
		"/v4/192.0.2.7":                       "/v4/src_?",
		"/dashed/192-0-2-7":                   "/dashed/src_?",
		"/mapped/::ffff:192.0.2.7":            "/mapped/??ffff?src_?",
		"/mapped/::ffff:c000:207":             "/mapped/src_?",
		"/mapped/%5b::FFFF:192.0.2.7%5d/":     "/mapped/???FFFF?src_??/",
		"/v6/2001:db8:a:b::1":                 "/v6/src_?",
		"/v6/2001:0DB8:000A:000B:0:0:0:1":     "/v6/src_?",
		"/v6/%32001%3Adb8%3Aa%3Ab%3A%3A1":     "/v6/src_?",
		"/x?token=hunter2&user=anna":          "/x",
		"/x#hunter2":                          "/x",
		"/x%3Ftoken=hunter2":                  "/x",
		"/mail/anna+lists@shop.example.com":   "/mail/acct_?",
		"/mail/anna%40shop.example.com":       "/mail/acct_?",
		"//shop.example.com:8080/":            "//host_??8080/",
		"/WEB1.EXAMPLE.ORG/":                  "/host_?/",
		"/AKIAIOSFODNN7EXAMPLEKEY0":           "/id24",
		"/t/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ": "",
	} {
		got := sample(m.clean(text))
		if shape := numbers(got); want != "" && shape != want {
			t.Errorf("%s leaves as %s, want %s", text, shape, want)
		}
		for _, secret := range []string{"192.0.2", "192-0-2", "c000", "db8", "DB8", "hunter2", "anna", "shop", "web1", "WEB1", "AKIA", "eyJh"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s leaves as %s", text, got)
			}
		}
	}
	if b, err := json.Marshal(m.names); err != nil || !strings.Contains(string(b), "192.0.2.7") {
		t.Errorf("what the pseudonyms stand for: %s, %v", b, err)
	}
}

// numbers hides the numbers of pseudonyms, which the order of a map gives.
func numbers(s string) string {
	return pseudonym().ReplaceAllStringFunc(s, func(p string) string { return p[:strings.IndexByte(p, '_')+1] + "?" })
}
