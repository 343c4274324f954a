package rule

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve starts a web server in a directory of its own and returns how it answers. It
// waits for the socket as long as the test may last.
func serve(t *testing.T, network, address string, command ...string) func(s *Sighting) int {
	t.Helper()
	server := exec.Command(command[0], command[1:]...)
	var said strings.Builder
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { server.Wait(); close(ended) }()
	t.Cleanup(func() { server.Process.Signal(os.Interrupt); <-ended })
	for {
		c, err := net.Dial(network, address)
		if err == nil {
			c.Close()
			break
		}
		select {
		case <-ended:
			t.Fatalf("%v: %s", command, said.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}}
	return func(s *Sighting) int {
		t.Helper()
		r, err := http.NewRequest(s.Method, "http://site.example/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Opaque = s.Target // as it was logged, byte for byte
		r.Header.Set("User-Agent", s.Agent)
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
}

// refuses wants a server to refuse a case's requests, but for those that everybody
// makes, and nobody else's.
func refuses(t *testing.T, answer func(*Sighting) int, c *Case) {
	t.Helper()
	traits := traitsOf(c.Lines)
	for i := range c.Lines {
		s := &c.Lines[i]
		if got := answer(s); got == http.StatusForbidden != traits.tells(s) && got != http.StatusBadRequest {
			t.Errorf("%s is answered %d", s.Target, got)
		}
	}
	for _, s := range honestRequests() {
		if got := answer(&s); got == http.StatusForbidden {
			t.Errorf("an honest request for %s is refused", s.Target)
		}
	}
}

// odd are a case whose tool has every character in its name that means something in
// a configuration.
func odd() *Case {
	c := &Case{ID: "k5-1"}
	for range 3 {
		c.Lines = append(c.Lines, request("203.0.113.9", "GET", "/about", 200, `odd/1.0 ("${x}" %{y} \d; #{z} 'q' é|*)`))
	}
	return c
}

func TestNginxRefuses(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("no nginx: apt-get install nginx-light")
	}
	for _, c := range []*Case{scannerCase(), odd()} {
		text, err := c.Nginx()
		if err != nil {
			t.Fatal(err)
		}
		maps, ifs := text, ""
		for line := range strings.Lines(text) {
			if l, ok := strings.CutPrefix(line, "#   if"); ok {
				ifs += "if" + l
			}
		}
		dir := t.TempDir()
		conf := filepath.Join(dir, "nginx.conf")
		user := ""
		if os.Getuid() == 0 {
			user = "user root;"
		}
		if err := os.WriteFile(conf, []byte(fmt.Sprintf(`%[2]s
daemon off;
pid %[1]s/pid;
error_log %[1]s/error.log;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	%[3]s
	server {
		listen unix:%[1]s/socket;
		%[4]s
		location / { return 204; }
	}
}
`, dir, user, maps, ifs)), 0o600); err != nil {
			t.Fatal(err)
		}
		refuses(t, serve(t, "unix", filepath.Join(dir, "socket"), nginx, "-c", conf, "-e", filepath.Join(dir, "error.log")), c)
	}
}

func TestApacheRefuses(t *testing.T) {
	apache, err := exec.LookPath("apache2")
	if err != nil {
		t.Skip("no Apache: apt-get install apache2-bin")
	}
	for _, c := range []*Case{scannerCase(), odd()} {
		text, err := c.Apache()
		if err != nil {
			t.Fatal(err)
		}
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := free.Addr().String()
		free.Close()
		dir := t.TempDir()
		conf := filepath.Join(dir, "apache.conf")
		user := ""
		if os.Getuid() == 0 {
			user = "User nobody\nGroup nogroup"
		}
		if err := os.WriteFile(conf, []byte(fmt.Sprintf(`
ServerRoot %[1]s
ServerName site.example
PidFile %[1]s/pid
ErrorLog %[1]s/error.log
DefaultRuntimeDir %[1]s
%[3]s
Listen %[2]s
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule rewrite_module /usr/lib/apache2/modules/mod_rewrite.so
AllowEncodedSlashes On
%[4]s
RewriteRule ^ - [R=204]
`, dir, address, user, text)), 0o600); err != nil {
			t.Fatal(err)
		}
		refuses(t, serve(t, "tcp", address, apache, "-f", conf, "-D", "FOREGROUND"), c)
	}
}
