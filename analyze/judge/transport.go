package judge

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gumshoe/ingest/lazyregexp"
)

// maxBody is the most that is read of an answer. Twenty opinions take 10 KiB.
const maxBody = 1 << 20

// bounded is a transport that reads no more than maxBody, takes nothing that is not
// JSON for an answer, and does not carry cards and key to where a redirect points.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	res, err := next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	kind := res.Header.Get("Content-Type")
	switch {
	case res.StatusCode >= 300 && res.StatusCode < 400:
		res.Body.Close()
		return nil, &failure{reason: "the server sends elsewhere; base_url has to be the final address"}
	case res.StatusCode < 300 && kind != "" && !strings.Contains(kind, "json"):
		res.Body.Close()
		return nil, &failure{reason: "the answer is no JSON, as where base_url lacks its /v1", spent: true}
	}
	res.Body = http.MaxBytesReader(nil, res.Body, maxBody)
	return res, nil
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// word lets pass an error's code, such as model_not_found, and nothing longer.
func word(code any) string {
	s, _ := code.(string)
	if codeWord().MatchString(s) {
		return s
	}
	return ""
}

var codeWord = lazyregexp.New(`^[a-z][a-z_]{2,39}$`)

// retryAfter reads how long a server wants to be left alone, in seconds; dates,
// which depend on its clock, are not heeded.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || n < 0 || n > 86400 {
		return 0
	}
	return time.Duration(n) * time.Second
}
