package firewall

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// XTables carries bans out in the kernel's packet filter, by ipset and
// iptables, the legacy or the nft one.
//
//	INPUT        first rule -> GUMSHOE          allowed: return; then drop, reject, slow down
//	DOCKER-USER  first rule -> GUMSHOE-DOCKER   the same for containers, where Docker is
//
// The networks are in sets, a pair for each action and its ports, so that
// 100,000 of them cost a packet as much as one. The kernel ends each by itself.
type XTables struct {
	Tools   Tools
	Options Options
}

// Name implements Driver.
func (*XTables) Name() string { return "ipset" }

// Expires implements Driver: the kernel counts.
func (*XTables) Expires() bool { return true }

// Sync implements Driver. The families do not wait for each other's sets, and
// where the iptables of one is missing the other is carried out all the same.
func (x *XTables) Sync(ctx context.Context, want Want) (Report, error) {
	sets := want.only(x.Name()).sets(maxTimeout)
	if err := x.Options.fits(sets); err != nil {
		return Report{}, err
	}
	var reports [2]Report
	var failed [2]error
	var rules sync.Mutex
	var both sync.WaitGroup
	for i, v6 := range []bool{false, true} {
		both.Go(func() {
			mine := slices.DeleteFunc(slices.Clone(sets), func(s set) bool { return s.v6 != v6 })
			reports[i], failed[i] = x.family(ctx, v6, mine, &rules)
		})
	}
	both.Wait()
	report := reports[0]
	report.Standing += reports[1].Standing
	report.Added += reports[1].Added
	report.Removed += reports[1].Removed
	if failed[0] != nil && failed[1] != nil && failed[0].Error() == failed[1].Error() {
		return report, failed[0]
	}
	return report, errors.Join(failed[:]...)
}

// family makes sets and rules of one family equal to what is wanted. Sets are
// filled before rules refer to them, and destroyed after none does.
func (x *XTables) family(ctx context.Context, v6 bool, want []set, rules *sync.Mutex) (Report, error) {
	var report Report
	c, err := openChains(x.Tools, v6)
	if errors.Is(err, ErrMissing) && v6 && len(want) == 0 {
		return report, nil
	} else if err != nil {
		return report, err
	}
	kernel := ipset{x.Tools, time.Now()}
	have, err := kernel.read(ctx, v6)
	if err != nil {
		return report, err
	}
	if err := kernel.destroy(ctx, leftovers(have)); err != nil {
		return report, err
	}
	if err := kernel.make(ctx, want, have); err != nil {
		return report, err
	}
	err = watched(ctx, func() error {
		rules.Lock()
		defer rules.Unlock()
		var failed []error
		for _, h := range hooks {
			failed = append(failed, setChain(ctx, c, h, x.Options.rules(want, h.forwarded)))
		}
		return errors.Join(failed...)
	})
	if err != nil {
		return report, err
	}
	report.count(want, have)
	return report, kernel.destroy(ctx, stale(want, have))
}

// make replaces the sets that are not what they should be and reads them back.
func (s ipset) make(ctx context.Context, want []set, have map[string]map[netip.Prefix]int64) error {
	differ := slices.DeleteFunc(slices.Clone(want), func(w set) bool {
		members, ok := have[w.name()]
		return ok && equal(w.members, members, since(s.start))
	})
	if len(differ) == 0 {
		return nil
	}
	if err := s.replace(ctx, differ, have); err != nil {
		return err
	}
	for _, w := range differ {
		members, err := s.readSet(ctx, w.name())
		if err != nil {
			return err
		}
		if !equal(w.members, members, since(s.start)) {
			return fmt.Errorf("ipset %s: %w", w.name(), ErrUnverified)
		}
	}
	return nil
}

// leftovers are the half-filled sets of a run that died, which are taken out of
// what exists.
func leftovers(have map[string]map[netip.Prefix]int64) []string {
	var names []string
	for name := range have {
		if ours.FindStringSubmatch(name)[4] != "" {
			names = append(names, name)
			delete(have, name)
		}
	}
	return names
}

// stale are the sets that nobody wants any more.
func stale(want []set, have map[string]map[netip.Prefix]int64) []string {
	var names []string
	for name := range have {
		if !slices.ContainsFunc(want, func(s set) bool { return s.name() == name }) {
			names = append(names, name)
		}
	}
	return names
}

// Clear implements Driver.
func (x *XTables) Clear(ctx context.Context) error {
	_, err := x.Sync(ctx, Want{})
	return err
}
