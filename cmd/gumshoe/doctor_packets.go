package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gumshoe/ban"
)

// From so many bans on, each older than a day, somebody should have knocked.
const (
	knockers  = 5
	knockTime = 24 * time.Hour
)

// checkPackets asks whether the banned run into the rules at all: behind a proxy, or
// behind a rule that accepts before, they never do.
func (d *doctor) checkPackets(ctx context.Context, active []ban.Ban) {
	var stopped uint64
	counted := false
	for _, program := range []string{"iptables", "ip6tables"} {
		for _, chain := range []string{"GUMSHOE", "GUMSHOE-DOCKER"} {
			if rules, err := d.machine.ask(ctx, program, "-w", "10", "-nvxL", chain); err == nil {
				counted = true
				stopped += stoppedPackets(rules)
			}
		}
	}
	old := 0
	for _, b := range active {
		if b.Action != ban.Alert && d.machine.now.Sub(b.From) >= knockTime {
			old++
		}
	}
	switch {
	case !counted: // fw.chain says that it does not stand
	case stopped == 0 && old >= knockers:
		d.warn("fw.reach", "iptables -nvL INPUT", "Not one packet of %d sources was stopped since they were banned, a day ago and more: something before may let them in.", old)
	default:
		d.ok("fw.reach", "%d packets stopped since the rules were loaded", stopped)
	}
}

// stoppedPackets adds up what the rules counted that end a packet's way, in what
// iptables -nvxL prints: packets, bytes, target.
func stoppedPackets(rules string) (n uint64) {
	for line := range strings.Lines(rules) {
		words := strings.Fields(line)
		if len(words) < 3 || words[2] != "DROP" && words[2] != "REJECT" {
			continue
		}
		if packets, err := strconv.ParseUint(words[0], 10, 64); err == nil {
			n += packets
		}
	}
	return n
}
