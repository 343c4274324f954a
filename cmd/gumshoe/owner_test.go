package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gumshoe/analyze/enrich"
)

// The getter of registries against a server that does all a server can do wrong.
func TestWebGetter(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/elsewhere":
			t.Error("a redirect was followed without asking")
		case "/busy":
			w.Header().Set("Retry-After", r.URL.Query().Get("after"))
			w.WriteHeader(http.StatusTooManyRequests)
		case "/huge":
			for range 2 * enrich.MaxAnswer >> 10 {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		case "/headers":
			for i := range 200 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1<<10))
			}
		case "/hang":
			<-hang
		case "/drop":
			panic(http.ErrAbortHandler)
		default:
			fmt.Fprintf(w, "%s %s", r.Header.Get("User-Agent"), r.Header.Get("Accept"))
		}
	}))
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(hang) }) // before the server is closed, which waits
	g := newWebGetter()
	if _, err := g.Get(t.Context(), s.URL+"/"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a server for which nobody vouches: %v", err)
	}
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	g.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}

	in := time.Now().Add(2 * time.Hour).UTC().Format(http.TimeFormat)
	for _, tt := range []struct {
		what, path string
		check      func(enrich.Reply) bool
		err        string
	}{
		{"it says who asks, and for what", "/ip/192.0.2.1", func(r enrich.Reply) bool {
			return r.Status == 200 && strings.HasPrefix(string(r.Body), "gumshoe application/rdap+json")
		}, ""},
		{"a redirect is told", "/redirect", func(r enrich.Reply) bool { return r.Status == 302 && r.Location == s.URL+"/elsewhere" }, ""},
		{"a redirect to nowhere", "/nowhere", func(r enrich.Reply) bool { return r.Status == 302 && r.Location == "" }, ""},
		{"busy for seconds", "/busy?after=120", func(r enrich.Reply) bool { return r.Status == 429 && r.RetryAfter == 2*time.Minute }, ""},
		{"busy until then", "/busy?after=" + strings.ReplaceAll(in, " ", "+"), func(r enrich.Reply) bool { return r.RetryAfter > 119*time.Minute && r.RetryAfter <= 2*time.Hour }, ""},
		{"busy for ever", "/busy?after=4000000000", func(r enrich.Reply) bool { return r.RetryAfter == maxRetry }, ""},
		{"busy for an odd time", "/busy?after=-5", func(r enrich.Reply) bool { return r.RetryAfter == 0 }, ""},
		{"an answer without end is cut", "/huge", func(r enrich.Reply) bool { return len(r.Body) == enrich.MaxAnswer+1 }, ""},
		{"headers without end", "/headers", nil, "header"},
		{"the line drops", "/drop", nil, "EOF"},
	} {
		got, err := g.Get(t.Context(), s.URL+tt.path)
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v, want %q", tt.what, err, tt.err)
			}
		case err != nil || !tt.check(got):
			t.Errorf("%s: %v, %+.200v", tt.what, err, got)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := g.Get(ctx, s.URL+"/hang"); err == nil {
		t.Error("a server that hangs is waited for beyond the budget of the run")
	}
	if _, err := g.Get(t.Context(), strings.Replace(s.URL, "https", "http", 1)); err != errNotHTTPS {
		t.Errorf("clear text: %v", err)
	}
}

// registry is a registry that knows the network of the prober, and its neighbours.
type registry struct {
	mu     sync.Mutex
	asked  []string
	answer enrich.Reply
}

func newRegistry() *registry {
	return &registry{answer: enrich.Reply{Status: 200, Body: []byte(`{"startAddress":"203.0.113.0","endAddress":"203.0.113.255","name":"EXAMPLE-NET","entities":[
 {"handle":"ORG-EX1","roles":["registrant"],"vcardArray":["vcard",[["fn",{},"text","Example Hosting \u202eB.V.\u001b[31m <b>"],["kind",{},"text","org"]]],
  "entities":[{"roles":["abuse"],"vcardArray":["vcard",[["email",{},"text","abuse@example.net"]]]}]}]}`)}}
}

func (r *registry) Get(_ context.Context, address string) (enrich.Reply, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, address)
	return r.answer, nil
}

// hears takes what was asked.
func (r *registry) hears() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := r.asked
	r.asked = nil
	return asked
}

// runWith runs a machine's gumshoe that can reach a registry.
func (d *door) runWith(r enrich.Getter, args ...string) outcome {
	d.t.Helper()
	var out, talk bytes.Buffer
	code := run(d.t.Context(), &app{in: strings.NewReader(""), out: &out, err: &talk, registries: r}, append([]string{"--config", d.config, "--state-dir", d.state}, args...))
	return outcome{out.String(), talk.String(), code}
}

// Registries are asked where the configuration says so, by the job and for its cases,
// once for a network; what they say stands beside the case, however hostile.
func TestOwnersAreAsked(t *testing.T) {
	t.Parallel()
	r := newRegistry()
	off := newDoor(t, prober, "")
	if off.runWith(r, "analyze", "--last", "8h"); len(r.hears()) > 0 {
		t.Error("they were asked though nobody allowed it")
	}
	d := newDoor(t, prober, "owner:\n  lookup: true\n")
	if d.runWith(r, "analyze", filepath.Join(d.dir, "access.log")); len(r.hears()) > 0 {
		t.Error("they were asked about a file")
	}
	o := d.runWith(r, "analyze", "--last", "8h")
	if got := r.hears(); o.code != 0 || len(got) != 1 || got[0] != "https://rdap.apnic.net/ip/"+prober {
		t.Fatalf("code %d, asked %q: %s", o.code, got, o.err)
	}
	if want := `Owner: Example Hosting B.V. [31m <b>`; !strings.Contains(o.out, want) || strings.Contains(o.out, "\x1b[31m <b>") {
		t.Errorf("no %q in %s", want, o.out)
	}
	if page := d.run("report", "show", "--format", "html").out; strings.Contains(page, "<b>\n") || !strings.Contains(page, "&lt;b&gt;") {
		t.Error("markup of the owner's name is markup of the page")
	}
	if o := d.runWith(r, "analyze", "--last", "8h"); len(r.hears()) > 0 || !strings.Contains(o.out, "Example Hosting") {
		t.Errorf("the second run asks again, or has forgotten: %s", o.err)
	}
	for _, who := range []string{prober, "203.0.113.0/24"} {
		if o := d.runWith(r, "investigate", who); len(r.hears()) > 0 || !strings.Contains(o.out, "Example Hosting") || !strings.Contains(o.out, "abuse@example.net") {
			t.Errorf("investigate %s asks, or does not tell the owner: %s%s", who, o.err, o.out)
		}
	}
	for _, damage := range []string{"{", `{"network":"203.0.113.7/24"}`} {
		put(t, d.state, ownersFile, damage)
		if o := d.runWith(r, "analyze", "--last", "8h"); o.code != 0 || !strings.Contains(o.err, ownersFile) || len(r.hears()) != 1 {
			t.Errorf("with %s for a cache: code %d, %s", damage, o.code, o.err)
		}
	}
	r.answer = enrich.Reply{Status: 500}
	put(t, d.state, ownersFile, "")
	if o := d.runWith(r, "analyze", "--last", "8h"); o.code != 0 || !strings.Contains(o.out, "the networks of 1 address") {
		t.Errorf("a registry in trouble: code %d, %s%s", o.code, o.err, o.out)
	}
}

// The pack of a case is for the abuse desk of its network: whom it is about, what was
// seen and when, in UTC, and no name of an account here.
func TestCasesExport(t *testing.T) {
	t.Parallel()
	r := newRegistry()
	d := newDoor(t, prober, "owner:\n  lookup: true\nmail:\n  from: gumshoe@web1.example.org\n")
	if o := d.runWith(r, "analyze", "--last", "8h"); o.code != 0 {
		t.Fatalf("code %d: %s", o.code, o.err)
	}
	id := d.caseOf(prober)
	o := d.run("cases", "export", id)
	if o.code != 0 {
		t.Fatalf("code %d: %s", o.code, o.err)
	}
	for _, part := range []string{
		"Subject: Abuse from " + prober + " against web1 (case " + id + ")\n\n",
		prober + " asked for 18 admin, configuration and backup paths",
		"First seen   2", " UTC\n", "Contact      gumshoe@web1.example.org\n",
		"Network 203.0.113.0/24, owner: Example Hosting B.V. [31m <b>, abuse contact: abuse@example.net\n    " + prober + "\n",
		` UTC  ` + prober + ` - - [`, `"GET /old/backup.sql HTTP/1.1" 404`,
	} {
		if !strings.Contains(o.out, part) {
			t.Errorf("no %q", part)
		}
	}
	if t.Failed() || strings.ContainsAny(o.out, "\x1b\u202e") || o.err != "" {
		t.Fatalf("%s%s", o.out, o.err)
	}
	for network, code := range map[string]int{"203.0.113.0/24": 0, "198.51.100.0/24": exitFailed, "203.0.113.45": exitUsage} {
		if w := d.run("cases", "export", id, "--network", network); w.code != code || code == 0 && w.out != o.out {
			t.Errorf("--network %s: code %d, %s%s", network, w.code, w.out, w.err)
		}
	}
	file := filepath.Join(t.TempDir(), "pack.txt")
	if w := d.run("cases", "export", id, "-o", file); w.code != 0 || w.out != "" || read(t, file) != o.out {
		t.Errorf("to a file: code %d, %s%s", w.code, w.out, w.err)
	}
	if bad := d.run("cases", "export", "zzzzz"); bad.code != exitFailed || !strings.Contains(bad.err, "no kept report tells of case") {
		t.Errorf("an unknown case: code %d, %s", bad.code, bad.err)
	}
	if bad := d.run("cases", "export", id, "--json"); bad.code != exitUsage {
		t.Errorf("--json: code %d, %s", bad.code, bad.err)
	}
}

// A crowd's case: names of accounts are pseudonyms, the same name the same one, in
// prose and in lines, and neither the guesser's address nor a time is lost for a name
// that looks like a part of it. Of one network only what concerns it is written.
func TestExportHidesNames(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	start := time.Now().UTC().Add(-4 * time.Hour)
	names := []string{"anna.berger", "anna.berger", "203", "anna.berger", "root"}
	for i := range 120 {
		fmt.Fprintf(&log, "%s web1 sshd[%d]: Failed password for invalid user %s from 203.0.113.%d port %d ssh2\n",
			start.Add(time.Duration(i)*90*time.Second).Format("2006-01-02T15:04:05+00:00"), 4000+i, names[i%len(names)], 10+i%12, 40000+i)
	}
	d := newDoor(t, prober, "")
	put(t, d.dir, "auth.log", log.String())
	put(t, filepath.Dir(d.config), "gumshoe.yaml", "host: web1\nsources:\n  - path: "+filepath.Join(d.dir, "auth.log")+"\n")
	if o := d.run("analyze", "--last", "8h"); o.code != 0 {
		t.Fatalf("code %d: %s", o.code, o.err)
	}
	var ids []string
	for _, c := range d.run("report", "show", "--json").cases(t) {
		if len(c.Sources) > 1 {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		t.Fatal("no case of many sources")
	}
	o := d.run("cases", "export", ids[0])
	if o.code != 0 || strings.Contains(o.out, "berger") || !strings.Contains(o.out, "account-1") || !strings.Contains(o.out, "203.0.113.10") {
		t.Errorf("code %d: %s%s", o.code, o.out, o.err)
	}
	if !strings.Contains(o.err, "owner.lookup") {
		t.Errorf("how the owner is learned is not said: %s", o.err)
	}
	one := d.run("cases", "export", ids[0], "--network", "203.0.113.10/32")
	if one.code != 0 || !strings.Contains(one.out, "Sources (1)") || strings.Contains(one.out, "from 203.0.113.11 ") {
		t.Errorf("one of them: code %d: %s%s", one.code, one.out, one.err)
	}
}

// caseOf is the case about a source that the last report tells.
func (d *door) caseOf(src string) string {
	d.t.Helper()
	for _, c := range d.run("report", "show", "--json").cases(d.t) {
		if strings.Join(c.Sources, " ") == src {
			return c.ID
		}
	}
	d.t.Fatalf("no case about %s", src)
	return ""
}
