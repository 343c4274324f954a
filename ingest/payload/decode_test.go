package payload

import "testing"

func TestDecode(t *testing.T) {
	tests := []struct {
		in, want string
		depth    int
		overlong bool
		control  bool
	}{
		{"plain", "plain", 0, false, false},
		{"a+b%20c", "a b c", 1, false, false},
		{"%2527", "'", 2, false, false},
		{"%252527", "'", 3, false, false},
		{"%25252527", "%27", 3, false, false}, // nobody decodes a fourth time
		{"%u0027", "'", 1, false, false},
		{"%uff07", "'", 1, true, false},
		{"%c0%af", "/", 1, true, false},
		{"%e0%80%af", "/", 1, true, false},
		{"%c3%a9", "é", 1, false, false},
		{"%e2%82%ac", "€", 1, false, false},
		{"a%00b", "a\x00b", 1, false, true},
		{"a%0d%0ab", "a\r\nb", 1, false, false},
		{"&lt;b&gt; &#x27; &#39 &colon;", "<b> ' ' :", 0, false, false},
		{`\u003cb\x3e\u{27}`, "<b>'", 0, false, false},
		{"100%", "100%", 0, false, false},
		{"%zz%2", "%zz%2", 0, false, false},
	}
	for _, tt := range tests {
		got, d := decode(nil, []byte(tt.in), true)
		if string(got) != tt.want || d.depth != tt.depth || d.overlong != tt.overlong || d.control != tt.control {
			t.Errorf("%q: %q %+v, want %q depth %d overlong %v control %v", tt.in, got, d, tt.want, tt.depth, tt.overlong, tt.control)
		}
	}
}

func TestUnlog(t *testing.T) {
	for in, want := range map[string]string{
		`\x22a\x5Cb`: `"a\b`,     // nginx
		`\"a\\b\n`:   "\"a\\b\n", // Apache
		`plain\`:     `plain\`,
		`\xZZ`:       `\xZZ`,
	} {
		if got := string(unlog(nil, []byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestForms(t *testing.T) {
	tests := []struct{ name, in, want, got string }{
		{"case and white space", "A \t B\v\u00a0C", "a b c", string(fold(nil, []byte("A \t B\v\u00a0C")))},
		{"comment is a space", "", "union select", string(fold(nil, []byte("UNION/**/SELECT")))},
		{"conditional comment is code", "", "union select 1 ", string(fold(nil, []byte("/*!50000UNION*/SELECT 1/*x*/")[len("/*!50000"):]))},
		{"NUL", "", "script", string(fold(nil, []byte("scr\x00ipt")))},
		{"steps to the same directory", "", "/etc/passwd", string(fold(nil, []byte("/etc/./././passwd")))},
		{"quotes", "", "cat /etc/passwd", string(unquote(nil, []byte(`c'a't /et\c/pa""sswd`)))},
		{"empty expansions", "", "cat /etc/passwd", string(unquote(nil, []byte(`c$@at${ifs}/e$()tc/pass${x}wd`)))},
		{"carets", "", "cmd /c dir", string(unquote(nil, []byte(`c^md /c d^ir`)))},
		{"concatenation", "", "'system'", string(squeeze(nil, []byte("'sys' . 'tem'")))},
		{"spaces in a scheme", "", "javascript:alert(1)", string(squeeze(nil, []byte("java sc ript:al ert(1)")))},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
