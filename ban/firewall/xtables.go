package firewall

import (
	"context"
	"errors"
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

// Sync implements Driver.
func (x *XTables) Sync(ctx context.Context, want Want) (Report, error) {
	return x.Prepare(ctx, want).Finish(ctx)
}

// Prepare implements Preparer: sets that will have to be replaced have their
// successors filled beside them. The families do not wait for each other, and where
// the iptables of one is missing the other is carried out all the same. But where
// one meets something of somebody else's under our name nothing is done.
func (x *XTables) Prepare(ctx context.Context, want Want) Prepared {
	p := &xtablesSync{families: [2]family{{XTables: x}, {XTables: x, v6: true}}}
	sets := want.only(x.Name()).sets(maxTimeout)
	if p.err = x.Options.fits(sets); p.err != nil {
		return p
	}
	for i := range p.families {
		f := &p.families[i]
		f.want = slices.DeleteFunc(slices.Clone(sets), func(s set) bool { return s.v6 != f.v6 })
	}
	both(func(i int) { p.families[i].err = p.families[i].look(ctx) })
	v4, v6 := p.families[0].err, p.families[1].err
	if errors.Is(v4, ErrForeign) || errors.Is(v6, ErrForeign) {
		p.err = errors.Join(v4, v6)
		return p
	}
	both(func(i int) {
		if f := &p.families[i]; f.able() {
			f.err = f.prepare(ctx)
		}
	})
	return p
}

// xtablesSync is a Sync whose sets are filled.
type xtablesSync struct {
	families [2]family // v4, v6
	err      error     // why neither goes on
}

// Finish implements Prepared.
func (p *xtablesSync) Finish(ctx context.Context) (Report, error) {
	if p.err != nil {
		return Report{}, p.err
	}
	var rules sync.Mutex
	both(func(i int) {
		if f := &p.families[i]; f.able() {
			f.err = f.change(ctx, &rules)
		}
	})
	v4, v6 := &p.families[0], &p.families[1]
	report := v4.report
	report.Standing += v6.report.Standing
	report.Added += v6.report.Added
	report.Removed += v6.report.Removed
	if v4.err != nil && v6.err != nil && v4.err.Error() == v6.err.Error() {
		return report, v4.err
	}
	return report, errors.Join(v4.err, v6.err)
}

// Abandon implements Prepared.
func (p *xtablesSync) Abandon(ctx context.Context) error {
	var failed [2]error
	both(func(i int) {
		if f := &p.families[i]; p.err == nil && f.able() {
			failed[i] = f.kernel.destroyTemporary(ctx, f.differ)
		}
	})
	return errors.Join(failed[:]...)
}

// both does something for both families at the same time.
func both(do func(i int)) {
	var all sync.WaitGroup
	for i := range 2 {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// family is the half of a Sync that is about IPv4 or IPv6.
type family struct {
	*XTables
	v6     bool
	want   []set
	chains chains // nil: there is no such iptables, and nothing that it should do
	kernel ipset
	have   map[string]map[netip.Prefix]int64
	differ []set // of want: those that are not so in the kernel
	report Report
	err    error
}

// look finds out what there is, and changes nothing.
func (f *family) look(ctx context.Context) (err error) {
	f.chains, err = openChains(f.Tools, f.v6)
	if errors.Is(err, ErrMissing) && f.v6 && len(f.want) == 0 {
		return nil
	} else if err != nil {
		return err
	}
	f.kernel = ipset{f.Tools, time.Now()}
	if f.have, err = f.kernel.read(ctx, f.v6); err != nil {
		return err
	}
	err = watched(ctx, func() error {
		for _, h := range hooks {
			exists, err := f.chains.ChainExists(table, h.chain)
			if err == nil && exists {
				_, err = ourRules(f.chains, h.chain)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && f.v6 && len(f.want) == 0 && len(f.have) == 0 && !errors.Is(err, ErrForeign) {
		f.chains = nil // a kernel without IPv6 has nothing to be banned from
		return nil
	}
	return err
}

// able reports whether a family has anything to do, and can do it.
func (f *family) able() bool { return f.err == nil && f.chains != nil }

// prepare fills successors of the sets that are not what they should be.
func (f *family) prepare(ctx context.Context) error {
	if err := f.kernel.destroy(ctx, leftovers(f.have)); err != nil {
		return err
	}
	f.differ = slices.DeleteFunc(slices.Clone(f.want), func(w set) bool {
		members, ok := f.have[w.name()]
		return ok && equal(w.members, members, since(f.kernel.start))
	})
	return f.kernel.fillBeside(ctx, f.differ)
}

// change makes sets and rules equal to what is wanted. Sets are there before
// rules refer to them, and destroyed after none does.
func (f *family) change(ctx context.Context, rules *sync.Mutex) error {
	if err := f.kernel.take(ctx, f.differ, f.have); err != nil {
		return err
	}
	err := watched(ctx, func() error {
		rules.Lock()
		defer rules.Unlock()
		var failed []error
		for _, h := range hooks {
			failed = append(failed, setChain(ctx, f.chains, h, f.Options.rules(f.want, h.forwarded)))
		}
		return errors.Join(failed...)
	})
	if err != nil {
		return err
	}
	f.report.count(f.want, f.have)
	return f.kernel.destroy(ctx, stale(f.want, f.have))
}

// leftovers are the half-filled sets of a run that died, which are taken out of
// what exists.
func leftovers(have map[string]map[netip.Prefix]int64) []string {
	var names []string
	for name := range have {
		if ours().FindStringSubmatch(name)[4] != "" {
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
