package archive

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// someone has rows, touches, identifiers in the sets of others and lines in which
// others, and unrelated words, spell him.
func someone() Batch {
	alice, bob := uint64(1001), uint64(1003)
	here, there := AddrOf(netip.MustParseAddr("198.51.100.7")), AddrOf(netip.MustParseAddr("2001:db8:1:2::99"))
	other := AddrOf(netip.MustParseAddr("203.0.113.9"))
	ids := []uint64{sourceID(here), sourceID(there), sourceID(other)}
	return Batch{
		Addresses: []Address{
			{Address: here, Service: "sshd", Bad: 3, BadNames: []uint64{alice}, BadNamesCount: 1},
			{Address: there, Service: "sshd", Bad: 3, BadNames: []uint64{bob}, BadNamesCount: 1},
			{Address: other, Service: "sshd", Bad: 3, BadNames: []uint64{alice, bob}, BadNamesCount: 2},
		},
		Accounts: []Account{
			{Tally: Tally{ID: alice, Name: "Alice", Service: "sshd", BadSources: ids, BadSourcesCount: 3}},
			{Tally: Tally{ID: bob, Name: "bob", Service: "sshd", BadSources: ids, BadSourcesCount: 3}},
		},
		Paths:    []Path{{Tally: Tally{ID: 7, Name: "example.org/~alice/*", GoodSources: ids, GoodSourcesCount: 3}}},
		Agents:   []Agent{{Tally: Tally{ID: 5, Name: "Mozilla (mine: 198.51.100.7:80)", GoodSources: ids, GoodSourcesCount: 3}}},
		Services: []Service{{Tally: Tally{ID: 6, Name: "sshd", BadSources: ids, BadSourcesCount: 3}}},
		Touches: []Touch{
			{Address: here, Time: 1, Name: bob, Action: "auth_failure", Text: "Failed password for bob from 198.51.100.7 port 9"},
			{Address: there, Time: 2, Name: bob, Action: "auth_failure", Text: "Failed password for bob from 2001:db8:1:2:0:0:0:99 port 9"},
			{Address: other, Time: 3, Name: alice, Action: "auth_failure", Text: "Failed password for ALICE from 203.0.113.9"},
			{Address: other, Time: 4, Action: "probe", Text: "GET /?u=alice from 203.0.113.9"},
			{Address: other, Time: 5, Action: "probe", Text: "GET /?to=2001:DB8:1:2::77 from 203.0.113.9"},
			{Address: other, Time: 5, Action: "probe", Text: "GET /?to=%41lice%40example.org&100%&via=2001%3adb8%3A1%3a2%3a%3a78"},
			{Address: other, Time: 6, Action: "probe", Text: "GET /malicex from 203.0.113.9, not 198.51.100.70"},
			{Time: 7, Name: alice, Action: "session", Text: "session opened for user alice"},
		},
	}
}

// decompressed returns all values of all files, as text.
func decompressed(t *testing.T, a *Archive) string {
	t.Helper()
	var out strings.Builder
	for name, c := range content(t, a) {
		out.WriteString(name + "\n")
		if !strings.HasSuffix(name, ".parquet") {
			out.WriteString(c)
			continue
		}
		f, err := parquet.OpenFile(strings.NewReader(c), int64(len(c)))
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(fmt.Sprint(f.Metadata(), f.ColumnIndexes())) // bounds of pages and row groups
		for _, g := range f.RowGroups() {
			rows := g.Rows()
			buf := make([]parquet.Row, 100)
			n, _ := rows.ReadRows(buf)
			for _, r := range buf[:n] {
				for _, v := range r {
					if v.Kind() == parquet.FixedLenByteArray {
						out.WriteString(Addr(v.ByteArray()).String() + "\n")
					}
					out.WriteString(v.String() + "\n")
				}
			}
			_ = rows.Close()
		}
	}
	return out.String()
}

// TestForget leaves no trace in any column, bound or dictionary of any file, and
// no file behind; the others stay as they were.
func TestForget(t *testing.T) {
	a := openTest(t)
	put(t, a, aDay, "/l", someone(), nil, Added)
	put(t, a, aDay.Add(day), "/l", someone(), nil, Added)
	mustAll(t, a, folding(aDay.Add(day)))
	here, there := AddrOf(netip.MustParseAddr("198.51.100.7")), AddrOf(netip.MustParseAddr("2001:db8:1:2::"))
	traces := []string{"Alice", "ALICE", "=alice", "%41lice", "/~alice", "user alice", "\n1001\n", "198.51.100.7\n", "198.51.100.7 ", "198.51.100.7:", "2001:db8:1:2", "2001:DB8:1:2",
		fmt.Sprintf("\n%d\n", sourceID(here)), fmt.Sprintf("\n%d\n", sourceID(there))}
	for _, trace := range traces {
		if !strings.Contains(decompressed(t, a), trace) {
			t.Errorf("%q was not there to be forgotten", trace)
		}
	}
	rows, damage, err := a.Forget(t.Context(), Forgotten{Accounts: []string{"alice"},
		Sources: []netip.Prefix{netip.MustParsePrefix("198.51.100.7/32"), netip.MustParsePrefix("2001:db8:1:2::99/128")}})
	if err != nil || damage != nil || rows == 0 {
		t.Fatalf("%d rows, %v, %v", rows, damage, err)
	}
	left := decompressed(t, a)
	for _, trace := range traces {
		if i := strings.Index(left, trace); i >= 0 {
			t.Errorf("%q is still there: %q", trace, left[max(i-60, 0):min(i+60, len(left))])
		}
	}
	for _, other := range []string{"203.0.113.9\n", "bob\n", "\n1003\n", "GET /malicex from 203.0.113.9, not 198.51.100.70"} {
		if !strings.Contains(left, other) {
			t.Errorf("%q was forgotten, too", other)
		}
	}
	if got := all[Account](t, a, Query{}); len(got) != 2 || got[0].BadSourcesCount != 1 || len(got[0].BadSources) != 1 {
		t.Errorf("%+v", got)
	}
}

// TestForgetNobody changes nothing.
func TestForgetNobody(t *testing.T) {
	a := openTest(t)
	put(t, a, aDay, "/l", someone(), nil, Added)
	before := content(t, a)
	rows, _, err := a.Forget(t.Context(), Forgotten{Accounts: []string{"carol"}})
	if err != nil || rows != 0 || len(before) != len(content(t, a)) {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestForgetIsAtomic(t *testing.T) {
	killAtEveryStep(t, func(a *Archive) error {
		_, err := a.Put(aDay, "/l", someone(), nil)
		return err
	}, func(a *Archive) error {
		_, _, err := a.Forget(t.Context(), Forgotten{Accounts: []string{"alice"}})
		return err
	})
}

// TestAccountKey stores no name of an account anywhere, and finds them again by
// their names.
func TestAccountKey(t *testing.T) {
	a := openTest(t)
	a.opt.AccountKey = []byte("local key")
	b := someone()
	b.Agents = nil
	put(t, a, aDay, "/l", b, nil, Added)
	if left := decompressed(t, a); strings.Contains(left, "Alice") || strings.Contains(left, "bob") || strings.Contains(left, "ALICE") {
		t.Error("a name of an account was stored")
	}
	got := all[Account](t, a, Query{})
	if !strings.HasPrefix(got[0].Name, "hash:") || got[0].Name == got[1].Name {
		t.Errorf("names %q, %q", got[0].Name, got[1].Name)
	}
	if rows, _, err := a.Forget(t.Context(), Forgotten{Accounts: []string{"ALICE"}}); err != nil || rows == 0 || len(all[Account](t, a, Query{})) != 1 {
		t.Errorf("%d rows, %v", rows, err)
	}
	if !bytes.Equal(a.opt.AccountKey, []byte("local key")) {
		t.Error("the key was changed")
	}
}
