package firewall

import (
	"fmt"
	"slices"
	"strconv"

	"gumshoe/ban"
)

// Options are what the packet filters can be told.
type Options struct {
	// KeepEstablished lets a banned source finish what it has begun, as far as
	// conntrack saw the beginning. By default its connections die too.
	KeepEstablished bool
	// PerMinute and Burst are the new connections that a rate-limited source
	// may make; 0: 6 and 6. A v6 source is its /64.
	PerMinute, Burst int
	// MaxMembers caps each set; 0: a million.
	MaxMembers int
}

func (o Options) rate() (perMinute, burst int) {
	if perMinute, burst = o.PerMinute, o.Burst; perMinute == 0 {
		perMinute = 6
	}
	if burst == 0 {
		burst = 6
	}
	return perMinute, burst
}

// fits refuses sets that are too large before anything is done.
func (o Options) fits(sets []set) error {
	most := o.MaxMembers
	if most == 0 {
		most = 1 << 20
	}
	for _, s := range sets {
		if len(s.members) > most {
			return fmt.Errorf("%s would have %d networks: %w (%d)", s.name(), len(s.members), ErrFull, most)
		}
	}
	return nil
}

// hook is a place where our chain hangs, and how ports are told there.
type hook struct {
	chain string // ours
	from  string // the chain that jumps to it
	// forwarded packets have been redirected to a container, whose port is not
	// the one that the source asked for: conntrack remembers that one.
	forwarded bool
}

var hooks = []hook{
	{chain: "GUMSHOE", from: "INPUT"},
	{chain: "GUMSHOE-DOCKER", from: "DOCKER-USER", forwarded: true},
}

// multiport is how many ports one rule can name.
const multiport = 15

// selector is which packets of a source are meant.
type selector struct {
	proto string   // "" for all
	match []string // by port
	ct    []string // of conntrack
}

// selectors tell a set's ports apart, each for TCP and UDP; all ports are one.
func selectors(ports ban.Ports, forwarded bool) []selector {
	if len(ports) == 0 {
		return []selector{{}}
	}
	var out []selector
	for _, proto := range []string{"tcp", "udp"} {
		if forwarded {
			for _, p := range ports {
				out = append(out, selector{proto: proto, ct: []string{"--ctdir", "ORIGINAL", "--ctorigdstport", strconv.Itoa(int(p))}})
			}
			continue
		}
		for some := range slices.Chunk(ports, multiport) {
			out = append(out, selector{proto: proto, match: []string{"-m", "multiport", "--dports", some.String()}})
		}
	}
	return out
}

// rules are those of our chain for the sets of one family. They number
// themselves, so that a rule that is missing or misplaced is noticed.
func (o Options) rules(sets []set, forwarded bool) [][]string {
	var out [][]string
	for _, s := range sets {
		for _, sel := range selectors(s.list(), forwarded) {
			for _, v := range o.verdicts(s.group, sel) {
				out = append(out, slices.Concat(v.match, []string{"-m", "comment", "--comment", mark(len(out) + 1), "-j"}, v.target))
			}
		}
	}
	return out
}

// mark is the comment of our rule of that number.
func mark(n int) string { return "gumshoe-" + strconv.Itoa(n) }

type verdict struct{ match, target []string }

// verdicts are the rules that carry a set's action out on selected packets.
func (o Options) verdicts(g group, sel selector) []verdict {
	ct := sel.ct
	if g.action == ban.Limit || o.KeepEstablished && g.action != allowed {
		ct = append([]string{"--ctstate", "NEW"}, ct...)
	}
	match := func(proto string, more ...string) []string {
		var m []string
		if proto != "" {
			m = append(m, "-p", proto)
		}
		m = append(append(m, sel.match...), "-m", "set", "--match-set", g.name(), "src")
		if len(ct) > 0 {
			m = append(append(m, "-m", "conntrack"), ct...)
		}
		return append(m, more...)
	}
	switch g.action {
	case allowed:
		return []verdict{{match(sel.proto), []string{"RETURN"}}}
	case ban.Reject:
		reset := verdict{match("tcp"), []string{"REJECT", "--reject-with", "tcp-reset"}}
		unreachable := verdict{match(sel.proto), []string{"REJECT"}}
		switch sel.proto {
		case "tcp":
			return []verdict{reset}
		case "udp":
			return []verdict{unreachable}
		}
		return []verdict{reset, unreachable}
	case ban.Limit:
		perMinute, burst := o.rate()
		one := "32"
		if g.v6 {
			one = "64"
		}
		return []verdict{{match(sel.proto, "-m", "hashlimit",
			"--hashlimit-above", fmt.Sprintf("%d/minute", perMinute), "--hashlimit-burst", strconv.Itoa(burst),
			"--hashlimit-mode", "srcip", "--hashlimit-srcmask", one,
			// The kernel keeps one table per name with the rate it was made with.
			"--hashlimit-name", fmt.Sprintf("gs%d-%d-%d", g.family(), perMinute, burst)), []string{"DROP"}}}
	}
	return []verdict{{match(sel.proto), []string{"DROP"}}}
}
