package firewall

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxTimeout is the longest that the kernel counts, 24.8 days. Longer bans
	// are renewed by every Sync.
	maxTimeout = 2147483
	// temporary is the suffix of a set that is being filled.
	temporary = "-new"
)

// ipset fills the kernel's sets through the program of that name. Through it,
// and not netlink: netlink clamps timeouts silently, takes 0.0.0.0/0 for a
// host, and is slower.
type ipset struct {
	tools Tools
	start time.Time // of the Sync
}

// read returns our sets of one family as the kernel believes them, by name.
func (s ipset) read(ctx context.Context, v6 bool) (map[string]map[netip.Prefix]int64, error) {
	names, err := s.tools.run(ctx, nil, "ipset", "list", "-n")
	if err != nil {
		return nil, err
	}
	sets := map[string]map[netip.Prefix]int64{}
	for name := range strings.FieldsSeq(string(names)) {
		if !ours().MatchString(name) || isV6(name) != v6 {
			continue
		}
		if sets[name], err = s.readSet(ctx, name); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// readSet returns one of our sets.
func (s ipset) readSet(ctx context.Context, name string) (map[netip.Prefix]int64, error) {
	saved, err := s.tools.run(ctx, nil, "ipset", "save", name)
	if err != nil {
		return nil, err
	}
	return readSaved(name, string(saved))
}

// readSaved reads what ipset save prints of one set:
//
//	create NAME hash:net family inet hashsize 1024 maxelem 65536 timeout 0 ...
//	add NAME 192.0.2.0/24 timeout 3599
func readSaved(name, saved string) (map[netip.Prefix]int64, error) {
	members := make(map[netip.Prefix]int64, strings.Count(saved, "\n"))
	start := "add " + name + " "
	for line := range strings.Lines(saved) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, start); ok {
			network, seconds, _ := strings.Cut(rest, " timeout ")
			p, err := readPrefix(network)
			if err == nil {
				members[p], err = strconv.ParseInt(seconds, 10, 64)
			}
			if err != nil {
				return nil, fmt.Errorf("ipset %s holds %q: %w", name, line, ErrForeign)
			}
			continue
		}
		family := "inet"
		if isV6(name) {
			family = "inet6"
		}
		f := strings.Fields(line)
		switch {
		case len(f) <= 4 || f[0] != "create":
			return nil, fmt.Errorf("ipset %s holds %q: %w", name, line, ErrForeign)
		case f[2] != "hash:net" || f[4] != family || !slices.Contains(f, "timeout"):
			return nil, fmt.Errorf("ipset %s is a %s: %w; rename or destroy it", name, strings.Join(f[2:5], " "), ErrForeign)
		}
	}
	return members, nil
}

// readPrefix reads a network, or an address as the network of itself.
func readPrefix(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return a.Prefix(a.BitLen())
}

// fillBeside makes successors of sets, which no rule refers to, and asks the kernel
// what is in them. Where anything is not as it should be none of them remains.
func (s ipset) fillBeside(ctx context.Context, sets []set) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, s.destroyTemporary(context.WithoutCancel(ctx), sets))
		}
	}()
	for _, set := range sets {
		name := set.name() + temporary
		if err := s.fill(ctx, name, set); err != nil {
			return err
		}
		members, err := s.readSet(ctx, name)
		if err != nil {
			return err
		}
		if !equal(set.members, members, since(s.start)) {
			return fmt.Errorf("ipset %s: %w: %d networks sent, %d arrived", set.name(), ErrUnverified, len(set.members), len(members))
		}
	}
	return nil
}

// take puts the successors in their places, each in one step, and asks the kernel
// whether they are there. have are the sets that exist.
func (s ipset) take(ctx context.Context, sets []set, have map[string]map[netip.Prefix]int64) error {
	if len(sets) == 0 {
		return nil
	}
	var script bytes.Buffer
	for _, set := range sets {
		name := set.name()
		if _, ok := have[name]; ok {
			fmt.Fprintf(&script, "swap %s %s\ndestroy %s\n", name+temporary, name, name+temporary)
		} else {
			fmt.Fprintf(&script, "rename %s %s\n", name+temporary, name)
		}
	}
	if _, err := s.tools.run(ctx, &script, "ipset", "restore"); err != nil {
		return errors.Join(err, s.destroyTemporary(context.WithoutCancel(ctx), sets))
	}
	for _, set := range sets {
		if err := s.counted(ctx, set); err != nil {
			return err
		}
	}
	return nil
}

// fillAtOnce is how many networks one ipset brings in; it spends far more time on
// reading their lines than the kernel on keeping them, so a large set has several.
const fillAtOnce = 1 << 15

// fill makes a set with its networks.
func (s ipset) fill(ctx context.Context, name string, set set) error {
	if _, err := s.tools.run(ctx, strings.NewReader(creation(name, set)), "ipset", "restore"); err != nil {
		return err
	}
	line := []byte("add " + name + " ")
	begin, n, lines := len(line), 0, new(bytes.Buffer)
	failed := make([]error, len(set.members)/fillAtOnce+1)
	var all sync.WaitGroup
	bring := func(script io.Reader, i int) { // while the next lines are written
		all.Go(func() { _, failed[i] = s.tools.run(ctx, script, "ipset", "restore") })
	}
	for p, seconds := range set.members {
		line = append(p.AppendTo(line[:begin]), " timeout "...)
		lines.Write(append(strconv.AppendInt(line, seconds, 10), '\n'))
		if n++; n%fillAtOnce == 0 {
			bring(lines, n/fillAtOnce-1)
			lines = new(bytes.Buffer)
		}
	}
	bring(lines, n/fillAtOnce)
	all.Wait()
	return errors.Join(failed...)
}

// creation is the line that makes a set.
func creation(name string, s set) string {
	family := "inet"
	if s.v6 {
		family = "inet6"
	}
	size := max(1024, 1<<bits.Len(uint(len(s.members))))
	return fmt.Sprintf("create %s hash:net family %s hashsize %d maxelem %d timeout 0\n", name, family, size, max(65536, 2*size))
}

// counted asks the kernel how many networks a set holds. Those that end within
// moments may be gone.
func (s ipset) counted(ctx context.Context, set set) error {
	out, err := s.tools.run(ctx, nil, "ipset", "list", "-t", set.name())
	if err != nil {
		return err
	}
	least := 0
	for _, seconds := range set.members {
		if seconds == 0 || seconds > slack+since(s.start) {
			least++
		}
	}
	for line := range strings.Lines(string(out)) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "Number of entries: "); ok {
			if n, err := strconv.Atoi(n); err == nil && n >= least && n <= len(set.members) {
				return nil
			}
			return fmt.Errorf("ipset %s: %w: %d networks, not %s", set.name(), ErrUnverified, len(set.members), n)
		}
	}
	return fmt.Errorf("ipset %s: %w: it does not say how many networks it holds", set.name(), ErrUnverified)
}

// destroyTemporary removes the successors of sets, those that came to be.
func (s ipset) destroyTemporary(ctx context.Context, sets []set) error {
	if len(sets) == 0 {
		return nil
	}
	have, err := s.tools.run(ctx, nil, "ipset", "list", "-n")
	if err != nil {
		return err
	}
	exist := strings.Fields(string(have))
	var names []string
	for _, set := range sets {
		if name := set.name() + temporary; slices.Contains(exist, name) {
			names = append(names, name)
		}
	}
	return s.destroy(ctx, names)
}

// destroy removes sets that no rule refers to.
func (s ipset) destroy(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	_, err := s.tools.run(ctx, strings.NewReader("destroy "+strings.Join(names, "\ndestroy ")+"\n"), "ipset", "restore")
	return err
}
