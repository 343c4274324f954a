package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"gumshoe/analyze"
	"gumshoe/analyze/enrich"
)

// ownersFile keeps the answers of the registries in the state directory.
const ownersFile = "owners.ndjson"

// ownerTime is how long a run waits for the registries in all, and requestTime for
// one answer.
const (
	ownerTime   = 20 * time.Second
	requestTime = 5 * time.Second
)

// owners asks the registries who owns the networks of the accused, where
// owner.lookup is set. The zero value asks nobody.
type owners struct {
	registries *enrich.Registries
	cache      *enrich.Owners
	file       string // of the cache; "": it is not kept
}

// owners opens the answers of earlier runs. Over files, which may be evidence that
// nobody shall learn of, registries are never asked.
func (a *app) owners(j *job, m *memory) owners {
	if a.registries == nil || !j.Settings.OwnerLookup || m == nil {
		return owners{}
	}
	o := a.knownOwners(j, m)
	if m.lock != nil {
		o.file = filepath.Join(m.dir, ownersFile)
	}
	o.registries = enrich.NewRegistries(a.registries, wallClock{}, o.cache, ownerTime)
	return o
}

// knownOwners are the answers that earlier runs had. Nobody is asked: there is no time
// for it.
func (a *app) knownOwners(j *job, m *memory) owners {
	keep := j.Settings.OwnerKeep
	o := owners{cache: enrich.NewOwners(keep)}
	path := filepath.Join(m.dir, ownersFile)
	text, err := os.ReadFile(path)
	if err == nil {
		var cache *enrich.Owners
		if cache, err = enrich.ReadOwners(bytes.NewReader(text), j.Started, keep); err == nil {
			o.cache = cache
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.note("%s is not used and will be replaced: %v", path, err)
	}
	o.registries = enrich.NewRegistries(nil, wallClock{}, o.cache, 0)
	return o
}

// identify adds the owners to what is known of the accused. Proxies are not asked
// for: who stands behind one is nobody of its owner's.
func (o owners) identify(ctx context.Context, l *logs, cases []analyze.Case, proxies []netip.Prefix) {
	if o.registries == nil {
		return
	}
	o.registries.Identify(ctx, cases, func(p netip.Prefix) bool { return slices.ContainsFunc(proxies, p.Overlaps) })
	if n, err := o.registries.Missed(); n > 0 {
		l.told = append(l.told, fmt.Sprintf("who owns the networks of %d addresses is unknown; the first was not told because: %v", n, err))
	}
}

// keep writes the answers for the next run.
func (o owners) keep() error {
	if o.file == "" || !o.cache.Changed() {
		return nil
	}
	var b bytes.Buffer
	if err := o.cache.Write(&b); err != nil {
		return err
	}
	if err := replaceFile(o.file, b.Bytes(), 0o640); err != nil {
		return fmt.Errorf("keeping the answers of the registries: %w", err)
	}
	return nil
}

// wallClock is the time of this machine.
type wallClock struct{}

// Now implements enrich.Clock.
func (wallClock) Now() time.Time { return time.Now() }

// Wait implements enrich.Clock.
func (wallClock) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// webGetter fetches over HTTPS and nothing else.
type webGetter struct{ client *http.Client }

func newWebGetter() webGetter {
	return webGetter{&http.Client{
		Timeout: requestTime,
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

var errNotHTTPS = errors.New("only https is fetched")

// Get implements enrich.Getter.
func (g webGetter) Get(ctx context.Context, address string) (enrich.Reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return enrich.Reply{}, err
	}
	if req.URL.Scheme != "https" {
		return enrich.Reply{}, errNotHTTPS
	}
	req.Header.Set("Accept", "application/rdap+json, application/json;q=0.8")
	req.Header.Set("User-Agent", "gumshoe")
	resp, err := g.client.Do(req)
	if err != nil {
		return enrich.Reply{}, err
	}
	defer resp.Body.Close()
	out := enrich.Reply{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	if to, err := resp.Location(); err == nil {
		out.Location = to.String()
	}
	out.Body, err = io.ReadAll(io.LimitReader(resp.Body, enrich.MaxAnswer+1))
	return out, err
}

// maxRetry bounds what a server may ask for; no run waits as long.
const maxRetry = 24 * time.Hour

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(header string, now time.Time) time.Duration {
	var d time.Duration
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), maxRetry)
}
