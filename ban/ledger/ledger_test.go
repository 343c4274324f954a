package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gumshoe/ban"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
)

const day = 24 * time.Hour

// database opens a file as the program does.
func database(t testing.TB, path, mode string) *sql.DB {
	t.Helper()
	query := url.Values{"_pragma": Pragmas, "mode": {mode}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: path, RawQuery: query.Encode()}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func opened(t testing.TB, path string) *Ledger {
	t.Helper()
	l, err := Open(ctx, database(t, path, "rwc"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func fresh(t testing.TB) *Ledger { return opened(t, filepath.Join(t.TempDir(), "ledger.db")) }

// banned is an automatic ban of a day. The tables change what they are about.
func banned(prefix string, change func(*ban.Ban)) ban.Ban {
	b := ban.Ban{Prefix: netip.MustParsePrefix(prefix), Jail: "ssh", Ports: ban.Ports{22}, Action: ban.Drop, Case: "c1", Reason: "Critical.",
		Evidence: "Failed password for root from 203.0.113.7 port 4000", Country: "NL", ASN: 64500, From: now, Until: now.Add(day), Offence: 1, By: ban.Auto, Run: "r1"}
	if change != nil {
		change(&b)
	}
	return b
}

func add(t testing.TB, l *Ledger, bans ...ban.Ban) []ban.Ban {
	t.Helper()
	out, err := l.Add(ctx, bans)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// list says which bans a filter finds, each as "id prefix".
func list(t *testing.T, l *Ledger, f Filter) string {
	t.Helper()
	found, err := l.List(ctx, f)
	if err != nil {
		t.Fatal(err)
	}
	return names(found)
}

func names(bans []ban.Ban) string {
	var out []string
	for _, b := range bans {
		out = append(out, fmt.Sprintf("%d %s", b.ID, b.Prefix))
	}
	return strings.Join(out, ", ")
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// What is written is read back to the millisecond, by the next process too.
func TestWriteAndReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	want := banned("203.0.113.0/24", func(b *ban.Ban) {
		b.Ports, b.Action, b.Driver, b.From = ban.Ports{22, 2222}, ban.Limit, "nginx", now.Add(5*time.Millisecond)
	})
	forGood := banned("2001:db8::/48", func(b *ban.Ban) { b.By, b.Until, b.Ports, b.Jail = "anna", time.Time{}, nil, "manual" })
	added := add(t, opened(t, path), want, forGood)
	got, err := opened(t, path).Active(ctx, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	want.ID, forGood.ID = 1, 2
	for _, have := range [][]ban.Ban{added, got} {
		if diff := cmp.Diff([]ban.Ban{want, forGood}, have, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
			t.Error(diff)
		}
	}
}

// The same plan applied twice is applied once; a longer ban takes the place of
// the shorter, and the expired is computed, not written.
func TestAddExtendsAndRepeats(t *testing.T) {
	l := fresh(t)
	short := banned("203.0.113.7/32", nil)
	add(t, l, short)
	if again := add(t, l, short); len(again) != 0 {
		t.Errorf("the same ban was added again: %v", again)
	}
	longer := banned("203.0.113.7/32", func(b *ban.Ban) { b.From, b.Until, b.Run = now.Add(6*time.Hour), now.Add(3*day), "r2" })
	got := add(t, l, longer)
	if len(got) != 1 || got[0].Extends != 1 {
		t.Fatalf("%+v, want one ban that extends the first", got)
	}
	other := banned("203.0.113.7/32", func(b *ban.Ban) { b.Jail, b.Ports = "web", ban.Ports{80, 443} })
	add(t, l, other)

	same(t, "while both stand", list(t, l, Filter{ActiveAt: now.Add(12 * time.Hour)}), "2 203.0.113.7/32, 3 203.0.113.7/32")
	same(t, "after a day only the longer does", list(t, l, Filter{ActiveAt: now.Add(2 * day)}), "2 203.0.113.7/32")
	same(t, "after three days none", list(t, l, Filter{ActiveAt: now.Add(3 * day)}), "")
	same(t, "everything stays on record", list(t, l, Filter{}), "1 203.0.113.7/32, 2 203.0.113.7/32, 3 203.0.113.7/32")
	all, _ := l.List(ctx, Filter{})
	if all[0].Extended != 2 || !all[0].Lifted.IsZero() {
		t.Errorf("the first ban is %+v, want it extended by 2 and not lifted", all[0])
	}
}

// One wrong ban, and none of them is written.
func TestAddAllOrNone(t *testing.T) {
	for name, wrong := range map[string]ban.Ban{
		"host bits":         banned("203.0.113.7/24", nil),
		"everybody":         banned("0.0.0.0/0", nil),
		"everybody of IPv6": banned("::/0", nil),
		"no action":         banned("203.0.113.7/32", func(b *ban.Ban) { b.Action = "explode" }),
		"ends first":        banned("203.0.113.7/32", func(b *ban.Ban) { b.Until = now.Add(-day) }),
		"for good, by auto": banned("203.0.113.7/32", func(b *ban.Ban) { b.Until = time.Time{} }),
		"no address":        banned("203.0.113.7/32", func(b *ban.Ban) { b.Prefix = netip.Prefix{} }),
	} {
		t.Run(name, func(t *testing.T) {
			l := fresh(t)
			if _, err := l.Add(ctx, []ban.Ban{banned("198.51.100.1/32", nil), wrong}); err == nil {
				t.Error("no error")
			}
			same(t, "the ledger", list(t, l, Filter{}), "")
		})
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	l := fresh(t)
	if _, err := l.Add(cancelled, []ban.Ban{banned("198.51.100.1/32", nil)}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run: %v", err)
	}
	same(t, "after a cancelled run", list(t, l, Filter{}), "")
}

func TestListFilters(t *testing.T) {
	l := fresh(t)
	add(t, l,
		banned("203.0.113.7/32", nil),
		banned("203.0.113.0/24", func(b *ban.Ban) { b.Case, b.Country = "c2", "FR" }),
		banned("198.51.100.9/32", func(b *ban.Ban) { b.Jail, b.Ports, b.Run = "web", ban.Ports{80}, "r2" }),
		banned("2001:db8:1:2::/64", func(b *ban.Ban) { b.From, b.Until = now.Add(-9*day), now.Add(-8*day) }),
	)
	for _, tt := range []struct {
		name string
		f    Filter
		want string
	}{
		{"an address, with the network around it", Filter{Overlaps: netip.MustParsePrefix("203.0.113.7/32")}, "1 203.0.113.7/32, 2 203.0.113.0/24"},
		{"its neighbour", Filter{Overlaps: netip.MustParsePrefix("203.0.113.8/32")}, "2 203.0.113.0/24"},
		{"a network, with what lies in it", Filter{Overlaps: netip.MustParsePrefix("203.0.112.0/22")}, "1 203.0.113.7/32, 2 203.0.113.0/24"},
		{"a v4-mapped address", Filter{Overlaps: netip.MustParsePrefix("::ffff:198.51.100.9/128")}, "3 198.51.100.9/32"},
		{"an address in a /64", Filter{Overlaps: netip.MustParsePrefix("2001:db8:1:2::5/128")}, "4 2001:db8:1:2::/64"},
		{"all of IPv6 holds no IPv4", Filter{Overlaps: netip.MustParsePrefix("::/0")}, "4 2001:db8:1:2::/64"},
		{"a jail", Filter{Jail: "web"}, "3 198.51.100.9/32"},
		{"a country", Filter{Country: "FR"}, "2 203.0.113.0/24"},
		{"a case", Filter{Case: "c2"}, "2 203.0.113.0/24"},
		{"a run", Filter{Run: "r2"}, "3 198.51.100.9/32"},
		{"a day", Filter{Since: now.Add(-9 * day), Before: now.Add(-8 * day)}, "4 2001:db8:1:2::/64"},
		{"in force, of a country", Filter{Country: "NL", ActiveAt: now}, "1 203.0.113.7/32, 3 198.51.100.9/32"},
	} {
		t.Run(tt.name, func(t *testing.T) { same(t, "found", list(t, l, tt.f), tt.want) })
	}
}

func TestLift(t *testing.T) {
	later := now.Add(time.Hour)
	start := func(t *testing.T) *Ledger {
		l := fresh(t)
		add(t, l, banned("203.0.113.7/32", nil), banned("203.0.113.0/24", func(b *ban.Ban) { b.Case, b.Run = "c2", "r2" }),
			banned("198.51.100.9/32", nil), banned("192.0.2.1/32", func(b *ban.Ban) { b.From, b.Until = now.Add(-2*day), now.Add(-day) }))
		// The ban of 198.51.100.9 is prolonged by a later run, for another case.
		add(t, l, banned("198.51.100.9/32", func(b *ban.Ban) { b.Until, b.Run, b.Case = now.Add(9*day), "r3", "c3" }))
		return l
	}
	for _, tt := range []struct {
		name         string
		which        Which
		lifted, left string
	}{
		{"by number", Which{IDs: []int64{2}}, "2 203.0.113.0/24", "1 203.0.113.7/32, 5 198.51.100.9/32"},
		{"by the number of a part that was prolonged", Which{IDs: []int64{3}}, "5 198.51.100.9/32", "1 203.0.113.7/32, 2 203.0.113.0/24"},
		{"an address, out of its network too", Which{Overlaps: netip.MustParsePrefix("203.0.113.7/32")}, "2 203.0.113.0/24, 1 203.0.113.7/32", "5 198.51.100.9/32"},
		{"a case", Which{Case: "c2"}, "2 203.0.113.0/24", "1 203.0.113.7/32, 5 198.51.100.9/32"},
		{"a run: what it added is gone, though it was prolonged, and nothing comes back", Which{Run: "r1"}, "5 198.51.100.9/32, 1 203.0.113.7/32", "2 203.0.113.0/24"},
		{"the run that prolonged it: the first part does not come back", Which{Run: "r3"}, "5 198.51.100.9/32", "1 203.0.113.7/32, 2 203.0.113.0/24"},
		{"all", Which{All: true}, "5 198.51.100.9/32, 2 203.0.113.0/24, 1 203.0.113.7/32", ""},
		{"what is over already", Which{IDs: []int64{4}}, "", "1 203.0.113.7/32, 2 203.0.113.0/24, 5 198.51.100.9/32"},
		{"what never was", Which{IDs: []int64{77}}, "", "1 203.0.113.7/32, 2 203.0.113.0/24, 5 198.51.100.9/32"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t)
			lifted, err := l.Lift(ctx, tt.which, "anna", "mistake", later)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "lifted", names(lifted), tt.lifted)
			same(t, "left", list(t, l, Filter{ActiveAt: later}), tt.left)
			if again, err := l.Lift(ctx, tt.which, "anna", "mistake", later); err != nil || len(again) > 0 {
				t.Errorf("lifted twice: %v, %v", again, err)
			}
			for _, b := range lifted {
				on, _ := l.List(ctx, Filter{Overlaps: b.Prefix})
				if i := len(on) - 1; !on[i].Lifted.Equal(later) && !on[0].Lifted.Equal(later) {
					t.Errorf("%s is not on record as lifted at %v", b.Prefix, later)
				}
			}
		})
	}
	if _, err := start(t).Lift(ctx, Which{}, "anna", "", now); !errors.Is(err, ErrNothingPicked) {
		t.Errorf("with nothing picked: %v", err)
	}
}

// A ban that a person removed is an exemption for a while.
func TestRemoveExempts(t *testing.T) {
	l := fresh(t)
	add(t, l, banned("203.0.113.7/32", nil), banned("203.0.113.7/32", func(b *ban.Ban) { b.Jail, b.Ports = "web", ban.Ports{80} }))
	if _, err := l.Remove(ctx, Which{Case: "c1"}, "anna", "our monitoring", now, ban.ExemptFor); err != nil {
		t.Fatal(err)
	}
	want := []ban.Exemption{{ID: 1, Prefix: netip.MustParsePrefix("203.0.113.7/32"), Case: "c1", From: now, Until: now.Add(7 * day), By: "anna", Why: "our monitoring"}}
	for at, want := range map[time.Time][]ban.Exemption{now: want, now.Add(7*day - time.Second): want, now.Add(7 * day): nil} {
		got, err := l.Exemptions(ctx, at)
		if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); err != nil || diff != "" {
			t.Errorf("at %v: %v %s", at, err, diff)
		}
	}
	if err := l.Exempt(ctx, ban.Exemption{Prefix: netip.MustParsePrefix("0.0.0.0/0"), From: now, Until: now.Add(day), By: "anna"}); err == nil {
		t.Error("everybody was exempted")
	}
}

// Apply lifts and adds in one piece.
func TestApply(t *testing.T) {
	l := fresh(t)
	add(t, l, banned("203.0.113.7/32", nil))
	lift := ban.Ban{ID: 1, Lifted: now, LiftedBy: ban.Auto, LiftedOn: "on the allowlist"}
	if _, err := l.Apply(ctx, []ban.Ban{banned("0.0.0.0/0", nil)}, []ban.Ban{lift}, nil); !errors.Is(err, ban.ErrTarget) {
		t.Errorf("a ban of everybody: %v", err)
	}
	same(t, "after a bad plan", list(t, l, Filter{ActiveAt: now}), "1 203.0.113.7/32")
	for range 2 {
		if _, err := l.Apply(ctx, []ban.Ban{banned("198.51.100.9/32", nil)}, []ban.Ban{lift}, nil); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "after a good one, twice", list(t, l, Filter{ActiveAt: now}), "2 198.51.100.9/32")
	gone, _ := l.List(ctx, Filter{Overlaps: netip.MustParsePrefix("203.0.113.7/32")})
	same(t, "why the first was lifted", gone[0].LiftedOn, "on the allowlist")
}

func TestOffences(t *testing.T) {
	l := fresh(t)
	p := netip.MustParsePrefix("203.0.113.7/32")
	add(t, l, banned("203.0.113.7/32", func(b *ban.Ban) { b.From, b.Until = now.Add(-30*day), now.Add(-29*day) }), banned("203.0.113.0/24", nil))
	for at, want := range map[time.Time]int{now.Add(-31 * day): 0, now: 1, now.Add(62 * day): 0} {
		if got, err := l.Offences(ctx, p, at); err != nil || got != want {
			t.Errorf("at %v: %d offences, %v, want %d", at, got, err, want)
		}
	}
}

func TestConfirm(t *testing.T) {
	l := fresh(t)
	if _, _, ok, err := l.Confirmed(ctx); ok || err != nil {
		t.Errorf("confirmed by nobody: %v, %v", ok, err)
	}
	for _, by := range []string{"anna", "paul"} {
		if err := l.Confirm(ctx, by, now); err != nil {
			t.Fatal(err)
		}
	}
	if at, by, ok, err := l.Confirmed(ctx); !ok || err != nil || by != "anna" || !at.Equal(now) {
		t.Errorf("confirmed %v by %q at %v, %v", ok, by, at, err)
	}
}

// A driver that failed is tried again until it did not.
func TestDeliveries(t *testing.T) {
	l := fresh(t)
	for _, d := range []struct {
		driver, run string
		problem     error
	}{
		{"ipset", "r1", nil}, {"border", "r1", errors.New("timed out")}, {"hosts", "r1", errors.New("read-only")},
		{"border", "r2", errors.New("refused")}, {"hosts", "sync", nil}, // which makes up for r1
	} {
		if err := l.Deliver(ctx, d.driver, d.run, now, d.problem); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Undelivered(ctx)
	if diff := cmp.Diff([]Delivery{{Driver: "border", Run: "r2", At: now, Tries: 2, Problem: "refused"}}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if err := l.Retire(ctx, "border", now); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Undelivered(ctx); err != nil || len(got) != 0 {
		t.Errorf("of one that is not told any more: %v, %v", got, err)
	}
	if got, err := l.Carriers(ctx); err != nil || !slices.Equal(got, []string{"hosts", "ipset"}) {
		t.Errorf("bans are in the hands of %v, %v", got, err)
	}
	if err := l.Deliver(ctx, "border", "r3", now, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Carriers(ctx); err != nil || !slices.Equal(got, []string{"border", "hosts", "ipset"}) {
		t.Errorf("told again: %v, %v", got, err)
	}
}

// A timer that syncs every ten minutes has tried a hundred thousand times in two years; who
// asks what failed does not wait for each of them.
func TestDeliveriesOfYears(t *testing.T) {
	l := fresh(t)
	if _, err := l.db.ExecContext(ctx, `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 10000)
		INSERT INTO deliveries (driver, run, at, problem) SELECT 'ipset', 'sync', i * 600000, '' FROM c`); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := l.Deliver(ctx, "border", "sync", now, errors.New("timed out")); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Undelivered(ctx)
	if diff := cmp.Diff([]Delivery{{Driver: "border", Run: "sync", At: now, Tries: 3, Problem: "timed out"}}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestStats(t *testing.T) {
	l := fresh(t)
	add(t, l,
		banned("203.0.113.7/32", nil), banned("203.0.113.8/32", nil),
		banned("203.0.113.9/32", func(b *ban.Ban) { b.From, b.Until, b.Country, b.ASN = now.Add(-3*day), now.Add(-2*day), "", 0 }),
		banned("2001:db8:1:2::/64", func(b *ban.Ban) { b.Jail, b.Ports = "web", ban.Ports{80} }),
		banned("203.0.113.7/32", func(b *ban.Ban) { b.Jail, b.Ports = "web", ban.Ports{80} }),
	)
	add(t, l, banned("203.0.113.8/32", func(b *ban.Ban) { b.Until = now.Add(5 * day) })) // prolonged: still one ban
	if _, err := l.Lift(ctx, Which{Overlaps: netip.MustParsePrefix("203.0.113.7/32")}, "anna", "", now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		by    string
		since time.Time
		want  []Stat
	}{
		{"country", time.Time{}, []Stat{{"NL", 4, 3, 2}, {"", 1, 1, 0}}},
		{"jail", time.Time{}, []Stat{{"ssh", 3, 3, 1}, {"web", 2, 2, 1}}},
		{"day", time.Time{}, []Stat{{"2026-11-18", 1, 1, 0}, {"2026-11-21", 4, 3, 2}}},
		{"prefix", time.Time{}, []Stat{{"203.0.113.0/24", 4, 3, 1}, {"2001:db8:1::/48", 1, 1, 1}}},
		{"asn", now.Add(-day), []Stat{{"AS64500", 4, 3, 2}}},
	} {
		got, err := l.Stats(ctx, tt.by, tt.since, now.Add(time.Hour))
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("by %s: %v\n%s", tt.by, err, diff)
		}
	}
	if _, err := l.Stats(ctx, "mood", time.Time{}, now); err == nil || !strings.Contains(err.Error(), "country") {
		t.Errorf("by mood: %v, want an error that lists what there is", err)
	}
}

// Whoever asks to be forgotten is still kept out, but the lines about him are
// gone, from the file too.
func TestForget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := opened(t, path)
	add(t, l,
		banned("203.0.113.7/32", nil),
		banned("203.0.113.0/24", func(b *ban.Ban) { b.Evidence = "scan of 24 addresses" }),
		banned("198.51.100.9/32", func(b *ban.Ban) { b.Evidence = "relayed by 203.0.113.7: rcpt anna@example.org" }),
		banned("198.51.100.10/32", func(b *ban.Ban) { b.Evidence = "Failed password for Anna from 198.51.100.10" }),
	)
	if n, err := l.Forget(ctx, netip.MustParsePrefix("203.0.113.7/32")); n != 3 || err != nil {
		t.Errorf("forgot %d, %v, want 3", n, err)
	}
	all, _ := l.List(ctx, Filter{})
	for i, want := range []string{"", "", "", "Failed password for Anna from 198.51.100.10"} {
		same(t, all[i].Prefix.String(), all[i].Evidence, want)
	}
	same(t, "still in force", list(t, l, Filter{ActiveAt: now, Jail: "ssh", Overlaps: netip.MustParsePrefix("203.0.113.7/32")}), "1 203.0.113.7/32, 2 203.0.113.0/24")
	if n, err := l.ForgetAccount(ctx, "anna"); n != 1 || err != nil {
		t.Errorf("forgot %d of the account, %v, want 1", n, err)
	}
	for _, file := range []string{path, path + "-wal"} {
		text, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "Failed password") {
			t.Errorf("%s still holds the line", filepath.Base(file))
		}
	}
}

// What was over long ago goes; what is in force, or for good, stays.
func TestPrune(t *testing.T) {
	l := fresh(t)
	add(t, l,
		banned("203.0.113.1/32", func(b *ban.Ban) { b.From, b.Until = now.Add(-900*day), now.Add(-899*day) }),
		banned("203.0.113.2/32", func(b *ban.Ban) { b.From, b.Until = now.Add(-900*day), now.Add(-899*day) }),
		banned("203.0.113.3/32", func(b *ban.Ban) { b.From, b.Until, b.By = now.Add(-900*day), time.Time{}, "anna" }),
		banned("203.0.113.4/32", func(b *ban.Ban) { b.From, b.Until, b.By = now.Add(-900*day), time.Time{}, "anna" }),
		banned("203.0.113.5/32", nil),
	)
	add(t, l, banned("203.0.113.2/32", func(b *ban.Ban) { b.From, b.Until = now.Add(-900*day), now.Add(-day) }))
	if _, err := l.Remove(ctx, Which{IDs: []int64{4}}, "anna", "", now.Add(-800*day), day); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Prune(ctx, now.Add(-Keep)); n != 2 || err != nil {
		t.Errorf("pruned %d, %v, want 2", n, err)
	}
	same(t, "left", list(t, l, Filter{}), "2 203.0.113.2/32, 3 203.0.113.3/32, 5 203.0.113.5/32, 6 203.0.113.2/32")
	if got := add(t, l, banned("203.0.113.6/32", nil)); got[0].ID != 7 {
		t.Errorf("the next ban is number %d: numbers must not come back", got[0].ID)
	}
}
