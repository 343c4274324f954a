package firewall

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"gumshoe/ban"
	"gumshoe/ingest/lazyregexp"
)

// allowed is the pseudo-action of the networks that are never cut.
const allowed ban.Action = "allow"

// order in which a packet meets the sets: whoever is allowed leaves first, and
// whoever is banned twice gets the harder one.
var order = []ban.Action{allowed, ban.Drop, ban.Reject, ban.Limit}

// group is what a set is for: one action on the same ports, for one family.
type group struct {
	action ban.Action
	ports  string // as ban.Ports.String says it, to be comparable
	v6     bool
}

// set is a group with its networks and the seconds that each still has; 0: for good.
type set struct {
	group
	members map[netip.Prefix]int64
}

// sets sorts the bans into sets, in the order in which a packet meets them. An
// engine that cannot count further than longest, in seconds, is renewed by
// every Sync.
func (w Want) sets(longest int64) []set {
	all := map[group]map[netip.Prefix]int64{}
	put := func(action ban.Action, ports ban.Ports, p netip.Prefix, seconds int64) {
		g := group{action, ports.String(), p.Addr().Is6()}
		if all[g] == nil {
			all[g] = map[netip.Prefix]int64{}
		}
		all[g][p] = seconds
	}
	for i := range w.bans {
		b := &w.bans[i]
		put(b.Action, b.Ports, b.Prefix, min(w.seconds(b.Until), longest))
	}
	var cut [2]bool // v4, v6
	for g := range all {
		cut[g.family()/6] = true
	}
	for _, p := range w.allow {
		if cut[group{v6: p.Addr().Is6()}.family()/6] { // elsewhere nothing needs an exception
			put(allowed, nil, p, 0)
		}
	}
	out := make([]set, 0, len(all))
	for g, members := range all {
		out = append(out, set{g, members})
	}
	slices.SortFunc(out, func(a, b set) int {
		return cmp.Or(cmp.Compare(a.family(), b.family()),
			cmp.Compare(slices.Index(order, a.action), slices.Index(order, b.action)), cmp.Compare(a.ports, b.ports))
	})
	return out
}

func (g group) family() int {
	if g.v6 {
		return 6
	}
	return 4
}

// list returns the ports; none: all.
func (g group) list() ban.Ports {
	ports, err := ban.ParsePorts(g.ports)
	if err != nil {
		panic(err) // g.ports was printed by ban.Ports.String
	}
	return ports
}

// name is stable from run to run, within the 27 characters that leave room for
// a suffix in ipset's 31. Many ports become a checksum.
func (g group) name() string {
	label := "all"
	if ports := g.list(); len(ports) > 0 {
		label = ""
		for _, p := range ports {
			label += "-" + strconv.Itoa(int(p))
		}
		if label = label[1:]; len(label) > 10 {
			label = fmt.Sprintf("x%08x", crc32.ChecksumIEEE([]byte(label)))
		}
	}
	action := g.action
	if action == ban.Limit {
		action = "limit"
	}
	return fmt.Sprintf("gumshoe-%s%d-%s", action, g.family(), label)
}

// ours matches the names that group.name gives, and nothing else that somebody
// may have called gumshoe.
var ours = lazyregexp.New(`^gumshoe-(allow|drop|reject|limit)([46])-(all|[0-9]+(?:-[0-9]+)*|x[0-9a-f]{8})(-new)?$`)

// isV6 reports which family a set of ours is of.
func isV6(name string) bool { return ours().FindStringSubmatch(name)[2] == "6" }

// slack is by how many seconds the ends of a ban may differ that are the same.
const slack = 10

// since returns how many seconds have passed: an engine counts down while it is
// filled and read, which takes a busy machine a while.
func since(start time.Time) int64 { return int64(time.Since(start) / time.Second) }

// equal compares what an engine holds with what it should have held some
// seconds ago; a ban that was about to end may have ended.
func equal(want, have map[netip.Prefix]int64, ago int64) bool {
	for p := range have {
		if _, ok := want[p]; !ok {
			return false
		}
	}
	for p, w := range want {
		h, ok := have[p]
		switch {
		case !ok && (w == 0 || w > slack+ago):
			return false
		case ok && (w == 0) != (h == 0):
			return false
		case ok && w != 0 && (h > w+slack || h < w-slack-ago):
			return false
		}
	}
	return true
}

// count fills the report from what an engine held before and what it holds now.
// The allowed networks are no bans.
func (r *Report) count(want []set, before map[string]map[netip.Prefix]int64) {
	names := map[string]bool{}
	for _, s := range want {
		name := s.name()
		names[name] = true
		if s.action == allowed {
			continue
		}
		old := before[name]
		r.Standing += len(s.members)
		for p := range s.members {
			if _, ok := old[p]; !ok {
				r.Added++
			}
		}
		for p := range old {
			if _, ok := s.members[p]; !ok {
				r.Removed++
			}
		}
	}
	for name, members := range before {
		if !names[name] && ours().FindStringSubmatch(name)[1] != string(allowed) {
			r.Removed += len(members)
		}
	}
}
