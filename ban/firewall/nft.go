package firewall

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gumshoe/ban"
)

// NFTables carries bans out in a table of its own, inet gumshoe, by the program
// nft. Every Sync that changes anything replaces the table in one transaction:
// the kernel has the old bans until it has the new ones.
//
//	chain input    hook input, before the others    what comes to this machine
//	chain forward  hook forward, before the others  what was redirected to a container
//
// Sets are hash sets of one prefix length each, matched under a mask. Interval
// sets would refuse a network inside another, and take seconds to change.
type NFTables struct {
	Tools   Tools
	Options Options
}

// Name implements Driver.
func (*NFTables) Name() string { return "nftables" }

// Expires implements Driver: the kernel counts.
func (*NFTables) Expires() bool { return true }

// Sync implements Driver.
func (n *NFTables) Sync(ctx context.Context, want Want) (Report, error) {
	return n.Prepare(ctx, want).Finish(ctx)
}

// Prepare implements Preparer: what there is gets read, and the transaction written.
func (n *NFTables) Prepare(_ context.Context, want Want) Prepared {
	p := &nftSync{NFTables: n, start: time.Now(), groups: want.only(n.Name()).sets(math.MaxInt64)}
	if p.err = n.Options.fits(p.groups); p.err != nil {
		return p
	}
	if _, p.err = n.Tools.find("nft"); p.err != nil {
		return p
	}
	var reading sync.WaitGroup
	reading.Go(func() { p.have, p.err = n.read() })
	p.parts = parts(p.groups)
	p.script = n.script(p.parts)
	reading.Wait()
	return p
}

// nftSync is a Sync whose transaction is written.
type nftSync struct {
	*NFTables
	start  time.Time
	groups []set
	parts  []part
	script nftScript
	have   *nftTable // before
	err    error
}

// Finish implements Prepared.
func (p *nftSync) Finish(ctx context.Context) (Report, error) {
	var report Report
	if p.err != nil {
		return report, p.err
	}
	if len(p.groups) == 0 {
		if p.have != nil {
			if _, err := p.Tools.run(ctx, strings.NewReader("delete table inet gumshoe\n"), "nft", "-f", "-"); err != nil {
				return report, err
			}
		}
		report.count(nil, p.have.groups())
		return report, nil
	}
	if !p.have.equal(p.parts, p.script, since(p.start)) {
		if _, err := p.Tools.run(ctx, bytes.NewReader(p.script.text), "nft", "-f", "-"); err != nil {
			return report, err
		}
		if err := p.verify(ctx); err != nil {
			return report, err
		}
	}
	report.count(p.groups, p.have.groups())
	return report, nil
}

// readings is how often a table that looks incomplete is read before that is
// believed. The kernel may be moving a large set that was just filled, and what it
// tells meanwhile misses some of it: 49,282 of 50,000, and all of them a moment later.
const readings = 10

// verify asks the kernel whether it has what it was given, and longer after each
// time that it seems not to.
func (p *nftSync) verify(ctx context.Context) error {
	for i := range readings {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(i) * 10 * time.Millisecond):
		}
		now, err := p.read()
		if err != nil {
			return err
		}
		if now.equal(p.parts, p.script, since(p.start)) {
			return nil
		}
	}
	return fmt.Errorf("table inet gumshoe: %w", ErrUnverified)
}

// Abandon implements Prepared: the kernel knows nothing of it.
func (p *nftSync) Abandon(context.Context) error { return nil }

// Clear implements Driver.
func (n *NFTables) Clear(ctx context.Context) error {
	_, err := n.Sync(ctx, Want{})
	return err
}

// part is the set of those networks of a group that have the same length.
type part struct {
	set
	bits int
}

// name of the part within the table.
func (p part) name() string {
	return strings.ReplaceAll(strings.TrimPrefix(p.group.name(), "gumshoe-"), "-", "_") + "_b" + strconv.Itoa(p.bits)
}

// parts cuts groups by the length of their networks.
func parts(groups []set) []part {
	var out []part
	for _, g := range groups {
		byBits := map[int]part{}
		for p, seconds := range g.members {
			if _, ok := byBits[p.Bits()]; !ok {
				byBits[p.Bits()] = part{set{g.group, map[netip.Prefix]int64{}}, p.Bits()}
			}
			byBits[p.Bits()].members[p] = seconds
		}
		out = append(out, slices.SortedFunc(maps.Values(byBits), func(a, b part) int { return cmp.Compare(b.bits, a.bits) })...)
	}
	return out
}

// nftScript is a transaction that replaces the table.
type nftScript struct {
	text  []byte
	sign  string // the checksum of all rules, which each carries
	rules int
}

func (n *NFTables) script(all []part) nftScript {
	var rules [2][]string // input, forward
	var sets bytes.Buffer
	limits := map[bool]bool{} // by family
	for _, p := range all {
		writeSet(&sets, p)
		limits[p.v6] = limits[p.v6] || p.action == ban.Limit
		for i := range rules {
			rules[i] = append(rules[i], n.Options.nftRules(p, i == 1)...)
		}
	}
	for _, v6 := range []bool{false, true} {
		if limits[v6] {
			fmt.Fprintf(&sets, "set %s { type %s; size 65536; flags dynamic,timeout; timeout 10m; }\n", meter(v6), addressType(v6))
		}
	}
	every := slices.Concat(rules[0], rules[1])
	sign := fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(strings.Join(every, "\n"))))
	var out bytes.Buffer
	// The first line makes sure that there is a table for the second to delete.
	out.WriteString("table inet gumshoe {}\ndelete table inet gumshoe\ntable inet gumshoe {\n")
	out.Write(sets.Bytes())
	for i, hook := range []string{"input", "forward"} {
		fmt.Fprintf(&out, "chain %s {\ntype filter hook %s priority -10; policy accept;\n", hook, hook)
		for j, r := range rules[i] {
			fmt.Fprintf(&out, "%s comment \"%s %d\"\n", r, sign, j+1)
		}
		out.WriteString("}\n")
	}
	out.WriteString("}\n")
	return nftScript{out.Bytes(), sign, len(every)}
}

func writeSet(w *bytes.Buffer, p part) {
	fmt.Fprintf(w, "set %s {\ntype %s\nflags timeout\nsize %d\nelements = {\n", p.name(), addressType(p.v6), max(1024, 2*len(p.members)))
	for _, m := range slices.SortedFunc(maps.Keys(p.members), netip.Prefix.Compare) {
		w.WriteString(m.Addr().String())
		if seconds := p.members[m]; seconds > 0 {
			fmt.Fprintf(w, " timeout %ds", seconds)
		}
		w.WriteString(",\n")
	}
	w.WriteString("}\n}\n")
}

func addressType(v6 bool) string {
	if v6 {
		return "ipv6_addr"
	}
	return "ipv4_addr"
}

func meter(v6 bool) string { return "limited" + strconv.Itoa(group{v6: v6}.family()) }

// nftRules are the rules of a part. A packet that was redirected to a container
// is known by conntrack's memory of the port that it asked for.
func (o Options) nftRules(p part, forwarded bool) []string {
	source, single := "ip saddr", ""
	if p.v6 {
		source, single = "ip6 saddr", " & ffff:ffff:ffff:ffff::"
	}
	match := source + masked(p) + " @" + p.name()
	ports := []string{""}
	if list := p.list(); len(list) > 0 {
		ports = []string{" meta l4proto { tcp, udp } th dport { " + list.String() + " }"}
		if forwarded {
			ports = []string{
				" ct direction original meta l4proto tcp ct original proto-dst { " + list.String() + " }",
				" ct direction original meta l4proto udp ct original proto-dst { " + list.String() + " }",
			}
		}
	}
	if forwarded {
		match = "ct status dnat " + match
	}
	if p.action == ban.Limit || o.KeepEstablished && p.action != allowed {
		match += " ct state new"
	}
	var out []string
	for _, port := range ports {
		switch p.action {
		case allowed:
			out = append(out, match+port+" accept")
		case ban.Drop:
			out = append(out, match+port+" drop")
		case ban.Reject:
			out = append(out, match+port+" meta l4proto tcp reject with tcp reset", match+port+" reject")
		case ban.Limit:
			perMinute, burst := o.rate()
			out = append(out, fmt.Sprintf("%s%s update @%s { %s%s limit rate over %d/minute burst %d packets } drop",
				match, port, meter(p.v6), source, single, perMinute, burst))
		}
	}
	return out
}

// masked cuts an address to the length of the part's networks.
func masked(p part) string {
	all := netip.IPv6Unspecified()
	if !p.v6 {
		all = netip.IPv4Unspecified()
	}
	if p.bits == all.BitLen() {
		return ""
	}
	return " & " + mask(all, p.bits).String()
}

// mask is the address, of the family of all, whose first bits are set.
func mask(all netip.Addr, bits int) netip.Addr {
	m := all.AsSlice()
	for i := range bits {
		m[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(m) // as long as it was
	return a
}
