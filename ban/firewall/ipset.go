package firewall

import (
	"bufio"
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
		if !ours.MatchString(name) || isV6(name) != v6 {
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
	return readSaved(name, bytes.NewReader(saved))
}

// readSaved reads what ipset save prints of one set:
//
//	create NAME hash:net family inet hashsize 1024 maxelem 65536 timeout 0 ...
//	add NAME 192.0.2.0/24 timeout 3599
func readSaved(name string, saved io.Reader) (map[netip.Prefix]int64, error) {
	members := map[netip.Prefix]int64{}
	lines := bufio.NewScanner(saved)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		switch {
		case len(f) > 4 && f[0] == "create":
			family := "inet"
			if isV6(name) {
				family = "inet6"
			}
			if f[2] != "hash:net" || f[4] != family || !slices.Contains(f, "timeout") {
				return nil, fmt.Errorf("ipset %s is a %s: %w; rename or destroy it", name, strings.Join(f[2:5], " "), ErrForeign)
			}
		case len(f) == 5 && f[0] == "add" && f[3] == "timeout":
			p, err := readPrefix(f[2])
			if err != nil {
				return nil, fmt.Errorf("ipset %s: %w", name, err)
			}
			if members[p], err = strconv.ParseInt(f[4], 10, 64); err != nil {
				return nil, fmt.Errorf("ipset %s: %w", name, err)
			}
		default:
			return nil, fmt.Errorf("ipset %s holds %q: %w", name, lines.Text(), ErrForeign)
		}
	}
	return members, lines.Err()
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

// replace gives the sets their members: each is filled beside the old one,
// counted, and only then takes its place, in one step. A line that fails leaves
// every old set as it was. have are the names that exist.
func (s ipset) replace(ctx context.Context, sets []set, have map[string]map[netip.Prefix]int64) (err error) {
	if len(sets) == 0 {
		return nil
	}
	var made []string
	defer func() {
		if err != nil {
			err = errors.Join(err, s.destroyTemporary(context.WithoutCancel(ctx), made))
		}
	}()
	var take bytes.Buffer
	for _, set := range sets {
		name := set.name()
		made = append(made, name+temporary)
		if err := s.fill(ctx, name+temporary, set); err != nil {
			return err
		}
		if _, ok := have[name]; ok {
			fmt.Fprintf(&take, "swap %s %s\ndestroy %s\n", name+temporary, name, name+temporary)
		} else {
			fmt.Fprintf(&take, "rename %s %s\n", name+temporary, name)
		}
	}
	for _, set := range sets {
		if err := s.counted(ctx, set); err != nil {
			return err
		}
	}
	_, err = s.tools.run(ctx, &take, "ipset", "restore")
	return err
}

// fillAtOnce is how many networks one ipset brings in; it spends far more time on
// reading their lines than the kernel on keeping them, so a large set has several.
const fillAtOnce = 16384

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

// counted asks the kernel how many networks arrived. Those that end within
// moments may be gone.
func (s ipset) counted(ctx context.Context, set set) error {
	out, err := s.tools.run(ctx, nil, "ipset", "list", "-t", set.name()+temporary)
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
			return fmt.Errorf("ipset %s: %w: %d networks sent, %s arrived", set.name(), ErrUnverified, len(set.members), n)
		}
	}
	return fmt.Errorf("ipset %s: %w: it does not say how many networks it holds", set.name(), ErrUnverified)
}

// destroyTemporary removes half-filled sets, those that came to be.
func (s ipset) destroyTemporary(ctx context.Context, names []string) error {
	have, err := s.tools.run(ctx, nil, "ipset", "list", "-n")
	if err != nil {
		return err
	}
	exist := strings.Fields(string(have))
	return s.destroy(ctx, slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(exist, n) }))
}

// destroy removes sets that no rule refers to.
func (s ipset) destroy(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	_, err := s.tools.run(ctx, strings.NewReader("destroy "+strings.Join(names, "\ndestroy ")+"\n"), "ipset", "restore")
	return err
}
