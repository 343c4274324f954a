package firewall

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"go4.org/netipx"

	"gumshoe/ban"
)

// Want is everything that shall stand. Only NewWant makes one, so that what a
// driver hands to a program has been checked.
type Want struct {
	bans  []ban.Ban      // in force, each prefix once per action and ports
	allow []netip.Prefix // never cut
	now   time.Time
}

// NewWant checks the bans and leaves out those that are not in force, or that
// touch no packet. One bad ban refuses them all: a ledger that holds it needs a
// person, and until then the engines keep what they have. The kernel counts
// seconds from when it is told, so now must be the time of the call.
func NewWant(bans []ban.Ban, allow []netip.Prefix, now time.Time) (Want, error) {
	w := Want{bans: make([]ban.Ban, 0, len(bans)), now: now}
	for i := range bans {
		b := &bans[i]
		if err := check(b); err != nil {
			return Want{}, err
		}
		if b.Action == ban.Alert || !b.Active(now) {
			continue
		}
		w.bans = append(w.bans, *b)
		if len(b.Ports) > 1 {
			w.bans[len(w.bans)-1].Ports = slices.Compact(slices.Sorted(slices.Values(b.Ports)))
		}
	}
	for _, p := range allow {
		if p.IsValid() && p.Bits() == 0 {
			w.allow = append(w.allow, halves(p)...)
			continue
		}
		if err := checkPrefix(p); err != nil {
			return Want{}, fmt.Errorf("allowed: %w", err)
		}
		w.allow = append(w.allow, p)
	}
	slices.SortFunc(w.allow, netip.Prefix.Compare)
	w.allow = slices.Compact(w.allow)
	return w, nil
}

// halves are everybody, whom no engine can name in one: whoever allows everybody wants
// all let in, and not an error that leaves them cut.
func halves(everybody netip.Prefix) []netip.Prefix {
	lower := everybody.Masked().Addr()
	start := lower.AsSlice()
	start[0] = 0x80
	upper, _ := netip.AddrFromSlice(start) // as long as it was
	return []netip.Prefix{netip.PrefixFrom(lower, 1), netip.PrefixFrom(upper, 1)}
}

func check(b *ban.Ban) error {
	if err := checkPrefix(b.Prefix); err != nil {
		return fmt.Errorf("ban %d: %w", b.ID, err)
	}
	if !slices.Contains(ban.Actions, b.Action) {
		return fmt.Errorf("ban %d: unknown action %q", b.ID, b.Action)
	}
	if slices.Contains(b.Ports, 0) {
		return fmt.Errorf("ban %d: there is no port 0", b.ID)
	}
	return nil
}

// checkPrefix refuses what a program could understand as something else: ipset
// resolves what is no address, and masks what has host bits.
func checkPrefix(p netip.Prefix) error {
	switch {
	case !p.IsValid():
		return fmt.Errorf("%q is no network", p)
	case p.Bits() == 0:
		return fmt.Errorf("%s is everybody", p)
	case p.Addr().Is4In6(), p.Addr().Zone() != "", p != p.Masked():
		return fmt.Errorf("%s is not in canonical form", p)
	}
	return nil
}

// only returns the part that a driver carries out, each once: of bans that
// differ in nothing an engine could see the one that lasts longest.
func (w Want) only(driver string) Want {
	type seen struct {
		prefix netip.Prefix
		action ban.Action
		ports  string
	}
	at := make(map[seen]int, len(w.bans))
	bans := make([]ban.Ban, 0, len(w.bans))
	for i := range w.bans {
		b := &w.bans[i]
		if b.Driver != "" && b.Driver != driver {
			continue
		}
		key := seen{b.Prefix, b.Action, b.Ports.String()}
		if j, ok := at[key]; !ok {
			at[key] = len(bans)
			bans = append(bans, *b)
		} else if !bans[j].Outlasts(b.Until) {
			bans[j] = *b
		}
	}
	w.bans = bans
	return w
}

// DeedKey is what two bans have in common that an engine cannot tell apart.
func DeedKey(b ban.Ban) string {
	return b.Prefix.String() + " " + string(b.Action) + " " + b.Ports.String()
}

// Spared returns the bans with the allowed networks cut out of them, for
// engines that know no exceptions: 192.0.2.0/30 without 192.0.2.1 becomes
// 192.0.2.0 and 192.0.2.2/31.
func (w Want) Spared() []ban.Ban {
	var out []ban.Ban
	for _, b := range w.bans {
		if !slices.ContainsFunc(w.allow, b.Prefix.Overlaps) {
			out = append(out, b)
			continue
		}
		var rest netipx.IPSetBuilder
		rest.AddPrefix(b.Prefix)
		for _, p := range w.allow {
			rest.RemovePrefix(p)
		}
		set, err := rest.IPSet()
		if err != nil {
			continue // only invalid networks fail, and checkPrefix let none in
		}
		for _, p := range set.Prefixes() {
			b.Prefix = p
			out = append(out, b)
		}
	}
	return out
}

// seconds until a moment: 0 for good, at least 1 while a ban stands.
func (w Want) seconds(until time.Time) int64 {
	if until.IsZero() {
		return 0
	}
	left := until.Sub(w.now)
	return max(1, int64((left+time.Second-1)/time.Second))
}
