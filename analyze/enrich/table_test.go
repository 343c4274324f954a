package enrich

import (
	"net/netip"
	"strings"
	"testing"
)

// The two files as Debian ships them, in small.
const (
	tor4 = `# This file has been converted from the IPFire Location database
# using Tor's geoip-db-tool
3221225984,3221226239,NL
3325256704,3325256959,BR
3325256960,3325257000,??
3405803776,3405804031,DE
`
	tor6 = `# comment

2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,FR
2001:db8:2::,2001:db8:3:ffff:ffff:ffff:ffff:ffff,JP
`
)

func openTable(t testing.TB, text string) *Table {
	t.Helper()
	table, err := OpenTable([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestTable(t *testing.T) {
	for _, tt := range []struct{ text, address, want string }{
		{tor4, "192.0.2.0", "NL"},
		{tor4, "192.0.2.255", "NL"},
		{tor4, "192.0.3.0", ""}, // between two ranges
		{tor4, "192.0.1.255", ""},
		{tor4, "198.51.100.7", "BR"},
		{tor4, "198.51.101.7", ""}, // ??
		{tor4, "203.0.113.0", "DE"},
		{tor4, "203.0.113.255", "DE"},
		{tor4, "203.0.114.0", ""}, // behind the last
		{tor4, "0.0.0.0", ""},
		{tor4, "2001:db8::1", ""}, // the other family's file knows it
		{tor6, "2001:db8::1", "FR"},
		{tor6, "2001:db8:1::", ""},
		{tor6, "2001:db8:3:ffff::1", "JP"},
		{tor6, "192.0.2.1", ""},
		{strings.ReplaceAll(tor4, "\n", "\r\n"), "203.0.113.9", "DE"},
		{strings.TrimSuffix(tor4, "\n"), "203.0.113.9", "DE"},
	} {
		if got := openTable(t, tt.text).Lookup(netip.MustParseAddr(tt.address)).Country; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.address, got, tt.want)
		}
	}
}

func TestNoTable(t *testing.T) {
	for what, text := range map[string]string{
		"nothing": "", "comments alone": "# none\n#\n", "other columns": "192.0.2.0/24,NL\n", "a page": "<html>\n<body>\n", "too large a number": "4294967296,4294967297,NL\n",
		"families mixed": "3221225984,2001:db8::,NL\n", "damaged at the end": tor4 + "34058", "one endless line": strings.Repeat("1", 1<<16),
	} {
		if _, err := OpenTable([]byte(text)); err == nil {
			t.Errorf("%s is taken for a table", what)
		}
	}
}

// Whatever a file holds, no address gets the country of a range it is not in.
func FuzzTable(f *testing.F) {
	f.Add(tor4, "192.0.2.7")
	f.Add(tor6, "2001:db8:2::9")
	f.Add("3405803776,3405804031,DE\n3221225984,3221226239,NL\n3325256704,3325256959,BR\n", "198.51.100.9") // not sorted
	f.Add("1,2,AA\n,,\n\n\n9,8,BB\n", "0.0.0.9")
	f.Fuzz(func(t *testing.T, text, address string) {
		a, err := netip.ParseAddr(address)
		table, bad := OpenTable([]byte(text))
		if err != nil || bad != nil {
			return
		}
		got := table.Lookup(a).Country
		if got == "" {
			return
		}
		for line := range strings.Lines(text) {
			if s, ok := parseSpan([]byte(strings.TrimRight(line, "\n"))); ok && string(s.country) == got && !a.Less(s.first) && !s.last.Less(a) {
				return
			}
		}
		t.Errorf("%s is of %q by no line", a, got)
	})
}
