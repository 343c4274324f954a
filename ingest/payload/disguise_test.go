package payload

import (
	"testing"

	"gumshoe/ingest"
)

// What guards a path compares it with others, so an attacker writes it in a way in which
// only the server behind the guard knows it again.
func TestDisguisedPaths(t *testing.T) {
	for _, tt := range []struct {
		target string
		class  ingest.Class
	}{
		// dots of a step, percent-encoded
		{"/unauth/%252e%252e/php/gate.php/x.css", ingest.ClassLFI}, {"/images/%252E%252E%252Fconsole", ingest.ClassLFI}, {"/api/read?name=p_%2f%2e%2e%2fweaver%2eproperties", ingest.ClassLFI}, {"/a/b/.%2e/c", ingest.ClassLFI}, {"/css/%25%32%65%25%32%65%25%32%66x", ingest.ClassLFI},
		// an empty parameter of a path
		{"/control/forgot;/export", ingest.ClassProtocol}, {"/;/admin/users", ingest.ClassProtocol}, {"/actuator;/env;", ingest.ClassProtocol}, {"/a/widget.jsp;.js", ingest.ClassProtocol}, {"/none?jsp=/app/rest/users;.jsp", ingest.ClassProtocol},
		// letters encoded twice
		{"/%2577eb%2575i_login", ingest.ClassProtocol},
		// a step to the source of the site
		{"/log?FileName=../web.config", ingest.ClassLFI}, {"/get?path=../inc/db.php", ingest.ClassLFI},
		// options of a command line
		{"/index.php?-s", ingest.ClassPHP}, {"/x.php?-d+a%3db", ingest.ClassPHP}, {"/?--env=local", ingest.ClassPHP}, {"/x.php?-da%3Db", ingest.ClassPHP}, {"/a?%ADd+x%3d1", ingest.ClassPHP},
		// another host behind a proxy
		{"/autodiscover/autodiscover.json?@x.example/owa/?&Email=a", ingest.ClassSSRF}, {"/a.json?a@x.example/powershell/", ingest.ClassSSRF},
		// settings and keys of tools
		{"/.streamlit/secrets.toml", ingest.ClassLFI}, {"/app/.sometool/credentials", ingest.ClassLFI}, {"/.sometool/v1/config.json", ingest.ClassLFI},
	} {
		if r := Inspect([]byte(tt.target)); r.Class&tt.class == 0 || !Hostile(&r) {
			t.Errorf("%s: class %q, stage %d, want class %q and a probe", tt.target, r.Class, r.Stage, tt.class)
		}
	}
	for _, target := range []string{
		"/login?redirect_path=../index.php", "/x?return_path=../login.jsp", "/x?next_path=../list.php",
		"/route/v1/driving/1,2;3,4;/x", "/product;pid=1;/reviews",
		"/.netlify/functions/auth", "/.redwood/functions/auth", "/.netlify/identity/token", "/.ory/ui/settings", "/.ghost/activitypub/accounts", "/docs/.vitepress/theme/settings.js", "/.resources/shop/config.js",
		"/a/b;jsessionid=0A1B2C3D", "/cars;color=red/models;year=2012", "/route/v1/13.38,52.51;13.39,52.52?overview=false", "/a.aspx/(S(lit3py55))/form", "/go?to=%2Fa%253Fb%3D%252E", "/next?url=https%253A%252F%252Fexample.org%252F%25E3%2581%2582",
		"/wait%2E%2E%2E", "/img.php?src=../images/logo.png", "/login.php?return=../index.php", "/user.php?profile=../me.php", "/find?-db=staff&-lay=web&-find", "/a?-1", "/a?--", "/tag?@socket", "/mail?to=a@example.org/b", "/.well-known/openid-configuration/config.json", "/.well-known/mcp.json", "/team/site/blob/main/.github/config.yml", "/assets/config.json", "/100%2525",
	} {
		if r := Inspect([]byte(target)); Hostile(&r) {
			t.Errorf("%s: class %q, stage %d, want no probe", target, r.Class, r.Stage)
		}
	}
}
