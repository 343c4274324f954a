package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const hookSecret = "whsec-0123456789"

// hook is a webhook to a TLS server of the test.
func hook(t *testing.T, handler http.HandlerFunc) Webhook {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return Webhook{
		URL:    server.URL + "/services/T0KEN",
		Secret: func() (string, error) { return hookSecret, nil },
		Roots:  roots,
		Now:    func() time.Time { return saturday },
	}
}

// post is the letter of a webhook.
func post() Letter {
	return Letter{Key: "run-1", To: []string{"siem"}, Data: []byte(`{"schema":1}`)}
}

// TestWebhook is the receiver's side: what its README would have it check.
func TestWebhook(t *testing.T) {
	var seen *http.Request
	var body []byte
	h := hook(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
	})
	if failures := h.Send(t.Context(), post()); failures != nil {
		t.Fatal(failures)
	}
	stamp := seen.Header.Get("Gumshoe-Timestamp")
	mac := hmac.New(sha256.New, []byte(hookSecret))
	io.WriteString(mac, stamp+"."+string(body))
	if want := "v1=" + hex.EncodeToString(mac.Sum(nil)); seen.Header.Get("Gumshoe-Signature") != want {
		t.Errorf("signed %q, want %q", seen.Header.Get("Gumshoe-Signature"), want)
	}
	if stamp != "1795241400" || string(body) != `{"schema":1}` { // date -d 2026-11-21T06:10Z +%s
		t.Errorf("at %s: %s", stamp, body)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Idempotency-Key": "run-1", "User-Agent": "gumshoe"} {
		if got := seen.Header.Get(name); got != want || seen.Method != http.MethodPost {
			t.Errorf("%s %s: %q, want %q", seen.Method, name, got, want)
		}
	}
	h.Secret = nil
	if failures := h.Send(t.Context(), post()); failures != nil || seen.Header.Get("Gumshoe-Signature") != "" {
		t.Errorf("without a secret: %v", failures)
	}
}

func TestWebhookAnswers(t *testing.T) {
	for _, tt := range []struct {
		status int
		want   string
	}{
		{200, ""}, {204, ""},
		{304, "refused"}, {400, "refused"}, {401, "refused"}, {404, "refused"}, {410, "refused"},
		{408, "deferred"}, {429, "deferred"}, {500, "deferred"}, {503, "deferred"},
	} {
		h := hook(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tt.status)
			io.WriteString(w, "no\x1b[2J "+hookSecret+strings.Repeat("x", 10000))
		})
		failures := h.Send(t.Context(), post())
		if got := strings.TrimPrefix(describe(failures), "siem "); got != tt.want {
			t.Errorf("%d: %q, want %q", tt.status, got, tt.want)
		}
		for _, f := range failures {
			if text := f.Error(); len(text) > 2*maxSaid || strings.Contains(text, "\x1b") || strings.Contains(text, hookSecret) || strings.Contains(text, "T0KEN") {
				t.Errorf("%d: it says %q", tt.status, text)
			}
		}
	}
}

// TestWebhookRedirects: a report goes to the configured host, or nowhere.
func TestWebhookRedirects(t *testing.T) {
	stolen := 0
	thief := hook(t, func(http.ResponseWriter, *http.Request) { stolen++ })
	for _, tt := range []struct {
		status int
		to     string
		want   string
	}{
		{307, thief.URL, "siem refused"},
		{308, "//127.0.0.2/x", "siem refused"},
		{302, "/moved", "siem refused"}, // would be asked with GET
		{303, "/moved", "siem refused"},
		{307, "/moved", ""},
		{308, "/moved", ""},
		{307, "/services/T0KEN", "siem refused"}, // for ever
	} {
		delivered := ""
		h := hook(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/moved" {
				body, _ := io.ReadAll(r.Body)
				delivered = r.Method + string(body)
				return
			}
			http.Redirect(w, r, tt.to, tt.status)
		})
		failures := h.Send(t.Context(), post())
		if got := describe(failures); got != tt.want || tt.want == "" && delivered != "POST"+string(post().Data) {
			t.Errorf("%d to %s: %q, delivered %q", tt.status, tt.to, got, delivered)
		}
	}
	if stolen > 0 {
		t.Error("the report went to another host")
	}
}

// TestWebhookUnreachable: no answer is nobody's refusal, and the URL with its
// token is not printed.
func TestWebhookUnreachable(t *testing.T) {
	unblock := make(chan struct{})
	defer close(unblock)
	hangs := hook(t, func(_ http.ResponseWriter, r *http.Request) { <-unblock })
	hangs.Whole = 80 * time.Millisecond
	drops := hook(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	distrusted := hook(t, func(http.ResponseWriter, *http.Request) { t.Error("it got through") })
	distrusted.Roots = x509.NewCertPool()
	clear := Webhook{URL: "http://192.0.2.1/T0KEN"}
	keyless := hook(t, func(http.ResponseWriter, *http.Request) { t.Error("unsigned") })
	keyless.Secret = func() (string, error) { return "", errors.New("no such file") }
	for says, h := range map[string]Webhook{
		"deadline":       hangs,
		"EOF":            drops,
		"unknown author": distrusted,
		"this machine":   clear,
		"no such file":   keyless,
		"https://host":   {URL: "ftp://example.org/T0KEN"},
		"cannot be read": {URL: "https://exa mple.org/T0KEN"},
	} {
		failures := h.Send(t.Context(), post())
		if describe(failures) != "siem unreachable" || !strings.Contains(failures[0].Error(), says) || strings.Contains(failures[0].Error(), "T0KEN") {
			t.Errorf("%v, want %q", failures, says)
		}
	}
}

// TestWebhookClear: without TLS to this machine, where a relay of the user's own
// may listen.
func TestWebhookClear(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	if failures := (Webhook{URL: server.URL}).Send(t.Context(), post()); failures != nil {
		t.Error(failures)
	}
}
