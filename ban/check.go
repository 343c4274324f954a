package ban

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ErrTarget says that somebody wants a ban of what cannot be banned.
var ErrTarget = errors.New("this cannot be banned")

// ParseTarget reads the address or the network that a person wants banned.
// Nothing is looked up: what is no address is an error, as is a network with
// host bits (203.0.113.7/24: one host, or all 256?) and the whole internet.
func ParseTarget(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if a, err := netip.ParseAddr(s); err == nil {
		if a.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("%w: %q names an interface of this machine", ErrTarget, s)
		}
		return target(netip.PrefixFrom(a, a.BitLen()))
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%w: %q is no address and no network; names are not looked up", ErrTarget, s)
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%w: %q has host bits: say %s for one address or %s for the network", ErrTarget, s, p.Addr(), p.Masked())
	}
	return target(p)
}

func target(p netip.Prefix) (netip.Prefix, error) {
	if p = Canonical(p); p.Bits() == 0 {
		return netip.Prefix{}, fmt.Errorf("%w: %s is everybody", ErrTarget, p)
	}
	if p.Addr().IsUnspecified() {
		return netip.Prefix{}, fmt.Errorf("%w: %s is no source of packets", ErrTarget, show(p))
	}
	return p, nil
}

// Check reports what is wrong with a ban before it reaches ledger or kernel.
func (b *Ban) Check() error {
	switch {
	case !b.Prefix.IsValid():
		return fmt.Errorf("%w: no address", ErrTarget)
	case b.Prefix != Canonical(b.Prefix):
		return fmt.Errorf("%w: %s is not in canonical form, %s", ErrTarget, b.Prefix, Canonical(b.Prefix))
	case !slices.Contains(Actions, b.Action):
		return fmt.Errorf("ban of %s: unknown action %q", b.Prefix, b.Action)
	case !slices.IsSorted(b.Ports) || len(slices.Compact(slices.Clone(b.Ports))) != len(b.Ports) || len(b.Ports) > 0 && b.Ports[0] == 0:
		return fmt.Errorf("ban of %s: ports %v are not sorted, or not ports", b.Prefix, []uint16(b.Ports))
	case b.Jail == "" || b.By == "":
		return fmt.Errorf("ban of %s: no jail, or nobody who decided it", b.Prefix)
	case b.From.IsZero() || !b.Until.IsZero() && !b.From.Before(b.Until):
		return fmt.Errorf("ban of %s: from %v until %v", b.Prefix, b.From, b.Until)
	case b.Until.IsZero() && b.By == Auto:
		return fmt.Errorf("ban of %s: only a person bans for good", b.Prefix)
	}
	_, err := target(b.Prefix)
	return err
}
