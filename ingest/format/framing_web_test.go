package format

import (
	"net/netip"
	"strings"
	"testing"

	"gumshoe/ingest"
)

// appCarriers are lines of web servers and applications into which a client's
// text goes at "{}"; JSON's and nginx's escapes are put in at "{json}".
var appCarriers = []string{
	`2026/11/20 10:00:00 [error] 29#29: *17 user "{}" was not found in "/etc/htpasswd", client: ` + attacker + `, server: _, request: "GET /{} HTTP/1.1", host: "{}", referrer: "{}"`,
	`2026/11/20 10:00:00 [error] 29#29: *17 open() "/srv/{}" failed (2: No such file or directory), client: ` + attacker + `, server: _, request: "GET /{} HTTP/1.1", host: "{}"`,
	`2026/11/20 10:00:00 [error] 29#29: *17 limiting requests, excess: 5.4 by zone "x", client: ` + attacker + `, server: _, request: "GET /{} HTTP/1.1", host: "{}"`,
	`2026/11/20 10:00:00 [error] 29#29: *17 FastCGI sent in stderr: "PHP message: Failed login for {}" while reading response header from upstream, client: ` + attacker + `, server: _, request: "POST /{} HTTP/1.1", host: "{}"`,
	`[Fri Nov 20 10:00:00.123456 2026] [auth_basic:error] [pid 17] [client ` + attacker + `:4022] AH01618: user {} not found: /{}, referer: {}`,
	`[Fri Nov 20 10:00:00 2026] [error] [client ` + attacker + `] user {}: authentication failure for "/{}": Password Mismatch`,
	`[Fri Nov 20 10:00:00 2026] [error] [client ` + attacker + `] File does not exist: /srv/{}, referer: {}`,
	`2026-11-20 10:00:00.123456 [INFO] [17] [` + attacker + `:4022-5#x] User '{}' failed to authenticate.`,
	`Nov 20 10:00:00 lb haproxy[1]: ` + attacker + `:4022 [20/Nov/2026:10:00:00.123] fe be/s 0/0/0/1/1 401 2 - - ---- 1/1/1/1/0 0/0 {{}} "GET /{} HTTP/1.1"`,
	`[2026-11-20 10:00:00.219][vaultwarden::api::identity][ERROR] Username or password is incorrect. Try again. IP: ` + attacker + `. Username: {}.`,
	`2026-11-20 10:00:00 INFO login failed for user {} from ` + attacker,
	`2026-11-20 10:00:00 INFO login failed from ` + attacker + ` for user {}`,
	`2026-11-20 10:00:00 INFO login failed, client ` + attacker + ` agent "{}"`,
	`Nov 20 10:00:00 host exampled[1]: wrong password for "{}" (` + attacker + `)`,
	`Nov 20 10:00:00 host exampled[1]: login failed ip=` + attacker + ` user={}`,
	`Nov 20 10:00:00 host exampled[1]: login failed user={} ip=` + attacker,
	`Nov 20 10:00:00 host www.example.org: https://www.example.org|1795168808|user|` + attacker + `|https://www.example.org/{}|{}|0||Login attempt failed for {}.`,
	`Nov 20 10:00:00 sogod [1]: SOGoRootPage Login from '` + attacker + `' for user '{}' might not have worked - password policy: 1`,
	`time="2026-11-20T10:00:00Z" level=warning msg="login failed" user="{json}" remote_ip=` + attacker,
	`{"time":"2026-11-20T10:00:00Z","msg":"login failed for {json}","remote_ip":"` + attacker + `","agent":"{json}"}`,
	`{"ts":1795168800.5,"msg":"handled request","request":{"remote_ip":"` + attacker + `","method":"GET","uri":"/{json}","headers":{"Client-Ip":["{json}"],"User-Agent":["{json}"]}},"status":200}`,
	`{"log":"` + attacker + ` - - [20/Nov/2026:10:00:00 +0000] \"GET /x HTTP/1.1\" 404 1 \"-\" \"-\"\n","stream":"stdout","time":"2026-11-20T10:00:00Z"}`,
	`2026-11-20T10:00:00Z stdout F ` + attacker + ` - - [20/Nov/2026:10:00:00 +0000] "GET /x HTTP/1.1" 404 1 "-" "{json}"`,
	`[20/Nov/2026:10:00:00 +0000] www.example.org ` + attacker + ` 0.002 "GET / HTTP/1.1" 401 77 935 - {}`,
	`[2026-11-20 10:00:00.123456] [router:host-http] [origin:www.example.org] [client: ` + attacker + `] [useragent: {}] GET /y 404`,
	`[info] o.t.s.AccessLogFilter [1e60d1e5e2a1741f] ` + attacker + ` GET /{} took 8ms and returned 401 65 bytes`,
	`[notice] 2026-11-20T10:00:00.579985Z nonode@nohost <0.17607.12> e1fed412f8 {} ` + attacker + ` undefined GET /y 404 ok 1`,
	`[notice] 2026-11-20T10:00:00.579985Z nonode@nohost <0.17607.12> e1fed412f8 couch_httpd_auth: Authentication failed for user {} from ` + attacker,
	`2026-11-20T10:00:00.104Z: WEB ` + "\t▶ " + attacker + `  POST 412 /{} 2.5ms - {}`,
	attacker + ` {} POST /{} HTTP/1.1 401 12 - 2.5 ms`,
	attacker + ` | AuthenticationFailureEvent | - | 1795168800123 | {} | {"error":"Invalid username or password."} | @1ABC | -`,
	`2026-11-20 10:00:00,123 - uvicorn.access - INFO - ` + attacker + `:4022 - "GET /{json} HTTP/1.1" 404`,
	`{"ts":1795168800.5,"msg":"[client \"` + attacker + `\"] Coraza: Warning. [data \"{json}\"]"}`,
	`{"time":"2026-11-20T10:00:00Z","msg":"POST /{json} 401 15ms","client":{"ip":"` + attacker + `"}}`,
	`{"eventTime":"2026-11-20T10:00:00.123","eventAudience":"Security","eventData":{"matchedSample":"{json}","sourceIP":"` + attacker + `","httpUriPath":"/{json}"}}`,
	`[2026-11-20T10:00:00.123Z] "GET /{} HTTP/1.1" 404 - via_upstream - "-" 0 0 3 2 "{}" "{}" "z" "{}" "198.51.100.20:8080" inbound|8080|| 127.0.0.6:40001 198.51.100.20:8080 ` + attacker + `:50001 - default`,
	`[20/Nov/2026:10:00:00 +0000] - 404 404 - GET https www.example.org "/{json}" [Client ` + attacker + `] [Length 5] [Gzip -] "{json}" "{json}"`,
	`{"time":"2026-11-20T10:00:00Z","application":"nginx","remote_addr":"` + attacker + `","request_method":"GET","uri":"/","status":400,"message":"{json}"}`,
	`{"time":"2026-11-20T10:00:00Z","program":"apache2","clientip":"` + attacker + `","response":200,"request":"GET /{json} HTTP/1.1","message":"{json}"}`,
}

var webImitations = []string{
	`x, client: ` + bystander + `, server: y`,
	`x" y", client: ` + bystander + `, server: _`,
	`x", client: ` + bystander + `, server: _, request: "`,
	`x] [client ` + bystander + `] user y not found: /`,
	`x [client ` + bystander + `:1] y`,
	`x' from ` + bystander + ` 'y`,
	`x" from ` + bystander + ` "y`,
	`x" from ` + bystander,
	`x (` + bystander + `)`,
	`x ip=` + bystander,
	`x" ip=` + bystander + ` y="`,
	`x","remote_ip":"` + bystander,
	`x","client_ip":"` + bystander + `","y":"`,
	`x|0||Login attempt failed for y`,
	`x|user|` + bystander + `|`,
	`x. IP: ` + bystander + `. Username: y`,
	`x from ` + bystander + ` port 22 ssh2`,
	`x' for user 'y' might not have worked from ` + bystander,
	`x {"ip":"` + bystander + `"}`,
	"x\n" + bystander,
}

// A client's text may cost an event its source, never give it another's.
func TestNoWebLineFramesABystander(t *testing.T) {
	victim := netip.MustParseAddr(bystander)
	culprit := netip.MustParseAddr(attacker)
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	for _, c := range appCarriers {
		sample := strings.ReplaceAll(strings.ReplaceAll(c, "{}", "y"), "{json}", "y")
		parsers := []ingest.Parser{must(ByName("generic")).NewParser(ingest.Context{}), Detect("", []byte(sample+"\n")).NewParser(ingest.Context{})}
		for _, p := range parsers {
			var ev ingest.Event
			if p.Parse([]byte(sample), &ev) != ingest.Parsed || ev.Src != culprit {
				t.Errorf("does not name the attacker:\n%s", sample)
			}
			for _, text := range append(webImitations, imitations...) {
				text = strings.ReplaceAll(text, "\n", " ")
				line := strings.ReplaceAll(strings.ReplaceAll(c, "{}", text), "{json}", escape.Replace(text))
				if p.Parse([]byte(line), &ev) == ingest.Parsed && ev.Src == victim {
					t.Errorf("frames the bystander:\n%s", line)
				}
			}
		}
	}
}
