package firewall

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/coreos/go-iptables/iptables"
)

const table = "filter"

// chains are the calls of go-iptables that are needed: a chain, a handful of
// rules in it, and a jump to it.
type chains interface {
	ChainExists(table, chain string) (bool, error)
	NewChain(table, chain string) error
	ClearAndDeleteChain(table, chain string) error
	List(table, chain string) ([]string, error)
	Exists(table, chain string, rule ...string) (bool, error)
	Insert(table, chain string, pos int, rule ...string) error
	DeleteById(table, chain string, id int) error
}

// lockWait is how many seconds iptables may wait for another of its kind; left
// alone it waits for ever.
const lockWait = 10

// openChains finds the program of one family.
func openChains(t Tools, v6 bool) (chains, error) {
	program, proto := "iptables", iptables.ProtocolIPv4
	if v6 {
		program, proto = "ip6tables", iptables.ProtocolIPv6
	}
	file, err := t.find(program)
	if err != nil {
		return nil, err
	}
	return iptables.New(iptables.IPFamily(proto), iptables.Path(file), iptables.Timeout(lockWait))
}

// watched runs f, which cannot be told to stop, and leaves it behind when ctx
// ends first. Between two commands f looks at ctx itself.
func watched(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return explained(err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// explained recognizes the want of privileges in an error of iptables.
func explained(err error) error {
	var e *iptables.Error
	if errors.As(err, &e) && refused(e.Error()) {
		return fmt.Errorf("%w: %w", ErrPrivilege, err)
	}
	return err
}

// setChain makes a hook's chain consist of the rules and hangs it first where
// it belongs; where that place does not exist, or there are no rules, nothing
// of ours remains. What the packets meet meanwhile is never less than before:
// new rules go in ahead of the old ones, which leave last.
func setChain(ctx context.Context, c chains, h hook, rules [][]string) error {
	if exists, err := c.ChainExists(table, h.from); err != nil || !exists || len(rules) == 0 {
		return errors.Join(err, dropChain(c, h))
	}
	if exists, err := c.ChainExists(table, h.chain); err != nil {
		return err
	} else if !exists {
		if err := c.NewChain(table, h.chain); err != nil {
			return err
		}
	}
	old, err := ourRules(c, h.chain)
	if err != nil {
		return err
	}
	same, err := sameRules(c, h.chain, old, rules)
	if err != nil {
		return err
	}
	if !same {
		if err := exchange(ctx, c, h.chain, rules, len(old)); err != nil {
			return err
		}
	}
	return hang(c, h)
}

// exchange puts the rules in ahead of the old ones, removes those, and asks the
// kernel whether it has them.
func exchange(ctx context.Context, c chains, chain string, rules [][]string, old int) error {
	for i, rule := range rules {
		if err := errors.Join(ctx.Err(), c.Insert(table, chain, i+1, rule...)); err != nil {
			return err
		}
	}
	for range old {
		if err := errors.Join(ctx.Err(), c.DeleteById(table, chain, len(rules)+1)); err != nil {
			return err
		}
	}
	have, err := ourRules(c, chain)
	if err != nil {
		return err
	}
	same, err := sameRules(c, chain, have, rules)
	if err == nil && !same {
		err = fmt.Errorf("chain %s: %w", chain, ErrUnverified)
	}
	return err
}

// ourRules lists the rules of our chain; one that does not carry our mark is
// somebody else's.
func ourRules(c chains, chain string) ([]string, error) {
	rules, err := appended(c, chain)
	for _, r := range rules {
		if !strings.Contains(r, "--comment gumshoe-") {
			return nil, fmt.Errorf("chain %s holds the rule %q: %w; delete it", chain, r, ErrForeign)
		}
	}
	return rules, err
}

// appended lists the rules of a chain without the lines that declare it.
func appended(c chains, chain string) ([]string, error) {
	lines, err := c.List(table, chain)
	if err != nil {
		return nil, err
	}
	var rules []string
	for _, l := range lines {
		if strings.HasPrefix(l, "-A ") {
			rules = append(rules, l)
		}
	}
	return rules, nil
}

// sameRules reports whether the chain is exactly the rules in their order. The
// kernel is asked for each, because no two versions of iptables print alike.
func sameRules(c chains, chain string, have []string, want [][]string) (bool, error) {
	if len(have) != len(want) {
		return false, nil
	}
	for i, rule := range want {
		if !strings.Contains(have[i]+" ", "--comment "+mark(i+1)+" ") {
			return false, nil
		}
		if ok, err := c.Exists(table, chain, rule...); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// hang makes the jump to our chain the first rule, and the only one to it.
func hang(c chains, h hook) error {
	at, err := jumps(c, h)
	if err != nil || len(at) == 1 && at[0] == 1 {
		return err
	}
	if err := c.Insert(table, h.from, 1, "-m", "comment", "--comment", "gumshoe", "-j", h.chain); err != nil {
		return err
	}
	if err := unhang(c, h, 2); err != nil {
		return err
	}
	if at, err = jumps(c, h); err == nil && (len(at) != 1 || at[0] != 1) {
		err = fmt.Errorf("chain %s: %w: the jump to %s is not its first rule", h.from, ErrUnverified, h.chain)
	}
	return err
}

// unhang removes the jumps to our chain from a position on.
func unhang(c chains, h hook, from int) error {
	at, err := jumps(c, h)
	if err != nil {
		return err
	}
	for i := len(at) - 1; i >= 0 && at[i] >= from; i-- {
		if err := c.DeleteById(table, h.from, at[i]); err != nil {
			return err
		}
	}
	return nil
}

// jumps are the positions, from 1, of the rules that jump to our chain.
func jumps(c chains, h hook) ([]int, error) {
	rules, err := appended(c, h.from)
	var at []int
	for i, r := range rules {
		if strings.HasSuffix(r, " -j "+h.chain) {
			at = append(at, i+1)
		}
	}
	return at, err
}

// dropChain removes a hook's jump and chain.
func dropChain(c chains, h hook) error {
	exists, err := c.ChainExists(table, h.chain)
	if err != nil || !exists {
		return err
	}
	if _, err := ourRules(c, h.chain); err != nil {
		return err
	}
	if exists, err := c.ChainExists(table, h.from); err != nil {
		return err
	} else if exists {
		if err := unhang(c, h, 1); err != nil {
			return err
		}
	}
	return c.ClearAndDeleteChain(table, h.chain)
}
