package firewall

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gumshoe/ban"
)

// Fail2ban hands bans over to a jail of fail2ban's. What that jail has banned
// by itself is left to it. Its own bantime ends a ban there; one that shall
// last longer is handed over again by the next Sync.
type Fail2ban struct {
	Jail  string   // fail2ban's
	Only  []string // our jails whose bans go there; none: all
	Args  []string // between fail2ban-client and the command, such as -s SOCKET
	Tools Tools
	State State
}

const (
	handful  = 200              // addresses in one command
	patience = 20 * time.Second // fail2ban queues what it is told, and on a busy machine its turn comes late
)

// Name implements Driver.
func (f *Fail2ban) Name() string { return "fail2ban:" + f.Jail }

// Expires implements Driver: fail2ban knows one bantime, not the ban's.
func (*Fail2ban) Expires() bool { return false }

// Sync implements Driver.
func (f *Fail2ban) Sync(ctx context.Context, want Want) (Report, error) {
	var report Report
	if f.Jail == "" || strings.HasPrefix(f.Jail, "-") {
		return report, fmt.Errorf("%q is no name of a jail", f.Jail)
	}
	bans := f.bans(want, &report)
	deeds, err := f.State.Deeds(ctx, f.Name())
	if err != nil {
		return report, err
	}
	have, err := f.read(ctx)
	if err != nil {
		return report, err
	}
	missing := slices.DeleteFunc(slices.Clone(bans), func(b ban.Ban) bool { return have[b.Prefix] })
	add := batches(missing, handful, func(some []ban.Ban) error {
		if err := begin(ctx, f.State, f.Name(), some); err != nil {
			return err
		}
		if err := f.set(ctx, "banip", some); err != nil {
			return err
		}
		return finish(ctx, f.State, f.Name(), some)
	})
	gone := unwanted(deeds, bans)
	remove := batches(gone, handful, func(some []ban.Ban) error {
		if err := f.set(ctx, "unbanip", some); err != nil {
			return err
		}
		return f.State.Forget(context.WithoutCancel(ctx), f.Name(), some...)
	})
	if err := errors.Join(add, remove); err != nil {
		return report, err
	}
	report.Standing, report.Added, report.Removed = len(bans), len(missing), len(gone)
	return report, f.verify(ctx, bans, gone)
}

// bans are those for the jail, each network once: fail2ban knows neither ports
// nor actions, its jail does.
func (f *Fail2ban) bans(want Want, report *Report) []ban.Ban {
	var out []ban.Ban
	seen := map[netip.Prefix]bool{}
	for _, b := range want.only(f.Name()).Spared() {
		switch {
		case len(f.Only) > 0 && !slices.Contains(f.Only, b.Jail):
			report.skip("of another jail")
		case b.Action == ban.Limit:
			report.skip("fail2ban cannot slow down")
		case !seen[b.Prefix]:
			seen[b.Prefix] = true
			b.Ports, b.Action = nil, ban.Drop
			out = append(out, b)
		}
	}
	return out
}

// read returns what the jail holds, whoever put it there.
func (f *Fail2ban) read(ctx context.Context) (map[netip.Prefix]bool, error) {
	out, err := f.client(ctx, "get", f.Jail, "banip")
	if err != nil {
		return nil, err
	}
	have := map[netip.Prefix]bool{}
	for s := range strings.FieldsSeq(string(out)) {
		if p, err := readPrefix(s); err == nil { // a jail may hold host names: not ours
			have[p] = true
		}
	}
	return have, nil
}

func (f *Fail2ban) set(ctx context.Context, verb string, bans []ban.Ban) error {
	args := []string{"set", f.Jail, verb}
	for _, b := range bans {
		args = append(args, address(b))
	}
	_, err := f.client(ctx, args...)
	return err
}

func (f *Fail2ban) client(ctx context.Context, args ...string) ([]byte, error) {
	return f.Tools.run(ctx, nil, slices.Concat([]string{"fail2ban-client"}, f.Args, args)...)
}

// verify waits until the jail holds what was handed over: it takes a moment.
// An address that fail2ban's ignoreip spares never arrives.
func (f *Fail2ban) verify(ctx context.Context, bans, gone []ban.Ban) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	again := time.NewTicker(patience / 80)
	defer again.Stop()
	for {
		have, err := f.read(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(bans, func(b ban.Ban) bool { return !have[b.Prefix] })
		j := slices.IndexFunc(gone, func(b ban.Ban) bool { return have[b.Prefix] })
		if i < 0 && j < 0 {
			return nil
		}
		select {
		case <-again.C:
			continue
		case <-ctx.Done():
		}
		if i >= 0 {
			return fmt.Errorf("jail %s: %w: %s did not arrive; does its ignoreip spare it?", f.Jail, ErrUnverified, address(bans[i]))
		}
		return fmt.Errorf("jail %s: %w: %s is still banned", f.Jail, ErrUnverified, address(gone[j]))
	}
}

// Clear implements Driver: what we handed over is taken back. Where that is nothing
// fail2ban need not even run.
func (f *Fail2ban) Clear(ctx context.Context) error {
	deeds, err := f.State.Deeds(ctx, f.Name())
	if err != nil || len(deeds) == 0 {
		return err
	}
	_, err = f.Sync(ctx, Want{})
	return err
}
