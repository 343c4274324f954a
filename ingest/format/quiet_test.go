package format

import (
	"fmt"
	"testing"
	"time"

	"gumshoe/ingest"
)

// heads are what applications put before their messages. A log holds mostly
// lines that tell of nothing, and no daemon's own format may take the file for its
// own because of their stamps: the one failed login among them would be lost.
var heads = []string{
	"[2026-11-20 10:00:%02d +0000] [12] [INFO] ", // gunicorn, Radicale
	"[2026-11-20 10:00:%02d,123] [INFO] [app.auth] ",
	"[2026-11-20 10:00:%02d.123 +00:00] [INF] [12] App.Users: ",
	"[2026-11-20 10:00:%02d] app.WARNING: ", // Monolog
	"[2026-11-20T10:00:%02dZ] ",
	"[2026/11/20 10:00:%02d] ",
	"[20/Nov/2026 10:00:%02d] ",
	"[20/Nov/2026:10:00:%02d +0000] ",
	"[20-Nov-2026 10:00:%02d UTC] ", // PHP
	"[Fri Nov 20 10:00:%02d 2026] ",
	"[20.11.2026 10:00:%02d] ",
	"INFO:2026-11-20 10:00:%02d,123:",
	"INFO [2026-11-20 10:00:%02d,123] app.Auth: ", // Dropwizard
	"2026-11-20 10:00:%02d ",
	"2026-11-20 10:00:%02d,123 - app.auth - WARNING - ",
	"2026-11-20 10:00:%02d.123  INFO 12 --- [nio-8080-exec-1] c.e.app.AuthController : ", // Spring
	"2026-11-20 10:00:%02d.123 | INFO     | app.auth:login:12 - ",                        // loguru
	"2026-11-20 10:00:%02d UTC [12] ",
	"2026-11-20T10:00:%02d.123Z [INFO] ",
	"2026-11-20T10:00:%02dZ [ERROR] [/core/login.go:109]: ", // Harbor
	"2026-11-20 10:00:%02d [Warning] ",
	"2026-11-20T10:00:%02d.123456Z  INFO app::auth: ", // Rust's tracing
	"2026-11-20T10:00:%02d.123Z\tINFO\tauth\t",        // zap
	"2026/11/20 10:00:%02d ",
	"2026/11/20 10:00:%02d [info] ",
	"2026/11/20 10:00:%02d main.go:12: ",
	"20261120-10:00:%02d ",
	"20.11.2026 10:00:%02d ",
	"11/20/2026 10:00:%02d ",
	"20-Nov-2026 10:00:%02d.123 INFO [main] org.example.Auth.login ", // Tomcat
	"20-Nov-2026 10:00:%02d.123 [12] ",
	"20 Nov 10:00:%02d - [info] ", // Node-RED
	"Nov 20 10:00:%02d host app[12]: ",
	"I1120 10:00:%02d.123456   12 auth.go:12] ",
	"<14>1 2026-11-20T10:00:%02dZ host app 12 - - ",
	"W, [2026-11-20T10:00:%02d.123456 #12]  WARN -- : ",
	"[Nest] 7  - 11/20/2026, 10:00:%02d AM    WARN [AuthService] ",
	"app-1  | 2026-11-20 10:00:%02d ",
	"2026-11-20T10:00:00.123456789Z stderr F 2026/11/20 10:00:%02d ",
}

func TestQuietLog(t *testing.T) {
	quiet := []string{"Worker %d started", "Loaded %d plugins in 3 ms", "GET /health took %d ms", "Checked the queue of %d jobs"}
	failures := []string{"Failed login for user bob from 192.0.2.9", "Login failed: user=bob ip=192.0.2.9", `Invalid password for user "bob" (192.0.2.9)`}
	for _, head := range heads {
		for _, failure := range failures {
			var log []byte
			for i := range 50 {
				log = fmt.Appendf(log, head+quiet[i%len(quiet)]+"\n", i, i)
			}
			line := fmt.Appendf(nil, head, 55)
			line = append(line, failure...)
			p := Detect("", append(append(log, line...), '\n')).NewParser(ingest.Context{Anchor: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)})
			var ev ingest.Event
			if p.Parse(line, &ev) != ingest.Parsed {
				t.Errorf("%q: no event: %s", line, p.(ingest.Explainer).Reason())
			} else if got := told(&ev); got.Kind != "auth_failure" || got.Src != "192.0.2.9" || got.User != "bob" || ev.Time == 0 {
				t.Errorf("%q: got %+v", line, got)
			}
		}
	}
}
