package payload

import (
	"testing"

	"gumshoe/ingest"
)

// A session that somebody chose for another is told from one that a server made
// and wrote into its own links.
func TestSessionFixation(t *testing.T) {
	for _, tt := range []struct {
		target string
		probe  bool
	}{
		{"/login?PHPSESSID=evil", true}, {"/a.php?x=1&phpsessid=abc123", true}, {"/cart?jsessionid=1337", true}, {"/login.cfm?cfid=1&cftoken=2", true},
		{"/login?connect.sid=s%3Aabc", true}, {"/login?koa:sess=eyJhIjoxfQ", true}, {"/auth?laravel_session=x", true}, {"/auth?__Host-app.session-token=x", true}, {"/?_shop_session=1", true}, {"/?ASP.NET_SessionId=abc", true}, {"/?django_session_id=abc", true}, {"/?ASPSESSIONIDQQAB=abc", true}, {"/?meteor_login_token=a", true},
		{"/a.php?PHPSESSID=4f5c1d2e3b4a59687766554433221100", false}, {"/a.php?PHPSESSID=q7l0kcb6v1r5t9m3h2a8d4e6f0", false}, {"/cart?jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9.node1", false}, {"/index.cfm?CFID=1234567&CFTOKEN=87654321", false},
		{"/viewtopic.php?t=5&sid=4f5c1d2e3b4a59687766554433221100", false}, {"/pay/done?session_id=cs_test_a1b2", false}, {"/talks?session=12", false}, {"/talks?filter.session=morning&sessionid=4", false}, {"/collect?_s=1&sid=17&session_engaged=1&ga_session_id=5", false}, {"/?token=abc&csrf_token=x", false}, {"/welcome?user_login_token=a", false}, {"/?obsession=1&assess=2", false}, {"/calls?call.sid=CA12&user.sess=5", false},
	} {
		if r := Inspect([]byte(tt.target)); Hostile(&r) != tt.probe {
			t.Errorf("%s: class %q, stage %d, want probe %v", tt.target, r.Class, r.Stage, tt.probe)
		}
	}
}

// A lookup of an object mapper may filter a list; one that asks about a secret
// guesses it.
func TestMapperLookups(t *testing.T) {
	for _, tt := range []struct {
		target string
		probe  bool
	}{
		{"/users?password__startswith=p", true}, {"/users?author__token__regex=a", true}, {"/x?data__has_key=is_admin", true}, {"/users?user__password_hash__gt=a", true}, {"/posts?name__iregex=a", true},
		{"/articles?created_by__user__profile__password__startswith=p", true},
		{"/users?filter[password][startsWith]=a", true}, {"/items/x?filter[owner][api_key][_starts_with]=a", true}, {"/items?filter[name][_contains]=a", false}, {"/items?filter[title][startsWith]=token", false},
		{"/users?name__icontains=smith", false}, {"/orders?created__gte=2024-01-01&total__lt=5", false}, {"/tags?name__startswith=a", false}, {"/x?__typename=User", false},
	} {
		if r := Inspect([]byte(tt.target)); Hostile(&r) != tt.probe {
			t.Errorf("%s: class %q, stage %d, want probe %v", tt.target, r.Class, r.Stage, tt.probe)
		}
	}
}

// A token that nobody signed is no token of a server.
func TestUnsignedTokens(t *testing.T) {
	for _, tt := range []struct {
		target string
		probe  bool
	}{
		{"/callback?id_token=eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJ0ZXN0In0.", true}, {"/x?t=eyJhbGciOiJOT05FIiwidHlwIjoiSldUIn0.eyJzdWIiOiJ0ZXN0In0.", true}, {"/x?t=eyJhbGciOiJuT25FIn0.eyJzdWIiOiJ0ZXN0In0.", true}, {"/x?t=eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJzdWIiOiJ0ZXN0In0.", true},
		{"/x?t=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ0ZXN0In0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c", false}, {"/authorize?request=eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0ZXN0In0.", false}, {"/x?t=eyJhbGciOiJub25l", false},
	} {
		if r := Inspect([]byte(tt.target)); Hostile(&r) != tt.probe {
			t.Errorf("%s: class %q, stage %d, want probe %v", tt.target, r.Class, r.Stage, tt.probe)
		}
	}
}

// Variables of PHP that come with the request overwrite its own.
func TestOverwrittenVariables(t *testing.T) {
	for target, probe := range map[string]bool{
		"/index.php?GLOBALS[cfg]=1": true, "/?_SERVER[HTTP_HOST]=x": true, "/?_session%5Buser%5D=1": true, "/?GLOBALS=1": false, "/?_get=1": false, "/?server[name]=x": false,
	} {
		if r := Inspect([]byte(target)); Hostile(&r) != probe || probe && r.Class&ingest.ClassPHP == 0 {
			t.Errorf("%s: class %q, stage %d, want probe %v", target, r.Class, r.Stage, probe)
		}
	}
}
