package ledger

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"gumshoe/ban"
)

// Two runs that write the same plan at the same moment ban nobody twice, and none
// of them fails.
func TestTwoWritersAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	plan := many(50)
	ledgers := []*Ledger{opened(t, path), opened(t, path), opened(t, path)}
	added := make([]int, len(ledgers))
	var all sync.WaitGroup
	for i, l := range ledgers {
		all.Go(func() {
			done, err := l.Add(ctx, plan)
			if err != nil {
				t.Error(err)
			}
			added[i] = len(done)
		})
	}
	all.Wait()
	slices.Sort(added)
	if !slices.Equal(added, []int{0, 0, 50}) {
		t.Errorf("the writers added %v, want one of them all and the others none", added)
	}
}

func TestBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	holder, err := opened(t, path).db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	l := opened(t, path)
	if _, err := holder.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	l.db.SetMaxOpenConns(1)
	if _, err := l.db.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Add(ctx, many(1)); !errors.Is(err, ErrBusy) {
		t.Errorf("while another program writes: %v", err)
	}
	if got, err := l.Active(ctx, now); err != nil || len(got) != 0 {
		t.Errorf("reading goes on meanwhile: %v, %v", got, err)
	}
}

// On a full disk nothing of a plan is written, and what was there can be read.
func TestFullDisk(t *testing.T) {
	l := fresh(t)
	add(t, l, banned("203.0.113.7/32", nil))
	l.db.SetMaxOpenConns(1)
	if _, err := l.db.ExecContext(ctx, "PRAGMA max_page_count = 40"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Add(ctx, many(1000)); !errors.Is(err, ErrFull) {
		t.Errorf("got %v, want %v", err, ErrFull)
	}
	same(t, "after it", list(t, l, Filter{}), "1 203.0.113.7/32")
}

// The database finds what shares an address as netip does.
func TestOverlapsIsOverlap(t *testing.T) {
	l := fresh(t)
	r := rand.New(rand.NewPCG(3, 3))
	random := func() netip.Prefix {
		b := netip.MustParseAddr("2001:db8::").As16()
		b[15] = byte(r.IntN(8))
		if r.IntN(2) == 0 {
			return netip.PrefixFrom(netip.AddrFrom16(b), 120+r.IntN(9)).Masked()
		}
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(r.IntN(16))}), 20+r.IntN(13)).Masked()
	}
	var bans []ban.Ban
	for range 60 {
		bans = append(bans, banned(random().String(), nil))
	}
	bans = add(t, l, bans...)
	for range 60 {
		p := random()
		var want []ban.Ban
		for _, b := range bans {
			if b.Prefix.Overlaps(p) {
				want = append(want, b)
			}
		}
		same(t, "what overlaps "+p.String(), list(t, l, Filter{Overlaps: p}), names(want))
	}
}
