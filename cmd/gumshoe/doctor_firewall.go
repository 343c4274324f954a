package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gumshoe/ban"
	"gumshoe/ban/firewall"
	"gumshoe/ban/ledger"
)

// checkFirewall compares what should stand between this machine and the banned with
// what does. Where nothing may be banned it only says what could be.
func (d *doctor) checkFirewall(ctx context.Context) {
	if d.machine.euid != 0 {
		d.warn("fw.binaries", "sudo gumshoe doctor", "Only root can see the packet filter.")
		return
	}
	active, err := d.activeBans(ctx)
	if err != nil {
		d.fail("fw.ledger", "ls -l "+filepath.Join(d.settings.StateDir, ledgerFile), "%v", err)
		return
	}
	needed := d.armed(active)
	filter := d.kernel(ctx, needed)
	if !needed {
		d.ok("fw.armed", "ban.mode is off, and nobody is banned")
		return
	}
	switch filter.(type) {
	case *firewall.XTables:
		d.checkChains(ctx, active)
		d.checkSets(ctx, active)
		d.checkPackets(ctx, active)
	case *firewall.NFTables:
		d.checkTable(ctx, membersOf(active) > 0)
	}
	d.checkBoot(ctx)
	d.checkSaved()
}

// armed reports whether runs may ban, or somebody is banned now.
func (d *doctor) armed(active []ban.Ban) bool { return d.settings.BanMode != "off" || len(active) > 0 }

func (d *doctor) activeBans(ctx context.Context) ([]ban.Ban, error) {
	l, closeLedger, err := openLedger(ctx, d.settings.StateDir, false)
	if err != nil {
		return nil, err
	}
	defer closeLedger()
	if undelivered, err := l.Undelivered(ctx); err == nil {
		for _, u := range undelivered {
			d.fail("fw.delivered", "gumshoe bans sync", "%s did not carry out the bans: %s", u.Driver, legible(u.Problem))
		}
	}
	if later, err := l.List(ctx, ledger.Filter{ToComeAt: d.machine.now}); err != nil {
		return nil, err
	} else if len(later) > 0 {
		d.warn("time.bans", "gumshoe bans list --all", "Bans %s", notBegun(later))
	}
	return l.Active(ctx, d.machine.now)
}

// kernel finds the packet filter that carries bans out; nil where none does.
func (d *doctor) kernel(ctx context.Context, needed bool) firewall.Driver {
	words := d.settings.Drivers
	if len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return w == "auto" || w == "ipset" || w == "nftables" }) {
		d.ok("fw.binaries", "bans are carried out by %s", strings.Join(words, ", "))
		return nil
	}
	found, why := firewall.Detect(ctx, firewall.Tools{}, d.settings.Filter)
	switch {
	case found != nil:
		d.ok("fw.binaries", "%s", why)
	case needed:
		d.fail("fw.binaries", "apt-get install iptables ipset", "%s", why)
	default:
		d.warn("fw.binaries", "apt-get install iptables ipset", "%s", why)
	}
	for _, w := range words {
		switch w {
		case "ipset":
			return &firewall.XTables{Options: d.settings.Filter}
		case "nftables":
			return &firewall.NFTables{Options: d.settings.Filter}
		}
	}
	return found
}

// checkChains asks whether our rule is the first of each chain that it belongs into.
// Before the first ban of an address of that family it need not stand.
func (d *doctor) checkChains(ctx context.Context, active []ban.Ban) {
	var good, bad []string
	for program, v6 := range map[string]bool{"iptables": false, "ip6tables": true} {
		needed := slices.ContainsFunc(active, func(b ban.Ban) bool { return b.Action != ban.Alert && b.Prefix.Addr().Is6() == v6 })
		for chain, own := range map[string]string{"INPUT": "GUMSHOE", "DOCKER-USER": "GUMSHOE-DOCKER"} {
			rules, err := d.machine.ask(ctx, program, "-w", "10", "-S", chain)
			if errors.Is(err, exec.ErrNotFound) || err != nil && chain != "INPUT" {
				continue
			}
			name := program + " " + chain
			switch at := jumpAt(rules, chain, own); {
			case err != nil:
				bad = append(bad, name+": "+legible(err.Error()))
			case at == 0 && !needed:
				good = append(good, name+" (with the first ban)")
			case at == 0:
				bad = append(bad, name+" does not lead to "+own)
			case at > 1:
				bad = append(bad, fmt.Sprintf("%s leads to %s only in rule %d: what stands before it lets the banned in", name, own, at))
			default:
				good = append(good, name)
			}
		}
	}
	slices.Sort(good)
	slices.Sort(bad)
	if len(bad) > 0 {
		d.fail("fw.chain", "gumshoe bans sync", "%s.", strings.Join(bad, "; "))
		return
	}
	d.ok("fw.chain", "first in %s", strings.Join(good, ", "))
}

// jumpAt is the number, from 1, of the first rule of a chain that leads to our own;
// 0 if none does.
func jumpAt(rules, chain, own string) int {
	n := 0
	for line := range strings.Lines(rules) {
		if !strings.HasPrefix(line, "-A "+chain+" ") {
			continue
		}
		n++
		if strings.HasSuffix(strings.TrimSpace(line), "-j "+own) {
			return n
		}
	}
	return 0
}

// ipSet is what `ipset list -t` says of a set.
type ipSet struct {
	name           string
	entries, limit int
}

// ipSets reads the headers that ipset prints.
func ipSets(text string) (out []ipSet) {
	for line := range strings.Lines(text) {
		label, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.TrimSpace(value)
		if label == "Name" {
			out = append(out, ipSet{name: value})
		}
		if len(out) == 0 {
			continue
		}
		last := &out[len(out)-1]
		switch label {
		case "Number of entries":
			last.entries, _ = strconv.Atoi(value) // ipset wrote it
		case "Header":
			words := strings.Fields(value)
			if i := slices.Index(words, "maxelem"); i >= 0 && i+1 < len(words) {
				last.limit, _ = strconv.Atoi(words[i+1])
			}
		}
	}
	return slices.DeleteFunc(out, func(s ipSet) bool {
		return !strings.HasPrefix(s.name, "gumshoe-") || strings.HasPrefix(s.name, "gumshoe-allow")
	})
}

// nearlyFull is the part of a set's room from which it is scarce.
const nearlyFull = 0.8

// checkSets compares the ledger with the kernel.
func (d *doctor) checkSets(ctx context.Context, active []ban.Ban) {
	listed, err := d.machine.ask(ctx, "ipset", "list", "-t")
	if err != nil {
		d.fail("fw.equal", "gumshoe bans sync", "%s", legible(err.Error()))
		return
	}
	held, fullest := 0, ipSet{limit: 1}
	for _, s := range ipSets(listed) {
		held += s.entries
		if s.limit > 0 && s.entries*fullest.limit >= fullest.entries*s.limit {
			fullest = s
		}
	}
	if want := membersOf(active); held != want {
		d.fail("fw.equal", "gumshoe bans sync", "The ledger has %d bans for the kernel, and the kernel holds %d.", want, held)
	} else {
		d.ok("fw.equal", "ledger %d, kernel %d", want, held)
	}
	if float64(fullest.entries) > nearlyFull*float64(fullest.limit) {
		d.warn("fw.capacity", "gumshoe bans stats", "%s holds %d of at most %d.", fullest.name, fullest.entries, fullest.limit)
	} else if fullest.name != "" {
		d.ok("fw.capacity", "%d of %d", fullest.entries, fullest.limit)
	}
}

// membersOf counts what bans are in the kernel: those that differ in nothing but
// their jail are one there, and an alert is none.
func membersOf(active []ban.Ban) int {
	members := map[string]bool{}
	for _, b := range active {
		if b.Action != ban.Alert {
			members[firewall.DeedKey(b)] = true
		}
	}
	return len(members)
}

// checkTable asks whether our nftables table stands.
func (d *doctor) checkTable(ctx context.Context, needed bool) {
	if !needed {
		d.ok("fw.chain", "the table inet gumshoe is made with the first ban")
		return
	}
	if _, err := d.machine.ask(ctx, "nft", "-t", "list", "table", "inet", "gumshoe"); err != nil {
		d.fail("fw.chain", "gumshoe bans sync", "The table inet gumshoe does not stand: %s", legible(err.Error()))
		return
	}
	d.ok("fw.chain", "the table inet gumshoe stands, before all others")
}

// checkBoot asks whether bans come back after a reboot and a reload of the firewall.
func (d *doctor) checkBoot(ctx context.Context) {
	enabled, err := d.machine.ask(ctx, "systemctl", "is-enabled", "gumshoe-sync.service")
	others := ""
	if m := d.machine.managers(ctx); len(m) > 0 {
		others = " " + strings.Join(m, " and ") + " may take them away before."
	}
	switch {
	case errors.Is(err, exec.ErrNotFound):
		d.warn("fw.boot", "gumshoe bans sync", "Without systemd bans come back with the next run after a reboot.%s", others)
	case enabled == "enabled":
		d.ok("fw.boot", "gumshoe-sync.service is enabled")
	default:
		d.warn("fw.boot", "systemctl enable --now gumshoe-sync.service", "After a reboot bans come back only with the next run.%s", others)
	}
	if slices.ContainsFunc(d.settings.Drivers, func(w string) bool { return !slices.Contains([]string{"auto", "ipset", "nftables"}, w) }) || len(d.settings.Actions) > 0 {
		if active, err := d.machine.ask(ctx, "systemctl", "is-active", "gumshoe-sync.timer"); err == nil && active == "active" {
			d.ok("fw.expiry", "gumshoe-sync.timer ends bans in lists")
		} else {
			d.warn("fw.expiry", "systemctl enable --now gumshoe-sync.timer", "A driver does not end bans by itself: they last until the next run.")
		}
	}
}

// savedRules are rulesets that are loaded at boot, before our sets are there.
var savedRules = []string{"/etc/iptables/rules.v4", "/etc/iptables/rules.v6", "/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables"}

// checkSaved looks for our rules in saved rulesets: iptables-restore refuses a whole
// ruleset that names a set which does not exist yet, and leaves the machine open.
func (d *doctor) checkSaved() {
	for _, file := range savedRules {
		text, err := os.ReadFile(d.machine.path(file))
		if err == nil && strings.Contains(string(text), "--match-set gumshoe-") {
			d.fail("fw.saved", "sed -i '/GUMSHOE/d; /gumshoe/d' "+file, "%s was saved with our rules in it: at boot it will not load, because the sets are not there yet.", file)
			return
		}
	}
}
