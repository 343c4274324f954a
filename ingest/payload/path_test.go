package payload

import (
	"strings"
	"testing"

	"gumshoe/ingest"
)

func TestTemplate(t *testing.T) {
	for _, tt := range []struct{ path, want string }{
		{"/", "/"},
		{"/Index.PHP", "/index.php"},
		{"/item/12345/photo-7.jpg", "/item/N/photo-N.jpg"},
		{"/v2.1/users/42", "/vN.N/users/N"},
		{"/api/v2/users/42", "/api/v2/users/N"},
		{"/api/V12", "/api/v12"},
		{"/api/v2024/x2", "/api/vN/xN"},
		{"/preview2/v2x", "/previewN/vNx"},
		{"/f/550e8400-e29b-41d4-a716-446655440000/x", "/f/H/x"},
		{"/static/app.0a1b2c3d4e5f60718293.js", "/static/app.H.js"},
		{"/t/dGhlIHF1aWNrIGJyb3duIGZveA1", "/t/H"},
		{"/_matrix/media/v3/download/example.org/GCmhgzMPRjqgpODLsNQzVuHZ", "/_matrix/media/v3/download/example.org/H"},
		{"/api/getUserDetailsByAccountName", "/api/getuserdetailsbyaccountname"},
		{"/INSTALLATIONGUIDE/ReadMeBeforeUse", "/installationguide/readmebeforeuse"},
		{"/how-to-configure-a-web-server-in-2024-properly", "/how-to-configure-a-web-server-in-N-properly"},
		{"//a///b/./c", "/a/b/c"},
		{"/caf%C3%A9/%41", "/café/a"},
		{"/%252e", "/%Ne"},
		{"/a%00b\x80", "/a?b?"},
		{"http://x.example/a/1", "/a/N"},
		{"http://x.example", "/"},
	} {
		if got := Inspect([]byte(tt.path + "?q=1")).Text; got != tt.want {
			t.Errorf("%q: %q, want %q", tt.path, got, tt.want)
		}
	}
}

func TestPathFlags(t *testing.T) {
	const (
		static, neutral, vocabulary, sensitive = ingest.PathStatic, ingest.PathNeutral, ingest.PathVocabulary, ingest.PathSensitive
		feed, login, query                     = ingest.PathFeed, ingest.PathLogin, ingest.PathQuery
	)
	for _, tt := range []struct {
		target string
		want   ingest.PathFlags
	}{
		{"/", neutral}, {"/robots.txt", neutral}, {"/favicon.ico", neutral | static}, {"/apple-touch-icon-120x120.png", neutral | static}, {"/sellers.json", neutral}, {"/?x=1", neutral | query},
		{"/products/blue-shoes", 0}, {"/img/logo.PNG", static}, {"/a/app.min.js?v=3", static | query}, {"/feed", feed}, {"/blog/feed/", feed}, {"/news.rss", feed},
		{"/wp-login.php", login | vocabulary}, {"/members/doLogin.action", login}, {"/portal/sign-in-post", login}, {"/blog/designing-a-garden", 0}, {"/blog-index", 0}, {"/login", login}, {"/shop/login?next=/", login | query}, {"/account/register", login},
		{"/.env", vocabulary | sensitive}, {"/api/.env.local", vocabulary | sensitive}, {"/.git/HEAD", vocabulary | sensitive}, {"/.%65nv", vocabulary | sensitive}, {"/config.php.bak", vocabulary | sensitive}, {"/db.sql.gz", vocabulary | sensitive}, {"/backup-2024.tar.gz", vocabulary | sensitive}, {"/.bash_history", vocabulary | sensitive},
		{"/phpMyAdmin/index.php", vocabulary}, {"/pma/", vocabulary}, {"/wp-admin/", vocabulary}, {"/actuator/env", vocabulary}, {"/boaform/admin/formLogin", vocabulary | login}, {"/HNAP1/", vocabulary}, {"/cgi-bin/luci", vocabulary}, {"/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", vocabulary}, {"/solr/admin/info/system", vocabulary}, {"/owa/auth/logon.aspx", vocabulary | login}, {"/autodiscover/autodiscover.xml", vocabulary}, {"/manager/html", vocabulary}, {"/.unknown", vocabulary},
		{"/vpns/portal/scripts/newbm.pl", vocabulary}, {"/dana-ws/namedusers", vocabulary}, {"/ssl-vpn/hipreport.esp", vocabulary}, {"/php/ztp_gate.php", vocabulary}, {"/SetupWizard.aspx/x", vocabulary}, {"/developmentserver/metadatauploader", vocabulary},
		{"/webui/logoutconfirm.html?a=1", vocabulary | query}, {"/WebInterface/function/?command=getUserList", vocabulary | query}, {"/template/aui/text-inline.vm", vocabulary}, {"/wp-config.php_bak", vocabulary | sensitive}, {"/google-credentials.json", vocabulary | sensitive},
		{"/releases/tool-1.4.tar.gz", 0}, {"/docs/database-design", 0}, {"/backup-strategies.html", 0},
	} {
		if got := Inspect([]byte(tt.target)).Flags; got != tt.want {
			t.Errorf("%q: flags %b, want %b", tt.target, got, tt.want)
		}
	}
}

// Paths are looked up in lower case.
func TestVocabularyIsLowerCase(t *testing.T) {
	for line := range strings.Lines(vocabularyText) {
		if !strings.HasPrefix(line, "#") && line != strings.ToLower(line) {
			t.Errorf("never found: %s", line)
		}
	}
}
