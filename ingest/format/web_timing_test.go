package format

import "testing"

func BenchmarkJSON(b *testing.B) {
	benchmark(b, `{"level":"info","ts":17951688%02d.5,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.%d","client_ip":"192.0.2.66","proto":"HTTP/2.0","method":"GET","host":"www.example.org","uri":"/a?page=%d","headers":{"User-Agent":["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"],"Accept":["*/*"]}},"duration":0.001,"size":10687,"status":200}`)
}

func BenchmarkNginxError(b *testing.B) {
	benchmark(b, `2026/11/20 10:00:%02d [error] 29#29: *1%d open() "/srv/www/a" failed (2: No such file or directory), client: 192.0.2.%d, server: _, request: "GET /a HTTP/1.1", host: "www.example.org"`)
}

func BenchmarkApacheError(b *testing.B) {
	benchmark(b, `[Fri Nov 20 10:00:%02d.123456 2026] [auth_basic:error] [pid 1%d] [client 192.0.2.%d:51395] AH01618: user alice not found: /private/`)
}

func BenchmarkUnknownDaemon(b *testing.B) {
	benchmark(b, "Nov 20 10:00:%02d host exampled[1%d]: login failed for user alice from 192.0.2.%d")
}

func BenchmarkApplication(b *testing.B) {
	benchmark(b, "[2026-11-20 10:00:%02d.219][vaultwarden::api::identity][ERROR] Username or password is incorrect. Try again. IP: 192.0.2.%d. Username: user%d.")
}

func BenchmarkContainer(b *testing.B) {
	benchmark(b, `{"log":"192.0.2.%d - - [20/Nov/2026:10:%02d:00 +0000] \"GET /a?b=%d HTTP/1.1\" 404 153 \"-\" \"curl/8.5.0\"\n","stream":"stdout","time":"2026-11-20T10:00:00.1Z"}`)
}
