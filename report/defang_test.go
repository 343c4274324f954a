package report

import (
	"regexp"
	"testing"
)

func TestDefang(t *testing.T) {
	tests := []struct{ what, in, want string }{
		{"an address", "from 203.0.113.7 port 51840", "from 203.0.113[.]7 port 51840"},
		{"a network", "all of 198.51.100.0/24.", "all of 198.51.100[.]0/24."},
		{"IPv6, shortened", "2001:db8:5:41::9, again", "2001:db8:5:41[::]9, again"},
		{"IPv6 in full", "2001:db8:0:0:1:2:3:4", "2001:db8:0:0:1:2:3[:]4"},
		{"IPv6 before a colon", "2001:db8::9: refused", "2001:db8[::]9: refused"},
		{"a time of day", "21:47:08 sshd: Failed", "21:47:08 sshd: Failed"},
		{"a URL", "GET http://evil.example/a.php", "GET hxxp://evil[.]example/a.php"},
		{"another scheme", "ldap://x.test/a", "ldap[:]//x[.]test/a"},
		{"no slashes", "mailto:a@b.test tel:+15550100 javascript:alert(1)", "mailto[:]a@b[.]test tel[:]+15550100 javascript[:]alert(1)"},
		{"a mailbox", "anna@example.org was tried", "anna@example[.]org was tried"},
		{"a mailbox on an odd host", "a@mail.log", "a@mail[.]log"},
		{"more than four numbers", "3.3.0.110.113.0.1", "3.3.0[.]110[.]113[.]0[.]1"},
		{"an address behind a time of day", "21:47:203.0.113.7", "21:47:203.0.113[.]7"},
		{"www in any zone", "www.intranet", "www[.]intranet"},
		{"www behind a dash", "00-www.intranet", "00-www[.]intranet"},
		{"www in a word", "awww.cute", "awww.cute"},
		{"every dot that may end a name", "a.co.uk.", "a[.]co[.]uk."},
		{"punycode", "xn--e1awg7f.xn--p1ai", "xn--e1awg7f[.]xn--p1ai"},
		{"letters of the world", "пример.рф 例え。テスト", "пример[.]рф 例え[。]テスト"},
		{"an ending that is a domain too", "backup.zip install.sh", "backup[.]zip install[.]sh"},
		{"a name before a dash", "evil.com- evil.com-a, v1.2-rc1", "evil[.]com- evil[.]com-a, v1.2-rc1"},
		{"a name before letters of the world", "evil.comé9 evil.com١", "evil[.]comé9 evil[.]com١"},
		{"files keep their endings", "/wp-login.php /backup.tar.gz auth.log.1 index.html", "/wp-login.php /backup.tar.gz auth.log.1 index.html"},
		{"a domain that hides in a file's name", "evil.com.gz", "evil[.]com.gz"},
		{"settings and units", "geo.databases: [none], ban.mode, session.go is not, gumshoe.service", "geo.databases: [none], ban.mode, session.go is not, gumshoe.service"},
		{"names that networks use within themselves", "nas.local, db.internal, x.onion", "nas[.]local, db[.]internal, x[.]onion"},
		{"versions and numbers", "python-requests/2.28.0, tau 0.74", "python-requests/2.28.0, tau 0.74"},
		{"done before", "evil[.]com hxxp://203.0.113[.]7", "evil[.]com hxxp://203.0.113[.]7"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if got := defang(tt.in); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// linkable is what mail programs are known to turn into links: a plain reading of
// the habits of Gmail, Outlook and Apple Mail, apart from the code under test.
var linkable = regexp.MustCompile(`(?i)https?://|ftp://|mailto:|tel:|\bwww\.[a-z0-9]|\b[a-z0-9-]+\.(?:com|org|net|example|test|ru|zip|io)\b|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|[a-z0-9]@[a-z0-9-]+\.[a-z]`)

// Whatever is logged, nothing of it links.
func FuzzDefang(f *testing.F) {
	f.Add(hostile)
	f.Add("http://203.0.113.7/a www.evil.com:80 anna@example.org 2001:db8::9")
	f.Add("evil.com-a evil.com\u00e99")
	f.Add("00-www.00 \u00e9www.00")
	f.Add("httphttp://a hhttp://ttp://a.b.com@c.org..com")
	f.Fuzz(func(t *testing.T, s string) {
		got := defang(escape(s, 500, false))
		if m := linkable.FindString(got); m != "" {
			t.Errorf("%q has %q", got, m)
		}
	})
}
