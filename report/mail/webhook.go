package mail

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Webhook POSTs a letter's data as JSON. The receiver can tell that it comes
// from us and is not an old one sent again:
//
//	Gumshoe-Timestamp: 1790294400
//	Gumshoe-Signature: v1=HEX   HMAC-SHA256 of timestamp, ".", body, with the shared secret
//	Idempotency-Key: KEY        the delivery key: one that was seen before is the same report
type Webhook struct {
	URL    string           // https, or http to this machine; may hold a token, and is never printed
	Secret Secret           // nil: the POST is not signed
	Roots  *x509.CertPool   // who may vouch for the receiver; nil: whom the system trusts
	Whole  time.Duration    // how long the POST may take; 0: half a minute
	Now    func() time.Time // the clock of the signature: each try is signed anew
}

const defaultPost = 30 * time.Second

// Check returns an error for settings that cannot work or must not.
func (h Webhook) Check() error {
	u, err := url.Parse(h.URL)
	switch {
	case err != nil:
		return errors.New("the webhook's URL cannot be read")
	case u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("a webhook's URL is https://host/path, or http:// to this machine")
	}
	return nil
}

// Send makes one POST. What a person or time can mend is tried again: 408, 425,
// 429 and 5xx; any other answer than 2xx is a refusal.
func (h Webhook) Send(ctx context.Context, l Letter) []Failure {
	if err := h.Check(); err != nil {
		return everybody(l, Unreachable, err)
	}
	whole := h.Whole
	if whole == 0 {
		whole = defaultPost
	}
	ctx, cancel := context.WithTimeout(ctx, whole)
	defer cancel()
	req, secret, err := h.request(ctx, l)
	if err != nil {
		return everybody(l, Unreachable, err)
	}
	client := h.client(req.URL.Scheme)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return everybody(l, unanswered(err), tell(withoutURL(req.URL, err), secret))
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 == 2 {
		return nil
	}
	const most = 2048
	body, _ := io.ReadAll(io.LimitReader(resp.Body, most)) // the status says enough
	return everybody(l, judged(resp.StatusCode), tell(fmt.Errorf("webhook %s: %s %s", req.URL.Host, resp.Status, body), secret))
}

// request is the signed POST, and the secret that it was signed with.
func (h Webhook) request(ctx context.Context, l Letter) (*http.Request, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(l.Data))
	if err != nil {
		return nil, "", errors.New("the webhook's URL cannot be read")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "gumshoe")
	req.Header.Set("Idempotency-Key", l.Key)
	if h.Secret == nil {
		return req, "", nil
	}
	secret, err := h.Secret()
	if err != nil {
		return nil, "", err
	}
	stamp := strconv.FormatInt(h.Now().Unix(), 10)
	req.Header.Set("Gumshoe-Timestamp", stamp)
	req.Header.Set("Gumshoe-Signature", "v1="+sign(secret, stamp, l.Data))
	return req, secret, nil
}

// sign covers the time together with the body: a recorded POST cannot be given a
// new date.
func sign(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// errRedirect says that the report was to go elsewhere, or to get lost.
var errRedirect = errors.New("only a redirect that repeats the POST on the same host is followed")

// client is made for one POST.
func (h Webhook) client(scheme string) *http.Client {
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: h.Roots, MinVersion: tls.VersionTLS12},
		Proxy:           http.ProxyFromEnvironment,
	}
	if scheme == "http" {
		transport.Proxy = nil
		transport.DialContext = (&net.Dialer{Control: loopbackOnly}).DialContext
	}
	return &http.Client{Transport: transport, CheckRedirect: sameHost}
}

// sameHost follows 307 and 308 on the same host only. After 301, 302 and 303 the
// client would ask with GET, get a page, and take the report for delivered.
func sameHost(req *http.Request, via []*http.Request) error {
	const most = 3
	first := via[0].URL
	if req.URL.Scheme != first.Scheme || req.URL.Host != first.Host || req.Method != http.MethodPost || len(via) > most {
		return errRedirect
	}
	return nil
}

// unanswered is the outcome of a POST without an answer.
func unanswered(err error) Outcome {
	if errors.Is(err, errRedirect) {
		return Refused
	}
	return Unreachable
}

// judged is the outcome that a status stands for.
func judged(status int) Outcome {
	switch {
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly,
		status == http.StatusTooManyRequests, status >= 500:
		return Deferred
	}
	return Refused
}

// withoutURL names the host alone: the path of a webhook is often its password.
func withoutURL(u *url.URL, err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return fmt.Errorf("webhook %s: %w", u.Host, err)
}
